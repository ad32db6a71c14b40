"""What the author sees while an announcement goes and when it is over: one message that changes, then the report."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from handlers.messages import Message
from schedules.announcements import follow
from schedules.progress import EVERY
from storage.announcements import mark_read
from storage.database import Database
from storage.outbox import Delivery, Kind, Priority, State
from storage.people import Person, Role
from tests import building
from tests.announcing import ANNE, BRUNO, CHLOE, NOW, REGIONAL, STAFF, Chat, ended, network


async def sent(database: Database) -> Chat:
    await network(database)
    return await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")


async def tick(database: Database, seconds: float) -> int:
    async with database.transaction() as session:
        return await follow(session, NOW + timedelta(seconds=seconds))


async def told(database: Database) -> list[Delivery]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery).where(Delivery.kind == Kind.NOTICE).order_by(Delivery.id)))


async def arrives(database: Database, ref: str) -> None:
    """What the author was told last has been sent."""
    async with database.transaction() as session:
        for row in await session.scalars(select(Delivery).where(Delivery.kind == Kind.NOTICE)):
            if row.state == State.WAITING:
                row.state, row.message_ref, row.ended_at = State.DELIVERED, ref, NOW


async def more_arrive(database: Database, count: int, at: datetime) -> None:
    """So many more recipients have it, at that instant."""
    async with database.transaction() as session:
        session.add_all(
            Delivery(
                about=f"announcement:1:person:{1000 + n}",
                announcement_id=1,
                kind=Kind.ANNOUNCEMENT,
                priority=Priority.BULK,
                platform="telegram",
                chat=str(n),
                state=State.DELIVERED,
                due_at=NOW,
                ended_at=at,
                created_at=NOW,
            )
            for n in range(count)
        )


def text(row: Delivery) -> str:
    return Message.model_validate(row.payload).text.replace("\u00a0", " ")


async def test_one_message_is_edited_while_it_goes(database: Database) -> None:
    await sent(database)
    assert await tick(database, 1) == 0  # most are over before anybody looks
    await tick(database, 6)
    (first,) = await told(database)
    assert "**« Bonjour »** : 1 sur 6 (16 %)" in text(first) and first.edits == "" and first.person_id == STAFF
    await ended(database, ANNE, State.DELIVERED)
    assert await tick(database, 12) == 0  # the first one has not left yet
    await arrives(database, "m1")
    await tick(database, 36)
    (second,) = await told(database)  # in its place, and the row of the first is not kept
    assert second.edits == "m1" and "2 sur 6 (33 %)" in text(second) and "remise à 1 personne" in text(second)
    await arrives(database, "m1")
    assert await tick(database, 66) == 0  # nothing has changed


async def test_it_is_edited_once_for_fifty_ends_and_at_least_each_half_minute(
    database: Database,
) -> None:
    await sent(database)
    await tick(database, 6)
    await arrives(database, "m1")
    await ended(database, ANNE, State.DELIVERED)
    assert await tick(database, 35) == 0
    assert await tick(database, 36) == 1
    await arrives(database, "m1")
    await more_arrive(database, EVERY, NOW + timedelta(seconds=38))
    assert await tick(database, 40) == 0
    assert await tick(database, 41) == 1


async def test_a_pause_is_shown_at_once_however_little_has_moved(database: Database) -> None:
    staff = await sent(database)
    await tick(database, 6)
    await arrives(database, "m1")
    await staff.forge("announce:pause:1")
    assert await tick(database, 11) == 1
    (shown,) = [row for row in await told(database) if row.about.startswith("announcement-progress")]
    assert "Mettre en pause" not in [b.label for row in Message.model_validate(shown.payload).buttons for b in row]


async def test_two_workers_that_tick_at_once_send_one_message(database: Database) -> None:
    await sent(database)
    await tick(database, 6)
    await tick(database, 6)
    assert len(await told(database)) == 1


async def test_the_end_is_shown_in_the_same_message_and_told_once_with_every_failure_named(database: Database) -> None:
    await sent(database)
    await tick(database, 6)
    await arrives(database, "m1")
    for person in (ANNE, BRUNO, STAFF, REGIONAL):
        await ended(database, person, State.DELIVERED)
    await ended(database, CHLOE, State.FAILED, "too many requests")
    await tick(database, 8)
    final, last = sorted(await told(database), key=lambda row: bool(row.edits))
    assert last.edits == "m1" and "6 sur 6 (100 %)" in text(last)
    assert "est terminée : remise à 4 personnes" in text(final)
    assert "Chloé Sinnamary (mission-locale 03) : en échec (plateforme saturée)" in text(final).replace("\\", "")
    assert "Denis Sans-Rien (mission-locale 03) : non envoyée (aucun compte relié)" in text(final).replace("\\", "")
    assert await tick(database, 30) == 0


@pytest.mark.parametrize("verb", ["stop", "recall"])
async def test_what_was_stopped_is_seen_to_be_in_the_same_message(database: Database, verb: str) -> None:
    staff = await sent(database)
    await tick(database, 6)
    await arrives(database, "m1")
    await ended(database, ANNE, State.SENDING)
    await staff.forge(f"announce:{verb}:1:yes")
    assert await tick(database, 12) == 0  # something is just leaving
    await ended(database, ANNE, State.DELIVERED)
    await tick(database, 18)
    last = next(row for row in await told(database) if row.about.startswith("announcement-progress"))
    assert last.edits == "m1" and "6 sur 6 (100 %)" in text(last) and "annulée pour 4 personnes" in text(last)
    assert [button.label for row in Message.model_validate(last.payload).buttons for button in row] == [
        "Suivi de l’envoi"
    ]
    await arrives(database, "m1")
    assert await tick(database, 24) == 0


async def test_the_author_who_cannot_be_reached_costs_nothing(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        alone = (await building.person(session, "Paul Seul", on=[], roles=[Role.STAFF])).id
    await (await Chat(database, alone).say("annonce Bonjour")).press("Envoyer")
    assert await tick(database, 6) == 0 and not await told(database)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_the_report_is_exported_with_everybody_and_no_formula(database: Database, kind: str) -> None:
    staff = await sent(database)
    await ended(database, ANNE, State.DELIVERED)
    await ended(database, BRUNO, State.UNCERTAIN, "the answer was lost")
    async with database.transaction() as session:
        (await session.get_one(Person, BRUNO)).family_name = '=HYPERLINK("https://mal.fr")'
        (await session.get_one(Person, BRUNO)).given_name = ""
        await mark_read(session, 1, ANNE, datetime.fromisoformat("2026-11-23T10:05:00+01:00"))
    await staff.forge(f"announce:export:1:{kind}")
    file = staff.reply.messages[0].attachment
    assert file is not None and file.filename == f"annonce-1.{kind}"
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    else:
        sheet = load_workbook(io.BytesIO(file.content)).active
        assert sheet is not None and {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "inlineStr"}
        rows = [[str(cell.value or "") for cell in row] for row in sheet.rows]
    assert len(rows) == 7
    by_name = {row[0]: row for row in rows}
    anne, bruno = by_name["Anne Le Goff"], by_name['\'=HYPERLINK("https://mal.fr")']
    assert anne[1:5] == ["mission-locale 53", "Bretagne", "Telegram", "remise"] and anne[9] == "2026-11-23 10:05"
    assert bruno[5] == "la plateforme n’a pas confirmé"
    assert by_name["Denis Sans-Rien"][5] == "aucun compte relié"


async def test_only_who_may_see_the_report_may_export_it(database: Database) -> None:
    await sent(database)
    with pytest.raises(Exception, match="n’existe plus"):
        await Chat(database, REGIONAL).forge("announce:export:1:csv")
    assert not (await Chat(database, STAFF).forge("announce:export:1:exe")).reply.messages
