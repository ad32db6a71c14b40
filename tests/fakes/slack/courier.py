"""Carries envelopes to the app and brings the acknowledgement back; retries events as Slack does, nothing else.

https://docs.slack.dev/apis/events-api: an event that is not acknowledged within 3 seconds is sent again at once, after
a minute and after five. A press, a submission or a command is sent once.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes.bell import Bell
from tests.fakes.slack.refusal import Json, Refusal
from tests.patience import PATIENCE

RETRY_DELAYS = (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Ack:
    """The app's answer in time; `body` is what came with it."""

    at: float
    body: Any = None


@dataclass
class Attempt:
    """One sending of an envelope. `number` is 0 for the first; `outcome` is `acknowledged` or what went wrong."""

    number: int
    at: float
    reason: str | None = None
    outcome: str = "under way"


@dataclass(eq=False)
class Envelope:
    """What Slack tells the app. Awaiting it gives the `Ack`, or None when Slack has given up."""

    kind: str
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)
    ack: Ack | None = None
    done: "asyncio.Future[Ack | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def event_id(self) -> str:
        """The id of an event; empty for a gesture."""
        return str(self.payload.get("event_id", ""))

    async def acknowledged(self, timeout: float = PATIENCE) -> Ack:
        """The acknowledgement; an `AssertionError` when there is none in time."""
        try:
            ack = await asyncio.wait_for(asyncio.shield(self.done), timeout)
        except TimeoutError:
            raise AssertionError(f"{self} was not acknowledged within {timeout} s") from None
        assert ack is not None, f"{self} was never acknowledged"
        return ack

    def __await__(self) -> Generator[Any, None, Ack | None]:
        return asyncio.shield(self.done).__await__()

    def __str__(self) -> str:
        outcomes = ", ".join(attempt.outcome for attempt in self.attempts) or "not sent"
        return f"{self.kind} {self.payload.get('event', self.payload).get('type', 'command')} ({outcomes})"


class Line(Protocol):
    """A way to the app: its sockets, or its address."""

    def is_up(self) -> bool:
        """Whether the app can be reached now."""

    async def send(self, envelope: Envelope, attempt: Attempt, timeout: float) -> Ack | str:
        """Send once; the acknowledgement, or in Slack's word why there is none."""


class Courier:
    """Sends envelopes in the order they were made. `line` is where the app listens."""

    def __init__(
        self,
        bell: Bell,
        violate: Callable[[str, str], None],
        line: Line,
        ack_timeout: float,
        retry_delays: tuple[float, ...],
    ) -> None:
        self.line = line
        self.ack_timeout = ack_timeout
        self.retry_delays = retry_delays
        self.envelopes: list[Envelope] = []
        self._bell = bell
        self._violate = violate
        self._tasks: set[asyncio.Task[None]] = set()

    def dispatch(
        self, kind: str, payload: Json, on_ack: Callable[[Any], None] | None = None, retry: int = 0
    ) -> Envelope:
        """Send `payload` soon; `on_ack` gets the body of the acknowledgement. `retry` numbers the first attempt."""
        envelope = Envelope(kind, payload)
        self.envelopes.append(envelope)
        task = asyncio.get_running_loop().create_task(self._carry(envelope, on_ack, retry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return envelope

    async def close(self) -> None:
        """Stop carrying."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for envelope in self.envelopes:
            if not envelope.done.done():
                envelope.done.set_result(None)

    async def _carry(self, envelope: Envelope, on_ack: Callable[[Any], None] | None, first: int) -> None:
        is_event = envelope.kind == "events_api"
        reason = "timeout" if first else None
        delays = (0.0, *self.retry_delays) if is_event else (0.0,)
        for number, delay in enumerate(delays, first):
            if delay:
                await asyncio.sleep(delay)
            if is_event:
                # The real Slack would use its retries up; a test that restarts the app should not wait for minutes.
                await self._bell.until(self.line.is_up, within=None)
            attempt = Attempt(number, time.time(), reason)
            envelope.attempts.append(attempt)
            self._bell.ring()
            result = await self.line.send(envelope, attempt, self.ack_timeout)
            if isinstance(result, Ack):
                attempt.outcome = "acknowledged"
                self._accept(envelope, result, on_ack)
                return
            attempt.outcome = reason = result
            self._bell.ring()
            if result == "no_retry":
                break
        self._finish(envelope, None)

    def _accept(self, envelope: Envelope, ack: Ack, on_ack: Callable[[Any], None] | None) -> None:
        envelope.ack = ack
        if on_ack is not None:
            try:
                on_ack(ack.body)
            except Refusal as refusal:
                # Slack shows the person an error; the app never learns why.
                self._violate("acknowledgement", f"{envelope}: {refusal.error} {refusal.complaints}")
        self._finish(envelope, ack)

    def _finish(self, envelope: Envelope, ack: Ack | None) -> None:
        if not envelope.done.done():
            envelope.done.set_result(ack)
        self._bell.ring()
