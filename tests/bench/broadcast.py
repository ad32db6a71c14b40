"""A broadcast through fakes with limits: how long, how much CPU and memory, beside a loop of the bare SDK."""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, select

from storage.database import Database
from storage.outbox import Attempt, Delivery, Kind, State, counts_by_state
from tests.bench.fleet import Fake, Postgres, a_database, a_fake, a_postgres, a_worker, environment, opened
from tests.bench.measuring import cpu_of, family_cpu, memory_of
from tests.bench.metered import new_file, seconds_in
from tests.bench.sample import TEAMS, Figures, add_broadcast, add_people, address_of
from tests.process import CONCERTE

OPEN = (State.WAITING, State.SENDING, State.HELD)
UNLIMITED = 100_000.0
SLOW = 10.0  # messages a second that two senders at once make beside each other


async def broadcast(
    platform: str,
    engine: str,
    count: int,
    rate: float,
    *,
    workers: int = 1,
    workspaces: int = 1,
    followed: bool = False,
    postgres: Postgres | None = None,
) -> Figures:
    """Send to `count` people at `rate` a second (0: no limit), and the same by the bare SDK; returns the figures.

    `followed` with all that belongs to an announcement of staff: its author has an account there, too, and sees how it
    goes in a message that is edited, with slots of its own.

    Over several workspaces the rate is each one's, and the SDK's loop sends what is one's share.

    At a slow pace both go on at once: whatever else the machine does costs both the same. At a fast one each would be
    in the other's way, so the SDK's loop comes after.
    """
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name, a_database(engine, Path(name), postgres) as url:
        folder = Path(name)
        limits, teams = _limits(platform, rate, count), [f"--team={name[2:]}" for name in TEAMS[1:workspaces]]
        async with a_fake(platform, *limits, *teams) as fake, a_fake(platform, *limits) as other:
            database = await opened(url)
            try:
                loop = _bare(other, count // workspaces, rate)
                sending = _send(database, fake, count, rate, workers, workspaces, followed, url, folder, postgres)
                if 0 < rate <= SLOW:
                    figures, bare = await asyncio.gather(sending, loop)
                else:
                    figures, bare = await sending, await loop
            finally:
                await database.close()
    ended = figures["states"] == {State.DELIVERED: count} and figures["arrived"] == count
    bare_cpu = bare["cpu"] / bare["count"]
    return {
        "bench": f"{platform}, {engine}"
        + (f", {workers} workers" if workers > 1 else "")
        + (f", {workspaces} workspaces" if workspaces > 1 else "")
        + (", with its author" if followed else ""),
        "count": count,
        "rate": rate or None,
        **figures,
        "cpu_per_1000": figures["cpu"] / count * 1000,
        "bare_cpu_per_1000": bare_cpu * 1000,
        "cpu_ratio": figures["cpu"] / count / bare_cpu,
        "main_cpu_ratio": figures["main_cpu"] / count / bare_cpu,
        "whole_cpu_ratio": (figures["cpu"] + figures["database_cpu"]) / count / bare_cpu if postgres is None else None,
        "faults": [] if ended else [f"{figures['states']}, {figures['arrived']} arrived"],
        "bare_wall": bare["wall"],
        "bare_too_many": bare["too_many"],
    }


async def _send(
    database: Database,
    fake: Fake,
    count: int,
    rate: float,
    workers: int,
    workspaces: int,
    followed: bool,
    url: str,
    folder: Path,
    postgres: Postgres | None,
) -> Figures:
    author = count + 1 if followed else None
    await add_people(database, fake.platform, count + followed, workspaces)
    env = environment(url, fake, rate or UNLIMITED, folder)
    meter = new_file(folder) if postgres is None else None
    program = [sys.executable, "-m", "tests.bench.metered", str(meter)] if meter else CONCERTE
    running = [await a_worker(env, folder, program=program) for _ in range(workers)]
    try:
        await asyncio.gather(*(worker.quiet(2.0) for worker in running))  # the first ticks are over
        now = datetime.now(UTC)
        await add_broadcast(database, fake.platform, count, now, workspaces=workspaces, author=author)
        begun, before = time.time(), [cpu_of(worker.pid) for worker in running]
        server = seconds_in(meter) if meter else family_cpu(postgres.pid) if postgres else 0.0
        await until_ended(database, fake, count)
        used = [cpu_of(worker.pid).since(start) for worker, start in zip(running, before, strict=True)]
        server = (seconds_in(meter) if meter else family_cpu(postgres.pid) if postgres else 0.0) - server
        peak = max(memory_of(worker.pid)[1] for worker in running)
    finally:
        for worker in running:
            await worker.terminate()
    stats = await fake.stats()
    told = (await fake.arrivals()).get(address_of(fake.platform, count), 0) if followed else 0  # the author
    announced = Delivery.kind == Kind.ANNOUNCEMENT
    states = await states_of(database, announced)
    span = select(func.min(Attempt.started), func.max(Attempt.ended)).join(Delivery, Delivery.id == Attempt.delivery_id)
    async with database.reading() as session:
        first, last = (await session.execute(span.where(announced))).one()
    # A limit of L a second lets L leave at once and the rest at its pace.
    bound = (count / workspaces - max(1.0, rate)) / rate if rate else 0.0
    whole = sum(cpu.whole for cpu in used)
    return {
        "wall": last - begun,
        "first_after": first - begun,
        "bound": bound,
        "wall_ratio": (last - begun) / bound if bound else None,
        "too_many": stats.get("too_many", stats.get("rate_limited")),
        "arrived": stats["arrived"] - told,
        "states": states,
        "cpu": whole - server if meter else whole,  # SQLite works in our process, PostgreSQL in its own
        "main_cpu": sum(cpu.main for cpu in used),
        "database_cpu": server,
        "peak_mb": peak,
    }


async def until_ended(database: Database, fake: Fake, count: int, timeout: float = 1200.0) -> None:
    """Until all have arrived, or nothing is left to send."""
    async with asyncio.timeout(timeout):
        while (await fake.stats())["arrived"] < count:
            await asyncio.sleep(0.5)
            if not await still_open(database):
                return
        while await still_open(database):
            await asyncio.sleep(0.2)


async def still_open(database: Database) -> bool:
    """Whether a delivery has no end yet."""
    async with database.reading() as session:
        return await session.scalar(select(Delivery.id).where(Delivery.state.in_(OPEN)).limit(1)) is not None


async def states_of(database: Database, *where: ColumnElement[bool]) -> dict[str, int]:
    """How many deliveries stand where."""
    async with database.reading() as session:
        counts = await counts_by_state(session, *where)
        return {str(state): count for state, count in counts.items()}


async def _bare(fake: Fake, count: int, rate: float) -> Figures:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare", fake.platform, fake.url, fake.token, str(count), str(rate),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    stats = await fake.stats()
    return {**json.loads(output), "too_many": stats.get("too_many", stats.get("rate_limited"))}


def _limits(platform: str, rate: float, count: int) -> list[str]:
    if platform == "slack":
        members = ["--no-echo", "--users", str(count + 1)]
        return members + (["--per-channel", "1", "--per-minute", str(rate * 60)] if rate else [])
    return ["--any-chat"] + (["--rate", str(rate), "--chat-rate", "1"] if rate else [])


def postgres_if(wanted: bool) -> contextlib.AbstractContextManager[Postgres | None]:
    """A PostgreSQL where one is wanted."""
    return a_postgres() if wanted else contextlib.nullcontext()
