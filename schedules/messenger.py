"""What delivery needs of a channel, and what passes between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from handlers.messages import Message
from schedules.retry import DeliveryError
from storage.outbox import CORRECTION, Kind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a messenger needs to send one delivery; `slot` is when it may leave, by the machine's clock.

    `parts_sent` says how many parts of a message that had to be split have arrived in earlier tries. `carries` are
    other deliveries that arrive, or fail, with this one: their words are in its payload.
    """

    id: int
    about: str
    kind: str
    platform: str
    workspace: str
    chat: str
    payload: dict[str, Any]
    edits: str
    tries: int
    slot: float
    parts_sent: int = 0
    carries: tuple["Outgoing", ...] = ()

    @property
    def corrects(self) -> bool:
        """Whether it brings what was announced to another text, or takes it back."""
        return self.about.startswith(CORRECTION)

    @property
    def only_there(self) -> bool:
        """Whether an edit that cannot be made any more is not to be said anew: taken down there, it stays down."""
        return self.kind == Kind.POLL or self.corrects

    @property
    def keeps_all(self) -> bool:
        """Whether the reference is to name every message of it, in their order: all of them may be corrected."""
        return self.kind == Kind.ANNOUNCEMENT or self.corrects

    def message(self) -> Message:
        """The message to send."""
        return Message.model_validate(self.payload)


class LastMessage:
    """Reads what is to be sent; an announcement is read once for all who get it. What is secret is not kept."""

    def __init__(self) -> None:
        self._payload: dict[str, Any] | None = None
        self._message: Message | None = None

    def of(self, outgoing: Outgoing) -> Message:
        """The message to send."""
        if self._message is not None and outgoing.payload == self._payload:
            return self._message
        message = outgoing.message()
        if not message.secret:
            self._payload, self._message = outgoing.payload, message
        return message


Lane = tuple[str, str]
"""A platform and a workspace there, empty where the platform has none: what has a limit of its own."""

NO_WORKSPACE = ("",)


class Messenger(Protocol):
    """A channel's way out. `rate` is its limit in messages per second and workspace, None when it has none."""

    platform: str
    rate: float | None

    @property
    def workspaces(self) -> Sequence[str]:
        """Those it writes to, `NO_WORKSPACE` where the platform has none; nothing leaves while there are none."""

    async def send(self, outgoing: Outgoing) -> str:
        """Send, or replace the message that `edits` names; returns the platform's reference. Raises DeliveryError."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A try that ended, sent (`ref`) or not (`error`); times in seconds of the machine's clock."""

    outgoing: Outgoing
    started: float
    ended: float
    ref: str = ""
    error: DeliveryError | None = None

    @property
    def outcome(self) -> str:
        """One word for the attempt."""
        if self.error is None:
            return "delivered"
        return "uncertain" if self.error.uncertain else "failed" if self.error.permanent else "refused"
