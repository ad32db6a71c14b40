"""What Concerte says: messages and their buttons, as every channel understands them."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from handlers.typography import french

ACTION_BYTES = 64  # Telegram's callback_data; the narrowest of the channels


Shown = Annotated[str, AfterValidator(french)]  # as it is, but for the spaces that French never breaks


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Value):
    """Either an `action` (`capability:verb:arguments`, at most 64 bytes) or a `url` to open.

    An action is a wish, never a right: whoever presses is checked again.
    """

    label: Shown = Field(min_length=1)
    action: str = ""
    url: str = ""
    style: str = ""  # "", "primary" or "danger"


class Attachment(_Value):
    """A small file sent with a message, base64 in JSON: an .ics, an export, a chart (PNG with `alt` text)."""

    filename: str
    media_type: str
    content: bytes
    alt: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class StoredFile(_Value):
    """A file kept once for many messages (see `storage.announcement_files`)."""

    number: int
    filename: str
    type: str
    size: int


class ContactCard(_Value):
    """Coordinates a channel may show natively (Telegram's contact)."""

    given_name: str
    family_name: str
    phone: str = ""
    email: str = ""
    function: str = ""
    organisation: str = ""


class Days(_Value):
    """The first and last day a message is about, both included: a page shows them as a leaf of a calendar."""

    first: date
    last: date


class Message(_Value):
    """One message: `text` in the small rich text (see richtext), rows of buttons, perhaps a file or a card.

    Text taken from people or data goes through `plain()` first.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None
    file: StoredFile | None = None  # in the place of an attachment
    shown_as: str = ""  # a preview: the platform that would show it so; the gateway has it rendered
    contact: ContactCard | None = None
    days: Days | None = None
    secret: bool = False  # shows an anonymous answer: sealed while it waits, and its row goes once it is sent


class Reply(_Value):
    """What a handler answers: messages; a short notice for a press; whether the pressed message is replaced."""

    messages: tuple[Message, ...] = ()
    notice: Shown = ""
    alert: bool = False  # the notice is a « no », to be read before going on
    replace: bool = False  # the first message takes the place of the one whose button was pressed
    secret: bool = False  # it carries a link or a code: nothing of it is kept once it is sent
    goodbye: bool = False  # whoever is answered has just been erased: nothing of the answer is kept once it is sent


def say(text: str, *rows: tuple[Button, ...], notice: str = "", replace: bool = False) -> Reply:
    """A reply of one message."""
    return Reply(messages=(Message(text=text, buttons=rows),), notice=notice, replace=replace)


def plain(text: str) -> str:
    """The text with every mark of the rich text escaped, so that it is shown as typed."""
    return "".join(f"\\{c}" if c in r"\`*_[]()#+-!<>&|~" else c for c in text)
