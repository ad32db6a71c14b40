"""A channel where everybody presses: the gateway, the router and the worker are real, the platform records."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot.gateway import Gateway
from bot.routing import build_router
from handlers.consultations.refreshing import refresh_polls
from handlers.consultations.timing import close_due
from handlers.messages import Message, Reply
from handlers.request import Inbound, Press
from schedules.delivery import Worker
from storage.ballots import Ballot, Participation
from storage.consultations import Consultation, whole_consultation
from storage.database import Database
from storage.outbox import Kind
from tests.conversations.consulting import NOW, Network
from tests.recording import HandClock, HandMachine, RecordingMessenger

GROUP = "-500"


@dataclass
class Square:
    """A Telegram group with the bot in it. `told` is what presses were answered with: who, what, whether an alert."""

    database: Database
    network: Network
    messenger: RecordingMessenger = field(default_factory=lambda: RecordingMessenger("telegram"))
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))
    machine: HandMachine = field(default_factory=HandMachine)
    told: list[tuple[str, str, bool]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.worker = Worker(self.database, [self.messenger], self.clock, "w", machine=self.machine)
        self.gateway = self.another()

    def another(self) -> Gateway:
        """One more process at the same database."""
        gateway = Gateway(self.database, build_router(), self.worker, self.clock)
        gateway.acknowledge_with("telegram", self._acknowledge)
        return gateway

    async def _acknowledge(self, inbound: Inbound, reply: Reply) -> None:
        said = reply.notice.replace("\u00a0", " ").replace("\u202f", " ")
        self.told.append((inbound.account, said, reply.alert))

    def inbound(self, who: str, *, chat: str = GROUP, **more: Any) -> Inbound:
        """Something that somebody does, in the group unless said otherwise."""
        self.count += 1
        return Inbound(
            platform="telegram",
            update_id=f"u{self.count}",
            account=who,
            chat=chat,
            chat_kind="group" if chat.startswith("-") else "private",
            received_at=self.clock.at,
            **more,
        )

    async def says(self, who: str, text: str, *, chat: str = GROUP) -> str:
        """Somebody says something; returns what was answered there last."""
        before = len(self.messenger.arrived)
        await self._does(self.inbound(who, chat=chat, text=text))
        return self.messenger.texts[-1] if len(self.messenger.arrived) > before else ""

    async def presses(self, who: str, label: str) -> str:
        """Somebody presses a button of the poll; returns what they alone are told."""
        await self._does(self.inbound(who, press=Press(action=self.action(label), message=self.message)))
        return self.told[-1][1]

    @property
    def message(self) -> str:
        """The reference of the poll's message, the newest where it stands twice."""
        posts = [n for n, one in enumerate(self.messenger.arrived, 1) if one.kind == Kind.POLL and not one.edits]
        return f"m{posts[-1]}"

    def action(self, label: str) -> str:
        """What the poll's button with that label does."""
        polls = (one.message() for one in reversed(self.messenger.arrived) if one.kind == Kind.POLL)
        buttons = next(one.buttons for one in polls if one.buttons)
        return next(button.action for row in buttons for button in row if button.label == label)

    async def _does(self, inbound: Inbound) -> None:
        await self.gateway.store([inbound])
        await self.gateway.handle_all()
        await self.gateway.stop()  # the acknowledgements that are under way
        self.gateway = self.another()
        await self.worker.drain()

    async def seconds(self, seconds: float) -> None:
        """So much time passes by the machine's clock, with a tick."""
        self.machine.at += seconds
        await self.tick()

    async def tick(self) -> int:
        """One look at the closes and at the polls; what may leave leaves."""
        async with self.database.transaction() as session:
            await close_due(session, self.clock.at)
            changed = await refresh_polls(session, self.clock.at)
        await self.worker.drain()
        return changed

    @property
    def board(self) -> Message:
        """The poll as the group sees it."""
        return next(one.message() for one in reversed(self.messenger.arrived) if one.kind == Kind.POLL)

    @property
    def text(self) -> str:
        """Its text, unescaped."""
        return self.board.text.replace("\\", "").replace("\u00a0", " ").replace("\u202f", " ")

    async def counts(self) -> tuple[int, int]:
        """Ballots and participations."""
        async with self.database.reading() as session:
            found = [await session.scalar(select(func.count()).select_from(one)) for one in (Ballot, Participation)]
        return found[0] or 0, found[1] or 0


async def a_poll(square: Square, **changes: Any) -> Consultation:
    """« Où se retrouver ? », asked by Fanny, standing in the group."""
    fanny = await square.network.talk("Fanny")
    await fanny.says("sondage Où se retrouver ?\nRennes\nBrest")
    await fanny.says("vendredi à 18h")
    async with square.database.transaction() as session:
        number = int(fanny.buttons["Ouvrir maintenant"].split(":")[2])
        consultation = await whole_consultation(session, number)
        assert consultation is not None
        for name, value in changes.items():
            setattr(consultation, name, value)
    await fanny.presses("Publier dans un canal")
    await square.says("Fanny", "sondage")
    return consultation
