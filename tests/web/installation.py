"""A whole installation for the tests of the pages: real database, gateway, delivery, timetable, web server.

The pack is the default one; what answers is a small router of the tests' own, so that they test the page.
"""

import asyncio
import contextlib
import struct
import tempfile
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import Health
from bot.gateway import Gateway
from bot.rehearsal import Rehearsal, open_rehearsal, where_it_was
from bot.settings import DEFAULT_PACK, Settings
from bot.web.live import Hub
from bot.web.server import WebServer
from handlers.messages import Attachment, Button, ContactCard, Message, Reply, plain, say
from handlers.request import Request
from handlers.router import Router
from schedules.clock import MovedClock
from schedules.delivery import Worker
from schedules.reminders import remind
from schedules.timetable import Line, Timetable
from storage.conversations import Conversation
from storage.database import Database
from storage.outbox import Kind, enqueue
from storage.people import Account, Person
from tests.engines import sharing
from tests.patience import PATIENCE

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f00010401005fe5c34b0000000049454e44ae426082"
)


def tall_picture() -> bytes:
    """A PNG of 200 by 4,000 black points."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 200, 4000, 1, 0, 0, 0, 0)
    points = zlib.compress((b"\0" + b"\0" * 25) * 4000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


async def _answer(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """What is said back: the cases a page must show."""
    text = request.text
    if text.startswith("fichier"):
        file = Attachment(filename="agenda été.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")
        return Reply(messages=(Message(text="Voici l’agenda.", attachment=file),))
    if text.startswith("image haute"):
        file = Attachment(filename="a.png", media_type="image/png", content=tall_picture(), alt="Une affiche")
        return Reply(messages=(Message(text="Voici.", attachment=file),))
    if text.startswith("image"):
        file = Attachment(filename="x.png", media_type="image/png", content=PICTURE, alt="Un graphique")
        return Reply(messages=(Message(text="Voici.", attachment=file),))
    if text.startswith("contact"):
        card = ContactCard(given_name="Camille", family_name="Exemple", phone="01 23 45 67 89", email="c@example.org")
        return Reply(messages=(Message(text="La voici.", contact=card),))
    if text.startswith("choix"):
        return say(
            "**Question 1.** Êtes-vous d’accord ?",
            (Button(label="Oui", action="count:yes", style="primary"), Button(label="Non", action="count:no")),
            (Button(label="Le site", url="https://example.org/"),),
        )
    if text.startswith("clos"):
        return say("Un vote clos.", (Button(label="Trop tard", action="count:never"),))
    if text.startswith("panne"):
        raise RuntimeError("on purpose")
    memory = dict(conversation.memory)
    memory["asked"] = int(memory.get("asked", 0)) + 1
    conversation.memory = memory
    return say(f"Vous avez écrit : {plain(text)} (question {memory['asked']})")


async def _count(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Each press counts; « yes » replaces its message, « no » only says so."""
    if request.arguments == [] and request.press is not None and request.press.action == "count:no":
        return Reply(notice="C’est noté.")
    if request.press is not None and request.press.action == "count:never":
        return Reply(notice="Ce vote est clos.", alert=True)
    memory = dict(conversation.memory)
    memory["pressed"] = int(memory.get("pressed", 0)) + 1
    conversation.memory = memory
    again = (Button(label="Encore", action="count:yes"),)
    return say(f"Compté : {memory['pressed']}.", again, replace=True)


def router() -> Router:
    """The tests' router."""
    return Router(commands={}, spoken=frozenset(), presses={"count": _count}, forms={}, questions=_answer)


@dataclass
class Installation:
    """One process of the rehearsal; it can be stopped and started again on the same database."""

    settings: Settings
    database: Database
    clock: MovedClock
    worker: Worker
    gateway: Gateway
    timetable: Timetable
    rehearsal: Rehearsal | None
    server: WebServer

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.server.address

    async def readiness(self) -> dict[str, Health]:
        """The channel's health only; the application has more parts."""
        return {"web": self.server.health()}

    async def person(self, key: str) -> Person:
        """An invented person of the pack."""
        async with self.database.reading() as session:
            return (await session.scalars(select(Person).where(Person.key == key))).one()

    async def push(self, key: str, text: str, *, kind: Kind = Kind.ANNOUNCEMENT, about: str = "") -> None:
        """Send somebody something that is no reply, through the outbox."""
        person = await self.person(key)
        now = self.clock.now()
        async with self.database.transaction() as session:
            account = (await session.scalars(select(Account).where(Account.person_id == person.id))).one()
            row = {
                "about": about or f"push:{key}:{text[:40]}",
                "kind": kind,
                "platform": "web",
                "chat": account.chat,
                "account_id": account.id,
                "person_id": person.id,
                "payload": {"text": text},
                "due_at": now,
                "created_at": now,
            }
            await enqueue(session, [row])
        self.worker.wake()


def rehearsal_of(folder: Path) -> Settings:
    """Settings of a rehearsal in a folder, on any free port."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'rehearsal.db'}",
        concerte_pack=DEFAULT_PACK,
        host="127.0.0.1",
        port=0,
    )


async def _open() -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory(prefix="concerte-rehearsal-") as folder:
        settings = rehearsal_of(Path(folder))
        await (await open_rehearsal(settings)).close()
        file = Path(folder) / "rehearsal.db"
        return file.read_bytes(), file.with_suffix(".key").read_bytes()


@cache
def _opened() -> tuple[bytes, bytes]:
    with ThreadPoolExecutor(1) as apart:  # from the loop that waits for it
        return apart.submit(asyncio.run, _open()).result()


def already_opened(folder: Path) -> Settings:
    """The settings of a rehearsal that was opened before and has heard nothing yet: made once, then copied."""
    file = folder / "rehearsal.db"
    for path, content in zip((file, file.with_suffix(".key")), _opened(), strict=True):
        path.touch(mode=0o600)
        path.write_bytes(content)
    settings = rehearsal_of(folder)
    return settings.model_copy(update={"database_url": sharing(settings.database_url, "copies of one rehearsal")})


@contextlib.asynccontextmanager
async def installed(
    settings: Settings, *, rehearsing: bool = True, clock: MovedClock | None = None, answering: Router | None = None
) -> AsyncIterator[Installation]:
    """A running installation."""
    database = await open_rehearsal(settings)
    clock = clock or MovedClock(await where_it_was(database))
    worker = Worker(database, [], clock, "test")
    gateway = Gateway(database, answering or router(), worker, clock)
    timetable = Timetable(database, clock, [Line("reminders", remind, 60.0)], worker.wake)
    hub = Hub()
    made = Installation.__new__(Installation)
    made.settings, made.database, made.clock, made.worker = settings, database, clock, worker
    made.gateway, made.timetable = gateway, timetable
    made.rehearsal = Rehearsal(made, clock, hub) if rehearsing else None
    made.server = WebServer(settings, made, made.rehearsal, hub)
    worker.add(made.server.messenger)
    tasks = [asyncio.create_task(gateway.run()), asyncio.create_task(worker.run())]
    if made.rehearsal is not None:
        await made.rehearsal.start()
    await made.server.start()
    try:
        yield made
    finally:
        if made.rehearsal is not None:
            await made.rehearsal.stop()
        await made.server.stop()
        await gateway.stop()
        await worker.stop()
        await asyncio.wait(tasks, timeout=PATIENCE)
        await database.close()


async def fresh(folder: Path, *, now: datetime | None = None) -> AsyncIterator[Installation]:
    """A running installation on a new database, for fixtures."""
    async with installed(already_opened(folder), clock=MovedClock(now) if now else None) as made:
        yield made
