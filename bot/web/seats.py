"""Who sits at a page: the person a request acts as, and their conversation."""

from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.identity import someone
from handlers.request import Someone
from storage.people import Person, Role
from storage.web import WebChat, chat_key


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at a page. `key` stands in the addresses of the page's calls; `chat` is where the outbox writes."""

    key: str
    person: Someone
    function: str
    chat_id: int
    chat: str
    version: int

    @property
    def takes_files(self) -> bool:
        """Whether a file from here would be read: staff's only."""
        return self.person.is_staff or Role.REGIONAL_STAFF in self.person.roles

    @property
    def api(self) -> str:
        """Where the page's calls go."""
        return f"/api/{self.key}"


class Seats(Protocol):
    """Decides who may sit where: the rehearsal lets anybody be anyone invented, a personal link only oneself."""

    async def find(self, session: AsyncSession, request: web.Request, key: str) -> Seat | None:
        """The seat of that key for whoever sends the request; None when it is not theirs."""


class InventedSeats:
    """The rehearsal's: every invented person's page is open, under the person's number."""

    async def find(self, session: AsyncSession, request: web.Request, key: str) -> Seat | None:
        """The page of an invented person; a real one is never played."""
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        seat = await seat_of(session, int(key), key)
        return seat if seat is not None and seat.person.fictional else None


async def seat_of(session: AsyncSession, person_id: int, key: str) -> Seat | None:
    """The seat of a person whose page has been opened."""
    row = (
        await session.execute(
            select(WebChat, Person.function)
            .join(Person, Person.id == WebChat.person_id)
            .where(WebChat.key == chat_key(person_id))
        )
    ).first()
    person = await someone(session, person_id) if row else None
    if row is None or person is None:
        return None
    chat, function = row
    return Seat(key, person, function or "", chat.id, chat.key, chat.version)
