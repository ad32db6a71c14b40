"""Everybody presses a poll in a Telegram group: how soon each is answered, how many voices a second are counted.

Once in ten seconds with presses that come twice, once all at the same moment; then the same for a bot that keeps a
dictionary in memory (`bare_votes`). Ours has every voice on disk before it says so.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from storage.ballots import Answer, Ballot, Participation
from storage.channel_polls import ask_for_place
from storage.consultations import Choice, Consultation, Question, QuestionKind, Voice
from storage.database import Database
from storage.people import Role, RoleGrant
from tests.bench.bare_votes import LABELS
from tests.bench.fleet import Fake, Postgres, a_database, a_fake, a_worker, environment, opened
from tests.bench.sample import Figures, add_people

GROUP = -1_000_500
STAFF = 1  # the first of the people
WITHIN = 10.0  # seconds in which everybody presses
AGAIN = 4  # every fourth press is delivered twice


async def votes(engine: str, count: int, *, workers: int = 1, postgres: Postgres | None = None) -> Figures:
    """The figures of a storm within ten seconds and of one at once, ours and the bare bot's."""
    ours: dict[float, Figures] = {}
    for seconds in (WITHIN, 0.0):
        with (
            tempfile.TemporaryDirectory(prefix="concerte-bench-") as name,
            a_database(engine, Path(name), postgres) as url,
        ):
            ours[seconds] = await _ours(url, Path(name), count, seconds, workers)
    bare = {seconds: await _bare(count, seconds) for seconds in (WITHIN, 0.0)}
    faults = [fault for figures in ours.values() for fault in figures.pop("faults")]
    rate, beside = ours[0.0]["rate"], bare[0.0]["rate"]
    return {
        "bench": f"votes in a group, {engine}" + (f", {workers} workers" if workers > 1 else ""),
        "count": count,
        "press_p50_ms": ours[WITHIN]["p50"] * 1000,
        "press_p99_ms": ours[WITHIN]["p99"] * 1000,
        "bare_press_p99_ms": bare[WITHIN]["p99"] * 1000,
        "edits": ours[WITHIN]["edits"],
        "votes_per_s": rate,
        "bare_votes_per_s": beside,
        "votes_ratio": rate / beside,
        "faults": faults,
    }


async def _ours(url: str, folder: Path, count: int, seconds: float, workers: int) -> Figures:
    database = await opened(url)
    try:
        await prepared(database, count)
        async with a_fake("telegram", "--any-chat") as fake:
            env = environment(url, fake, 30.0, folder)
            running = [await a_worker(env, folder) for _ in range(workers)]
            try:
                figures = await _storm(fake, count, seconds)
            finally:
                for worker in running:
                    await worker.terminate()
        return {**figures, "faults": await _faults(database, count, figures)}
    finally:
        await database.close()


async def _bare(count: int, seconds: float) -> Figures:
    async with a_fake("telegram", "--any-chat") as fake:
        command = [sys.executable, "-m", "tests.bench.bare_votes", fake.url, fake.token]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            await process.stdout.readline()
            return await _storm(fake, count, seconds)
        finally:
            process.terminate()
            await process.wait()


async def _storm(fake: Fake, count: int, seconds: float) -> Figures:
    """Have the poll posted, let everybody press, wait until everybody is answered."""
    await fake.tell("group", chat=GROUP)
    await fake.tell("says", user=STAFF, text="/sondage", chat=GROUP)
    posted = await until(lambda: messages(fake))
    users = list(range(1, count + 1))
    begun = time.monotonic()
    await fake.tell(
        "storm",
        users=users,
        chat=GROUP,
        message=posted[0]["message_id"],
        labels=list(LABELS),
        seconds=seconds,
        again=AGAIN,
    )
    answers = await until(lambda: _answered(fake, count), pause=0.05)
    wall = time.monotonic() - begun
    waits = sorted(answer["waited"] for answer in answers)
    return {
        "rate": count / wall,
        "p50": waits[len(waits) // 2],
        "p99": waits[int(len(waits) * 0.99)],
        "edits": (await fake.stats())["calls"].get("editMessageText", 0),
        "told": [answer["text"] for answer in answers],
    }


async def messages(fake: Fake) -> Any:
    """What the fake has been sent."""
    return await asked(fake, "messages")


async def _answered(fake: Fake, count: int) -> Any:
    answers = await asked(fake, "answers")
    return answers if len({answer["user"] for answer in answers}) >= count else None


async def asked(fake: Fake, name: str) -> Any:
    """What the fake says of itself."""
    async with fake.session.get(f"{fake.control}{name}") as answer:
        return await answer.json()


async def until(found: Callable[[], Awaitable[Any]], pause: float = 0.02) -> Any:
    """What is found once it is something."""
    async with asyncio.timeout(180):
        while not (value := await found()):
            await asyncio.sleep(pause)
    return value


async def prepared(database: Database, count: int) -> None:
    """So many people, the first of them of the staff, who wants the poll in a channel."""
    await add_people(database, "telegram", count)
    now = datetime.now(UTC)
    async with database.transaction() as session:
        await session.execute(insert(RoleGrant), [{"person_id": STAFF, "role": Role.STAFF}])
        poll = Consultation(
            slug="ou", title="Où ?", voice=Voice.PERSON, closes_at=now + timedelta(days=1), updated_at=now
        )
        choices = [Choice(key=label, position=n, label=label) for n, label in enumerate(LABELS, start=1)]
        poll.questions = [
            Question(key="q", position=1, kind=QuestionKind.ONE, wording="Où ?", required=True, choices=choices)
        ]
        session.add(poll)
        await session.flush()
        await ask_for_place(session, poll.id, STAFF, now)


async def _faults(database: Database, count: int, figures: Figures) -> list[str]:
    """What must hold and does not: every voice once, the count that of the ballots, everybody told the truth."""
    async with database.reading() as session:
        ballots = await session.scalar(select(func.count()).select_from(Ballot))
        register = await session.scalar(select(func.count()).select_from(Participation))
        answers = await session.scalar(select(func.count()).select_from(Answer))
    told = sum(text.startswith("Votre voix") for text in figures["told"])
    facts = {"ballots": ballots, "register": register, "answers": answers}
    faults = [f"{name}: {found} of {count}" for name, found in facts.items() if found != count]
    return faults + ([f"{told} of {len(figures['told'])} told of their voice"] if told < count else [])
