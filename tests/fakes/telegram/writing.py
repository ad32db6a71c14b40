"""The methods by which the bot writes, edits and deletes."""

from typing import Any

from tests.fakes.telegram.formatting import Formatted, parse_html, units
from tests.fakes.telegram.keyboards import Keyboard, read_keyboard
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.parameters import BIGGEST_UPLOAD, Call, Upload
from tests.fakes.telegram.refusal import Json, Malformed, Refused, bad
from tests.fakes.telegram.world import Chat, File, Message, Version, World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
DELETABLE = 48 * 3600
IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
BIGGEST_PHOTO = 10 * 1024 * 1024
PREVIEW_OPTIONS = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
REPLY_PARAMETERS = {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class Writing:
    """sendMessage and its like. Complaints that the real server would keep to itself go to `complaints`."""

    def __init__(self, world: World, limits: Limits, complaints: list[str]) -> None:
        self._world = world
        self._limits = limits
        self._complaints = complaints

    def send_message(self, call: Call) -> Json:
        """A text."""
        _known(call.get("link_preview_options"), PREVIEW_OPTIONS, "link_preview_options")
        return self._send(call, "text", self._text(call, "message is too long"))

    def send_document(self, call: Call) -> Json:
        """A file of any kind."""
        return self._send(call, "document", self._caption(call), file=lambda: self._file("document", call))

    def send_photo(self, call: Call) -> Json:
        """A picture."""
        return self._send(call, "photo", self._caption(call), file=lambda: self._file("photo", call))

    def send_contact(self, call: Call) -> Json:
        """A visiting card."""
        if len(call.get("vcard", "").encode()) > 2048:
            raise bad("CONTACT_VCARD_INVALID")
        fields = ("phone_number", "first_name", "last_name", "vcard")
        return self._send(
            call, "contact", Version(), contact={name: call.get(name) for name in fields if call.get(name)}
        )

    def edit_text(self, call: Call) -> Json:
        """Another text for a message of the bot."""
        content = self._text(call, "MESSAGE_TOO_LONG")
        message = self._editable(call)
        if message.kind != "text":
            raise bad("there is no text in the message to edit")
        return self._edit(message, content, self._inline(call))

    def edit_caption(self, call: Call) -> Json:
        """Another caption, or none, for a file of the bot."""
        content = self._caption(call)
        message = self._editable(call)
        if message.file is None:
            raise bad("there is no caption in the message to edit")
        return self._edit(message, content, self._inline(call))

    def edit_markup(self, call: Call) -> Json:
        """Other buttons, or none."""
        message = self._editable(call)
        now = message.content
        return self._edit(message, Version(now.text, now.html, now.entities), self._inline(call))

    def delete(self, call: Call) -> bool:
        """Take a message away, at most 48 hours after it was sent."""
        chat = self._world.writable(call.get("chat_id"))
        message = self._world.message(chat.id, call.get("message_id"), "message to delete")
        if self._world.now() - message.at > DELETABLE:
            raise bad("message can't be deleted for everyone")
        if message.sender is not self._world.bot and not chat.private:
            raise bad("message can't be deleted")
        message.deleted = True
        self._world.bell.ring()
        return True

    def _send(self, call: Call, kind: str, content: Version, file: Any = None, contact: Json | None = None) -> Json:
        reply = call.get("reply_parameters")
        _known(reply, REPLY_PARAMETERS, "reply_parameters")
        chat = self._world.writable(call.get("chat_id"))
        content.keyboard = read_keyboard(call.get("reply_markup"), private=chat.private)
        answered = self._answered(chat, reply)
        kept = file() if file is not None else None
        self._limits.take(chat.id)
        message = self._world.add(
            chat,
            kind,
            content,
            file=kept,
            contact=contact,
            reply_to=answered,
            silent=call.get("disable_notification", False),
        )
        return self._world.json(message)

    def _answered(self, chat: Chat, reply: Json | None) -> int | None:
        if reply is None:
            return None
        answered = self._world.messages.get((chat.id, reply["message_id"]))
        if answered is not None and not answered.deleted:
            return answered.message_id
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")

    def _editable(self, call: Call) -> Message:
        chat = self._world.writable(call.get("chat_id"))
        message = self._world.message(chat.id, call.get("message_id"), "message to edit")
        if message.sender is not self._world.bot:
            raise bad("message can't be edited")
        return message

    def _inline(self, call: Call) -> Keyboard | None:
        return read_keyboard(call.get("reply_markup"), inline_only=True)

    def _edit(self, message: Message, content: Version, keyboard: Keyboard | None) -> Json:
        content.keyboard = keyboard
        before = message.content
        if before.keyboard is not None and before.keyboard.kind != "inline_keyboard":
            raise bad("message can't be edited")
        same_words = before.text == content.text and before.entities == content.entities
        if same_words and _markup(before.keyboard) == _markup(keyboard):
            raise bad(NOT_MODIFIED)
        self._limits.take(message.chat, edit=True)
        message.edits.append(before)
        message.content = content
        self._world.bell.ring()
        return self._world.json(message)

    def _text(self, call: Call, too_long: str) -> Version:
        source = call.get("text", "")
        found = self._formatted(source, call.get("parse_mode"))
        if not found.text.strip():
            raise bad("message text is empty")
        if units(found.text) > LONGEST_TEXT:
            raise bad(too_long)
        return Version(found.text, source, found.entities)

    def _caption(self, call: Call) -> Version:
        source = call.get("caption", "")
        found = self._formatted(source, call.get("parse_mode"))
        if units(found.text) > LONGEST_CAPTION:
            raise bad("message caption is too long")
        return Version(found.text, source, found.entities)

    def _formatted(self, source: str, mode: str | None) -> Formatted:
        if mode is None:
            return Formatted(source)
        if mode.lower() != "html":
            raise Malformed(f"this fake reads HTML, not parse_mode {mode!r}")
        found = parse_html(source)
        self._complaints += found.complaints
        return found

    def _file(self, kind: str, call: Call) -> File:
        given = call.get(kind)
        if isinstance(given, Upload):
            return self._uploaded(kind, given)
        if "://" in given:
            raise bad("failed to get HTTP URL content")
        file = self._world.files.get(given)
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
        return file

    def _uploaded(self, kind: str, upload: Upload) -> File:
        if not upload.content:
            raise bad("file must be non-empty")
        if len(upload.content) > BIGGEST_UPLOAD:
            raise Refused(413, "Request Entity Too Large")
        if kind == "photo":
            if len(upload.content) > BIGGEST_PHOTO:
                raise bad("file is too big")
            if not upload.content.startswith(IMAGES):
                raise bad("IMAGE_PROCESS_FAILED")
        return self._world.keep(kind, upload.name, upload.content)


def _markup(keyboard: Keyboard | None) -> Json | None:
    return keyboard.markup if keyboard is not None else None


def _known(value: object, allowed: set[str], name: str) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise Malformed(f"{name} must be an object")
    if unknown := set(value) - allowed:
        raise Malformed(f"unknown fields in {name}: {sorted(unknown)}")
