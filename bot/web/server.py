"""The web server: the browser's channel, and where `/healthz` and `/readyz` answer."""

import asyncio
import contextlib
import errno
import hashlib
import logging
import mimetypes
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Middleware
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError

from bot.channel import CannotStart, Health
from bot.gateway import Gateway
from bot.settings import Settings
from bot.web import guarding
from bot.web.agenda import AgendaPage
from bot.web.live import Hub, Ping
from bot.web.messenger import WebMessenger
from bot.web.personal import PersonalPage, PersonalSeats
from bot.web.rehearsing import Desk, RehearsalPage
from bot.web.seats import InventedSeats, Seats
from bot.web.talking import Talk
from schedules.clock import Clock, machine_now
from schedules.messenger import Messenger
from storage.database import Database
from storage.network import setting
from storage.web import PLATFORM, news

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks for what other processes wrote on pages that are open here
_FOLDER = Path(__file__).resolve().parent
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Owner(Protocol):
    """What the server needs of the application."""

    database: Database
    gateway: Gateway

    @property
    def clock(self) -> Clock:
        """The calendar's clock."""

    async def readiness(self) -> dict[str, Health]:
        """How each part is."""


def pages() -> Environment:
    """The templates; everything put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = lambda name: f"/static/{name}?v={_ASSETS[name].digest}"
    return made


class _Asset:
    """A file of the pages, read once."""

    def __init__(self, path: Path) -> None:
        self.body = path.read_bytes()
        self.digest = hashlib.sha256(self.body).hexdigest()[:12]
        self.media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"


mimetypes.add_type("text/javascript", ".js")
_ASSETS: Mapping[str, _Asset] = {path.name: _Asset(path) for path in sorted((_FOLDER / "static").iterdir())}


def make_app(
    settings: Settings,
    database: Database,
    gateway: Gateway,
    hub: Hub,
    readiness: Callable[[], Awaitable[Mapping[str, Health]]],
    desk: Desk | None = None,
    routes: Sequence[web.RouteDef] = (),
    seats: Seats | None = None,
    machine: Callable[[], float] = machine_now,
) -> web.Application:
    """The web application; with a `desk` it is the rehearsal, which answers on this machine only.

    `routes` are those of other channels, that platforms call. `seats` decides who has a page: by default every
    invented person in a rehearsal, elsewhere whoever opened a personal link. `machine` is the clock of sessions.
    """
    rehearsing = desk is not None
    templates = pages()
    seats = seats or (InventedSeats() if rehearsing else PersonalSeats())
    talk = Talk(database, gateway, hub, seats, templates, rehearsing=rehearsing)
    personal = PersonalPage(database, lambda: gateway.clock, settings.public_url, talk, templates, machine)
    middlewares: list[Middleware] = [
        guarding.logged,
        guarding.plain_errors,
        guarding.only_hosts(_LOOPBACK if rehearsing else frozenset()),
        personal.guard(),
        guarding.same_origin(settings.public_url),
    ]
    app = web.Application(middlewares=middlewares, client_max_size=guarding.LARGEST_BODY)
    app.on_response_prepare.append(guarding.add_headers)
    app[guarding.PAGES] = templates
    gateway.acknowledge_with(PLATFORM, talk.answered)
    app.add_routes([*talk.routes(), *routes])
    app.add_routes(AgendaPage(database, lambda: gateway.clock, settings.public_url, templates).routes())

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(request: web.Request) -> web.Response:
        parts = await readiness()
        ready = all(part.ok for part in parts.values())
        body = {"ready": ready, **{name: {"ok": part.ok, "detail": part.detail} for name, part in parts.items()}}
        return web.json_response(body, status=200 if ready else 503)

    async def welcome(request: web.Request) -> web.Response:
        async with database.reading() as session:
            network = str((await setting(session, "network")).get("name", ""))
        return web.Response(
            text=templates.get_template("welcome.html").render(network=network), content_type="text/html"
        )

    async def static(request: web.Request) -> web.Response:
        asset = _ASSETS.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        lasting = request.query.get("v") == asset.digest
        return web.Response(
            body=asset.body,
            headers={
                "Content-Type": f"{asset.media_type}; charset=utf-8",
                "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
            },
        )

    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/static/{name}", static)])
    if desk is not None:
        app.add_routes(RehearsalPage(database, hub, desk, talk, templates).routes())
    else:
        app.add_routes([web.get("/", welcome), *personal.routes()])
    return app


class WebServer:
    """The channel « web »: pages in, pages out."""

    name = PLATFORM

    def __init__(
        self,
        settings: Settings,
        owner: Owner,
        desk: Desk | None = None,
        hub: Hub | None = None,
        routes: Sequence[web.RouteDef] = (),
        seats: Seats | None = None,
    ) -> None:
        self.hub = hub or Hub()
        self.messenger: Messenger = WebMessenger(owner.database, owner.clock, self.hub)
        self.address = ""
        self._settings = settings
        self._owner = owner
        self._desk = desk
        self._seats = seats
        self._routes = routes
        self._runner: web.AppRunner | None = None
        self._watching: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        """None: its own are made with the application."""
        return []

    async def start(self) -> None:
        """Listen. Raises CannotStart when the port is taken or the address is not ours."""
        settings, owner = self._settings, self._owner
        app = make_app(
            settings,
            owner.database,
            owner.gateway,
            self.hub,
            owner.readiness,
            desk=self._desk,
            routes=self._routes,
            seats=self._seats,
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            await runner.cleanup()
            raise CannotStart(_why_not(settings, error)) from None
        self._runner = runner
        port = runner.addresses[0][1]
        self.address = f"http://{'localhost' if settings.host in ('127.0.0.1', '0.0.0.0') else settings.host}:{port}"
        self._watching = asyncio.create_task(self._watch(), name="web pages")

    async def stop(self) -> None:
        """End the open streams, let the other requests end, and listen no more. Pages can still be written to."""
        self.hub.stop()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        """Nothing is held beyond `stop()`."""

    def health(self) -> Health:
        """Whether the server listens."""
        return Health(True, "listening") if self._runner is not None else Health(False, "not listening")

    async def _watch(self) -> None:
        """Tell the pages open here what other processes wrote on them."""
        seen: dict[str, tuple[int, dict[str, Any]]] = {}
        while True:
            await asyncio.sleep(LOOK)
            if not (topics := self.hub.topics):
                continue
            with contextlib.suppress(DBAPIError, OSError):  # the next look will tell
                async with self._owner.database.reading() as session:
                    now = await news(session, topics)
                for chat, (version, notice) in now.items():
                    before, told = seen.get(chat, (None, None))
                    if before != version:  # also of a page just opened: it may have read before the write
                        self.hub.publish(chat, Ping("chat"))
                    if notice and notice != told:  # who pressed elsewhere passes it over
                        self.hub.publish(chat, Ping("pressed", notice))
                seen = now


def _why_not(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} is taken by another program; stop it, or choose another port: "
            f"PORT={settings.port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"Port {settings.port} is not open to this user; choose one above 1023: PORT=8000."
    return f"The address {settings.host}:{settings.port} cannot be used ({error.strerror}); check HOST and PORT."
