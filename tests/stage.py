"""A stage for conversations: somebody says or presses something, the bot answers, read like a transcript.

Everything is real but the platforms, whose messengers record: the gateway, the router with every capability, the
worker and the database.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.gateway import Gateway
from bot.routing import build_router
from handlers.messages import Button, Message
from handlers.request import Inbound, InboundFile, Press
from handlers.router import Router
from schedules.delivery import Worker
from schedules.messenger import NO_WORKSPACE
from storage.database import Database
from storage.network import Region, Structure
from storage.people import Account, Person, Role, RoleGrant
from tests.recording import HandClock, RecordingMessenger

PLATFORMS = ("telegram", "slack", "web")
WORKSPACES = {"slack": ("", "T1", "T2")}


@dataclass
class Heard:
    """What reached one chat: messages in order; the last one's buttons can be pressed."""

    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was said, joined."""
        return "\n".join(message.text for message in self.messages)

    @property
    def buttons(self) -> list[Button]:
        """The buttons shown, all messages together."""
        return [button for message in self.messages for row in message.buttons for button in row]

    def button(self, label: str) -> Button:
        """The last button whose label contains the words."""
        for button in reversed(self.buttons):
            if label in button.label:
                return button
        raise AssertionError(f"no button « {label} » among {[button.label for button in self.buttons]}")


def _in_room(room: str) -> dict[str, str]:
    return {"chat": room, "chat_kind": "group"} if room else {}


class Stage:
    """A database with everything around it. `machine` seconds pass only by `wait`."""

    def __init__(self, database: Database, router: Router | None = None) -> None:
        self.database = database
        self.clock = HandClock(datetime(2024, 3, 15, 9, 0, tzinfo=UTC))
        self.channels = {
            platform: RecordingMessenger(platform, workspaces=WORKSPACES.get(platform, NO_WORKSPACE))
            for platform in PLATFORMS
        }
        self.worker = Worker(database, list(self.channels.values()), self.clock, "stage")
        self.skew = 0.0
        self.gateway = Gateway(
            database,
            router or build_router(),
            self.worker,
            self.clock,
            "https://concerte.example",
            machine=lambda: 1_710_000_000.0 + self.skew,
        )
        self._count = 0

    def wait(self, seconds: float) -> None:
        """Time passes on both clocks."""
        self.skew += seconds
        self.clock.at += timedelta(seconds=seconds)

    async def says(
        self, who: str, text: str, *, name: str = "", email: str = "", workspace: str = "", room: str = ""
    ) -> Heard:
        """`who` is `platform:account`; returns what that chat heard in answer, or the `room` where it was said."""
        said = {"text": text, "display_name": name, "email": email, "workspace": workspace}
        return await self._does(self._inbound(who, **said, **_in_room(room)))

    async def presses(
        self, who: str, button: Button | str, *, workspace: str = "", room: str = "", message: str = "m1"
    ) -> Heard:
        """A press of a button, or of any action, forged ones included, perhaps in a `room`."""
        action = button if isinstance(button, str) else button.action
        press = Press(action=action, message=message)
        return await self._does(self._inbound(who, press=press, workspace=workspace, **_in_room(room)))

    async def sends_wordless(self, who: str, kind: str) -> Heard:
        """A voice message, a sticker: what a channel tells of it."""
        return await self._does(self._inbound(who, unread=kind))

    async def sends(self, who: str, name: str, content: bytes, *, chat_kind: str = "private") -> Heard:
        """A file sent to the bot."""
        return await self._does(self._inbound(who, file=InboundFile(name=name, content=content), chat_kind=chat_kind))

    async def heard(self, who: str) -> Heard:
        """All that has ever reached that chat, after sending what is due."""
        await self.worker.drain()
        platform, account = who.split(":", 1)
        return Heard([out.message() for out in self.channels[platform].arrived if out.chat == account])

    def _inbound(self, who: str, **more: object) -> Inbound:
        platform, account = who.split(":", 1)
        self._count += 1
        values = {
            "platform": platform,
            "update_id": f"u{self._count}",
            "account": account,
            "chat": account,
            "received_at": self.clock.at,
            **more,
        }
        return Inbound.model_validate(values)

    async def _does(self, inbound: Inbound) -> Heard:
        who = f"{inbound.platform}:{inbound.chat}"
        before = len((await self.heard(who)).messages)
        await self.gateway.store([inbound])
        await self.gateway.handle_all()
        return Heard((await self.heard(who)).messages[before:])

    async def person(
        self,
        given: str,
        family: str,
        *accounts: str,
        roles: tuple[Role, ...] = (Role.PARTICIPANT,),
        email: str = "",
        region: str = "",
        structure: str = "",
        workspace: str = "",
    ) -> int:
        """Somebody of the network with the accounts given; region and structure are made when new."""
        async with self.database.transaction() as session:
            place = await session.scalar(select(Region).where(Region.code == region)) if region else None
            if region and place is None:
                place = Region(code=region, name=region, zone="Europe/Paris", holidays="FR")
                session.add(place)
                await session.flush()
            house = await session.scalar(select(Structure).where(Structure.code == structure)) if structure else None
            if structure and house is None:
                house = Structure(
                    code=structure, name=structure, kind="mission-locale", region_id=place.id if place else None
                )
                session.add(house)
                await session.flush()
            person = Person(
                given_name=given,
                family_name=family,
                email=email or None,
                region_id=place.id if place else None,
                structure_id=house.id if house else None,
                created_at=self.clock.at,
            )
            session.add(person)
            await session.flush()
            region_id = place.id if place else None
            for role in roles:
                held = region_id if role is Role.REGIONAL_STAFF else None
                session.add(RoleGrant(person_id=person.id, role=role, region_id=held))
            for account in accounts:
                platform, number = account.split(":", 1)
                session.add(
                    Account(
                        platform=platform,
                        workspace=workspace if platform == "slack" else "",
                        external_id=number,
                        chat=number,
                        person_id=person.id,
                        created_at=self.clock.at,
                    )
                )
        return person.id
