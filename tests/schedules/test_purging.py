"""What has been kept for its time goes, and nothing before: on both engines, in bounded parts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.purging import DAY, audit_purger, purge, purger
from storage.audit import Act, AuditEntry, note
from storage.base import Base
from storage.consultations import Consultation, Draft
from storage.conversations import Conversation
from storage.database import Database
from storage.forgetting import GOODBYE
from storage.imports import ImportChange, ImportRun
from storage.inbox import InboxItem, InboxState
from storage.linking import Invitation, LinkCode, LinkProposal, WrongTry
from storage.migrating import migrate
from storage.outbox import Delivery, Kind, State, enqueue
from storage.people import Account
from storage.retention import Retention
from storage.tickets import Ticket, TicketState, Unanswered
from storage.uploads import Upload, upload_row
from storage.web import WebMessage, open_chat, write_in
from tests import building

NOW = datetime(2024, 3, 15, 9, tzinfo=UTC)
MACHINE = 1_710_000_000.0
KEPT = Retention(
    inbox=30, deliveries=90, pages=365, memory=1, drafts=30, questions=365, imports=90, codes=7, audit=1095
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def run(database: Database, now: datetime = NOW, retention: Retention = KEPT) -> int:
    async with database.transaction() as session:
        return await purge(session, now, MACHINE, retention)


async def count(database: Database, table: type[Base], *where: Any) -> int:
    async with database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table).where(*where)) or 0)


def item(number: int, days: float, state: InboxState = InboxState.DONE) -> InboxItem:
    return InboxItem(
        platform="t",
        update_id=str(number),
        sender="t::1",
        state=state,
        payload={},
        stored_at=ago(days),
        handled_at=None if state == InboxState.PENDING else ago(days),
    )


def delivery(about: str, days: float, state: State = State.DELIVERED, **more: Any) -> dict[str, Any]:
    return {
        "about": about,
        "kind": Kind.NOTICE,
        "platform": "telegram",
        "chat": "77",
        "payload": {"text": about},
        "state": state,
        "message_ref": "77:1",
        "due_at": ago(days),
        "created_at": ago(days),
        "ended_at": None if state == State.WAITING else ago(days),
        **more,
    }


async def test_updates_go_after_their_time_but_never_one_that_waits(database: Database) -> None:
    async with database.transaction() as session:
        session.add_all([item(1, 40), item(2, 31, InboxState.FAILED), item(3, 29), item(4, 99, InboxState.PENDING)])
    assert await run(database) == 2
    async with database.reading() as session:
        assert set(await session.scalars(select(InboxItem.update_id))) == {"3", "4"}


async def test_of_old_deliveries_only_the_facts_stay(database: Database) -> None:
    async with database.transaction() as session:
        await enqueue(
            session,
            [delivery("old", 91), delivery("young", 89), delivery("waits", 200, State.WAITING)],
        )
    assert await run(database) == 1
    async with database.reading() as session:
        rows = {row.about: row for row in await session.scalars(select(Delivery))}
    old = rows["old"]
    assert (old.payload, old.chat, old.message_ref, old.state) == ({}, "", "", State.DELIVERED)
    assert old.ended_at == ago(91)
    assert rows["young"].payload and rows["waits"].payload


async def test_deliveries_are_looked_at_stretch_by_stretch_and_none_is_missed(
    database: Database,
) -> None:
    async def tick() -> int:
        async with database.transaction() as session:
            return await purge(session, NOW, MACHINE, KEPT, most=3, window=4)

    async with database.transaction() as session:
        await enqueue(session, [delivery(f"d{n}", 91 if n % 2 else 10) for n in range(20)])
    done = [await tick() for _ in range(12)]
    assert max(done) <= 3 and sum(done) == 10
    assert await count(database, Delivery, Delivery.chat == "") == 10
    async with database.transaction() as session:  # what grows old later is found when it begins again
        await session.execute(update(Delivery).values(ended_at=ago(100)))
    assert sum([await tick() for _ in range(12)]) == 10


async def test_last_words_that_were_given_up_are_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        words = delivery(f"{GOODBYE}1:0", 0.1, State.EXPIRED, kind=Kind.REPLY, expires_at=ago(0.1))
        waits = delivery(f"{GOODBYE}2:0", 0, State.WAITING, kind=Kind.REPLY, expires_at=NOW + timedelta(hours=1))
        await enqueue(session, [words, waits])
    assert await run(database) == 1
    assert await count(database, Delivery, Delivery.chat == "77") == 1


async def test_pages_memories_drafts_imports_and_files_go_each_in_their_time(database: Database) -> None:
    async with database.transaction() as session:
        anne = await building.person(session, "Anne Test")
        chat = await open_chat(session, anne.id, NOW)
        await write_in(session, chat.key, "u1", "jadis", ago(366))
        await write_in(session, chat.key, "u2", "naguère", ago(364))
        for holder, days in (("a", 1.1), ("b", 0.9)):
            session.add(Conversation(holder=holder, memory={"topic": "x"}, memory_at=ago(days)))
        for slug, days in (("closed", 31), ("fresh", 29), ("open", -5)):
            asked = Consultation(slug=slug, title=slug, closes_at=ago(days), updated_at=NOW)
            session.add(asked)
            await session.flush()
            session.add(Draft(consultation_id=asked.id, person_id=anne.id, updated_at=NOW))
        for days in (91, 89):
            done = ImportRun(as_admin=True, files=[], counts={}, applied_at=ago(days))
            session.add(done)
            await session.flush()
            session.add(ImportChange(run_id=done.id, kind="people", row_id=1, done="changed", before={}, after={}))
        for days in (366, 364):
            session.add(Unanswered(question="?", at=ago(days)))
            for state in (TicketState.OPEN, TicketState.ANSWERED):
                session.add(Ticket(question=f"{state} {days}", state=state, asked_at=ago(days)))
        for number, days in ((1, 0.05), (2, 0.01)):  # an hour and twelve minutes ago; a quarter of an hour ago
            session.add(Upload(**upload_row("t", str(number), "m.csv", "text/csv", b"x", ago(days))))
    assert await run(database) == 7
    assert await run(database) == 0
    async with database.reading() as session:
        assert [message.payload["text"] for message in await session.scalars(select(WebMessage))] == ["naguère"]
        memories = (await session.scalars(select(Conversation.memory).order_by(Conversation.holder))).all()
        assert memories == [{}, {"topic": "x"}]
    assert await count(database, Draft) == 2
    assert (await count(database, ImportRun), await count(database, ImportChange)) == (2, 1)
    assert await count(database, Upload) == 1
    assert (await count(database, Ticket), await count(database, Unanswered)) == (3, 1)


async def test_codes_go_by_the_machines_clock(database: Database) -> None:
    async with database.transaction() as session:
        anne = await building.person(session, "Anne Test")
        account = (await session.scalars(select(Account))).one()
        for name, days in (("old", 7.1), ("young", 6.9)):
            until = MACHINE - days * DAY
            session.add_all(
                [
                    LinkCode(digest=name, person_id=anne.id, issuer_id=account.id, until=until),
                    Invitation(digest=name, person_id=anne.id, until=until),
                    LinkProposal(account_id=account.id, person_id=anne.id, way="code", until=until),
                    WrongTry(account_id=account.id, at=until),
                ]
            )
    assert await run(database, NOW + timedelta(days=9999)) == 4  # however far the calendar is moved
    for table in (LinkCode, Invitation, LinkProposal, WrongTry):
        assert await count(database, table) == 1


async def test_the_line_of_the_timetable_does_the_same(database: Database) -> None:
    async with database.transaction() as session:
        session.add(item(1, 40))
        assert await purger(KEPT, lambda: MACHINE)(session, NOW) == 1
        assert await purger(KEPT, lambda: MACHINE)(session, NOW) == 0


async def entries(session: AsyncSession) -> list[datetime]:
    return list(await session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)))


async def test_the_audit_trail_loses_its_oldest_entries_and_still_only_grows(database: Database) -> None:
    async with database.transaction() as session:
        for days in (1096, 1094, 1):
            await note(session, Act.LINKED, ago(days), by="account:web")
    async with database.transaction() as session:
        assert await audit_purger(KEPT)(session, NOW) == 1
        assert await audit_purger(KEPT)(session, NOW) == 0
    async with database.reading() as session:
        assert await entries(session) == [ago(1094), ago(1)]
    await _refuses_changes(database)


async def test_a_migrated_database_guards_the_audit_trail_too(bare: Database) -> None:
    await migrate(bare)
    await migrate(bare, "base")
    await migrate(bare)
    async with bare.transaction() as session:
        await note(session, Act.LINKED, NOW, by="account:web")
    await _refuses_changes(bare)
    async with bare.transaction() as session:
        assert await audit_purger(KEPT)(session, NOW + timedelta(days=2000)) == 1


async def _refuses_changes(database: Database) -> None:
    for statement in (delete(AuditEntry), update(AuditEntry).values(actor="x"), text("DELETE FROM audit_entries")):
        with pytest.raises(DBAPIError, match="only grows"):
            async with database.transaction() as session:
                await session.execute(statement)
