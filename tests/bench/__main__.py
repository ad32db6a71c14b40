"""`make bench`: the figures of docs/scaling.md, measured here and now, as a table and in bench.json.

They are no tests: a busy machine gives other figures. What must hold is said beside each figure that does not. What
no machine excuses (somebody without an end, a message twice, a 429, a kill that left more in doubt than is allowed)
ends it with code 1.

All parts but `faults` take about eight minutes on a quiet machine, `faults` (`make bench-faults`) about four more.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.away import broadcast_through_an_outage
from tests.bench.broadcast import broadcast, postgres_if
from tests.bench.calendar import killed_calendar
from tests.bench.ending import broadcast_through_a_full_disk, broadcast_through_an_end
from tests.bench.faults import broadcast_through_kills
from tests.bench.fleet import Postgres, a_database, a_fake
from tests.bench.questions import questions
from tests.bench.reminders import late_under_load, reminders_to_come
from tests.bench.sample import Figures
from tests.bench.starting import starting
from tests.bench.table import show
from tests.bench.ticks import idle
from tests.bench.votes import votes
from tests.bench.votes_killed import votes_through_a_kill

PARTS = (
    "limited", "unlimited", "slack", "two", "idle", "start", "questions", "faults", "votes", "calendar", "reminders"
)  # fmt: skip
SLACK_RATE = 200 / 60


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    recipients: int = 10_000
    slack: int = 300
    rate: float = 300.0
    pending: int = 1_000_000
    kill_recipients: int = 5000
    kills: int = 20
    away: float = 60.0
    voters: int = 2000
    contacts: int = 100_000
    events: int = 10_000
    reminded: int = 1300
    calendar_kills: int = 10


SMALL = Sizes(
    recipients=600,
    slack=20,
    pending=20_000,
    kill_recipients=500,
    kills=3,
    away=5.0,
    voters=300,
    contacts=2000,
    events=500,
    reminded=150,
    calendar_kills=2,
)


async def run(parts: list[str], sizes: Sizes, postgres: Postgres | None) -> AsyncIterator[Figures]:
    """The figures of those parts, one line after another."""
    if "limited" in parts:
        yield await broadcast("telegram", "sqlite", sizes.recipients, sizes.rate)
    if "unlimited" in parts:
        yield await broadcast("telegram", "sqlite", sizes.recipients, 0)
    if "slack" in parts:
        for workspaces in (1, 2):
            yield await broadcast("slack", "sqlite", sizes.slack, SLACK_RATE, workspaces=workspaces)
        yield await broadcast("slack", "sqlite", sizes.slack, SLACK_RATE, followed=True)
    if "two" in parts:
        for workers in (1, 2):
            yield await broadcast(
                "telegram", "postgresql", sizes.recipients, sizes.rate, workers=workers, postgres=postgres
            )
    if "idle" in parts:
        for engine in ("sqlite", "postgresql"):
            yield await idle(engine, sizes.pending, postgres)
    if "start" in parts:
        yield await starting()
    if "questions" in parts:
        async for figures in questions(sizes.contacts, sizes.events):
            yield figures
    if "faults" in parts:
        for engine, workers in (("sqlite", 1), ("postgresql", 2)):
            yield await killed(engine, workers, sizes, postgres)
            yield await votes_through_a_kill(engine, sizes.voters, workers=workers, postgres=postgres)
        assert postgres is not None
        yield await broadcast_through_an_outage(postgres, sizes.kill_recipients, sizes.rate, sizes.away)
        yield await broadcast_through_an_end(sizes.kill_recipients, sizes.rate)
        yield await broadcast_through_a_full_disk(sizes.kill_recipients, sizes.rate, sizes.away / 6)
    if "reminders" in parts:
        for engine in ("sqlite", "postgresql"):
            yield await reminders_to_come(engine, sizes.pending, postgres)
            yield await late_under_load(engine, sizes.recipients, sizes.rate, postgres)
    if "votes" in parts:
        for engine, workers in (("sqlite", 1), ("postgresql", 2)):
            yield await votes(engine, sizes.voters, workers=workers, postgres=postgres)
    if "calendar" in parts:
        yield await killed_calendar(sizes.reminded, sizes.calendar_kills)


async def killed(engine: str, workers: int, sizes: Sizes, postgres: Postgres | None) -> Figures:
    """A broadcast through kills, as one line."""
    with (
        tempfile.TemporaryDirectory(prefix="concerte-bench-") as name,
        a_database(engine, Path(name), postgres) as url,
    ):
        async with a_fake("telegram", "--any-chat", "--rate", str(sizes.rate)) as fake:
            survived = await broadcast_through_kills(
                url,
                fake,
                Path(name),
                count=sizes.kill_recipients,
                rate=sizes.rate,
                kills=sizes.kills,
                workers=workers,
            )
            too_many = (await fake.stats())["too_many"]
    return {"bench": f"kill -9, {engine}, {workers} at work", "too_many": too_many, **survived.figures()}


def main() -> None:
    """Read the options, measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all but faults when none")
    parser.add_argument("--small", action="store_true", help="in a minute or two, to see that it works")
    parser.add_argument("--recipients", type=int, help="of a broadcast on Telegram")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures go")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    parts = options.parts or [part for part in PARTS if part != "faults"]
    sizes = SMALL if options.small else Sizes()
    if options.recipients:
        sizes = Sizes(**{**{name: getattr(sizes, name) for name in sizes.__slots__}, "recipients": options.recipients})
    with contextlib.ExitStack() as stack:
        if "XDG_RUNTIME_DIR" not in os.environ:  # where the PostgreSQL of the benches keeps its lock
            os.environ["XDG_RUNTIME_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="concerte-run-"))
        postgres = stack.enter_context(postgres_if(bool({"two", "idle", "faults", "votes", "reminders"} & set(parts))))
        lines = asyncio.run(_all(parts, sizes, postgres))
    options.json.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write(f"\nFigures in {options.json}\n")
    if any(line.get("too_many") or line.get("faults") for line in lines):
        sys.exit("FAULT: see above")


async def _all(parts: list[str], sizes: Sizes, postgres: Postgres | None) -> list[Figures]:
    lines = []
    async for figures in run(parts, sizes, postgres):
        figures["load_average"] = os.getloadavg()[0]
        show(figures, judged=sizes == Sizes())
        lines.append(figures)
    return lines


if __name__ == "__main__":
    main()
