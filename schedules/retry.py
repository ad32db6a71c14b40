"""What to do with a delivery after a try: a pure decision, tested as a table."""

from dataclasses import dataclass
from enum import Enum

from storage.outbox import Kind, State

MAX_TRIES = 8
LONGEST = 86_400.0  # seconds of silence that are kept on a platform's word
_REPEATED_IN_DOUBT = {Kind.REPLY, Kind.NOTICE, Kind.REMINDER, Kind.POLL}


class Silence(Enum):
    """What must be silent after a 429: only the delivery, its chat, the whole bot or workspace, or one of the two."""

    NOTHING = "nothing"
    CHAT = "chat"
    ALL = "all"
    UNSAID = "unsaid"


class DeliveryError(Exception):
    """A channel could not send.

    `permanent`: trying again cannot help (blocked, deactivated, refused content). `retry_after`: the platform
    asks for silence for that many seconds. `uncertain`: the request left and no answer came, so it may have
    arrived. `silence`: whom that silence is for, where the platform asks for one.
    `moved_to`: the chat goes on under another id, in `workspace` where that is another one.
    `unreachable`: the account itself is closed to us. `parts_sent`: how many parts of a split message surely arrived,
    of this try and earlier ones: the next try begins after them. `refs` are what the platform calls those of this try.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
        silence: Silence = Silence.UNSAID,
        moved_to: str = "",
        workspace: str = "",
        unreachable: bool = False,
        parts_sent: int = 0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.silence = silence
        self.moved_to = moved_to
        self.workspace = workspace
        self.unreachable = unreachable
        self.parts_sent = parts_sent
        self.refs = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state; for `waiting`, after how many seconds; whether a doubt is recorded, a try counted."""

    state: State
    delay: float = 0.0
    doubt: bool = False
    counts: bool = True


def decide(kind: str, tries: int, error: DeliveryError) -> Decision:
    """What follows a failed try; `tries` counts this one.

    A doubt about an announcement or a nudge is an end, to be sent again by staff only; a reply, notice,
    reminder or poll in doubt is sent again, for not arriving would be worse than arriving twice.
    """
    if error.retry_after is not None:
        return Decision(State.WAITING, delay=error.retry_after, counts=False)
    if error.moved_to:
        return Decision(State.WAITING)
    if error.permanent:
        return Decision(State.FAILED)
    if error.uncertain and kind not in _REPEATED_IN_DOUBT:
        return Decision(State.UNCERTAIN, doubt=True)
    if tries >= MAX_TRIES:
        return Decision(State.UNCERTAIN if error.uncertain else State.FAILED, doubt=error.uncertain)
    return Decision(State.WAITING, delay=backoff(tries), doubt=error.uncertain)


def patience(asked: float) -> float:
    """The seconds of silence to keep when a platform asks for so many: at least one, for « 0 » is no answer to a
    request that was just refused, and at most a day, for nobody may close a bot for good by a number.
    """
    return min(LONGEST, max(1.0, asked)) if asked == asked else 1.0


def interrupted(kind: str, tries: int) -> Decision:
    """What follows a lease that ran out: nobody knows whether the message left."""
    return decide(kind, tries, DeliveryError("interrupted", uncertain=True))


def backoff(tries: int) -> float:
    """Seconds before the next try: 1, 2, 4 … at most 300."""
    return float(min(300, 2 ** max(0, tries - 1)))
