"""What somebody did: who, where, and a text, a press or a form; the same for every channel."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from handlers.errors import Refusal
from storage.people import Role

_NO_RIGHT = "Cette action est réservée à l’équipe d’animation du réseau."


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Press(_Value):
    """A button pressed: its action, and the platform's reference of the message that carried it."""

    action: str
    message: str = ""


class InboundFile(_Value):
    """A file that came with an update. Its content is kept apart (`storage.uploads`), never in the inbox."""

    name: str
    media_type: str = ""
    content: bytes = Field(default=b"", exclude=True, repr=False)


class Inbound(_Value):
    """An update as a channel's listener understood it, before anyone looked up who it is.

    `update_id` is the platform's own and unique there; `workspace` is the Slack team, empty elsewhere;
    `received_at` is the calendar's clock (a rehearsal moves it). `callback` is what the channel needs to
    acknowledge a press.
    """

    platform: str
    update_id: str
    account: str
    workspace: str = ""
    chat: str
    chat_kind: str = "private"  # private, group or channel
    text: str | None = None
    press: Press | None = None
    form: dict[str, str | list[str]] | None = None
    form_name: str = ""
    callback: str = ""
    received_at: datetime
    display_name: str = ""
    email: str = ""  # only as reported by the platform itself, never as typed
    file: InboundFile | None = None
    unread: str = ""  # what came without words and nobody here can read: voice, sticker, video, picture, file…

    @field_validator("text", "display_name", "email")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        """Without what no database takes: NUL and halves of surrogate pairs."""
        return value and value.replace("\x00", "").encode("utf-8", "replace").decode()


class Someone(_Value):
    """The person behind an account, with the roles held at this moment."""

    id: int
    name: str
    given_name: str
    structure_id: int | None = None
    structure: str = ""
    kind: str = ""
    region_id: int | None = None
    region: str = ""
    zone: str = "Europe/Paris"
    locale: str = "fr"  # how dates are written for them: fr or en
    roles: frozenset[Role] = frozenset()
    staff_regions: frozenset[int] = frozenset()
    fictional: bool = False

    @property
    def is_staff(self) -> bool:
        """National staff or an administrator."""
        return bool(self.roles & {Role.STAFF, Role.ADMIN})

    @property
    def tz(self) -> ZoneInfo:
        """Where this person's days begin and end."""
        return ZoneInfo(self.zone)


class Request(_Value):
    """An inbound update with the account and the person it was found to come from.

    `command` is the first word when it is one of ours, `rest` what follows it.
    """

    inbound: Inbound
    account_id: int
    person: Someone | None = None
    zone: str = "Europe/Paris"  # the network's, for those who have none
    command: str = ""
    rest: str = ""
    machine: float = 0.0  # when it is handled, by the machine's clock: codes and sessions count by it
    rates: dict[str, float] = {}  # messages per second that each platform with a limit takes, in each workspace
    typed_by: int | None = None  # staff who enter what `person` told them by phone
    public_url: str = Field(default="", description="PUBLIC_URL, empty when this instance has no web address")

    @property
    def text(self) -> str:
        """What was typed, without surrounding blanks; empty for a press."""
        return (self.inbound.text or "").strip()

    @property
    def press(self) -> Press | None:
        """The button pressed, if one was."""
        return self.inbound.press

    @property
    def received_at(self) -> datetime:
        """When it was received, by the calendar's clock."""
        return self.inbound.received_at

    @property
    def tz(self) -> ZoneInfo:
        """The reader's zone: the person's, else the network's."""
        return self.person.tz if self.person else ZoneInfo(self.zone)

    @property
    def locale(self) -> str:
        """How dates are written for the reader."""
        return self.person.locale if self.person else "fr"

    @property
    def holder(self) -> str:
        """Whose conversation this is: the person's on every channel, else the account's."""
        return f"person:{self.person.id}" if self.person else f"account:{self.account_id}"

    @property
    def arguments(self) -> list[str]:
        """What follows `capability:verb` in the action pressed."""
        return self.press.action.split(":")[2:] if self.press else []

    def number(self, place: int) -> int | None:
        """The argument at that place if it may be the number of a row; a forged action may hold anything."""
        given = self.arguments[place] if place < len(self.arguments) else ""
        return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None

    def known(self) -> Someone:
        """The person; refuses politely when the account belongs to nobody."""
        if self.person is None:
            raise Refusal(
                "Je ne sais pas encore qui vous êtes : votre compte n’est relié à personne. "
                "Demandez une invitation à l’équipe d’animation du réseau.",
                audit="unknown account",
            )
        return self.person

    def staff(self) -> Someone:
        """The person if staff or administrator now; refuses otherwise."""
        person = self.known()
        if not person.is_staff:
            raise Refusal(_NO_RIGHT, audit="not staff")
        return person
