"""The conversation of a page: what is said and pressed goes through the gateway, what changed comes back as HTML."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.gateway import Gateway
from bot.reception import BIGGEST_FILE
from bot.web import rendering
from bot.web.guarding import Refused
from bot.web.live import REHEARSAL, Hub, Ping, stream
from bot.web.seats import Seat, Seats
from handlers.messages import ACTION_BYTES, Reply
from handlers.request import Inbound, InboundFile, Press
from storage.announcement_files import file_content
from storage.database import Database
from storage.web import PLATFORM, WebMessage, changes, left_for_page, message_of, write_in

LONGEST_TEXT = 10_000  # characters a person may send at once

_TOO_LONG = "Votre message est trop long : {limit} caractères au plus."
_TOO_LARGE = "Ce fichier dépasse 8\u00a0Mo. Joignez-en un plus léger, ou mettez un lien dans le texte."
_FILE = "Fichier envoyé\u00a0: {name} ({size})"
_CHUNK = 64 * 1024
_Body = TypeVar("_Body", bound="_Call")


class _Call(BaseModel):
    """What a page sends. `update` is made by the page: the same one twice is one effect."""

    model_config = ConfigDict(extra="forbid")
    update: str = Field(pattern=r"^[0-9A-Za-z-]{8,64}$")


class Said(_Call):
    """A text typed."""

    text: str = Field(min_length=1)

    @field_validator("text")
    @classmethod
    def _has_words(cls, value: str) -> str:
        value = re.sub(r"[^\S\n]+$", "", value.replace("\r\n", "\n").replace("\x00", ""), flags=re.MULTILINE).strip()
        if not value:
            raise ValueError("empty")
        return value


class Pressed(_Call):
    """A button pressed, on the message of that number."""

    action: str = Field(min_length=1)
    message: int = Field(gt=0, lt=2**63)

    @field_validator("action")
    @classmethod
    def _fits(cls, value: str) -> str:
        if len(value.encode()) > ACTION_BYTES:
            raise ValueError("too long")
        return value


class Brought(_Call):
    """A file chosen; its bytes are the body."""

    name: str = Field(min_length=1, max_length=200)
    type: str = Field(default="", max_length=200)


class Talk:
    """The calls of a conversation, for whoever holds a seat."""

    def __init__(
        self, database: Database, gateway: Gateway, hub: Hub, seats: Seats, pages: Environment, *, rehearsing: bool
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._hub = hub
        self._seats = seats
        self._message = pages.get_template("message.html")
        self._rehearsing = rehearsing

    def routes(self) -> list[web.RouteDef]:
        """The addresses, all under /api/{seat}."""
        return [
            web.get("/api/{seat}/messages", self._seated(self._messages)),
            web.get("/api/{seat}/events", self._seated(self._events)),
            web.get("/api/{seat}/files/{message}", self._seated(self._file)),
            web.post("/api/{seat}/say", self._seated(self._say)),
            web.post("/api/{seat}/press", self._seated(self._press)),
            web.post("/api/{seat}/file", self._seated(self._bring)),
        ]

    def html_of(self, seat: Seat, row: WebMessage) -> str:
        """One message as the page shows it."""
        return self._message.render(m=rendering.view(row, ZoneInfo(seat.person.zone), f"{seat.api}/files"))

    async def answered(self, inbound: Inbound, reply: Reply) -> None:
        """Tell the page that its press was handled, with the short notice if there is one."""
        self._hub.publish(
            inbound.chat, Ping("pressed", left_for_page(inbound.callback, reply.notice, alert=reply.alert))
        )

    def _seated(
        self, work: Callable[[web.Request, Seat], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def seated(request: web.Request) -> web.StreamResponse:
            async with self._database.reading() as session:
                seat = await self._seats.find(session, request, request.match_info["seat"])
            if seat is None:
                raise web.HTTPForbidden
            return await work(request, seat)

        return seated

    async def _messages(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        try:
            after = max(0, int(request.query.get("after", "0")))
        except ValueError:
            raise web.HTTPBadRequest from None
        async with self._database.reading() as session:
            rows = await changes(session, seat.chat_id, after)
        shown = [{"id": row.id, "direction": row.direction, "html": self.html_of(seat, row)} for row in rows]
        version = max((row.version for row in rows), default=after)
        # A page that has seen more than there is looks at another database than before: it starts anew.
        return web.json_response({"version": version, "messages": shown, "reset": after > seat.version})

    async def _events(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        topics = (seat.chat, REHEARSAL) if self._rehearsing else (seat.chat,)
        with self._hub.listen(*topics) as listener:
            return await stream(request, listener)

    async def _file(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        number = request.match_info["message"]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise web.HTTPNotFound
        async with self._database.reading() as session:
            row = await message_of(session, seat.chat_id, int(number))
            file = rendering.file_of(row) if row is not None else None
            if row is not None and (kept := rendering.kept_file_of(row)) is not None:
                file = await file_content(session, kept.number)
        if file is None:
            raise web.HTTPNotFound
        name, media_type, content = file
        inline = rendering.shown_inline(media_type)
        how = "inline" if inline else "attachment"
        return web.Response(
            body=content,
            headers={
                "Content-Type": media_type if inline else "application/octet-stream",
                "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    async def _say(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        said = await _body(request, Said)
        if len(said.text) > LONGEST_TEXT:
            raise Refused(_TOO_LONG.format(limit=LONGEST_TEXT), 413)
        inbound = self._inbound(seat, said.update, text=said.text)
        # Shown first, then stored: if we die in between, the page sends the same update again and nothing is double.
        async with self._database.transaction() as session:
            await write_in(session, seat.chat, inbound.update_id, said.text, inbound.received_at)
        await self._gateway.store([inbound])
        self._hub.publish(seat.chat, Ping("chat"))
        return web.json_response({}, status=202)

    async def _press(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        pressed = await _body(request, Pressed)
        async with self._database.reading() as session:
            known = await message_of(session, seat.chat_id, pressed.message)
        if known is None:
            raise web.HTTPNotFound
        press = Press(action=pressed.action, message=str(known.id))
        await self._gateway.store([self._inbound(seat, pressed.update, press=press)])
        return web.json_response({}, status=202)

    async def _bring(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """A file for what is being written or imported, from staff, as in any other channel."""
        if not seat.takes_files:
            raise web.HTTPForbidden
        try:
            brought = Brought.model_validate(dict(request.query))
        except ValidationError:
            raise web.HTTPBadRequest from None
        content = await _content(request)
        file = InboundFile(name=brought.name, media_type=brought.type, content=content)
        inbound = self._inbound(seat, brought.update, file=file)
        async with self._database.transaction() as session:
            shown = _FILE.format(name=brought.name, size=rendering.size(len(content)))
            await write_in(session, seat.chat, inbound.update_id, shown, inbound.received_at)
        await self._gateway.store([inbound])
        self._hub.publish(seat.chat, Ping("chat"))
        return web.json_response({}, status=202)

    def _inbound(self, seat: Seat, update: str, **what: Any) -> Inbound:
        return Inbound(
            platform=PLATFORM,
            update_id=f"{seat.chat}:{update}",
            account=seat.chat,
            chat=seat.chat,
            received_at=self._gateway.clock.now(),
            display_name=seat.person.name,
            callback=update,
            **what,
        )


async def _content(request: web.Request) -> bytes:
    """The bytes of a file, read no further than one may be long."""
    content = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > BIGGEST_FILE:
            raise Refused(_TOO_LARGE, 413)
    return bytes(content)


async def _body(request: web.Request, shape: type[_Body]) -> _Body:
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError:
        raise web.HTTPBadRequest from None
