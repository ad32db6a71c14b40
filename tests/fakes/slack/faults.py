"""What a test plans to go wrong: refusals, lost answers, slow and held calls, an outage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.mishaps import Hold, Mishap, met


@dataclass
class Fault(Mishap):
    """A mishap; the answer is a refusal unless it is dropped or held."""

    drop: bool = False
    error: str = "internal_error"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Faults:
    """The list of planned mishaps; each is used up by the calls that meet it."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self.slowness: dict[str, float] = {}
        self.outage: int | None = None

    def plan(self, fault: Fault) -> None:
        """Add one."""
        self._planned.append(fault)

    def take(self, method: str) -> Fault | None:
        """The mishap this call meets, if any."""
        return met(self._planned, method)


class Planner:
    """The part of the fake that a test plans mishaps with."""

    faults: Faults
    _holds: list[Hold]

    def fail_next(
        self,
        method: str,
        *,
        error: str = "internal_error",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        after: int = 0,
        accepted: bool = False,
    ) -> None:
        """Refuse the next `times` calls of `method` (after `after` good ones); `accepted`: only the answer is bad."""
        fault = Fault(method, after, times, accepted, error=error, status=status, headers=dict(headers or {}))
        self.faults.plan(fault)

    def drop_connection_after(self, method: str, n: int = 0, *, accepted: bool = True, times: int = 1) -> None:
        """Let `n` calls of `method` pass, then cut the connection of the next `times`.

        `accepted`: cut after the call had its effect, so the client cannot know; else before.
        """
        self.faults.plan(Fault(method, n, times, accepted, drop=True))

    def hold(self, method: str, *, accepted: bool = True, after: int = 0) -> Hold:
        """Keep the next call of `method` waiting, after (`accepted`) or before it had its effect."""
        hold = Hold()
        self._holds.append(hold)
        self.faults.plan(Fault(method, after, accepted=accepted, hold=hold))
        return hold

    def slow(self, method: str, seconds: float) -> None:
        """Every call of `method` takes that much longer; 0 ends it."""
        self.faults.slowness[method] = seconds

    def outage(self, status: int = 503) -> None:
        """Every call of the Web API gets this HTTP status, until `recover()`."""
        self.faults.outage = status

    def recover(self) -> None:
        """End of the outage."""
        self.faults.outage = None
