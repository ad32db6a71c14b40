"""Laying a pack into the database, on both engines."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.pack.reading import read_pack
from bot.pack.rehearsing import seed_rehearsal
from bot.pack.report import SeedReport
from bot.pack.schema import Pack
from bot.pack.seeding import seed
from handlers.announcements.previewing import departure
from storage.agenda import Event
from storage.audiences import Audience, recipients
from storage.consultations import Status, consultation_by_slug
from storage.database import Database
from storage.directory import Contact, Organisation, Term, Topic
from storage.network import NetworkSetting, Region, Structure, knowledge_version, setting
from storage.people import Account, Person
from tests.rules.small_pack import broken, write_pack

FOLDER = Path(__file__).parents[2] / "packs" / "missions-locales"
MARCH = datetime(2024, 3, 15, 9, tzinfo=UTC)
APRIL = datetime(2024, 4, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def missions_locales() -> Pack:
    return read_pack(FOLDER)


async def load(database: Database, pack: Pack, now: datetime = MARCH, *, apply: bool = True) -> SeedReport:
    async with database.transaction() as session:
        return await seed(session, pack, now, apply=apply)


async def event(session: AsyncSession, key: str) -> Event:
    return (await session.scalars(select(Event).where(Event.key == key).options(selectinload(Event.region)))).one()


async def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a pack fills."""
    async with database.reading() as session:
        return {
            table.__tablename__: [
                tuple(row) for row in await session.execute(select(table.__table__).order_by(table.__table__.c.id))
            ]
            for table in (NetworkSetting, Region, Structure, Organisation, Contact, Event, Term, Topic)
        }


async def test_the_pack_of_the_missions_locales_becomes_rows(database: Database, missions_locales: Pack) -> None:
    report = await load(database, missions_locales)
    assert {name: len(kind.added) for name, kind in report.kinds.items()} == {
        "settings": 5,
        "regions": 24,
        "structures": 6,
        "organisations": 10,
        "contacts": 9,
        "events": 29,
        "terms": 17,
        "topics": len(missions_locales.topics),
        "consultations": 4,
    }
    async with database.reading() as session:
        meeting = await event(session, "rencontres-nationales-2024")
        assert (meeting.starts_on, meeting.ends_on, meeting.place) == (date(2024, 10, 8), date(2024, 10, 9), "Le Havre")
        assert meeting.region is not None and meeting.region.name == "Normandie"
        assert meeting.source_date == date(2024, 2, 2)
        assert meeting.parent_id == (await event(session, "phase-4")).id
        workshop = await event(session, "atelier-bretagne")
        assert workshop.audience == {
            "roles": ["director", "elected"],
            "regions": ["53"],
            "kinds": ["mission-locale", "arml"],
        }
        assert workshop.details["undetermined"] == ["date", "place"]
        viet = (await session.scalars(select(Contact).where(Contact.key == "christian-viet"))).one()
        assert (viet.phone, viet.email) == ("06 37 42 86 85", "christian.viet@mensiaconseil.fr")
        assert (await setting(session, "network"))["zone"] == "Europe/Paris"
        reunion = (await session.scalars(select(Region).where(Region.code == "04"))).one()
        assert (reunion.zone, reunion.holidays, reunion.overseas) == ("Indian/Reunion", "FR-974", True)
        questions = (await session.scalars(select(Topic).where(Topic.key == "six-questions"))).one()
        assert questions.body.count("\n- ") == 6


async def test_the_first_consultation_is_open_with_its_questions_in_order(
    database: Database, missions_locales: Pack
) -> None:
    await load(database, missions_locales)
    async with database.reading() as session:
        consultation = await consultation_by_slug(session, "structuration-du-reseau")
    assert consultation is not None
    assert (consultation.status, consultation.frozen_at, consultation.closes_at) == (Status.OPEN, MARCH, None)
    assert [(question.position, question.kind, len(question.choices)) for question in consultation.questions] == [
        (1, "one", 5),
        (2, "several", 6),
        (3, "one", 5),
        (4, "several", 6),
        (5, "one", 6),
        (6, "long_text", 0),
    ]
    assert consultation.questions[1].choices[-1].asks_text


async def test_loading_again_changes_nothing(database: Database, missions_locales: Pack) -> None:
    await load(database, missions_locales)
    before = await contents(database)
    report = await load(database, missions_locales, APRIL)
    assert not report.changes_anything
    assert all(kind.unchanged and not kind.gone for kind in report.kinds.values())
    assert await contents(database) == before


async def test_a_dry_run_says_what_would_be_and_writes_nothing(database: Database, missions_locales: Pack) -> None:
    would = await load(database, missions_locales, apply=False)
    assert all(not rows for rows in (await contents(database)).values())
    assert would == await load(database, missions_locales)


