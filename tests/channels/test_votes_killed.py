"""Everybody presses at once, many presses come twice, and a process is killed in the middle: every voice once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.ballots import Answer, Ballot, Participation
from storage.channel_polls import ask_for_place
from storage.consultations import Choice, Consultation, Question, QuestionKind, Voice
from storage.database import Database
from storage.people import Account, Person, Role, RoleGrant
from tests.channels.test_killed import environment, prepared, running, until
from tests.fakes.telegram.server import FakeTelegram

VOTERS = range(1, 81)
GROUP = -500
LABELS = ("Rennes", "Brest", "Autun")
NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)


async def a_poll(database: Database) -> None:
    """So many people, the first of the staff, who wants the poll in a channel."""
    async with database.transaction() as session:
        people = [Person(given_name=f"P{n}", family_name="T", created_at=NOW) for n in VOTERS]
        session.add_all(people)
        await session.flush()
        session.add_all(
            Account(platform="telegram", external_id=str(n), chat=str(n), person_id=one.id, created_at=NOW)
            for n, one in zip(VOTERS, people, strict=True)
        )
        session.add(RoleGrant(person_id=people[0].id, role=Role.STAFF))
        poll = Consultation(
            slug="ou", title="Où ?", voice=Voice.PERSON, closes_at=NOW + timedelta(days=1), updated_at=NOW
        )
        choices = [Choice(key=label, position=n, label=label) for n, label in enumerate(LABELS, start=1)]
        poll.questions = [
            Question(key="q", position=1, kind=QuestionKind.ONE, wording="Où ?", required=True, choices=choices)
        ]
        session.add(poll)
        await session.flush()
        await ask_for_place(session, poll.id, people[0].id, NOW)


async def counted(database: Database) -> tuple[int, int, dict[str, int]]:
    """Ballots, voices on the register, and how often each choice was made."""
    async with database.reading() as session:
        ballots = await session.scalar(select(func.count()).select_from(Ballot))
        register = await session.scalar(select(func.count()).select_from(Participation))
        rows = await session.execute(
            select(Choice.label, func.count()).join(Answer, Answer.choice_id == Choice.id).group_by(Choice.label)
        )
        return ballots or 0, register or 0, {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("processes", [1, 2])
async def test_every_voice_counts_once_and_nobody_is_told_a_lie(
    request: pytest.FixtureRequest, tmp_path: Path, processes: int
) -> None:
    url = request.getfixturevalue("new_postgres") if processes == 2 else f"sqlite:///{tmp_path / 'concerte.db'}"
    database = await prepared(url)
    await a_poll(database)
    async with FakeTelegram() as telegram:
        telegram.knows(*VOTERS)
        telegram.group(GROUP)
        alive = [await running(tmp_path, environment(url, telegram)).start() for _ in range(processes)]
        telegram.says(1, "/sondage", chat=GROUP)
        message = await telegram.next_message(GROUP, timeout=60)
        wanted = {voter: LABELS[voter % 3] for voter in VOTERS}
        for voter, label in wanted.items():
            update = telegram.presses(voter, message, label)
            if voter % 3 == 0:
                telegram.redeliver(update)
        await telegram.wait_until(lambda: len(telegram.answers) >= 5, timeout=90)
        await alive.pop(0).kill()
        alive.append(await running(tmp_path, environment(url, telegram)).start())

        async def everybody() -> bool:
            return (await counted(database))[0] == len(VOTERS)

        await until(everybody)
        expected = dict(Counter(wanted.values()))
        shares = [f"{label}\u00a0: {count} " for label, count in expected.items()]
        await telegram.wait_until(lambda: all(share in message.text for share in shares), timeout=90)
        for process in alive:
            code, output = await process.terminate()
            assert code == 0, output
        told = {answer.user: answer.text for answer in telegram.answers}
    assert await counted(database) == (len(VOTERS), len(VOTERS), expected)
    await database.close()
    assert {text.rpartition("\u00a0: ")[2].rstrip(".") == wanted[voter] for voter, text in told.items()} == {True}
