"""Rate limits: token buckets, off unless asked for, and halts that a test orders. Every 429 is counted."""

import math
import time
from collections import Counter
from dataclasses import dataclass

from tests.fakes.telegram.refusal import too_many


@dataclass(slots=True)
class Bucket:
    """Holds `burst` tokens, refilled at `rate` a second; starts full."""

    rate: float
    burst: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until there is a token; zero when there is one."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        # A bot that keeps exactly to the rate must not be refused for a rounding error.
        return 0.0 if self.level >= 1 - 1e-6 else (1 - self.level) / self.rate


class Limits:
    """`rate` messages a second for the bot, `chat_rate` a second in each chat, `group_rate` a minute in each group.

    The bot's bucket holds one second's worth, a chat's `chat_burst` or one message, a group's one minute's worth.
    """

    def __init__(
        self,
        rate: float | None = None,
        chat_rate: float | None = None,
        group_rate: float | None = None,
        chat_burst: float | None = None,
    ) -> None:
        self._chat_burst = chat_burst
        self.refused: Counter[str] = Counter()
        self._halted: dict[int | None, float] = {}
        self.set(rate, chat_rate, group_rate)

    def set(self, rate: float | None = None, chat_rate: float | None = None, group_rate: float | None = None) -> None:
        """Other limits from now on, all buckets full; `None` is no limit."""
        self._bot = None if rate is None else _bucket(rate, max(1, rate))
        self._chat_rate, self._group_rate = chat_rate, group_rate
        self._chats: dict[int, list[tuple[str, Bucket]]] = {}

    def halt(self, chat: int | None, seconds: float) -> None:
        """429 for every message to a chat, or to anybody, until then."""
        self._halted[chat] = time.monotonic() + seconds

    def take(self, chat: int, *, edit: bool = False) -> None:
        """Count one message to `chat`, or refuse it with 429. A refused one uses nothing up.

        An edit counts for the bot only, so that a press may be answered by an edit and a message.
        """
        now = time.monotonic()
        for scope in (None, chat) if self._halted else ():
            wait = self._halted.get(scope, 0.0) - now
            if wait > 0:
                self.refused["halted"] += 1
                raise too_many(wait)
        buckets = self._of(chat) if (self._chat_rate or self._group_rate) and not edit else []
        if self._bot is not None:
            buckets = [("bot", self._bot), *buckets]
        for scope_name, bucket in buckets:
            if wait := bucket.wait(now):
                self.refused[scope_name] += 1
                raise too_many(wait)
        for _, bucket in buckets:
            bucket.level -= 1

    def _of(self, chat: int) -> list[tuple[str, Bucket]]:
        if chat not in self._chats:
            buckets = self._chats[chat] = []
            if self._chat_rate:
                buckets.append(
                    ("chat", _bucket(self._chat_rate, self._chat_burst or max(1, math.floor(self._chat_rate))))
                )
            if self._group_rate and chat < 0:
                buckets.append(("group", _bucket(self._group_rate / 60, self._group_rate)))
        return self._chats[chat]


def _bucket(rate: float, burst: float) -> Bucket:
    return Bucket(rate, burst, burst, time.monotonic())