async def test_a_change_of_the_pack_is_written_and_numbered(database: Database, tmp_path: Path) -> None:
    await load(database, read_pack(write_pack(tmp_path / "a")))
    moved = broken("events", "ends: 2031-07-04T18:00", "ends: 2031-07-04T19:00").replace("  parent: ete\n", "")
    report = await load(database, read_pack(write_pack(tmp_path / "b", events=moved)), APRIL)
    assert (report.kinds["events"].changed, report.kinds["events"].unchanged) == (["fete-de-la-farine"], ["ete"])
    async with database.reading() as session:
        party = await event(session, "fete-de-la-farine")
        assert party.starts_at == datetime(2031, 7, 4, 12, 30, tzinfo=UTC)
        assert party.ends_at == datetime(2031, 7, 4, 17, tzinfo=UTC)
        assert (party.sequence, party.updated_at, party.parent_id) == (1, APRIL, None)
        assert (await event(session, "ete")).updated_at == MARCH


async def test_an_event_that_a_pack_moves_has_its_date_since_then(database: Database, tmp_path: Path) -> None:
    await load(database, read_pack(write_pack(tmp_path / "a")))
    longer = broken("events", "ends: 2031-07-04T18:00", "ends: 2031-07-04T19:00")
    await load(database, read_pack(write_pack(tmp_path / "b", events=longer)), APRIL)
    async with database.reading() as session:
        assert (await event(session, "fete-de-la-farine")).dated_at is None  # it begins when it did
    moved = broken("events", "starts: 2031-07-04T14:30", "starts: 2031-07-04T13:30")
    await load(database, read_pack(write_pack(tmp_path / "c", events=moved)), APRIL)
    async with database.reading() as session:
        assert (await event(session, "fete-de-la-farine")).dated_at == APRIL
        assert (await event(session, "ete")).dated_at is None


@pytest.mark.parametrize("rule", ["tous les vendredis", "FREQ=WEEKLY;BYDAY=FR"])
async def test_an_event_that_repeats_becomes_its_dates_and_each_is_its_own(
    database: Database, tmp_path: Path, rule: str
) -> None:
    lines = f"starts: 2031-07-04T14:30\n  repeats: {rule}\n  until: 2031-07-25\n  without: [2031-07-11]"
    pack = read_pack(write_pack(tmp_path / "a", events=broken("events", "starts: 2031-07-04T14:30", lines)))
    report = await load(database, pack)
    keys = [f"fete-de-la-farine-2031{day}" for day in ("0704", "0718", "0725")]
    assert report.kinds["events"].added == ["ete", *keys]
    async with database.transaction() as session:
        events = [await event(session, key) for key in keys]
        assert {one.uid for one in events} == {"fete-de-la-farine@concerte"}
        assert [one.occurrence for one in events] == ["20310704T123000Z", "20310718T123000Z", "20310725T123000Z"]
        assert [one.ends_at and one.ends_at.day for one in events] == [4, 18, 25]
        topic = (await session.scalars(select(Topic).where(Topic.key == "farine"))).one()
        assert topic.details["events"] == [keys[0]]
        events[1].place, events[1].edited_at = "Namur", APRIL
    report = await load(database, pack, APRIL)
    assert report.kinds["events"].kept == [keys[1]] and not report.changes_anything


async def test_what_staff_have_edited_survives_the_next_load(database: Database, tmp_path: Path) -> None:
    await load(database, read_pack(write_pack(tmp_path / "a")))
    async with database.transaction() as session:
        (await event(session, "fete-de-la-farine")).place = "Namur"
        (await event(session, "fete-de-la-farine")).edited_at = MARCH
        mill = (await session.scalars(select(Structure))).one()
        mill.name, mill.edited_at = "Moulin bleu", MARCH
    changed = write_pack(
        tmp_path / "b",
        events=broken("events", "name: Fête de la farine", "name: Fête du blé"),
        structures=broken("structures", "Moulin rouge", "Moulin vert"),
    )
    report = await load(database, read_pack(changed), APRIL)
    assert report.kinds["events"].kept == ["fete-de-la-farine"]
    assert report.kinds["structures"].kept == ["moulin-rouge"]
    assert not report.changes_anything
    async with database.reading() as session:
        party = await event(session, "fete-de-la-farine")
        assert (party.name, party.place) == ("Fête de la farine", "Namur")
        assert (await session.scalars(select(Structure.name))).one() == "Moulin bleu"


