"""What a test sees of the fake Telegram, and how it waits for what it wants to see: by events, never by sleeping."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.fakes.telegram.botapi import Answer, BotApi
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.refusal import Json, Refused
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.webhook import Push
from tests.fakes.telegram.world import Message, World
from tests.patience import PATIENCE

T = TypeVar("T")


@dataclass(slots=True)
class Violation:
    """Something that a bot must never do, and that the fake refused or only noted."""

    method: str
    detail: str


@dataclass(slots=True)
class Taken:
    """A request for a chat that the server has read: when it came and was answered, in Unix time."""

    at: float
    answered: float | None = None


class Witness:
    """The part of the fake that a test looks at."""

    limits: Limits
    _world: World
    _updates: Updates
    _api: BotApi

    def __init__(self) -> None:
        super().__init__()
        self.violations: list[Violation] = []
        self.refusals: list[tuple[str, Refused]] = []
        self.calls: Counter[str] = Counter()
        self.taken: dict[int, Taken] = {}  # the last request for each chat
        self._taken: Counter[object] = Counter()

    @property
    def sent(self) -> list[Message]:
        """The messages of the bot that arrived, in their order, whatever the bot knows of it."""
        return self._world.sent

    @property
    def files(self) -> int:
        """How many files Telegram keeps."""
        return len(self._world.files)

    @property
    def arrived(self) -> int:
        """How many messages of the bot arrived."""
        return len(self._world.sent)

    @property
    def arrivals(self) -> Counter[int]:
        """How many of them in each chat."""
        return self._world.arrivals

    @property
    def answers(self) -> list[Answer]:
        """How presses were answered."""
        return self._api.answers

    @property
    def actions(self) -> list[tuple[int, str]]:
        """Chat actions: chat and action."""
        return self._api.actions

    @property
    def commands(self) -> dict[tuple[str, str], list[Json]]:
        """The menus that the bot set, by scope and language."""
        return self._api.commands

    @property
    def pushes(self) -> list[Push]:
        """Every try to push an update to the webhook, with the bot's response."""
        return self._updates.webhook.pushes

    @property
    def waiting(self) -> list[int]:
        """Ids of the updates that the bot has not confirmed."""
        return sorted(self._updates.waiting)

    @property
    def polling(self) -> bool:
        """Whether a getUpdates is waiting for updates."""
        return self._updates.polling

    @property
    def too_many(self) -> int:
        """How many calls were refused with 429; `limits.refused` has them by reason."""
        return self.limits.refused.total()

    def in_chat(self, chat: int) -> list[Message]:
        """The bot's messages in a chat that are still there."""
        return [message for message in self._world.sent if message.chat == chat and not message.deleted]

    def written(self, update_id: int) -> Message:
        """The message of somebody that came to the bot as that update."""
        update = self._updates.all[update_id]
        return self._world.messages[update.lane, update.body["message_id"]]

    async def wait_until(self, condition: Callable[[], T | None], timeout: float = PATIENCE) -> T:
        """The first true value of `condition`, tried at every change of this fake, else an `AssertionError`."""
        try:
            return await self._world.bell.until(condition, timeout)
        except TimeoutError:
            last = [(message.chat, message.text) for message in self._world.sent[-5:]]
            raise AssertionError(
                f"not within {timeout} s; last sent: {last}; calls: {dict(self.calls)}; refused: {self.refusals[-5:]}"
            ) from None

    async def next_message(self, chat: int, timeout: float = PATIENCE) -> Message:
        """The next message in a chat, each handed out once, in order."""
        return await self._next(("chat", chat), lambda: [m for m in self._world.sent if m.chat == chat], timeout)

    async def next_edit(self, message: Message, timeout: float = PATIENCE) -> Message:
        """The message once it has been edited again, each edit counted once."""
        await self._next(("edit", message.chat, message.message_id), lambda: message.edits, timeout)
        return message

    async def answer_to(self, update_id: int, timeout: float = PATIENCE) -> Answer:
        """How the press of that update was answered."""
        query_id = next(query for query, press in self._api.presses.items() if press.update_id == update_id)
        return await self.wait_until(lambda: next((a for a in self.answers if a.query_id == query_id), None), timeout)

    async def all_confirmed(self, timeout: float = PATIENCE) -> None:
        """Wait until the bot has confirmed every update."""
        await self.wait_until(lambda: not self._updates.waiting and not self._updates.again, timeout)

    async def _next(self, key: object, found: Callable[[], list[T]], timeout: float) -> T:
        taken = self._taken[key]
        items = await self.wait_until(lambda: found()[taken:], timeout)
        self._taken[key] += 1
        return items[0]
