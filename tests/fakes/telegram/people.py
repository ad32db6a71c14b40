"""What people on Telegram do: they write, press, block the bot, share their number. Each returns its update's id."""

import re

from tests.fakes.telegram.botapi import BotApi, Press
from tests.fakes.telegram.formatting import units
from tests.fakes.telegram.refusal import Json
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.world import Chat, Message, Version, World

BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"
NEVER_STARTED = "bot can't initiate conversation with a user"
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?(?!\w)")


class People:
    """The part of the fake that plays the people. Whoever is named for the first time exists from then on."""

    _world: World
    _updates: Updates
    _api: BotApi

    def knows(self, *users: int, name: str = "") -> None:
        """These have begun a conversation with the bot before; no update is sent."""
        for user in users:
            self._world.private_chat(user, name)

    def stranger(self, user: int) -> None:
        """Somebody who is on Telegram but never wrote to the bot, so it may not write first."""
        self._world.private_chat(user).closed = NEVER_STARTED

    def group(self, chat: int, title: str = "Groupe", *, kind: str = "group") -> int:
        """A `group` or `supergroup` (negative id) that the bot is in; returns the id."""
        self._world.chats[chat] = Chat(chat, kind, title)
        return chat

    def says(
        self,
        user: int,
        text: str,
        *,
        chat: int | None = None,
        name: str = "",
        username: str = "",
        reply_to: Message | None = None,
    ) -> int:
        """Somebody writes, to the bot or in a group it is in."""
        if username:
            self._world.user(user).username = username
        content = Version(text, text, [*_commands(text)])
        return self._message(user, "text", content, chat, name, reply_to=reply_to)

    def starts(self, user: int, payload: str = "", *, name: str = "") -> int:
        """Somebody opens the bot, perhaps by a link with a payload (`https://t.me/bot?start=payload`)."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload), f"Telegram takes no payload {payload!r}"
        if user in self._world.chats:
            self._world.chats[user].closed = ""
        return self.says(user, f"/start {payload}".strip(), name=name)

    def sends_file(self, user: int, name: str, content: bytes, *, kind: str = "document", caption: str = "") -> int:
        """Somebody sends a file; the bot gets it by getFile. `kind` is `document` or `photo`."""
        return self._message(user, kind, Version(caption, caption), file=(name, content))

    def sends(self, user: int, kind: str, *, chat: int | None = None, reply_to: Message | None = None) -> int:
        """Somebody sends what has no words: `voice`, `video_note`, `sticker` or `location`."""
        return self._message(user, kind, Version(), chat, reply_to=reply_to)

    def shares_contact(self, user: int, phone: str, *, owner: int | None = None) -> int:
        """Somebody shares their number, or (`owner`) the card of somebody else."""
        whose = self._world.user(owner or user)
        contact = {"phone_number": phone, "first_name": whose.first_name, "user_id": whose.id}
        return self._message(user, "contact", Version(), contact=contact)

    def corrects(self, update_id: int, text: str) -> int:
        """Somebody edits what they wrote before."""
        update = self._updates.all[update_id]
        message = self._world.messages[update.lane, update.body["message_id"]]
        message.edits.append(message.content)
        message.content = Version(text, text, [*_commands(text)])
        return self._updates.add("edited_message", self._world.json(message), message.chat)

    def presses(
        self,
        user: int,
        message: Message | int,
        label: str | None = None,
        *,
        data: str | None = None,
        chat: int | None = None,
    ) -> int:
        """Somebody presses a button of a message (or its id), by its label; `data` forges the press of any data.

        A button of a reply keyboard says its label.
        """
        if isinstance(message, int):
            message = self._world.messages[chat or user, message]
        if data is None:
            button = message.button(label) if label is not None else message.buttons[0]
            if message.content.keyboard is not None and message.content.keyboard.kind == "keyboard":
                return self.says(user, button.text, chat=message.chat)
            data = button.data
            assert data is not None, f"button {button.text!r} opens {button.url!r}: nothing reaches the bot"
        query_id = f"{user}{len(self._api.presses) + 1:07d}"
        body: Json = {
            "id": query_id,
            "from": self._world.user(user).json(),
            "message": self._world.json(message),
            "chat_instance": str(abs(hash((message.chat, "chat instance")))),
            "data": data,
        }
        update_id = self._updates.add("callback_query", body, message.chat)
        self._api.presses[query_id] = Press(update_id, user, self._world.now())
        return update_id

    def block(self, user: int) -> int:
        """Somebody blocks the bot, which is told so."""
        return self._membership(user, BLOCKED, "member", "kicked")

    def unblock(self, user: int) -> int:
        """Somebody lets the bot in again."""
        return self._membership(user, "", "kicked", "member")

    def deactivate(self, user: int) -> None:
        """Somebody's Telegram account is gone. The bot is not told."""
        self._world.private_chat(user).closed = DEACTIVATED

    def kicks(self, user: int, chat: int) -> int:
        """Somebody throws the bot out of a group."""
        group = self._world.chats[chat]
        group.closed = f"bot was kicked from the {group.kind} chat"
        return self._updates.add("my_chat_member", self._member_change(user, group, "member", "kicked"), chat)

    def adds_bot(self, user: int, chat: int, title: str = "Groupe") -> int:
        """Somebody takes the bot into a group."""
        self.group(chat, title)
        change = self._member_change(user, self._world.chats[chat], "left", "member")
        return self._updates.add("my_chat_member", change, chat)

    def migrate(self, chat: int, *, announce: bool = False) -> int:
        """A group becomes a supergroup; returns the new chat's id. `announce`: the bot is told by a service message."""
        old = self._world.chats[chat]
        new = Chat(-1_000_000_000_000 + chat, "supergroup", old.title)
        self._world.chats[new.id] = new
        old.migrated_to = new.id
        if announce:
            notice = self._world.add(old, "text", Version(), sender=self._world.user(1).json())
            self._updates.add("message", self._world.json(notice) | {"migrate_to_chat_id": new.id}, chat)
        return new.id

    def redeliver(self, update_id: int) -> None:
        """The bot gets an update once more, though it has confirmed it."""
        self._updates.redeliver(update_id)

    def _message(
        self,
        user: int,
        kind: str,
        content: Version,
        chat: int | None = None,
        name: str = "",
        *,
        reply_to: Message | None = None,
        file: tuple[str, bytes] | None = None,
        contact: Json | None = None,
    ) -> int:
        sender = self._world.user(user, name)
        place = self._world.private_chat(user) if chat is None else self._world.chats[chat]
        if place.closed == NEVER_STARTED:
            place.closed = ""
        message = self._world.add(
            place,
            kind,
            content,
            sender=sender.json(),
            file=self._world.keep(kind, *file) if file else None,
            contact=contact,
            reply_to=reply_to.message_id if reply_to else None,
        )
        return self._updates.add("message", self._world.json(message), place.id)

    def _membership(self, user: int, closed: str, before: str, after: str) -> int:
        chat = self._world.private_chat(user)
        chat.closed = closed
        return self._updates.add("my_chat_member", self._member_change(user, chat, before, after), user)

    def _member_change(self, user: int, chat: Chat, before: str, after: str) -> Json:
        bot = self._world.bot
        return {
            "chat": chat.json(),
            "from": self._world.user(user).json(),
            "date": int(self._world.now()),
            "old_chat_member": _member(bot, before),
            "new_chat_member": _member(bot, after),
        }


def _member(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _commands(text: str) -> list[Json]:
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found[0])}
        for found in COMMAND.finditer(text)
    ]
