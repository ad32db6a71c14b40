"""What staff read of the weeks to come is what then leaves: to how many, and when."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from handlers.calendar.previewing import Sending
from handlers.consultations.nudging import nudge_due
from schedules.forecasting import forecast
from schedules.own_reminders import remind_own
from schedules.reminders import remind
from storage.agenda import Event
from storage.consultations import Consultation
from storage.database import Database
from storage.duetimes import next_due
from storage.outbox import Delivery, Kind, State
from storage.people import Role
from storage.replies import Coming, Mode, answer
from tests import building
from tests.stage import Stage

NOW = datetime(2024, 9, 30, 8, tzinfo=UTC)
UNTIL = NOW + timedelta(weeks=4)
STAFF = "telegram:telegram-5"


async def set_up(database: Database) -> None:
    """Five people of four zones, one without an account, one with hours of their own, one who declines; events."""
    async with database.transaction() as session:
        anne = await building.person(session, "Anne Le Goff", quiet_begins=time(19), quiet_ends=time(10))
        await building.person(session, "Chloé Sinnamary", "03")
        await building.person(session, "Ravi Hoarau", "04")
        await building.person(session, "Tiare Temaru", "PF", on=[])
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
        ag = await building.event(session, "Assemblée générale", "2024-10-09", "14:00")
        await building.event(session, "Atelier de Guyane", "2024-10-15", audience={"regions": ["03"]})
        await building.event(session, "Bureau", "2024-10-14", "09:00", status="cancelled")
        await answer(session, await session.get_one(Event, ag.id), anne.id, Coming.NO, Mode.UNSAID, NOW)
        await building.event(session, "Séminaire", "2024-10-21", "10:00", audience={"roles": ["director"]})
        session.add(
            Consultation(
                slug="c",
                title="Vos attentes",
                voice="person",
                status="open",
                opens_at=NOW - timedelta(days=1),
                closes_at=NOW + timedelta(days=14),
                nudge_days=[3],
                secrecy="named",
                audience={"roles": ["director"]},
                updated_at=NOW,
            )
        )


async def play(database: Database) -> Counter[tuple[str, str]]:
    """The ticks at each instant at which something is due, as a rehearsal plays them; what was written, by kind."""
    now = NOW
    while now < UNTIL:
        async with database.transaction() as session:
            await remind(session, now)
            await remind_own(session, now)
            await nudge_due(session, now)
            later = [await next_due(session, now), now + timedelta(hours=12)]
        now = min(one for one in later if one is not None)
    async with database.reading() as session:
        rows = await session.execute(
            select(Delivery.about, Delivery.kind).where(Delivery.kind.in_((Kind.REMINDER, Kind.NUDGE)))
        )
        return Counter(
            (kind, about.split(":")[1] + about.split(":")[3][:2] * (kind == "reminder")) for about, kind in rows
        )


def sums(found: list[Sending]) -> Counter[tuple[str, str]]:
    ids = {"Assemblée générale": "1", "Atelier de Guyane": "2", "Séminaire": "4", "Vos attentes": "1"}
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        kind = "nudge" if one.kind == "nudge" else "reminder"
        short = {"reminder": one.what.replace("J-", "D-")[:2], "own": "ow"}.get(one.kind, "")
        # Of whom a nudge cannot reach there is no row; of whom a reminder cannot, there is one that says so.
        counted[kind, ids[one.title] + short] += one.people - (one.unreachable if kind == "nudge" else 0)
    return counted


async def test_how_many_and_when_are_counted_zone_by_zone(database: Database) -> None:
    await set_up(database)
    async with database.reading() as session:
        found = await forecast(session, NOW, UNTIL)
    week = next(one for one in found if (one.title, one.what) == ("Assemblée générale", "J-7"))
    assert (week.people, week.unreachable) == (4, 1)  # all but Anne, who does not come; Tiare has no account
    assert week.first == datetime(2024, 10, 2, 5, tzinfo=UTC) and week.last == datetime(2024, 10, 2, 19, tzinfo=UTC)


async def test_what_is_foreseen_is_what_leaves(sqlite: Database) -> None:
    await set_up(sqlite)
    stage = Stage(sqlite)
    stage.clock.at = NOW
    await stage.says("telegram:telegram-2", "rappelle-moi l’assemblée générale la veille à 18 h")
    async with sqlite.reading() as session:
        foreseen = sums(await forecast(session, NOW, UNTIL))
    assert foreseen == await play(sqlite) and sum(foreseen.values()) > 20


async def test_staff_read_it_in_chat_and_nobody_else(sqlite: Database) -> None:
    await set_up(sqlite)
    stage = Stage(sqlite)
    stage.clock.at = NOW
    heard = await stage.says(STAFF, "envois à venir")
    said = heard.text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")
    assert "**mercredi 2 octobre 2024**" in said
    assert "de 7 h à 21 h : Rappel J-7, **Assemblée générale** — 4 personnes, dont 1 sans messagerie reliée" in said
    assert "Relance, **Vos attentes** (3 jours avant la clôture)" in said and "Bureau" not in said
    assert "12 semaines" in [button.label for button in heard.buttons]
    one_week = await stage.presses(STAFF, heard.button("1 semaine"))
    assert "Séminaire" not in one_week.text
    assert "réservée" in (await stage.says("telegram:telegram-1", "envois à venir")).text
    assert "réservée" in (await stage.presses("telegram:telegram-1", "sends:4")).text
    async with sqlite.reading() as session:
        assert State.WAITING not in set(await session.scalars(select(Delivery.state)))  # nothing was written


async def test_nothing_to_come_is_said(sqlite: Database) -> None:
    async with sqlite.transaction() as session:
        await building.person(session, "Sonia Staff", roles=[Role.STAFF])
    stage = Stage(sqlite)
    assert "Rien n’est prévu" in (await stage.says("telegram:telegram-1", "envois")).text
