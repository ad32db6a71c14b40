"""What a worker looks for: one query asks all of it, so that looking costs next to nothing while there is nothing.

Besides what is due, it asks what others want to know every so often: whether an update waits, whether a line of the
timetable has anything to do. They are told instead of looking themselves.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Float, Table, and_, bindparam, exists, select

from schedules.astray import elsewhere
from schedules.messenger import Lane
from schedules.recording import ANYTHING_ENDED
from schedules.silences import ANY_KEPT, ANY_OVER
from storage.base import Instant
from storage.outbox import Delivery, Priority, State, stop_of, stop_setting
from storage.prepared import Prepared

Pair = tuple[Lane, Priority]
Reach = tuple[Pair, ...]
"""Lanes, those of a platform one after another, each with the last priority that is claimed in it."""

CALENDAR: ColumnElement[datetime] = bindparam("calendar", type_=Instant)
NOW: ColumnElement[float] = bindparam("now", type_=Float(53))
assert isinstance(Delivery.__table__, Table)
_ROWS: Table = Delivery.__table__
_SWEEP = (*ANYTHING_ENDED, ANY_OVER)


@dataclass(frozen=True, slots=True)
class Watch:
    """`tell` is called at most every `seconds`, while `question` is answered with yes.

    The question may hold `CALENDAR` and `NOW`. It is asked once a second, so it is to be answered from an index or from
    a table that stays small.
    """

    question: ColumnElement[bool]
    seconds: float
    tell: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: what is due, whether staff hold all that is no reply, and, of a thorough one, the rest."""

    due: list[Pair]
    stopped: bool
    silent: bool = False  # some chats are, by a 429
    swept: bool = False  # leases ran out, deliveries expired, silences are over, or something has gone astray
    watched: tuple[int, ...] = ()  # numbers of the watches whose answer is yes

    def __bool__(self) -> bool:
        return bool(self.due) or self.swept


class Look:
    """The query of one worker. A thorough look also asks what changes seldom, and for those who watch."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []
        self._told: list[float] = []  # when each was told last, by the machine's clock
        self._queries: dict[tuple[Reach, int, bool], Prepared] = {}

    def add(self, watch: Watch) -> None:
        """Somebody else who wants to know something."""
        self._watches.append(watch)
        self._told.append(0.0)

    def query(self, reach: Reach, *, thorough: bool) -> Prepared:
        """Takes `calendar` and `now`; its one row is for `read`."""
        key = reach, len(self._watches), thorough
        if key not in self._queries:
            # One range of the index each: what is due is never searched among what is not.
            due = [exists().where(*is_due(*lane, priority)) for lane, priority in _pairs(reach)]
            sweep = [*_SWEEP, *(exists().where(where) for where in _astray(reach))]
            more = (*sweep, *(watch.question for watch in self._watches)) if thorough else ()
            self._queries[key] = Prepared(select(*due, ANY_KEPT, stop_setting().scalar_subquery(), *more))
        return self._queries[key]

    def read(self, reach: Reach, full: Collection[Lane], row: Sequence[Any]) -> Seen:
        """What the answers mean; nothing is due in the lanes that are `full`."""
        pairs = _pairs(reach)
        due, silent, stop, *rest = row[: len(pairs)], *row[len(pairs) :]
        sweeps = max(0, len(rest) - len(self._watches))  # of a thorough look the first answers; there are no others
        stopped = bool(stop_of(stop))
        found = [pair for pair, is_due in zip(pairs, due, strict=True) if is_due and pair[0] not in full]
        return Seen(
            [pair for pair in found if pair[1] is Priority.REPLY] if stopped else found,
            stopped,
            bool(silent),
            any(rest[:sweeps]),
            tuple(number for number, yes in enumerate(rest[sweeps:]) if yes),
        )

    def tell(self, seen: Seen, now: float) -> None:
        """Tell those whose answer was yes, unless they were told a moment ago."""
        for number in seen.watched:
            if not 0 <= now - self._told[number] < self._watches[number].seconds:
                self._told[number] = now
                self._watches[number].tell()


def is_due(platform: Any, workspace: Any, priority: Any) -> tuple[ColumnElement[bool], ...]:
    """That a delivery of that lane and priority may leave at `CALENDAR` and `NOW`."""
    return (
        _ROWS.c.state == State.WAITING,
        _ROWS.c.platform == platform,
        _ROWS.c.workspace == workspace,
        _ROWS.c.priority == priority,
        _ROWS.c.due_at <= CALENDAR,
        _ROWS.c.not_before <= NOW,
    )


@lru_cache
def _pairs(reach: Reach) -> tuple[Pair, ...]:
    return tuple((lane, priority) for lane, last in reach for priority in Priority if priority <= last)


def _astray(reach: Reach) -> list[ColumnElement[bool]]:
    """What is due elsewhere on the platforms of which more than replies is sent from here."""
    ours: dict[str, list[str]] = {}
    for (platform, workspace), last in reach:
        if last is Priority.BULK:
            ours.setdefault(platform, []).append(workspace)
    return [
        and_(where, _ROWS.c.due_at <= CALENDAR)
        for platform, workspaces in ours.items()
        for where in elsewhere(platform, workspaces)
    ]
