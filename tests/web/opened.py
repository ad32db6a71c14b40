"""A web server beside a stage of conversations: personal links, sessions and pages over real HTTP."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from bot.channel import Health
from bot.settings import Settings
from bot.web.live import Hub
from bot.web.server import make_app
from storage.personal import make_link
from tests.stage import Stage

MACHINE = 1_710_000_000.0  # where the stage's machine begins


@dataclass
class Browser:
    """Somebody's browser: keeps its cookies, and says where its forms were sent from."""

    http: ClientSession
    home: str

    async def get(self, path: str) -> tuple[int, str]:
        """Open an address."""
        async with self.http.get(self.home + path) as response:
            return response.status, await response.text()

    async def post(self, path: str, *, origin: str | None = "", json: object = None, **form: str) -> ClientResponse:
        """Send a form, or JSON, as a page of ours would; `origin` says otherwise, None sends none."""
        headers = {} if origin is None else {"Origin": origin or self.home}
        body: dict[str, object] = {"data": form} if json is None else {"json": json}
        async with self.http.post(self.home + path, headers=headers, allow_redirects=False, **body) as response:  # type: ignore[arg-type]  # aiohttp wants each by name
            await response.read()
            return response

    async def enter(self, token: str) -> None:
        """Open a personal link and say yes."""
        response = await self.post(f"/p/{token}", choix="continuer")
        assert (response.status, response.headers["Location"]) == (303, "/moi")

    @property
    def cookie(self) -> str:
        """The session's secret, empty without one."""
        return next((one.value for one in self.http.cookie_jar if one.key == "concerte"), "")

    def wears(self, secret: str) -> None:
        """Put any cookie in place of one's own."""
        self.http.cookie_jar.update_cookies(SimpleCookie({"concerte": secret}))


class Pages:
    """The server, and browsers on it."""

    def __init__(self, stage: Stage, home: str) -> None:
        self.stage = stage
        self.home = home
        self._browsers: list[ClientSession] = []

    def browser(self) -> Browser:
        """A new one, without cookies."""
        made = ClientSession(cookie_jar=CookieJar(unsafe=True))  # cookies of a numeric address are kept
        self._browsers.append(made)
        return Browser(made, self.home)

    async def link(self, person_id: int, *, made_by: int | None = None) -> str:
        """The token of a new personal link."""
        async with self.stage.database.transaction() as session:
            return await make_link(session, person_id, made_by, MACHINE + self.stage.skew)

    async def close(self) -> None:
        """Close the browsers."""
        for browser in self._browsers:
            await browser.close()


@contextlib.asynccontextmanager
async def served(stage: Stage, public_url: str = "") -> AsyncIterator[Pages]:
    """The pages of an installation, on any free port."""

    async def ready() -> dict[str, Health]:
        return {}

    settings = Settings(_env_file=None, public_url=public_url)
    app = make_app(settings, stage.database, stage.gateway, Hub(), ready, machine=lambda: MACHINE + stage.skew)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    pages = Pages(stage, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield pages
    finally:
        await pages.close()
        await runner.cleanup()


def sentence(page: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())
