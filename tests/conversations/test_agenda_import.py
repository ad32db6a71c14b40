"""Staff send a calendar file: what it would do is shown, then done whole, or not; a second one updates."""

from datetime import date

import pytest
from sqlalchemy import delete, func, select

from handlers.calendar import import_wording
from storage.agenda import Event, Status
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.people import Role
from storage.uploads import Upload
from tests import building
from tests.icalendars import PARIS, calendar
from tests.stage import Heard, Stage

ANNE, STAFF, NORA = (f"telegram:telegram-{n}" for n in range(1, 4))
BUREAU = "UID:b@union\nSUMMARY:Bureau\nDTSTART;TZID=Europe/Paris:20240404T100000\nLOCATION:Paris\nSEQUENCE:0"
PHONE = (
    "UID:p@union\nSUMMARY:Permanence\nDTSTART;TZID=Europe/Paris:20240319T100000\nRRULE:FREQ=WEEKLY;COUNT=3\nSEQUENCE:0"
)


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await on_stage(database)


async def on_stage(database: Database) -> Stage:
    async with database.transaction() as session:
        await building.person(session, "Anne Le Goff")
        await building.person(session, "Sonia Staff", "28", roles=[Role.STAFF])
        await building.person(session, "Nora Normande", "28", roles=[Role.REGIONAL_STAFF], staff_region="28")
    return Stage(database)


async def sends(stage: Stage, *events: str, who: str = STAFF, head: str = PARIS) -> Heard:
    return await stage.sends(who, "agenda.ics", calendar(*events, head=head))


async def imports(stage: Stage, *events: str, press: str = "Importer") -> Heard:
    return await stage.presses(STAFF, (await sends(stage, *events)).button(press))


async def agenda(stage: Stage) -> list[str]:
    async with stage.database.reading() as session:
        events = await session.scalars(select(Event).order_by(Event.starts_on, Event.id))
        return [f"{event.name} {event.starts_on:%d/%m} {event.status} {event.sequence}" for event in events]


async def count(stage: Stage, table: type[Upload] | type[Event]) -> int:
    async with stage.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_file_is_shown_imported_and_has_nothing_more_to_say(stage: Stage) -> None:
    shown = await sends(stage, BUREAU, PHONE)
    assert "4\u00a0événements ajoutés, 0\u00a0modifié, 0\u00a0annulé" in shown.text
    assert "tout le réseau, soit 3\u00a0personnes" in shown.text
    assert "Permanence, mardi 19 mars 2024 à 10\u00a0h \\(et 2 autres dates\\)" in shown.text
    assert await count(stage, Event) == 0  # nothing before the press
    done = await stage.presses(STAFF, shown.button("Importer"))
    assert "C’est importé\u00a0: 4\u00a0ajoutés" in done.text
    assert await agenda(stage) == [
        "Permanence 19/03 planned 0",
        "Permanence 26/03 planned 0",
        "Permanence 02/04 planned 0",
        "Bureau 04/04 planned 0",
    ]
    assert import_wording.NOTHING_TO_DO in (await sends(stage, BUREAU, PHONE)).text
    assert await count(stage, Upload) == 0
    async with stage.database.reading() as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.act == Act.IMPORTED))).one()
        assert entry.detail == {"added": 4, "changed": 0, "cancelled": 0}


async def test_a_second_file_moves_and_cancels_and_those_concerned_are_told_once_together(stage: Stage) -> None:
    await imports(stage, BUREAU, PHONE)
    moved = BUREAU.replace("0404T10", "0405T14").replace("SEQUENCE:0", "SEQUENCE:1")
    shorter = PHONE.replace("COUNT=3", "COUNT=2").replace("SEQUENCE:0", "SEQUENCE:1")
    shown = await sends(stage, moved, shorter)
    assert "1\u00a0modifié, 1\u00a0annulé" in shown.text and "au lieu du jeudi 4 avril 2024" in shown.text
    done = await stage.presses(STAFF, shown.button("Importer et prévenir"))
    assert "3\u00a0personnes prévenues" in done.text
    told = await stage.heard(ANNE)
    assert len(told.messages) == 1 and "2 événements" in told.text and "Auparavant" in told.text
    assert told.messages[0].attachment is not None
    assert (await agenda(stage))[2:] == ["Permanence 02/04 cancelled 1", "Bureau 05/04 moved 1"]


async def test_nobody_is_told_when_staff_want_it_so(stage: Stage) -> None:
    await imports(stage, BUREAU)
    cancelled = BUREAU.replace("SEQUENCE:0", "SEQUENCE:1\nSTATUS:CANCELLED")
    await imports(stage, cancelled, press="sans prévenir")
    assert await agenda(stage) == ["Bureau 04/04 cancelled 1"]
    assert (await stage.heard(ANNE)).messages == []


async def test_another_place_or_a_cancellation_taken_back_is_told_too(stage: Stage) -> None:
    await imports(stage, BUREAU)
    elsewhere = BUREAU.replace("LOCATION:Paris", "LOCATION:Lyon")
    await imports(stage, elsewhere, press="et prévenir")
    told = await stage.heard(ANNE)
    assert "L’agenda a changé\u00a0: 1 événement" in told.text and "Lyon" in told.text and "Paris" in told.text
    await imports(stage, elsewhere + "\nSTATUS:CANCELLED", press="et prévenir")
    await imports(stage, elsewhere, press="et prévenir")
    assert len((await stage.heard(ANNE)).messages) == 3 and await agenda(stage) == ["Bureau 04/04 planned 3"]


