"""Long polling that loses nothing: a batch is committed to the inbox before the offset moves past it.

Telegram allows one poller for a bot. Of all processes the one that holds the lease polls; the others stand by and
take over when it ends. Two that poll for a moment do no harm: an update is stored once, whoever brings it.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.channel import Health
from bot.telegram.listening import WANTED
from bot.telegram.refusals import seconds_of
from bot.telegram.transport import Transport
from schedules.blame import trouble
from schedules.clock import machine_now
from storage.database import Database
from storage.leases import hold, release

log = logging.getLogger(__name__)

LEASE_NAME = "telegram-poller"
LEASE = 6.0  # seconds; what a killed poller's successor waits at most
LONG_POLL = 20  # seconds that Telegram keeps an empty answer back
LONGEST_PAUSE = 30.0
SILENCE = 90.0  # seconds without a good answer after which the channel is not well

Store = Callable[[Sequence[Update]], Coroutine[Any, Any, None]]


class UpdatesTransport(Transport):
    """The connection of getUpdates. `careful` empties updates that PTB cannot read, so that they get confirmed."""

    careful = False

    def parse_json_payload(self, payload: bytes) -> dict[str, Any]:  # type: ignore[override]  # PTB's hook, called on self
        """The answer; when careful, with only the number left of an update that cannot be read."""
        data: dict[str, Any] = Transport.parse_json_payload(payload)
        if self.careful and isinstance(data.get("result"), list):
            data["result"] = [_readable(update) for update in data["result"]]
            self.careful = False
        return data


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update)
    except Exception as error:
        log.error("update telegram %s cannot be read (%s)", update["update_id"], type(error).__name__)
        return {"update_id": update["update_id"]}
    return update


class InboxAway(TelegramError):
    """Updates came and could not be committed; the message says why."""


class InboxBot(ExtBot[None]):
    """A bot whose `get_updates` returns only what is in the inbox."""

    def __init__(self, store: Store, updates: UpdatesTransport, **options: Any) -> None:
        super().__init__(get_updates_request=updates, **options)
        self._store = store
        self._updates = updates
        self._storing: asyncio.Task[None] | None = None

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        """The updates that wait, committed. Raises TelegramError when they could not be had, read or committed."""
        try:
            updates = await super().get_updates(*args, **kwargs)
        except TelegramError:
            raise
        except Exception as error:
            self._updates.careful = True
            raise TelegramError(f"unreadable updates ({type(error).__name__})") from None
        if updates:
            self._storing = asyncio.create_task(self._store(updates))
            try:
                await asyncio.shield(self._storing)  # a commit under way is never cut off
            except (SQLAlchemyError, OSError) as error:
                raise InboxAway(f"what comes cannot be stored, and comes again: {trouble(error)}") from None
        return updates

    async def shutdown(self) -> None:
        """Close the connections: PTB leaves those of a bot that never learnt its own name."""
        await super().shutdown()
        for transport in (self._updates, self.request):
            await transport.shutdown()

    async def settled(self) -> None:
        """Wait for a commit under way."""
        if self._storing is not None:
            await asyncio.wait([self._storing])


class Poller:
    """Polls while it holds the lease. `run()` ends at `stop()` only; `health()` says how it goes."""

    def __init__(
        self, bot: InboxBot, database: Database, owner: str, *, lease: float = LEASE, long_poll: int = LONG_POLL
    ) -> None:
        self._bot = bot
        self._database = database
        self._owner = owner
        self._lease = lease
        self._long_poll = long_poll
        self._stopping = asyncio.Event()
        self._holding = False
        self._fault = ""
        self._away = ""  # what keeps the lease from being held
        self._answered = machine_now()
        self.begun = asyncio.Event()
        self.standing_by = asyncio.Event()

    async def run(self) -> None:
        """Poll, or stand by for the one who does, until `stop()`."""
        while not self._stopping.is_set():
            holding = await self._hold()
            self.begun.set()
            if holding:
                self.standing_by.clear()
                await self._first(self._poll(), self._keep(), self._stopping.wait())
                await self._bot.settled()
            else:
                self.standing_by.set()
                await self._pause(self._lease / 3)
        if self._holding:
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with self._database.transaction() as session:
                    await release(session, LEASE_NAME, self._owner)

    def stop(self) -> None:
        """Poll no more; a commit under way ends first."""
        self._stopping.set()

    def health(self) -> Health:
        """Whether updates come in."""
        if self._away:
            return Health(False, f"does not poll, and goes on by itself: {self._away}")
        if self._fault:
            return Health(False, self._fault)
        if not self._holding:
            return Health(True, "standing by: another process polls")
        silent = machine_now() - self._answered
        return Health(silent < SILENCE, f"polling, last answer {silent:.0f} s ago")

    async def _poll(self) -> None:
        offset: int | None = None
        failures = 0
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset=offset, timeout=self._long_poll, allowed_updates=WANTED, limit=100
                )
            except TelegramError as error:
                failures += 1
                await self._pause(self._patience(error, failures))
                if isinstance(error, Conflict) and "webhook" in str(error).lower():
                    await self._end_webhook()
                continue
            failures, self._fault, self._answered = 0, "", machine_now()
            # An empty answer has confirmed all; numbers begin anew after a quiet week, so none is kept for long.
            offset = updates[-1].update_id + 1 if updates else None

    def _patience(self, error: TelegramError, failures: int) -> float:
        """How long to wait after an error, in seconds; a growing time, drawn by lot."""
        if isinstance(error, RetryAfter):
            return seconds_of(error)
        fault = type(error).__name__
        if isinstance(error, InvalidToken):
            fault = "TELEGRAM_BOT_TOKEN is refused by Telegram: make a new one with @BotFather"
        elif isinstance(error, InboxAway):
            fault = error.message
        elif isinstance(error, Conflict):
            fault = "another program polls with the same TELEGRAM_BOT_TOKEN"
        if fault != self._fault:
            log.warning("polling Telegram fails: %s", fault)
        self._fault = fault
        if isinstance(error, InvalidToken):
            return LONGEST_PAUSE
        most = float(min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10)))
        return random.uniform(most / 2, most)

    async def _end_webhook(self) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def _keep(self) -> None:
        """Prolong the lease until it is lost."""
        while self._holding:
            await asyncio.sleep(self._lease / 3)
            await self._hold()

    async def _hold(self) -> bool:
        now = machine_now()
        try:
            self._holding = await self._database.together(
                lambda session: hold(session, LEASE_NAME, self._owner, now, self._lease)
            )
            self._away = ""
        except (SQLAlchemyError, OSError) as error:
            self._away = trouble(error)
            log.warning("the lease of the poller waits for the database (%s)", self._away)
            self._holding = False  # whoever reaches the database may poll
        return self._holding

    async def _first(self, *works: Any) -> None:
        """Run all until one ends, then end the others."""
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                log.error("polling Telegram stumbled (%s)", type(result).__name__)
                await self._pause(1.0)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
