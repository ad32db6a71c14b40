"""A barometer comes back each quarter by itself, with its trend; the silent are nudged so often and no more, and their
region is told at the set time."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from handlers.consultations.escalating import escalate_due
from handlers.consultations.nudging import nudge_due, nudge_now
from handlers.consultations.recurring import fault_of, next_wave, open_waves, waves_of
from handlers.consultations.timing import close_due
from schedules.coming import next_moment
from storage.ballots import Answer, Ballot, Participation
from storage.base import insert_or_ignore
from storage.consultations import Consultation, QuestionKind, whole_consultation
from storage.database import Database
from storage.outbox import Delivery, Kind
from storage.people import Account
from tests.conversations.consulting import NOW, Network, a_consultation, a_network

PARIS = ZoneInfo("Europe/Paris")
QUARTERLY = "FREQ=MONTHLY;INTERVAL=3"
OPENED = datetime(2024, 1, 10, 9, tzinfo=PARIS)
CLOSED = datetime(2024, 1, 31, 18, tzinfo=PARIS)


@pytest.fixture
async def network(sqlite: Database) -> Network:
    return await a_network(sqlite)


async def a_barometer(database: Database, **changes: object) -> int:
    values = {
        "slug": "barometre",
        "title": "Baromètre",
        "voice": "person",
        "secrecy": "confidential",
        "status": "closed",
        "opens_at": OPENED,
        "closes_at": CLOSED,
        "recurs": QUARTERLY,
        "series": "barometre",
    } | changes
    number = await a_consultation(database, **values)
    async with database.transaction() as session:
        consultation = await whole_consultation(session, number)
        assert consultation is not None
        consultation.questions[0].kind = QuestionKind.SCALE
        consultation.questions[0].config = {"low": 1, "high": 5}
        consultation.questions[0].choices.clear()
    return number


async def waves(database: Database) -> list[Consultation]:
    async with database.reading() as session:
        return list((await session.scalars(select(Consultation).order_by(Consultation.wave))).all())


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2024, 4, 10, 8, 59, tzinfo=PARIS), None),
        (datetime(2024, 4, 10, 9, 0, tzinfo=PARIS), datetime(2024, 4, 10, 9, tzinfo=PARIS)),
        (datetime(2024, 7, 9, 12, tzinfo=PARIS), None),  # April's has closed while nothing ran
        (datetime(2024, 7, 12, 12, tzinfo=PARIS), datetime(2024, 7, 10, 9, tzinfo=PARIS)),
    ],
)
def test_a_wave_opens_by_the_clocks_of_the_network_summer_or_winter(now: datetime, opens: datetime | None) -> None:
    due = next_wave(QUARTERLY, OPENED.astimezone(UTC), CLOSED.astimezone(UTC), "Europe/Paris", now)
    assert (due[0] if due else None) == opens
    if due:
        assert (due[1].hour, due[1].date() - due[0].date()) == (18, timedelta(days=21))


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (QUARTERLY, ""),
        ("FREQ=YEARLY", ""),
        ("FREQ=DAILY", "often"),
        ("FREQ=MONTHLY;INTERVAL=x", "unclear"),
        ("tous les trimestres", "unclear"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(rule: str, fault: str) -> None:
    assert fault_of(rule) == fault


async def test_two_processes_open_one_wave_and_it_asks_the_same(database: Database) -> None:
    await a_barometer(database)
    now = datetime(2024, 4, 12, 12, tzinfo=PARIS)

    async def tick() -> int:
        async with database.transaction() as session:
            return await open_waves(session, now)

    assert sum(await asyncio.gather(*(tick() for _ in range(4)))) == 1
    assert await tick() == 0
    first, second = await waves(database)
    assert (second.slug, second.title, second.status) == ("barometre-2024-04-10", "Baromètre · avril 2024", "open")
    assert (second.wave, second.series, second.recurs) == (2, "barometre", QUARTERLY)
    assert second.closes_at == datetime(2024, 5, 1, 18, tzinfo=PARIS)
    assert (first.status, first.title) == ("closed", "Baromètre")


async def test_the_wave_after_follows_from_the_last_one(sqlite: Database) -> None:
    await a_barometer(sqlite)
    for month in (4, 7, 10):
        async with sqlite.transaction() as session:
            now = datetime(2024, month, 10, 9, 1, tzinfo=PARIS)
            await close_due(session, now)
            assert await open_waves(session, now) == 1
    assert [one.title for one in await waves(sqlite)] == [
        "Baromètre",
        "Baromètre · avril 2024",
        "Baromètre · juillet 2024",
        "Baromètre · octobre 2024",
    ]


async def test_a_barometer_is_opened_by_hand_once_its_first_wave_has_an_end(network: Network) -> None:
    number = await a_barometer(network.database, status="draft", opens_at=None, closes_at=None)
    fanny = await network.talk("Fanny")
    await fanny.says("suivi barometre")
    ways = dict(fanny.buttons)
    await fanny.presses("Ouvrir")
    assert "fixez d’abord la clôture" in await fanny.presses("Ouvrir maintenant")
    await fanny.acts(ways["Fixer la clôture"])
    await fanny.presses("Dans 2 semaines")
    await fanny.acts(f"consult:opened:{number}")
    assert (await waves(network.database))[0].opens_at == NOW
    async with network.database.transaction() as session:
        after = NOW + timedelta(days=93)
        await close_due(session, after)
        assert await open_waves(session, after) == 1


async def answered(database: Database, number: int, degrees: list[int], yes: int) -> None:
    """So many ballots with those degrees, the first so many of which say yes."""
    async with database.transaction() as session:
        consultation = await whole_consultation(session, number)
        assert consultation is not None
        scale, _, yes_no, _ = consultation.questions
        for n, degree in enumerate(degrees):
            key = f"person:{1000 + n}"
            ballot = Ballot(consultation_id=number, voice_key=key, submitted_at=NOW, receipt=f"{number}-{n}")
            session.add(ballot)
            await session.flush()
            session.add(Answer(ballot_id=ballot.id, question_id=scale.id, number=degree))
            session.add(Answer(ballot_id=ballot.id, question_id=yes_no.id, number=int(n < yes)))
            register = {"consultation_id": number, "voice_key": key, "at": NOW}
            await insert_or_ignore(session, Participation, [register])


async def test_the_trend_is_drawn_from_closed_waves_with_enough_voices(network: Network) -> None:
    database = network.database
    first = await a_barometer(database)
    await answered(database, first, [3, 3, 3, 3, 3], yes=1)
    fanny = await network.talk("Fanny", now=datetime(2024, 9, 1, tzinfo=UTC))
    await fanny.says("suivi barometre")
    assert "à partir de deux vagues" in await fanny.presses("Voir l’évolution")
    for month, degrees, yes in ((4, [4, 4, 4, 4, 5], 3), (7, [5, 5], 2)):  # July's two voices are too few
        async with database.transaction() as session:
            now = datetime(2024, month, 11, tzinfo=PARIS)
            await close_due(session, now)
            await open_waves(session, now)
        number = (await waves(database))[-1].id
        await answered(database, number, degrees, yes)
    async with database.transaction() as session:
        await close_due(session, datetime(2024, 9, 1, tzinfo=PARIS))
    await fanny.says("suivi barometre")
    text = await fanny.presses("Voir l’évolution")
    assert "3 (01/2024) → 4,2 (04/2024)" in text
    assert "20 % de oui (01/2024) → 60 % de oui (04/2024)" in text
    assert "07/2024" not in text
    picture = fanny.reply.messages[0].attachment
    assert picture is not None
    assert picture.content.startswith(b"\x89PNG")
    assert "4,2 (04/2024)" in picture.alt


async def pushed(database: Database, kind: Kind = Kind.NUDGE) -> list[Delivery]:
    async with database.reading() as session:
        return list((await session.scalars(select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id))).all())


async def test_the_region_gets_the_list_of_its_silent_structures_once_at_the_set_time(database: Database) -> None:
    network = await a_network(database)
    closes = NOW + timedelta(days=7)
    number = await a_consultation(database, escalate_days=2, closes_at=closes)
    async with database.transaction() as session:
        key = f"structure:{network.structures['ML Rennes']}"
        session.add(Ballot(consultation_id=number, voice_key=key, submitted_at=NOW, receipt="x"))
        session.add(Participation(consultation_id=number, voice_key=key, at=NOW))
    for at, written in (
        (closes - timedelta(days=3), 0),
        (closes - timedelta(days=2), 2),  # to Brittany, and to the network for Guyane, which has no staff
        (closes - timedelta(days=2), 0),
    ):
        async with database.transaction() as session:
            assert await escalate_due(session, at) == written
    (one,) = [row for row in await pushed(database) if row.person_id == network.people["Gilles"]]
    text = str(one.payload["text"]).replace("\\", "").replace("\u00a0", " ")
    assert one.person_id == network.people["Gilles"]
    assert "En Bretagne, **2 structures n’ont pas encore répondu** (sur 3)" in text
    assert "- ARML Bretagne\n- ML Brest" in text
    assert "Rennes" not in text
    assert one.expires_at == closes


async def test_a_region_where_all_have_answered_is_left_in_peace(network: Network) -> None:
    number = await a_consultation(network.database, escalate_days=2, closes_at=NOW + timedelta(days=2))
    async with network.database.transaction() as session:
        for house in network.structures.values():
            session.add(Participation(consultation_id=number, voice_key=f"structure:{house}", at=NOW))
    async with network.database.transaction() as session:
        assert await escalate_due(session, NOW) == 0


async def test_nobody_is_nudged_more_often_than_was_set(network: Network) -> None:
    closes = NOW + timedelta(days=7)
    number = await a_consultation(network.database, nudge_days=[6, 5, 2, 1], nudge_limit=2, closes_at=closes)
    for days in range(7):
        async with network.database.transaction() as session:
            await nudge_due(session, closes - timedelta(days=days))
            consultation = await session.get(Consultation, number)
            assert consultation is not None
            await nudge_now(session, consultation, closes - timedelta(days=days))
    counts: dict[int | None, int] = {}
    for one in await pushed(network.database):
        counts[one.person_id] = counts.get(one.person_id, 0) + 1
    assert set(counts.values()) == {2}


async def test_a_series_that_was_stopped_and_taken_up_again_at_an_old_wave_goes_on_from_its_newest(
    network: Network,
) -> None:
    number = await a_consultation(
        network.database, recurs="FREQ=MONTHLY", series="avis", opens_at=NOW, closes_at=NOW + timedelta(days=5)
    )
    later = NOW + timedelta(days=35)
    async with network.database.transaction() as session:
        await close_due(session, later)
        assert await open_waves(session, later) == 1
        await close_due(session, later + timedelta(days=5))
    fanny = await network.talk("Fanny", now=later + timedelta(days=6))
    end = later + timedelta(days=60)
    for label, opened in (("Une seule fois", 0), ("Chaque mois", 1)):
        await fanny.acts(f"consult:rhythm:{number}")
        await fanny.presses(label)
        async with network.database.transaction() as session:
            assert await open_waves(session, end) == opened
    async with network.database.reading() as session:
        assert [one.wave for one in await waves_of(session, "avis")] == [1, 2, 3]


def said_in(delivery: Delivery) -> str:
    return str(delivery.payload["text"]).replace("\\", "").replace("\u00a0", " ")


async def test_people_who_were_asked_for_themselves_are_told_to_the_region_of_their_structure(
    network: Network,
) -> None:
    number = await a_consultation(
        network.database,
        voice="person",
        escalate_days=2,
        closes_at=NOW + timedelta(days=2),
        audience={"roles": ["director"]},
    )
    async with network.database.transaction() as session:
        assert await escalate_due(session, NOW) >= 1
    listed = [said_in(one) for one in await pushed(network.database) if one.person_id == network.people["Gilles"]]
    assert len(listed) == 1
    assert "pas encore répondu" in listed[0]
    assert "personne" in listed[0]
    assert "Carla" not in listed[0]  # she is elsewhere
    assert number


async def test_who_asked_to_be_left_alone_is_on_no_list(network: Network) -> None:
    number = await a_consultation(network.database, voice="person", escalate_days=2, closes_at=NOW + timedelta(days=2))
    anne = await network.talk("Anne")
    await anne.acts(f"consult:quiet:{number}")
    async with network.database.transaction() as session:
        await escalate_due(session, NOW)
    everything = "\n".join(said_in(one) for one in await pushed(network.database))
    assert "Bruno Test" in everything
    assert "Anne Test" not in everything


async def test_a_region_without_staff_comes_to_the_staff_of_the_network_once_and_it_is_said(database: Database) -> None:
    network = await a_network(database)
    number = await a_consultation(database, escalate_days=2, closes_at=NOW + timedelta(days=2))
    for _ in range(2):
        async with database.transaction() as session:
            await escalate_due(session, NOW)
    mine = [one for one in await pushed(database) if one.person_id == network.people["Fanny"]]
    (text,) = [said_in(one) for one in mine]
    assert "aucune équipe régionale" in text
    assert "- ML Guyane" in text
    assert "ML Rennes" not in text  # its region has been told
    assert number


async def test_regional_staff_whom_no_message_reaches_count_as_nobody(network: Network) -> None:
    await a_consultation(network.database, escalate_days=2, closes_at=NOW + timedelta(days=2))
    async with network.database.transaction() as session:
        await session.execute(delete(Account).where(Account.person_id == network.people["Gilles"]))
        await escalate_due(session, NOW)
    (text,) = [said_in(one) for one in await pushed(network.database)]
    assert "**Bretagne** (3 sur 3)\n- ARML Bretagne\n- ML Brest\n- ML Rennes" in text


async def test_a_rehearsal_knows_when_the_next_nudge_list_and_wave_come(network: Network) -> None:
    closes = datetime(2024, 3, 22, 18, tzinfo=PARIS)
    await a_consultation(
        network.database,
        nudge_days=[2],
        escalate_days=1,
        opens_at=datetime(2024, 3, 14, 9, tzinfo=PARIS),
        closes_at=closes,
        recurs="FREQ=MONTHLY",
        series="avis",
    )
    came: list[str] = []
    at = NOW
    async with network.database.reading() as session:
        while len(came) < 7:
            found = await next_moment(session, at)
            assert found is not None
            at = found
            came.append(at.astimezone(PARIS).strftime("%d/%m %H:%M"))
    assert came == [
        "20/03 09:00",  # the nudge, in Paris and in Cayenne
        "20/03 13:00",
        "21/03 09:00",  # the lists of the regions
        "21/03 13:00",
        "22/03 18:00",  # the close
        "14/04 09:00",  # the next wave
        "14/05 09:00",
    ]
