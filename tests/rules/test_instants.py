"""When something may be sent: a table over the territories, and properties that hold everywhere."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.instants import (
    DEFAULT_PLAN,
    QUIET,
    Due,
    Offset,
    Quiet,
    Start,
    dues,
    in_force,
    is_holiday,
    known_holidays,
    known_zone,
    last_permitted,
    next_permitted,
    permitted,
    plan_of,
    resting,
)
from storage.agenda import Event

TERRITORIES = {
    "Paris": ("Europe/Paris", "FR"),
    "Cayenne": ("America/Cayenne", "FR-GF"),
    "Martinique": ("America/Martinique", "FR-MQ"),
    "Guadeloupe": ("America/Guadeloupe", "FR-GP"),
    "La Réunion": ("Indian/Reunion", "FR-RE"),
    "Mayotte": ("Indian/Mayotte", "FR-YT"),
    "Nouméa": ("Pacific/Noumea", "FR-NC"),
    "Papeete": ("Pacific/Tahiti", "FR-PF"),
    "Saint-Pierre": ("America/Miquelon", "FR-PM"),
}


def timed(local: str, zone: str = "Europe/Paris") -> Start:
    instant = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    return Start("minute", instant.date(), instant.astimezone(UTC), zone)


def whole_day(on: str, zone: str = "Europe/Paris") -> Start:
    return Start("day", date.fromisoformat(on), None, zone)


def plan(start: Start, territory: str) -> dict[str, str]:
    """The reminders for readers there, each at the hour their clock shows."""
    zone, holidays = TERRITORIES[territory]
    return {
        str(due.offset): due.at.astimezone(ZoneInfo(zone)).strftime("%a %d/%m/%Y %H:%M")
        for due in dues(start, DEFAULT_PLAN, zone, holidays)
    }


@pytest.mark.parametrize(
    ("territory", "seven", "one", "hours"),
    [
        ("Paris", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Wed 09/10/2024 12:00"),
        ("Cayenne", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Tue 08/10/2024 19:59"),
        ("Martinique", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Tue 08/10/2024 19:59"),
        ("Guadeloupe", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Tue 08/10/2024 19:59"),
        ("La Réunion", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Wed 09/10/2024 14:00"),
        ("Mayotte", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Wed 09/10/2024 13:00"),
        # 23:00 there: two hours before is night, the last minute of the evening is earlier.
        ("Nouméa", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Wed 09/10/2024 19:59"),
        # 2:00 there, on the same date: D-1 is the morning before.
        ("Papeete", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Tue 08/10/2024 19:59"),
        ("Saint-Pierre", "Wed 02/10/2024 09:00", "Tue 08/10/2024 09:00", "Wed 09/10/2024 08:00"),
    ],
)
def test_an_event_at_two_in_paris_reminds_each_territory_by_its_own_clock(
    territory: str, seven: str, one: str, hours: str
) -> None:
    assert plan(timed("2024-10-09T14:00"), territory) == {"D-7": seven, "D-1": one, "H-2": hours}


@pytest.mark.parametrize(
    ("start", "territory", "expected"),
    [
        # the date differs there: an evening in Papeete is the next morning in Paris
        (timed("2024-10-09T09:30"), "Papeete", {"D-7": "Tue 01/10/2024 09:00", "D-1": "Mon 07/10/2024 09:00"}),
        (timed("2026-10-08T20:00", "Pacific/Tahiti"), "Paris", {"D-7": "Fri 02/10/2026 09:00"}),
        # a Monday's D-1 is a Sunday: the Friday before
        (timed("2026-10-12T14:00"), "Paris", {"D-1": "Fri 09/10/2026 09:00", "H-2": "Mon 12/10/2026 12:00"}),
        # a Monday at 9: H-2 is 7:00, brought forward over the week-end
        (timed("2026-10-12T09:00"), "Paris", {"H-2": "Fri 09/10/2026 19:59"}),
        # abolition of slavery: 10 June in Guyane only
        (timed("2026-06-11T14:00"), "Cayenne", {"D-1": "Tue 09/06/2026 09:00"}),
        (timed("2026-06-11T14:00"), "Paris", {"D-1": "Wed 10/06/2026 09:00"}),
        # 22 May Martinique, 27 May Guadeloupe, 20 December La Réunion (a Sunday), 27 April Mayotte, 24 September NC
        (whole_day("2026-05-26"), "Martinique", {"D-1": "Thu 21/05/2026 09:00"}),  # Whit Monday, week-end, the 22nd
        (whole_day("2026-05-28"), "Guadeloupe", {"D-1": "Tue 26/05/2026 09:00"}),
        (whole_day("2026-04-28"), "Mayotte", {"D-1": "Fri 24/04/2026 09:00"}),
        (whole_day("2026-09-25"), "Nouméa", {"D-1": "Wed 23/09/2026 09:00"}),
        (whole_day("2027-12-21"), "La Réunion", {"D-1": "Fri 17/12/2027 09:00"}),
        # Easter 2026: Monday 6 April, so a Tuesday's D-1 is Friday 3 April; in Papeete that is Good Friday, a holiday
        (whole_day("2026-04-07"), "Paris", {"D-1": "Fri 03/04/2026 09:00"}),
        (whole_day("2026-04-07"), "Papeete", {"D-1": "Thu 02/04/2026 09:00"}),
        # DST 2026 and 2027: 29 March and 25 October, 28 March and 31 October, all Sundays
        (timed("2026-03-31T14:00"), "Paris", {"D-7": "Tue 24/03/2026 09:00", "H-2": "Tue 31/03/2026 12:00"}),
        (timed("2026-10-27T14:00"), "Paris", {"D-7": "Tue 20/10/2026 09:00", "H-2": "Tue 27/10/2026 12:00"}),
        (timed("2027-03-30T14:00"), "La Réunion", {"D-7": "Tue 23/03/2027 09:00", "H-2": "Tue 30/03/2027 14:00"}),
        (timed("2027-11-02T14:00"), "Cayenne", {"D-1": "Fri 29/10/2027 09:00", "H-2": "Tue 02/11/2027 08:00"}),
        (timed("2026-03-09T14:00", "America/Miquelon"), "Saint-Pierre", {"H-2": "Mon 09/03/2026 12:00"}),
    ],
)
def test_reminders_are_brought_forward_from_days_of_rest(
    start: Start, territory: str, expected: dict[str, str]
) -> None:
    made = plan(start, territory)
    assert {name: made.get(name) for name in expected} == expected


def test_a_day_without_an_hour_has_no_reminder_in_hours() -> None:
    assert set(plan(whole_day("2024-10-09"), "Paris")) == {"D-7", "D-1"}


def test_a_month_has_no_reminder() -> None:
    start = Start("month", date(2024, 4, 1), None, "Europe/Paris")
    assert dues(start, DEFAULT_PLAN, "Europe/Paris", "FR") == ()


def test_nothing_is_due_once_the_event_has_begun() -> None:
    plan = (Offset("D", 0),)
    assert dues(timed("2024-10-09T08:30"), plan, "Europe/Paris", "FR") == ()
    assert len(dues(timed("2024-10-09T14:00"), plan, "Europe/Paris", "FR")) == 1


@pytest.mark.parametrize(
    ("local", "shown"),
    [
        ("2026-03-29T02:30", "2026-03-29T03:30"),  # this hour does not exist in Paris
        ("2026-10-25T02:30", "2026-10-25T02:30"),  # this one comes twice
    ],
)
def test_hours_that_are_skipped_or_doubled_are_instants_all_the_same(local: str, shown: str) -> None:
    start = timed(local)
    assert start.starts_at is not None
    assert start.starts_at.astimezone(ZoneInfo("Europe/Paris")).isoformat()[:16] == shown
    (due,) = dues(start, (Offset("H", 1),), "Indian/Reunion", "")
    assert due.at == last_permitted(start.starts_at - timedelta(hours=1), "Indian/Reunion", "")


@pytest.mark.parametrize(
    ("territory", "local", "expected"),
    [
        ("Paris", "2026-11-23T21:00", "2026-11-24T08:00"),  # a night
        ("Paris", "2026-11-23T07:59", "2026-11-23T08:00"),
        ("Paris", "2026-11-23T19:59", "2026-11-23T19:59"),
        ("Paris", "2026-11-27T20:00", "2026-11-30T08:00"),  # a week-end
        ("Paris", "2026-03-28T23:00", "2026-03-30T08:00"),  # the night clocks change
        ("Paris", "2026-12-24T20:00", "2026-12-28T08:00"),  # Christmas, a Friday
        ("Cayenne", "2026-06-09T22:00", "2026-06-11T08:00"),
        ("Nouméa", "2026-09-24T10:00", "2026-09-25T08:00"),
        ("Papeete", "2026-11-20T10:00", "2026-11-23T08:00"),  # Matari’i, a Friday
    ],
)
def test_bulk_is_put_off_to_the_next_morning(territory: str, local: str, expected: str) -> None:
    zone, holidays = TERRITORIES[territory]
    instant = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    found = next_permitted(instant, zone, holidays).astimezone(ZoneInfo(zone))
    assert found.isoformat()[:16] == expected


@pytest.mark.parametrize(
    ("weekend", "code", "expected"),
    [
        ((6, 7), "FR", "2026-11-30T08:00"),  # Saturday and Sunday, as usual
        ((5, 6), "FR/5,6", "2026-11-29T08:00"),  # Friday and Saturday: Sunday is a working day
        ((7,), "FR/7", "2026-11-28T08:00"),
        ((), "FR/", "2026-11-28T08:00"),
    ],
)
def test_the_weekend_is_the_networks_own(weekend: tuple[int, ...], code: str, expected: str) -> None:
    assert resting("FR", weekend) == code
    paris = ZoneInfo("Europe/Paris")
    found = next_permitted(datetime(2026, 11, 27, 20, tzinfo=paris), paris.key, code)  # a Friday evening
    assert found.astimezone(paris).isoformat()[:16] == expected
    assert not permitted(datetime(2026, 7, 14, 10, tzinfo=paris), paris.key, code)  # holidays still are


def test_who_has_no_quiet_days_is_only_spared_the_night() -> None:
    always = Quiet(weekends=False, holidays=False)
    christmas = datetime(2026, 12, 25, 10, tzinfo=ZoneInfo("Europe/Paris"))
    assert permitted(christmas, "Europe/Paris", "FR", always)
    assert not permitted(christmas.replace(hour=20), "Europe/Paris", "FR", always)


def test_hours_that_are_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        Quiet(begins=time(8), ends=time(20))


def test_the_last_one_due_is_in_force() -> None:
    first, second = (Due(Offset("D", n), datetime(2024, 10, 9 - n, tzinfo=UTC)) for n in (7, 1))
    assert in_force((first, second), datetime(2024, 10, 1, tzinfo=UTC)) is None
    assert in_force((first, second), datetime(2024, 10, 5, tzinfo=UTC)) is first
    assert in_force((first, second), datetime(2024, 10, 8, tzinfo=UTC)) is second


@pytest.mark.parametrize("word", ["", "D", "D-", "D-46", "H-0", "X-3", "7", "D--1", "D-²"])
def test_what_is_no_reminder_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no reminder"):
        Offset.parse(word)


def test_an_event_may_have_a_plan_of_its_own() -> None:
    general = Event(details={})
    ag = Event(details={"reminders": ["d-30", "D-1"]})
    assert plan_of(general, {}) == DEFAULT_PLAN
    assert plan_of(general, {"reminders": ["D-2"]}) == (Offset("D", 2),)
    assert plan_of(ag, {"reminders": ["D-2"]}) == (Offset("D", 30), Offset("D", 1))
    assert plan_of(Event(details={"reminders": ["bientôt"]}), {}) == DEFAULT_PLAN


def test_territories_have_their_calendars() -> None:
    assert all(known_holidays(code) for _, code in TERRITORIES.values())
    assert not known_holidays("FR-53")
    assert is_holiday(date(2026, 7, 14), "FR-53")  # the country's, where the region has none of its own
    assert not is_holiday(date(2026, 7, 14), "")
    assert known_zone("Pacific/Noumea") and not known_zone("Europe/Pariis") and not known_zone("")


places = st.sampled_from(sorted(TERRITORIES.values()))
instants = st.integers(0, 4 * 365 * 86_400).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@settings(max_examples=300)
@given(places, instants)
def test_put_off_is_permitted_and_never_longer_than_needed(place: tuple[str, str], instant: datetime) -> None:
    found = next_permitted(instant, *place)
    assert found >= instant and permitted(found, *place)
    assert found == instant or not permitted(found - timedelta(minutes=1), *place)
    step = instant
    while step < found:  # nothing permitted was passed over
        assert not permitted(step, *place)
        step += timedelta(hours=3)


@settings(max_examples=300)
@given(places, instants)
def test_brought_forward_is_permitted_and_never_further_than_needed(place: tuple[str, str], instant: datetime) -> None:
    found = last_permitted(instant, *place)
    assert found <= instant and permitted(found, *place)
    assert instant - found < timedelta(minutes=1) or not permitted(found + timedelta(minutes=1), *place)
    step = instant
    while step - found >= timedelta(minutes=1):
        assert not permitted(step, *place)
        step -= timedelta(hours=3)


@settings(max_examples=300)
@given(places, st.sampled_from(sorted(TERRITORIES.values())), instants, st.booleans())
def test_every_reminder_is_permitted_in_order_and_before_its_event(
    reader: tuple[str, str], there: tuple[str, str], instant: datetime, known: bool
) -> None:
    at = instant.replace(second=0, microsecond=0)
    day = at.astimezone(ZoneInfo(there[0])).date()
    start = Start("minute" if known else "day", day, at if known else None, there[0])
    made = dues(start, DEFAULT_PLAN, *reader)
    assert all(permitted(due.at, *reader) and due.at < start.instant for due in made)
    assert [due.at for due in made] == sorted(due.at for due in made)
    for due in made:
        if due.offset.unit == "D":
            local = due.at.astimezone(ZoneInfo(reader[0]))
            assert local.time() == time(9)
            assert local.date() <= start.day_in(reader[0]) - timedelta(days=due.offset.count)
        else:
            assert known and due.at <= at - timedelta(hours=due.offset.count)


def test_the_default_is_nights_weekends_and_holidays() -> None:
    assert (QUIET.begins, QUIET.ends, QUIET.weekends, QUIET.holidays) == (time(20), time(8), True, True)
