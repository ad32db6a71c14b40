"""What every run of the simulation begins with, and what is looked at in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Database
from storage.migrating import migrate
from tests.simulation.network import lay
from tests.simulation.oracle import cast, doubts_of, faults, oracle, unfinished
from tests.simulation.running import AGAIN, START, TICK, Arrival
from tests.simulation.script import script


def late(ends: int) -> timedelta:
    """How late a reminder may be of which a process ended so often: each end, and the pauses before the tries."""
    return timedelta(seconds=ends * AGAIN + (ends + 1) * TICK)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must arrive: whom, of which event, when."""

    reminders: frozenset[tuple[int, str, datetime]]
    events: tuple[str, ...]
    guests: int


async def set_up(url: str, people: int) -> Expected:
    """An empty database becomes the network of so many people; returns what the oracle expects of the run."""
    database = Database(url)
    try:
        await migrate(database)
        await lay(database, people)
        guests, events = await cast(database)
    finally:
        await database.close()
    due = frozenset(one for one in oracle(guests, events, list(script())) if one[2] >= START)
    return Expected(due, tuple(event.name for event in events), len(guests))


async def looked_at(url: str, expected: Expected, arrivals: Sequence[Arrival], ends: int = 2) -> tuple[list[str], int]:
    """What is wrong, and how many doubts there are; `ends`: how often a process may have ended over one reminder."""
    database = Database(url)
    try:
        doubts = await doubts_of(database)
        left = await unfinished(database)
    finally:
        await database.close()
    found = faults(expected.reminders, arrivals, expected.events, doubts, late(ends))
    return [*found, *([f"{left} reminders without an end"] if left else [])], sum(doubts.values())
