"""A chat about announcements: people of a small network talk, press and see what was written to the outbox."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from bot.identity import someone
from handlers.announcements.composing import compose, typed
from handlers.announcements.pressing import press
from handlers.messages import ACTION_BYTES, Reply
from handlers.request import Inbound, Press, Request
from storage.conversations import conversation
from storage.database import Database
from storage.outbox import Delivery, Kind, State
from storage.people import Role
from tests import building

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # Monday, 10:00 in Paris, 6:00 in Cayenne
ANNE, BRUNO, CHLOE, DENIS, STAFF, REGIONAL = range(1, 7)


class Chat:
    """One person talking with the assistant; buttons are pressed by their label."""

    def __init__(self, database: Database, who: int | None, now: datetime = NOW) -> None:
        self.database, self.who, self.now = database, who, now
        self.reply = Reply()
        self.chat_kind = "private"

    async def say(self, text: str) -> "Chat":
        """A command, or what an open form asked for."""
        word, _, rest = text.partition(" ")
        if word == "annonce":
            return await self._ask(compose, text=text, command=word, rest=rest)
        return await self._ask(typed, text=text)

    async def press(self, label: str) -> "Chat":
        """The button with that label, of the last messages."""
        return await self.forge(self.action(label))

    async def forge(self, action: str) -> "Chat":
        """A press that no button need have offered."""
        return await self._ask(press, action=action)

    async def _ask(
        self, handler: object, *, text: str = "", action: str = "", command: str = "", rest: str = ""
    ) -> "Chat":
        inbound = Inbound(
            platform="test",
            update_id="1",
            account="1",
            chat="1",
            chat_kind=self.chat_kind,
            received_at=self.now,
            text=text or None,
            press=Press(action=action) if action else None,
        )
        async with self.database.transaction() as session:
            person = await someone(session, self.who, lock=True) if self.who else None
            request = Request(inbound=inbound, account_id=1, person=person, command=command, rest=rest)
            talk = await conversation(session, request.holder)
            assert callable(handler)
            answer = await handler(request, session, talk)
        assert isinstance(answer, Reply)
        self.reply = answer
        assert all(len(a.encode()) <= ACTION_BYTES for a in self._actions().values())
        return self

    def _actions(self) -> dict[str, str]:
        return {b.label: b.action for m in self.reply.messages for row in m.buttons for b in row}

    def action(self, label: str) -> str:
        return next(action for name, action in self._actions().items() if label in name)

    @property
    def labels(self) -> Sequence[str]:
        return list(self._actions())

    @property
    def text(self) -> str:
        return "\n---\n".join(message.text for message in self.reply.messages).replace("\u00a0", " ")


async def network(database: Database) -> None:
    """Directors in Bretagne and Guyane, a president without account, staff, regional staff of Bretagne."""
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff", on=["telegram"])
        await building.person(session, "Bruno Morvan", on=["slack"], kind="arml")
        await building.person(session, "Chloé Sinnamary", "03", on=["telegram"])
        await building.person(session, "Denis Sans-Rien", "03", on=[], roles=[Role.ELECTED])
        await building.person(session, "Sophie Équipe", on=["slack"], roles=[Role.STAFF], kind="union")
        await building.person(session, "Yann Région", roles=[Role.REGIONAL_STAFF], kind="arml", staff_region="53")


async def deliveries(database: Database) -> dict[int, Delivery]:
    async with database.reading() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == Kind.ANNOUNCEMENT))
        return {row.person_id or 0: row for row in rows}


async def ended(database: Database, person: int, state: State, reason: str = "") -> None:
    """Delivery says what became of one."""
    async with database.transaction() as session:
        mine = select(Delivery).where(Delivery.person_id == person, Delivery.kind == Kind.ANNOUNCEMENT)
        row = (await session.scalars(mine)).one()
        row.state, row.reason = state, reason
        row.ended_at = None if state in (State.WAITING, State.SENDING) else NOW
