"""Everybody presses a poll within ten seconds, many presses come twice, and a worker is killed in the middle.

Every voice must count once and as it was pressed, the board must show the ballots, and nobody be told anything else.
Who pressed into the killed process may have been told nothing: that is no lie.
"""

import tempfile
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from storage.ballots import Answer, Ballot, Participation
from storage.consultations import Choice
from storage.database import Database
from storage.people import Account
from tests.bench.bare_votes import LABELS
from tests.bench.fleet import Fake, Postgres, a_database, a_fake, a_worker, environment, opened
from tests.bench.sample import Figures
from tests.bench.votes import AGAIN, GROUP, STAFF, WITHIN, asked, messages, prepared, until


async def votes_through_a_kill(
    engine: str, count: int, *, workers: int = 1, postgres: Postgres | None = None
) -> Figures:
    """One such storm; `faults` says what was promised and not kept."""
    with (
        tempfile.TemporaryDirectory(prefix="concerte-bench-") as name,
        a_database(engine, Path(name), postgres) as url,
    ):
        database = await opened(url)
        try:
            await prepared(database, count)
            async with a_fake("telegram", "--any-chat") as fake:
                told, board = await _storm(database, url, fake, Path(name), count, workers)
            faults = await _faults(database, count, told, board)
        finally:
            await database.close()
    return {
        "bench": f"votes through kill -9, {engine}, {workers} at work",
        "count": count,
        "kills": 1,
        "told": len(told),
        "faults": faults,
    }


async def _storm(
    database: Database, url: str, fake: Fake, folder: Path, count: int, workers: int
) -> tuple[dict[int, set[str]], str]:
    """What everybody was told, and the board at the end."""
    env = environment(url, fake, 30.0, folder)
    running = [await a_worker(env, folder) for _ in range(workers)]
    try:
        await fake.tell("group", chat=GROUP)
        await fake.tell("says", user=STAFF, text="/sondage", chat=GROUP)
        posted = (await until(lambda: messages(fake)))[0]["message_id"]
        users = list(range(1, count + 1))
        storm = {"users": users, "chat": GROUP, "message": posted, "labels": list(LABELS)}
        await fake.tell("storm", **storm, seconds=WITHIN, again=AGAIN)

        async def half() -> bool:
            return len(await asked(fake, "answers")) >= count // 2

        await until(half)
        await running.pop(0).kill()
        running.append(await a_worker(env, folder))

        async def all_counted() -> bool:
            return await _rows(database, Ballot) >= count

        await until(all_counted, pause=0.2)
        expected = [f"{label}\u00a0: {number} " for label, number in _wanted(count).items()]

        async def shown() -> str:
            text = next(one["text"] for one in await messages(fake) if one["message_id"] == posted)
            return str(text) if all(part in text for part in expected) else ""

        board = await until(shown, pause=0.2)
        told: dict[int, set[str]] = {}
        for one in await asked(fake, "answers"):
            told.setdefault(one["user"], set()).add(one["text"])
        return told, board
    finally:
        for worker in running:
            await worker.terminate()


def _wanted(count: int) -> Counter[str]:
    return Counter(_pressed(user) for user in range(1, count + 1))


def _pressed(user: int) -> str:
    return LABELS[(user - 1) % len(LABELS)]


async def _rows(database: Database, table: type[Ballot] | type[Participation]) -> int:
    async with database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def _faults(database: Database, count: int, told: dict[int, set[str]], board: str) -> list[str]:
    async with database.reading() as session:
        rows = await session.execute(
            select(Account.external_id, Choice.label)
            .join(Ballot, Ballot.submitted_by == Account.person_id)
            .join(Answer, Answer.ballot_id == Ballot.id)
            .join(Choice, Choice.id == Answer.choice_id)
        )
        counted = [(int(user), str(label)) for user, label in rows]
    found = {"ballots": await _rows(database, Ballot), "register": await _rows(database, Participation)}
    faults = [f"{name}: {number} of {count}" for name, number in found.items() if number != count]
    if sorted(counted) != [(user, _pressed(user)) for user in range(1, count + 1)]:
        faults.append("a voice does not stand as it was pressed")
    lies = sum(not text.endswith(f": {_pressed(user)}.") for user, texts in told.items() for text in texts if text)
    if lies:
        faults.append(f"{lies} told something else than what counts")
    return faults + ([] if board else ["the board does not show the ballots"])
