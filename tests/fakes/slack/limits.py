"""Rate limits: token buckets that are off unless asked for, and scopes that a test closes for a while."""

import math
import time
from dataclasses import dataclass, field

from tests.fakes.slack.refusal import Refusal


@dataclass
class Bucket:
    """A token bucket: `burst` at once, refilled at `rate` a second."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.burst
        self.at = time.monotonic()

    def wait(self, now: float) -> float:
        """Seconds until a token is there; zero when there is one."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        # A client that keeps exactly to the rate must not be refused for a rounding error.
        return 0.0 if self.level >= 1 - 1e-6 else (1 - self.level) / self.rate

    def take(self) -> None:
        """Use one token."""
        self.level -= 1


@dataclass
class Closed:
    """A scope that answers 429 for `seconds` from the first call that meets it."""

    seconds: float
    until: float | None = None


class Limits:
    """`chat.postMessage` per channel and per workspace, plus what a test closes by hand. `refused` counts the 429s."""

    def __init__(
        self,
        per_channel: float | None = None,
        channel_burst: float = 1,
        per_minute: float | None = None,
        workspace_burst: float | None = None,
    ) -> None:
        self.refused = 0
        self.closed: dict[str, Closed] = {}
        self.set(per_channel, channel_burst, per_minute, workspace_burst)

    def set(
        self,
        per_channel: float | None,
        channel_burst: float = 1,
        per_minute: float | None = None,
        workspace_burst: float | None = None,
    ) -> None:
        """Messages a second in one channel, messages a minute in the workspace (burst: one second's worth)."""
        self._per_channel, self._burst = per_channel, channel_burst
        self._channels: dict[str, Bucket] = {}
        self._workspace: Bucket | None = None
        if per_minute is not None:
            rate = per_minute / 60
            self._workspace = Bucket(rate, workspace_burst if workspace_burst is not None else math.ceil(rate))

    def close(self, scope: str, seconds: float) -> None:
        """429 for a method or a channel, until `seconds` after the first call that is refused."""
        self.closed[scope] = Closed(seconds)

    def check_closed(self, *scopes: str) -> None:
        """A `Refusal` with 429 if one of the scopes is closed."""
        if not self.closed:
            return
        now = time.monotonic()
        for scope in scopes:
            closed = self.closed.get(scope)
            if closed is None:
                continue
            if closed.until is None:
                closed.until = now + closed.seconds
            if now < closed.until:
                self._refuse(closed.until - now)
            del self.closed[scope]

    def take(self, channel: str) -> None:
        """One message for `channel`, or a `Refusal` with 429. A refused call uses nothing up."""
        now = time.monotonic()
        buckets = [] if self._workspace is None else [self._workspace]
        if self._per_channel is not None:
            bucket = self._channels.get(channel)
            if bucket is None:
                bucket = self._channels[channel] = Bucket(self._per_channel, self._burst)
            buckets.append(bucket)
        wait = max((bucket.wait(now) for bucket in buckets), default=0.0)
        if wait > 0:
            self._refuse(wait)
        for bucket in buckets:
            bucket.take()

    def _refuse(self, wait: float) -> None:
        self.refused += 1
        # Slack names whole seconds, and at least one.
        raise Refusal("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(wait)))})
