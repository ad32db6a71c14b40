"""What the fake Telegram knows: people, chats, messages, files. No HTTP here."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.fakes.bell import Bell
from tests.fakes.telegram.keyboards import Button, Keyboard
from tests.fakes.telegram.refusal import Json, bad, forbidden


@dataclass(slots=True)
class User:
    """Somebody on Telegram."""

    id: int
    first_name: str
    username: str = ""
    language: str = "fr"

    def json(self) -> Json:
        """A `User` of the Bot API."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language}
        if self.username:
            user["username"] = self.username
        return user


@dataclass(slots=True)
class Chat:
    """A chat with the bot. `closed` says why the bot may not write there; empty when it may."""

    id: int
    kind: str
    title: str
    username: str = ""
    closed: str = ""
    migrated_to: int | None = None

    @property
    def private(self) -> bool:
        """Whether it is a conversation with one person."""
        return self.kind == "private"

    def json(self) -> Json:
        """A `Chat` of the Bot API."""
        chat: Json = {"id": self.id, "type": self.kind, "first_name" if self.private else "title": self.title}
        if self.username:
            chat["username"] = self.username
        return chat


@dataclass(slots=True)
class File:
    """A file that Telegram keeps. `kind` is `document` or `photo`."""

    id: str
    kind: str
    name: str
    content: bytes

    def json(self) -> Json:
        """A `Document` or one `PhotoSize` of the Bot API."""
        facts: Json = {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.content)}
        return facts | ({"file_name": self.name} if self.kind == "document" else {"width": 640, "height": 480})


_FILE: Json = {"file_id": "wordless", "file_unique_id": "uwordless"}
WORDLESS: dict[str, Json] = {
    "voice": _FILE | {"duration": 4, "mime_type": "audio/ogg"},
    "video_note": _FILE | {"duration": 4, "length": 240},
    "sticker": _FILE | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "location": {"latitude": 49.49, "longitude": 0.11},
}
"""What has no words, as the Bot API tells of it."""


@dataclass(slots=True)
class Version:
    """What a message said before an edit, or says now. `html` is the source, `text` what the reader sees."""

    text: str = ""
    html: str = ""
    entities: list[Json] = field(default_factory=list)
    keyboard: Keyboard | None = None


@dataclass(slots=True)
class Message:
    """A message in a chat, from the bot or to it. `text` of a document or a photo is its caption."""

    message_id: int
    chat: int
    sender: Json
    at: int
    kind: str
    content: Version
    file: File | None = None
    contact: Json | None = None
    reply_to: int | None = None
    silent: bool = False
    edits: list[Version] = field(default_factory=list)
    deleted: bool = False

    @property
    def text(self) -> str:
        """What the reader sees now."""
        return self.content.text

    @property
    def html(self) -> str:
        """The source of the text."""
        return self.content.html

    @property
    def rows(self) -> list[list[Button]]:
        """The buttons, row by row."""
        return self.content.keyboard.rows if self.content.keyboard else []

    @property
    def buttons(self) -> list[Button]:
        """All buttons in reading order."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [button.text for button in self.buttons]

    def button(self, label: str) -> Button:
        """The button with that label; an `AssertionError` that names those there are."""
        for button in self.buttons:
            if button.text == label:
                return button
        raise AssertionError(f"no button {label!r} under {self.text!r}, only {self.labels}")


class World:
    """All of it. Everything here is synchronous, so every change is whole."""

    def __init__(self, bot_id: int, any_chat: bool) -> None:
        self.bell = Bell()
        self.bot: Json = {"id": bot_id, "is_bot": True, "first_name": "Concerte", "username": "concerte_test_bot"}
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.files: dict[str, File] = {}
        self.sent: list[Message] = []
        self.arrivals: Counter[int] = Counter()
        self.lead = 0.0
        self._any_chat = any_chat
        self._last_message = 0

    def now(self) -> float:
        """Unix time on the fake's clock, which a test can put forward."""
        return time.time() + self.lead

    def user(self, user_id: int, name: str = "") -> User:
        """Somebody, made up where unknown; a name given later is the new one."""
        user = self.users.get(user_id)
        if user is None:
            user = self.users[user_id] = User(user_id, name or f"Personne {user_id}")
        elif name:
            user.first_name = name
        return user

    def private_chat(self, user_id: int, name: str = "") -> Chat:
        """The conversation of somebody with the bot, begun where there was none."""
        user = self.user(user_id, name)
        if user_id not in self.chats:
            self.chats[user_id] = Chat(user_id, "private", user.first_name, user.username)
        return self.chats[user_id]

    def writable(self, chat_id: int) -> Chat:
        """A chat the bot may write to, or Telegram's refusal."""
        chat = self.chats.get(chat_id)
        if chat is None:
            if not (self._any_chat and chat_id > 0):
                raise bad("chat not found")
            chat = self.private_chat(chat_id)
        if chat.migrated_to is not None:
            moved = {"migrate_to_chat_id": chat.migrated_to}
            raise bad("group chat was upgraded to a supergroup chat", moved)
        if chat.closed:
            raise forbidden(chat.closed)
        return chat

    def message(self, chat_id: int, message_id: int, what: str) -> Message:
        """A message that is still there, or the refusal that `what` is not found."""
        message = self.messages.get((chat_id, message_id))
        if message is None or message.deleted:
            raise bad(f"{what} not found")
        return message

    def add(
        self,
        chat: Chat,
        kind: str,
        content: Version,
        *,
        sender: Json | None = None,
        file: File | None = None,
        contact: Json | None = None,
        reply_to: int | None = None,
        silent: bool = False,
    ) -> Message:
        """A new message, from the bot unless a `sender` is named. The bot's have arrived from here on."""
        self._last_message += 1
        message = Message(
            self._last_message,
            chat.id,
            sender or self.bot,
            int(self.now()),
            kind,
            content,
            file,
            contact,
            reply_to,
            silent,
        )
        self.messages[chat.id, message.message_id] = message
        if sender is None:
            self.sent.append(message)
            self.arrivals[chat.id] += 1
            self.bell.ring()
        return message

    def keep(self, kind: str, name: str, content: bytes) -> File:
        """Keep a file, under a new id."""
        file = File(f"{kind}-{len(self.files) + 1:06d}", kind, name, content)
        self.files[file.id] = file
        return file

    def json(self, message: Message) -> Json:
        """A `Message` of the Bot API. What the bot wrote shows its inline keyboard, as in Telegram."""
        chat = self.chats[message.chat]
        if message.deleted:
            return {"message_id": message.message_id, "chat": chat.json(), "date": 0}
        shape: Json = {
            "message_id": message.message_id,
            "from": message.sender,
            "chat": chat.json(),
            "date": message.at,
        }
        words, marks = ("text", "entities") if message.kind == "text" else ("caption", "caption_entities")
        content = message.content
        if content.text:
            shape[words] = content.text
        if content.entities:
            shape[marks] = content.entities
        if content.keyboard is not None and content.keyboard.kind == "inline_keyboard":
            shape["reply_markup"] = content.keyboard.markup
        if message.edits:
            shape["edit_date"] = int(self.now())
        if message.kind in WORDLESS:
            shape[message.kind] = WORDLESS[message.kind]
        if message.contact is not None:
            shape["contact"] = message.contact
        if message.file is not None:
            facts = message.file.json()
            shape[message.kind] = [facts] if message.kind == "photo" else facts
        if (answered := self.messages.get((message.chat, message.reply_to or 0))) is not None:
            shape["reply_to_message"] = self.json(answered)
        return shape
