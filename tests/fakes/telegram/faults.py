"""What a test plans to go wrong: refusals, lost connections, slow and held calls, an outage."""

from dataclasses import dataclass

from tests.fakes.mishaps import Hold, Mishap, met
from tests.fakes.telegram.refusal import Json, Refused


@dataclass
class Fault(Mishap):
    """A mishap; without `refusal` and `hold` the connection is cut."""

    refusal: Refused | None = None


class Faults:
    """The part of the fake that a test plans mishaps with."""

    def __init__(self) -> None:
        super().__init__()
        self._planned: list[Fault] = []
        self._holds: list[Hold] = []
        self._slow: dict[str, float] = {}
        self._always: Refused | None = None

    def fail_next(
        self,
        method: str,
        status: int,
        description: str,
        parameters: Json | None = None,
        *,
        times: int = 1,
        after: int = 0,
        accepted: bool = False,
        page: str = "",
    ) -> None:
        """After `after` good calls of `method`, refuse `times`; `accepted`: they have their effect all the same.

        With a `page` of HTML it is not Telegram that refuses but a proxy on the way.
        """
        refusal = Refused(status, description, parameters, page)
        self._planned.append(Fault(method, after, times, accepted, refusal=refusal))

    def drop_connection_after(self, method: str, n: int = 0, *, accepted: bool = True, times: int = 1) -> None:
        """Let `n` calls of `method` pass, then cut the connection of the next `times`.

        `accepted`: after the call had its effect, so the client cannot know; else before.
        """
        self._planned.append(Fault(method, n, times, accepted))

    def hold(self, method: str, *, accepted: bool = True, after: int = 0) -> Hold:
        """Keep one call of `method` waiting, after (`accepted`) or before it has its effect.

        A held call goes on when it is released, even if the client has given up.
        """
        hold = Hold()
        self._holds.append(hold)
        self._planned.append(Fault(method, after, accepted=accepted, hold=hold))
        return hold

    def slow(self, method: str, seconds: float) -> None:
        """Answer `method` that much later from now on, though it has its effect at once; 0 ends it."""
        self._slow[method] = seconds

    def unauthorized(self) -> None:
        """Telegram no longer knows the token (it was revoked), until `recover()`."""
        self._always = Refused(401, "Unauthorized")

    def outage(self, status: int = 502) -> None:
        """Every call fails with this HTTP status, until `recover()`."""
        self._always = Refused(status, "Bad Gateway" if status == 502 else "Internal Server Error")

    def recover(self) -> None:
        """All is well again: no outage, no planned mishap; held calls go on."""
        self._always = None
        self._planned.clear()
        self._slow.clear()
        for hold in self._holds:
            hold.release()

    def _meet(self, method: str) -> Fault | None:
        """The mishap this call meets."""
        return met(self._planned, method)
