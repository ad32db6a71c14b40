"""What an administrator sees, cancels and sends again, from the terminal or not."""

from pathlib import Path

from sqlalchemy import select

from storage.announcements import Announcement
from storage.database import Database
from storage.migrating import migrate
from storage.outbox import Delivery, Kind, State, enqueue
from storage.outbox_listing import UNSETTLED, Chosen, cancel_chosen, listed, retry_chosen
from tests import building
from tests.announcing import NOW
from tests.process import Process


async def fill(database: Database) -> None:
    """One delivery in each state; those of announcement 1 are even."""
    async with database.transaction() as session:
        anne = await building.person(session, "Anne Le Goff")
        session.add(
            Announcement(
                text="Bonjour", status="ended", author_id=anne.id, audience={}, file={}, created_at=NOW, updated_at=NOW
            )
        )
        for number, state in enumerate(State, start=1):
            row = {
                "about": f"a:{number}",
                "kind": Kind.ANNOUNCEMENT,
                "announcement_id": 1 if number % 2 == 0 else None,
                "person_id": anne.id,
                "platform": "telegram",
                "chat": "1",
                "payload": {"text": "x"},
                "state": state,
                "reason": "blocked" if state == State.FAILED else "",
                "due_at": NOW,
                "created_at": NOW,
            }
            await enqueue(session, [row])


async def states(database: Database) -> dict[int, str]:
    async with database.reading() as session:
        return {row.id: row.state for row in await session.scalars(select(Delivery))}


async def test_what_is_not_settled_is_listed_with_the_name(database: Database) -> None:
    await fill(database)
    async with database.reading() as session:
        total, rows = await listed(session, Chosen(states=UNSETTLED), 3)
        assert total == 5 and [row.state for row, _ in rows] == ["waiting", "held", "sending"]
        assert {name for _, name in rows} == {"Anne Le Goff"}
        total, rows = await listed(session, Chosen(announcement=1, states=[State.UNCERTAIN]), 50)
        assert total == 1 and rows[0][0].state == State.UNCERTAIN


async def test_only_what_has_not_left_is_cancelled(database: Database) -> None:
    await fill(database)
    before = await states(database)
    async with database.transaction() as session:
        assert await cancel_chosen(session, Chosen(ids=list(before)), NOW) == 2
    after = await states(database)
    changed = {before[number] for number in before if after[number] != before[number]}
    assert changed == {State.WAITING, State.HELD}


async def test_what_failed_or_is_in_doubt_is_sent_again_and_its_announcement_goes_on(database: Database) -> None:
    await fill(database)
    async with database.transaction() as session:
        assert await retry_chosen(session, Chosen(announcement=1), NOW) == 1  # the doubt; the failure is not of it
    assert list((await states(database)).values()).count(State.WAITING) == 2
    async with database.reading() as session:
        assert (await session.get_one(Announcement, 1)).status == "sending"
    async with database.transaction() as session:
        assert await retry_chosen(session, Chosen(ids=[5], states=[State.UNCERTAIN]), NOW) == 0
        assert await retry_chosen(session, Chosen(ids=[5]), NOW) == 1


async def test_nothing_is_sent_again_to_somebody_who_was_erased(database: Database) -> None:
    await fill(database)
    async with database.transaction() as session:
        (await session.get_one(Delivery, 5)).chat = ""
        assert await retry_chosen(session, Chosen(ids=[5]), NOW) == 0


async def test_the_command_line_lists_cancels_and_retries(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'concerte.db'}"
    database = Database(url)
    await migrate(database)
    await fill(database)
    await database.close()

    async def run(*arguments: str) -> tuple[int, str]:
        process = await Process("deliveries", *arguments, env={"DATABASE_URL": url}, folder=tmp_path).start()
        return await process.end()

    code, output = await run("list")
    assert code == 0 and "5 deliveries" in output and "failed (blocked)" in output and "Anne Le Goff" in output
    assert (await run("list", "--state", "failed"))[1].count("\n") == 2
    assert (await run("cancel", "1"))[1].strip() == "1 delivery cancelled"
    assert (await run("retry", "--announcement", "1"))[1].strip() == "1 delivery will be sent again"
    code, output = await run("retry", "999")
    assert code == 1
    code, output = await run("cancel")
    assert code == 2 and len(output.strip().splitlines()) == 1


async def test_what_was_stopped_or_taken_back_is_not_sent_again_but_its_corrections_are(database: Database) -> None:
    await fill(database)
    async with database.transaction() as session:
        (await session.get_one(Announcement, 1)).status = "cancelled"
        rows = (await session.scalars(select(Delivery).where(Delivery.announcement_id == 1))).all()
        first, correction = rows[0], rows[1]
        first.state = correction.state = State.FAILED
        correction.edits = "m1"
    async with database.transaction() as session:
        await retry_chosen(session, Chosen(announcement=1, states=[State.FAILED]), NOW)
    after = await states(database)
    assert (after[first.id], after[correction.id]) == (State.FAILED, State.WAITING)
