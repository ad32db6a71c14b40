"""Somebody at a page of the browser's channel, over HTTP, as `test_contract` needs it."""

import asyncio
import html
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession

from bot.channel import Health
from bot.gateway import Gateway
from bot.settings import Settings
from bot.web.seats import InventedSeats
from bot.web.server import WebServer
from schedules.clock import Clock
from storage.database import Database
from storage.people import Person
from storage.web import open_chat
from tests.channels.staging import NOW, Stage
from tests.patience import PATIENCE


@dataclass
class PageMessage:
    """A message as the page has it now."""

    id: int
    html: str


class WebChat:
    """A person at their page, who learns of changes from its stream of events."""

    def __init__(self, stage: Stage, http: ClientSession, events: ClientResponse, api: str) -> None:
        self.stage = stage
        self._http = http
        self._events = events
        self._api = api
        self._page: dict[int, PageMessage] = {}
        self._read: set[int] = set()

    async def says(self, text: str) -> None:
        await self._post("say", {"update": uuid.uuid4().hex, "text": text})

    async def says_twice(self, text: str) -> None:
        update = uuid.uuid4().hex
        for _ in range(2):
            await self._post("say", {"update": update, "text": text})

    async def next(self) -> object:
        async with asyncio.timeout(PATIENCE):
            while not (fresh := [one for number, one in self._page.items() if number not in self._read]):
                await self._event()
                await self._look()
        self._read.add(fresh[0].id)
        return fresh[0]

    async def presses(self, message: object, label: str) -> None:
        assert isinstance(message, PageMessage)
        actions = re.findall(r'data-action="([^"]*)"[^>]*>([^<]*)</button>', message.html)
        action = next(action for action, words in actions if html.unescape(words) == label)
        update = uuid.uuid4().hex
        await self._post("press", {"update": update, "action": html.unescape(action), "message": message.id})
        async with asyncio.timeout(PATIENCE):
            while (event := await self._event())[0] != "pressed":
                pass
        assert event[1] == {"update": update, "notice": "Noté"}

    async def edited(self, message: object) -> None:
        assert isinstance(message, PageMessage)
        before = message.html
        async with asyncio.timeout(PATIENCE):
            await self._look()
            while message.html == before:
                await self._event()
                await self._look()

    def shown(self, message: object) -> str:
        assert isinstance(message, PageMessage)
        text = message.html.split('<div class="text">', 1)[1].split("</div>", 1)[0]
        return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</p><p>|<br>", "\n", text)))

    def buttons(self, message: object) -> list[str]:
        assert isinstance(message, PageMessage)
        return [html.unescape(label) for label in re.findall(r"data-action[^>]*>([^<]*)</button>", message.html)]

    def arrived(self) -> int:
        return len(self._page)

    async def _post(self, what: str, body: dict[str, Any]) -> None:
        async with self._http.post(f"{self._api}/{what}", json=body) as response:
            assert response.status == 202, await response.text()

    async def _event(self) -> tuple[str, Any]:
        """The next event of the stream."""
        name = ""
        while True:
            line = (await self._events.content.readline()).decode().strip()
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))

    async def _look(self) -> None:
        async with self._http.get(f"{self._api}/messages") as response:
            found = (await response.json())["messages"]
        for one in found:
            if one["direction"] == "out":
                self._page.setdefault(one["id"], PageMessage(one["id"], "")).html = one["html"]


class _Owner:
    """What the server needs of the application."""

    def __init__(self, database: Database, gateway: Gateway) -> None:
        self.database, self.gateway = database, gateway

    @property
    def clock(self) -> Clock:
        return self.gateway.clock

    async def readiness(self) -> dict[str, Health]:
        return {}


@asynccontextmanager
async def on_web(database: Database) -> AsyncIterator[WebChat]:
    """An invented person's page, open."""
    async with database.transaction() as session:
        person = Person(given_name="Anne", family_name="Le Goff", fictional=True, created_at=NOW)
        session.add(person)
        await session.flush()
        await open_chat(session, person.id, NOW)
    settings = Settings(_env_file=None, host="127.0.0.1", port=0)
    seats = InventedSeats()
    async with Stage(database, lambda gateway, _: WebServer(settings, _Owner(database, gateway), seats=seats)) as stage:
        (server,) = stage.channels
        assert isinstance(server, WebServer)
        api = f"/api/{person.id}"
        async with ClientSession(server.address) as http, http.get(f"{api}/events") as events:
            yield WebChat(stage, http, events, api)
