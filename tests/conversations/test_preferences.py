"""Preferences: where, when and how one is written to; « stop » is obeyed at once."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handlers.account.readings import date_typed, quiet_typed
from handlers.account.zones import find_zone
from handlers.dates import event_dates
from schedules.holding import Held, wished
from schedules.reminders import remind
from schedules.retry import DeliveryError
from storage.agenda import Event
from storage.database import Database
from storage.outbox import Delivery, Kind, State, by_about, enqueue
from storage.people import NOWHERE, Account, Person, Role
from storage.preferences import Wishes
from tests import building
from tests.stage import PLATFORMS, Heard, Stage

ME, ALSO_ME = "telegram:77", "slack:U77"
NOW = datetime(2024, 3, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    stage = Stage(database)
    await stage.person("Anne", "Test", ME, ALSO_ME, "web:w77", roles=(Role.DIRECTOR,), region="Guyane", structure="ML")
    yield stage


def words(heard: Heard) -> str:
    return heard.text.replace("\\", "").replace("**", "").replace("\u00a0", " ").replace("\u202f", " ")


async def me(stage: Stage) -> Person:
    async with stage.database.reading() as session:
        return (await session.scalars(select(Person).where(Person.given_name == "Anne"))).one()


async def push(stage: Stage, about: str, kind: Kind, platform: str = "telegram", **more: object) -> None:
    """Something that somebody else sends to Anne."""
    async with stage.database.transaction() as session:
        person = (await session.scalars(select(Person).where(Person.given_name == "Anne"))).one()
        mine = select(Account).where(Account.person_id == person.id, Account.platform == platform)
        account = (await session.scalars(mine)).one()
        row = {
            "about": about,
            "kind": kind,
            "platform": platform,
            "chat": account.chat,
            "account_id": account.id,
            "person_id": person.id,
            "payload": {"text": about},
            "due_at": stage.clock.at,
            "created_at": stage.clock.at,
            **more,
        }
        await enqueue(session, [row])


async def row(stage: Stage, about: str) -> Delivery:
    async with stage.database.reading() as session:
        return (await by_about(session, [about]))[0]


async def test_preferences_are_shown_and_each_has_a_button(stage: Stage) -> None:
    shown = await stage.says(ME, "préférences")
    assert "Fuseau horaire : heure de Paris" in words(shown)
    assert "Heures calmes : celles du réseau, de 20 h à 8 h" in words(shown)
    assert "Envois : actifs" in words(shown)
    for label in ("Fuseau", "Où m’écrire", "Heures calmes", "Langue", "pause", "Tout arrêter", "Mes rappels"):
        shown.button(label)


# ---- stop


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("said", ["stop", "STOP", "Stop !", "/stop", "stop."])
async def test_stop_is_obeyed_at_once_on_every_channel(sqlite: Database, platform: str, said: str) -> None:
    stage = Stage(sqlite)
    await stage.person("Anne", "Test", *(f"{one}:77" for one in PLATFORMS))
    later = stage.clock.at + timedelta(hours=1)
    await push(stage, "waits", Kind.REMINDER, due_at=later)
    assert "je ne vous envoie plus rien" in words(await stage.says(f"{platform}:77", said))
    for kind in (Kind.NOTICE, Kind.REMINDER, Kind.NUDGE, Kind.ANNOUNCEMENT):
        await push(stage, kind, kind)
    stage.clock.at = later
    heard = await stage.heard("telegram:77")
    assert [text for text in (message.text for message in heard.messages) if text in {"waits", *Kind}] == []
    waiting = await row(stage, "waits")
    assert (waiting.state, waiting.reason) == (State.CANCELLED, "stop")
    for kind in (Kind.NOTICE, Kind.REMINDER, Kind.NUDGE, Kind.ANNOUNCEMENT):
        skipped = await row(stage, kind)
        assert (skipped.state, skipped.reason) == (State.SKIPPED, "stop")


async def test_stop_is_heard_inside_an_open_form_and_questions_are_still_answered(stage: Stage) -> None:
    await stage.presses(ME, "prefer:zone")
    assert "je ne vous envoie plus rien" in words(await stage.says(ME, "STOP"))
    assert words(await stage.says(ME, "agenda")) != ""
    assert "arrêtés, sauf mes réponses" in words(await stage.says(ME, "préférences"))


async def test_reprendre_undoes_stop_and_means_nothing_else_then(stage: Stage) -> None:
    await stage.says(ME, "stop")
    assert "C’est reparti" in words(await stage.says(ALSO_ME, "reprendre"))
    await push(stage, "again", Kind.NOTICE)
    assert "again" in words(await stage.heard(ME))
    assert "C’est reparti" not in words(await stage.says(ALSO_ME, "reprendre"))


async def test_stop_concerns_nobody_else(stage: Stage) -> None:
    await stage.person("Bruno", "Autre", "telegram:88")
    await stage.says("telegram:88", "stop")
    await push(stage, "news", Kind.ANNOUNCEMENT)
    assert "news" in words(await stage.heard(ME))


async def test_a_stranger_who_says_stop_is_answered(stage: Stage) -> None:
    assert "je ne fais que répondre" in words(await stage.says("telegram:1", "stop"))


# ---- pause


async def test_a_pause_puts_off_what_keeps_and_leaves_out_what_does_not(stage: Stage) -> None:
    asked = await stage.presses(ME, "prefer:pause")
    said = words(await stage.presses(ME, asked.button("Une semaine")))
    assert "vendredi 22 mars 2024" in said
    for kind in (Kind.NOTICE, Kind.REMINDER, Kind.NUDGE, Kind.ANNOUNCEMENT):
        await push(stage, kind, kind)
    assert not {kind.value for kind in Kind} & {message.text for message in (await stage.heard(ME)).messages}
    until = datetime(2024, 3, 22, tzinfo=ZoneInfo("Europe/Paris"))
    for kind in (Kind.NOTICE, Kind.ANNOUNCEMENT):
        assert ((one := await row(stage, kind)).state, one.due_at) == (State.WAITING, until)
    for kind in (Kind.REMINDER, Kind.NUDGE):
        assert ((one := await row(stage, kind)).state, one.reason) == (State.SKIPPED, "pause")
    stage.clock.at = until
    heard = {message.text for message in (await stage.heard(ME)).messages}
    assert {Kind.NOTICE.value, Kind.ANNOUNCEMENT.value} <= heard


async def test_a_pause_can_be_typed_and_ended_before_time(stage: Stage) -> None:
    await stage.presses(ME, "prefer:pause")
    assert "Je n’ai pas compris cette date" in words(await stage.says(ME, "un de ces jours"))
    assert "déjà passée" in words(await stage.says(ME, "14/03/2024"))
    assert "lundi 1er avril 2024" in words(await stage.says(ME, "jusqu’au 1er avril"))
    assert "en pause jusqu’au lundi 1er avril 2024" in words(await stage.says(ME, "préférences"))
    await stage.says(ME, "reprendre")
    assert (await me(stage)).paused_until is None


async def test_a_question_in_the_middle_keeps_the_form_open(stage: Stage) -> None:
    await stage.presses(ME, "prefer:pause")
    await stage.says(ME, "C’est quand l’AG ?")
    assert "lundi 1er avril 2024" in words(await stage.says(ME, "1er avril"))


# ---- time zone


async def test_the_zone_is_the_regions_until_another_is_chosen(stage: Stage) -> None:
    asked = await stage.presses(ME, "prefer:zone")
    assert "tapez une ville" in words(asked)
    said = words(await stage.says(ME, "Cayenne"))
    assert "heure de Cayenne. Il y est 6 h." in said
    assert (await me(stage)).zone == "America/Cayenne"
    await stage.presses(ALSO_ME, "prefer:zone")
    assert "heure de Paris" in words(await stage.presses(ALSO_ME, "prefer:zone:region"))
    assert (await me(stage)).zone is None


async def test_a_near_miss_is_offered_and_never_assumed(stage: Stage) -> None:
    await stage.presses(ME, "prefer:zone")
    offered = await stage.says(ME, "Papete")
    assert (await me(stage)).zone is None
    await stage.presses(ME, offered.button("Tahiti"))
    assert (await me(stage)).zone == "Pacific/Tahiti"


@pytest.mark.parametrize(
    "forged", ["prefer:zone:Mars/Base", "prefer:zone:../../etc/passwd", "prefer:zone:", "prefer:x"]
)
async def test_a_forged_choice_changes_nothing(stage: Stage, forged: str) -> None:
    before = await me(stage)
    await stage.presses(ME, forged)
    after = await me(stage)
    assert (after.zone, after.preferred_platform, after.locale) == (
        before.zone,
        before.preferred_platform,
        before.locale,
    )


@pytest.mark.parametrize(
    ("typed", "zone", "near"),
    [
        ("Cayenne", "America/Cayenne", ()),
        ("heure de la Réunion", "Indian/Reunion", ()),
        ("MAYOTTE", "Indian/Mayotte", ()),
        ("nouméa", "Pacific/Noumea", ()),
        ("Fort de France", "America/Martinique", ()),
        ("Indian/Reunion", "Indian/Reunion", ()),
        ("Londres", "Europe/London", ()),
        ("Finistère", "Europe/Paris", ()),
        ("Mayote", "", ("Indian/Mayotte",)),
        ("Vannes", "", ("Europe/Paris",)),
        ("c’est quand", "", ()),
        ("", "", ()),
    ],
)
def test_places_as_people_name_them(typed: str, zone: str, near: tuple[str, ...]) -> None:
    found = find_zone(typed, {"Finistère": "Europe/Paris", "Mission locale de Vannes": "Europe/Paris"})
    assert (found.zone, found.near) == (zone, near)


# ---- where to write


async def test_the_preferred_platform_and_its_fallback(stage: Stage) -> None:
    asked = await stage.presses(ME, "prefer:place")
    then = await stage.presses(ME, asked.button("Slack"))
    await stage.presses(ME, then.button("navigateur"))
    person = await me(stage)
    assert (person.preferred_platform, person.fallback_platform) == ("slack", "web")
    assert "Où vous écrire : Slack, sinon navigateur" in words(await stage.says(ME, "préférences"))


@pytest.mark.parametrize(
    ("preferred", "fallback", "goes"), [("slack", "web", "web"), ("slack", None, "telegram"), ("slack", NOWHERE, None)]
)
async def test_a_blocked_platform_falls_back_where_the_person_said(
    stage: Stage, preferred: str, fallback: str | None, goes: str | None
) -> None:
    async with stage.database.transaction() as session:
        person = (await session.scalars(select(Person).where(Person.given_name == "Anne"))).one()
        person.preferred_platform, person.fallback_platform = preferred, fallback
    await push(stage, "news", Kind.ANNOUNCEMENT, "slack")
    stage.channels["slack"].faults.append(DeliveryError("deactivated", permanent=True, unreachable=True))
    await stage.worker.drain()
    arrived = [name for name, channel in stage.channels.items() if "news" in channel.texts]
    assert arrived == ([goes] if goes else [])
    assert (await row(stage, "news")).state == (State.DELIVERED if goes else State.FAILED)


async def test_with_one_account_there_is_nothing_to_choose(stage: Stage) -> None:
    await stage.person("Bruno", "Autre", "telegram:88")
    assert "qu’à un endroit" in words(await stage.presses("telegram:88", "prefer:place"))
    await stage.presses("telegram:88", "prefer:place:slack")
    await stage.presses("telegram:88", "prefer:fallback:slack")
    async with stage.database.reading() as session:
        bruno = (await session.scalars(select(Person).where(Person.given_name == "Bruno"))).one()
    assert (bruno.preferred_platform, bruno.fallback_platform) == (None, None)


# ---- quiet hours


async def test_quiet_hours_are_chosen_typed_and_given_back(stage: Stage) -> None:
    asked = await stage.presses(ME, "prefer:quiet")
    await stage.presses(ME, asked.button("De 19"))
    person = await me(stage)
    assert (person.quiet_begins, person.quiet_ends) == (time(19), time(9))
    await stage.presses(ME, "prefer:quiet")
    assert "Je n’ai pas compris" in words(await stage.says(ME, "de 8h à 20h"))
    assert "Heures calmes : de 21 h à 7 h 30." in words(await stage.says(ME, "de 21 h à 7 h 30"))
    person = await me(stage)
    assert (person.quiet_begins, person.quiet_ends) == (time(21), time(7, 30))
    await stage.presses(ME, "prefer:quiet:network")
    assert (await me(stage)).quiet_begins is None
    assert "Heures calmes : aucune." in words(await stage.presses(ME, "prefer:quiet:never"))


async def test_what_comes_in_ones_quiet_hours_waits_for_their_end(stage: Stage) -> None:
    await stage.presses(ME, "prefer:quiet:19h-11h")
    for kind in (Kind.NOTICE, Kind.NUDGE, Kind.ANNOUNCEMENT):
        await push(stage, kind, kind)
    await stage.worker.drain()
    eleven = datetime(2024, 3, 15, 11, tzinfo=ZoneInfo("Europe/Paris"))
    for kind in (Kind.NOTICE, Kind.NUDGE, Kind.ANNOUNCEMENT):
        assert ((one := await row(stage, kind)).state, one.due_at) == (State.WAITING, eleven)
    stage.clock.at = eleven.astimezone(UTC)
    assert {Kind.NUDGE.value} <= {message.text for message in (await stage.heard(ME)).messages}


@pytest.mark.parametrize(
    ("kind", "wishes", "held"),
    [
        (Kind.REPLY, Wishes(True, None, (time(19), time(11)), "Europe/Paris"), None),
        (Kind.NOTICE, Wishes(True, None, None, "Europe/Paris"), Held("stop")),
        (Kind.NOTICE, Wishes(True, NOW + timedelta(days=1), None, "Europe/Paris"), Held("stop")),
        (Kind.NOTICE, Wishes(False, NOW, None, "Europe/Paris"), None),
        (
            Kind.NOTICE,
            Wishes(False, NOW + timedelta(days=1), None, "Europe/Paris"),
            Held("pause", NOW + timedelta(days=1)),
        ),
        (Kind.REMINDER, Wishes(False, NOW + timedelta(days=1), None, "Europe/Paris"), Held("pause")),
        (Kind.REMINDER, Wishes(False, None, (time(19), time(11)), "Europe/Paris"), None),
        (Kind.NUDGE, Wishes(False, None, (time(19), time(10)), "Europe/Paris"), None),  # it is ten o'clock there
        (
            Kind.NUDGE,
            Wishes(False, None, (time(19), time(8)), "America/Cayenne"),
            Held("quiet hours", datetime(2024, 3, 15, 11, tzinfo=UTC)),
        ),
        (Kind.NUDGE, Wishes(False, None, (time.max, time(0)), "America/Cayenne"), None),
    ],
)
def test_what_wishes_mean_for_what_is_due(kind: Kind, wishes: Wishes, held: Held | None) -> None:
    assert wished(kind, wishes, NOW) == held


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("de 19 h à 9 h", (time(19), time(9))),
        ("21h30-7h", (time(21, 30), time(7))),
        ("19h 11h", (time(19), time(11))),
        ("de 20 heures à 8 heures", (time(20), time(8))),
        ("20 h 8 h 15", (time(20), time(8, 15))),
        ("22:00 à 07:30", (time(22), time(7, 30))),
        ("de minuit à 7h", (time.max, time(7))),
        ("de 20h à midi", (time(20), time(12))),
        ("8h-20h", None),
        ("de 25h à 3h", None),
        ("toujours", None),
        ("19h", None),
    ],
)
def test_hours_as_people_type_them(typed: str, hours: tuple[time, time] | None) -> None:
    assert quiet_typed(typed) == hours


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("15 août", date(2024, 8, 15)),
        ("jusqu’au 31/08/2024", date(2024, 8, 31)),
        ("31/8/24", date(2024, 8, 31)),
        ("2024-08-31", date(2024, 8, 31)),
        ("1er sept.", date(2024, 9, 1)),
        ("15 mars", date(2025, 3, 15)),
        ("3 janvier 2026", date(2026, 1, 3)),
        ("31/2", None),
        ("15 jui", None),
        ("bientôt", None),
    ],
)
def test_dates_as_people_type_them(typed: str, day: date | None) -> None:
    assert date_typed(typed, date(2024, 3, 15)) == day


async def test_dates_are_written_in_english_for_who_prefers_it(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        await building.event(session, "Atelier", "2024-04-16", "14:30")
        await building.event(session, "Mois", "2024-05-01", precision="month")
        await building.event(session, "Loin", "2024-04-18", "08:00", zone="Pacific/Noumea")
    await stage.presses(ME, (await stage.presses(ME, "prefer:dates")).button("En anglais"))
    agenda = words(await stage.says(ME, "agenda"))
    assert "Tuesday 16 April 2024 at 2:30 pm" in agenda
    assert "May 2024" in agenda
    assert "Wednesday 17 April 2024 at 11:00 pm, Paris time (Thursday 18 April at 8:00 am, Noumea time)" in agenda
    assert "Monday 15 April 2024 at 9:00 am : Atelier, Tuesday 16 April" in words(await stage.says(ME, "rappels"))
    async with stage.database.transaction() as session:
        await remind(session, datetime(2024, 4, 15, 7, tzinfo=UTC))
    stage.clock.at = datetime(2024, 4, 15, 7, tzinfo=UTC)
    assert "Rappel : Atelier\nTuesday 16 April 2024 at 2:30 pm" in words(await stage.heard(ME))
    await stage.presses(ALSO_ME, "prefer:dates:fr")
    assert "mardi 16 avril 2024 à 14 h 30" in words(await stage.says(ME, "agenda"))


@pytest.mark.parametrize(
    ("first", "last", "begin", "end", "text"),
    [
        ("2024-10-09", "2024-10-09", "", "", "Wednesday 9 October 2024"),
        ("2024-10-08", "2024-10-09", "", "", "from Tuesday 8 to Wednesday 9 October 2024"),
        ("2024-09-30", "2024-10-01", "", "", "from Monday 30 September to Tuesday 1 October 2024"),
        ("2024-12-31", "2025-01-01", "", "", "from Tuesday 31 December 2024 to Wednesday 1 January 2025"),
        ("2024-10-09", "2024-10-09", "09:30", "17:00", "Wednesday 9 October 2024, 9:30 am to 5:00 pm"),
        ("2024-10-08", "2024-10-09", "14:00", "", "from Tuesday 8 to Wednesday 9 October 2024, starting at 2:00 pm"),
        (
            "2024-10-08",
            "2024-10-09",
            "14:00",
            "12:00",
            "from Tuesday 8 October at 2:00 pm to Wednesday 9 October 2024 at 12:00 pm",
        ),
    ],
)
def test_dates_in_english(first: str, last: str, begin: str, end: str, text: str) -> None:
    def instant(on: str, hour: str) -> datetime | None:
        return datetime.fromisoformat(f"{on}T{hour}").replace(tzinfo=ZoneInfo("Europe/Paris")) if hour else None

    event = Event(
        precision="minute" if begin else "day",
        starts_on=date.fromisoformat(first),
        ends_on=date.fromisoformat(last),
        starts_at=instant(first, begin),
        ends_at=instant(last, end),
        zone="Europe/Paris",
    )
    assert event_dates(event, locale="en").replace("\u00a0", " ") == text


async def test_reminders_keep_ones_own_hours(stage: Stage) -> None:
    """D-1 is at nine and H-2 at half past six: for who sleeps until ten, both come the evening before."""
    async with stage.database.transaction() as session:
        await building.event(session, "Atelier", "2024-04-16", "08:30")
    await stage.person("Bruno", "Autre", "telegram:88", region="Bretagne")
    await stage.presses(ME, "prefer:quiet:18h-10h")
    shown = words(await stage.says(ME, "rappels"))
    for day in ("lundi 8 avril 2024 à 17 h 59", "vendredi 12 avril 2024 à 17 h 59", "lundi 15 avril 2024 à 17 h 59"):
        assert day in shown
    now, last = datetime(2024, 4, 8, 4, tzinfo=UTC), datetime(2024, 4, 16, 6, tzinfo=UTC)
    while now <= last:
        async with stage.database.transaction() as session:
            await remind(session, now)
        stage.clock.at = now
        await stage.worker.drain()
        now += timedelta(minutes=30)
    async with stage.database.reading() as session:
        rows = await session.execute(
            select(Person.given_name, Delivery.about, Delivery.due_at, Delivery.state)
            .join(Person, Person.id == Delivery.person_id)
            .where(Delivery.kind == Kind.REMINDER, Delivery.state == State.DELIVERED)
            .order_by(Delivery.due_at)
        )
        sent = [
            (name, about.split(":")[3], due.astimezone(ZoneInfo("Europe/Paris")).strftime("%d/%m %H:%M"))
            for name, about, due, _ in rows
        ]
    assert [one for one in sent if one[0] == "Anne"] == [
        ("Anne", "D-7", "08/04 17:59"),
        ("Anne", "D-1", "12/04 17:59"),
        ("Anne", "H-2", "15/04 17:59"),
    ]
    assert [one for one in sent if one[0] == "Bruno"] == [
        ("Bruno", "D-7", "09/04 09:00"),
        ("Bruno", "D-1", "15/04 09:00"),
        ("Bruno", "H-2", "15/04 19:59"),
    ]
