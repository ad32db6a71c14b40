"""What a workspace holds: people, conversations, messages, views, and what the bot asked of it."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.refusal import Json
from tests.fakes.slack.wording import elements, shown


@dataclass
class User:
    """A member of the workspace. `refusal` is the error a message to a deactivated member gets."""

    id: str
    name: str
    email: str
    tz: str
    deleted: bool = False
    refusal: str = "account_inactive"


@dataclass
class Channel:
    """A conversation: `im` (with `user`), or `channel`, which the bot may have joined or not."""

    id: str
    kind: str
    name: str = ""
    user: str | None = None
    joined: bool = True
    archived: bool = False


@dataclass
class Edit:
    """One change of a message, with what it said before."""

    at: float
    text: str
    blocks: list[Json]


@dataclass(eq=False)
class Message:
    """A message as the workspace keeps it. `author` is the bot's user id or a person's.

    `to` is the person who reads it in a direct message or alone (`ephemeral`), else None. `via` says how it came:
    `chat.postMessage`, `chat.postEphemeral`, `response_url`, `ack`, `files.completeUploadExternal` or `person`.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: list[Json]
    at: float
    to: str | None = None
    via: str = "chat.postMessage"
    thread_ts: str | None = None
    ephemeral: bool = False
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    deleted: bool = False
    state: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What people see: the text of the blocks (or the text when there are none), entities decoded."""
        return shown(self.text, self.blocks)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [e["text"]["text"] for _, e in elements(self.blocks) if e["type"] == "button"]

    def __str__(self) -> str:
        return f"[{self.channel} {self.ts}] {self.shown!r} {self.buttons or ''}"


@dataclass(eq=False)
class View:
    """A modal or a home tab, as one person has it in front of them. `body` is what the bot sent."""

    id: str
    user: str
    body: Json
    root: str
    previous: str | None = None
    version: int = 1
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)

    @property
    def hash(self) -> str:
        """Changes with every update."""
        return f"{self.version}.{self.id.lower()}"

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, each with its id."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        """Its title; empty for a home tab."""
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def shown(self) -> str:
        """What people read in it."""
        return shown(None, self.blocks)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons in its blocks, in order."""
        return [e["text"]["text"] for _, e in elements(self.blocks) if e["type"] == "button"]


@dataclass
class Trigger:
    """A `trigger_id`: opens one modal within a few seconds of the gesture it came with."""

    user: str
    at: float
    view: str | None = None
    used: bool = False
    expired: bool = False


@dataclass
class ResponseUrl:
    """Where a gesture can be answered, five times within half an hour."""

    channel: str
    user: str
    at: float
    message: Message | None = None
    uses: int = 0


@dataclass
class Upload:
    """A file on its way: announced, then sent, then shared."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    shared: bool = False
    deleted: bool = False


@dataclass
class Call:
    """One call of the Web API: what was asked, and the error it got (None when it was accepted)."""

    method: str
    arguments: dict[str, Any]
    at: float
    error: str | None = None
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Violation:
    """Something the real Slack might let pass, and that the bot should never do."""

    what: str
    detail: str


@dataclass(frozen=True)
class Ping:
    """Somebody who would have been notified by a message: `!channel`, `!here`, `@U…`."""

    target: str
    message: Message