async def test_what_staff_changed_here_and_what_is_older_is_left_alone(stage: Stage) -> None:
    await imports(stage, BUREAU.replace("SEQUENCE:0", "SEQUENCE:5"), PHONE)
    older = await sends(stage, BUREAU.replace("Paris\n", "Lyon\n"))
    assert "1\u00a0plus ancien que ce que nous avons" in older.text and older.buttons == []
    heard = await stage.says(STAFF, "déplace le bureau au 8 avril 9h")
    await stage.presses(STAFF, heard.button("Oui"))
    newer = await sends(stage, BUREAU.replace("SEQUENCE:0", "SEQUENCE:9").replace("0404T10", "0410T10"), PHONE)
    assert "Modifié ici par l’équipe, laissé en l’état" in newer.text and "Bureau" in newer.text
    assert newer.buttons == [] and "Bureau 08/04 moved 6" in await agenda(stage)


async def test_a_series_at_another_hour_keeps_its_events_and_their_answers(stage: Stage) -> None:
    await imports(stage, PHONE)
    await stage.presses(ANNE, "calendar:reply:2:yes")
    await imports(stage, PHONE.replace("T100000", "T140000"), press="sans prévenir")
    assert await agenda(stage) == ["Permanence 19/03 moved 1", "Permanence 26/03 moved 1", "Permanence 02/04 moved 1"]
    assert "vous venez" in (await stage.presses(ANNE, "calendar:show:2")).text


async def test_one_date_of_a_series_is_moved_or_cancelled_alone(stage: Stage) -> None:
    await imports(stage, PHONE)
    one = "UID:p@union\nRECURRENCE-ID;TZID=Europe/Paris:20240326T100000\nSEQUENCE:1\n"
    await imports(stage, one + "DTSTART;TZID=Europe/Paris:20240327T100000\nSUMMARY:Permanence", press="sans")
    assert (await agenda(stage))[1] == "Permanence 27/03 moved 1"
    await imports(stage, one.replace(":1", ":2") + "STATUS:CANCELLED", press="sans")
    assert (await agenda(stage))[1] == "Permanence 27/03 cancelled 2"


async def test_a_fault_anywhere_and_nothing_is_imported(stage: Stage) -> None:
    heard = await sends(stage, BUREAU, "UID:x\nSUMMARY:Sans date")
    assert "Rien n’a été importé" in heard.text and "UID x" in heard.text and heard.buttons == []
    assert (await count(stage, Event), await count(stage, Upload)) == (0, 0)


async def test_what_was_shown_is_done_or_shown_again(stage: Stage) -> None:
    shown = await sends(stage, BUREAU)
    await imports(stage, BUREAU.replace("SEQUENCE:0", "SEQUENCE:1").replace("Paris\n", "Lyon\n"))
    again = await stage.presses(STAFF, shown.button("Importer"))
    assert "plus ancien" in again.text and await count(stage, Event) == 1
    assert import_wording.FILES.gone in (await stage.presses(STAFF, shown.button("Importer"))).text


async def test_only_staff_in_private_and_of_their_own_region(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    assert import_wording.FILES.only_staff in (await sends(stage, BUREAU, who=ANNE)).text
    public = await stage.sends(STAFF, "agenda.ics", calendar(BUREAU, head=PARIS), chat_kind="channel")
    assert import_wording.FILES.only_private in public.text
    assert "pas de votre région" in (await sends(stage, BUREAU, who=NORA)).text
    series = PHONE.replace("Permanence", "Permanence Bretagne")
    async with sqlite.transaction() as session:
        await building.region(session, "53")
    await imports(stage, series)
    assert "pas de votre région" in (await sends(stage, series.replace("COUNT=3", "COUNT=1"), who=NORA)).text
    assert len(await agenda(stage)) == 3 and not any("cancelled" in one for one in await agenda(stage))
    async with sqlite.transaction() as session:
        await session.execute(delete(Event))
    shown = await sends(stage, BUREAU.replace("Bureau", "Atelier Normandie"), who=NORA)
    await stage.presses(ANNE, shown.button("Importer"))
    assert await count(stage, Event) == 0
    await stage.presses(NORA, shown.button("Importer"))
    async with sqlite.reading() as session:
        event = (await session.scalars(select(Event))).one()
        assert event.audience == {"regions": ["28"]} and event.starts_on == date(2024, 4, 4)
        assert event.status == Status.PLANNED and event.edited_at is None


async def test_our_own_file_sent_back_changes_nothing(sqlite: Database) -> None:
    stage = await on_stage(sqlite)
    async with sqlite.transaction() as session:
        await building.event(session, "Bureau", "2024-05-06", "14:00")
    file = (await stage.presses(STAFF, "calendar:ics:1")).messages[0].attachment
    assert file is not None
    heard = await stage.sends(STAFF, file.filename, file.content)
    assert import_wording.NOTHING_TO_DO in heard.text
    heard = await stage.sends(STAFF, file.filename, file.content.replace(b"20240506", b"20240507"))
    assert "laissé en l’état" in heard.text and heard.buttons == []