async def test_a_row_that_staff_made_themselves_is_kept(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as session:
        session.add(Structure(code="moulin-rouge", name="Le vieux moulin", kind="moulin"))
    report = await load(database, read_pack(write_pack(tmp_path / "a")))
    assert report.kinds["structures"].kept == ["moulin-rouge"]
    async with database.reading() as session:
        assert (await session.scalars(select(Structure.name))).one() == "Le vieux moulin"


async def test_what_is_gone_from_the_pack_is_said_and_stays(database: Database, tmp_path: Path) -> None:
    await load(database, read_pack(write_pack(tmp_path / "a")))
    report = await load(database, read_pack(write_pack(tmp_path / "b", terms=None, consultations=None)), APRIL)
    assert report.kinds["terms"].gone == ["meule"]
    assert report.kinds["consultations"].gone == ["farines"]
    assert "mots et sigles\u00a0: 1 inchangé, absents du pack, laissés en place\u00a0: meule" in str(report)
    async with database.reading() as session:
        assert set(await session.scalars(select(Term.key))) == {"meule", "fdm"}


async def test_a_draft_consultation_follows_the_pack_until_it_opens(database: Database, tmp_path: Path) -> None:
    await load(database, read_pack(write_pack(tmp_path / "a")))
    async with database.reading() as session:
        before = await consultation_by_slug(session, "farines")
    assert before is not None and before.status == Status.DRAFT
    assert before.opens_at == datetime(2031, 5, 1, 7, tzinfo=UTC)
    assert before.questions[1].config == {"only_if": {"question": "ble", "any_of": ["dur"]}}
    assert before.questions[2].config == {"low": 1, "high": 5}
    text = broken("consultations", "- {key: tendre, label: Tendre}", "- {key: seigle, label: Seigle}")
    changed = read_pack(write_pack(tmp_path / "b", consultations=text))
    assert (await load(database, changed)).kinds["consultations"].changed == ["farines"]
    async with database.transaction() as session:
        after = await consultation_by_slug(session, "farines")
        assert after is not None
        assert [choice.key for choice in after.questions[0].choices] == ["seigle", "dur"]
        assert after.questions[0].id == before.questions[0].id
        after.status = Status.OPEN
    report = await load(database, read_pack(tmp_path / "a"))
    assert report.kinds["consultations"].kept == ["farines"]
    async with database.reading() as session:
        frozen = await consultation_by_slug(session, "farines")
    assert frozen is not None and [choice.key for choice in frozen.questions[0].choices] == ["seigle", "dur"]


async def test_the_version_of_what_is_known_moves_only_with_a_change(database: Database, tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "a"))
    versions = []
    for folder in (tmp_path / "a", tmp_path / "a", write_pack(tmp_path / "b", terms=broken("terms", "grain", "blé"))):
        pack = read_pack(folder)
        await load(database, pack)
        async with database.reading() as session:
            versions.append(await knowledge_version(session))
    assert versions == [1, 1, 2]


async def test_two_processes_that_load_at_once_take_turns(database: Database, missions_locales: Pack) -> None:
    reports = await asyncio.gather(load(database, missions_locales), load(database, missions_locales))
    assert sorted(report.changes_anything for report in reports) == [False, True]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Event)) == len(missions_locales.events)


async def test_the_rehearsal_has_its_invented_people_once(database: Database, missions_locales: Pack) -> None:
    await load(database, missions_locales)
    ids = []
    for _ in range(2):
        async with database.transaction() as session:
            ids.append(await seed_rehearsal(session, missions_locales, MARCH))
    assert ids[0] == ids[1] and len(ids[0]) == len(missions_locales.rehearsal.people)
    async with database.reading() as session:
        options = (selectinload(Person.roles), selectinload(Person.structure).selectinload(Structure.region))
        people = (await session.scalars(select(Person).order_by(Person.id).options(*options))).all()
        assert all(person.fictional and person.structure and person.structure.fictional for person in people)
        director, elected = people[:2]
        assert director.structure_id == elected.structure_id
        assert director.structure and director.structure.region and director.structure.region.name == "Bretagne"
        assert [grant.role for grant in director.roles] == ["director"]
        (regional,) = (person for person in people if person.key == "solene-simulation")
        assert [(grant.role, grant.region_id) for grant in regional.roles] == [("regional_staff", regional.region_id)]
        accounts = (await session.scalars(select(Account))).all()
        assert sorted(account.person_id or 0 for account in accounts) == sorted(ids[0])
        assert {account.platform for account in accounts} == {"web"}
        cast = (await setting(session, "rehearsal"))["people"]
        assert [entry["id"] for entry in cast] == ids[0]
    report = await load(database, missions_locales)
    assert not report.changes_anything and not report.kinds["structures"].gone


async def test_the_weekend_of_the_pack_is_the_one_that_announcements_wait_for(
    database: Database, missions_locales: Pack
) -> None:
    gulf = replace(missions_locales, network=missions_locales.network.model_copy(update={"weekend": (5, 6)}))
    async with database.transaction() as session:
        await seed(session, gulf, MARCH, apply=True)
        person = Person(given_name="Nora", family_name="Exemple", created_at=MARCH)
        session.add(person)
    async with database.reading() as session:
        (nora,) = await recipients(session, Audience(people=frozenset({person.id})))
    thursday_evening = datetime(2024, 3, 14, 20, tzinfo=ZoneInfo("Europe/Paris"))
    assert departure(nora, thursday_evening, nora.zone).isoformat() == "2024-03-17T07:00:00+00:00"  # Sunday at 8
