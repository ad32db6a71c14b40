"""Events as iCalendar: read back by two parsers without common code, and line by line by the rules of RFC 5545."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from handlers.calendar.ics import Own, attachment, calendar
from storage.agenda import Event
from tests.icalendars import checked

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def event(**more: object) -> Event:
    values = {
        "id": 1,
        "key": "ag",
        "public": True,
        "name": "Assemblée générale, « Le Havre » ; suite",
        "precision": "minute",
        "starts_on": date(2024, 10, 9),
        "ends_on": date(2024, 10, 9),
        "starts_at": datetime(2024, 10, 9, 12, tzinfo=UTC),
        "ends_at": datetime(2024, 10, 9, 15, tzinfo=UTC),
        "zone": "Europe/Paris",
        "status": "planned",
        "place": "Le Havre",
        "remote": False,
        "video_link": "https://v.test/a",
        "description": "Vote du plan.\nEt la suite, longue : " + "é" * 200,
        "sequence": 0,
        "updated_at": NOW,
        **more,
    }
    return Event(**values)


def test_an_event_is_read_back_as_it_was() -> None:
    content = calendar([event()], "Agenda", own={1: Own(leads=(timedelta(days=7), timedelta(hours=2)))})
    read = Calendar.from_ical(content).walk("VEVENT")[0]
    assert read["summary"] == "Assemblée générale, « Le Havre » ; suite"
    assert read.decoded("dtstart") == datetime(2024, 10, 9, 12, tzinfo=UTC)
    lines = checked(content)
    assert "SUMMARY:Assemblée générale\\, « Le Havre » \\; suite" in lines
    assert {"UID:ag@concerte", "SEQUENCE:0", "DTSTART:20241009T120000Z", "STATUS:TENTATIVE", "VERSION:2.0"} <= set(
        lines
    )
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P7D", "TRIGGER:-PT2H"]


def test_instants_are_in_utc_whatever_zone_they_are_held_in() -> None:
    paris = ZoneInfo("Europe/Paris")
    moved = event(starts_at=datetime(2024, 10, 9, 14, tzinfo=paris), ends_at=datetime(2024, 10, 9, 16, tzinfo=paris))
    assert {"DTSTART:20241009T120000Z", "DTEND:20241009T140000Z"} <= set(checked(calendar([moved], "Agenda")))


def test_days_are_days_and_the_end_is_the_day_after() -> None:
    whole = event(precision="day", starts_at=None, ends_at=None, ends_on=date(2024, 10, 10))
    lines = checked(calendar([whole], "Agenda"))
    assert "DTSTART;VALUE=DATE:20241009" in lines and "DTEND;VALUE=DATE:20241011" in lines


def test_a_month_is_no_date() -> None:
    assert "BEGIN:VEVENT" not in checked(calendar([event(precision="month")], "Agenda"))


def test_a_video_link_is_shown_only_where_asked() -> None:
    assert b"v.test" not in calendar([event()], "Agenda")
    assert b"v.test" in calendar([event()], "Agenda", own={1: Own(linked=True)})


def test_a_cancellation_has_the_same_uid_a_higher_sequence_and_its_method() -> None:
    lines = checked(attachment(event(status="cancelled", sequence=2)).content)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "UID:ag@concerte", "SEQUENCE:2"} <= set(lines)
    before = checked(attachment(event(sequence=1)).content)
    named = 'ORGANIZER;CN="Équipe d’animation du réseau":invalid:nomail'  # the same in both, as RFC 5546 wants
    assert [line for line in lines + before if line.startswith("ORGANIZER")] == [named, named]
    assert not any(line.startswith("ORGANIZER") for line in checked(calendar([event()], "Agenda")))


def test_what_one_has_to_do_with_an_event_is_said_as_outlook_and_others_read_it() -> None:
    lines = checked(calendar([event()], "Agenda", own={1: Own("TENTATIVE", "Votre réponse : peut-être.")}))
    assert {"TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "CLASS:PUBLIC"} <= set(lines)
    assert any(line.startswith("DESCRIPTION:Votre réponse : peut-être.\\n\\nVote") for line in lines)
    lines = checked(calendar([event(public=False)], "Agenda", own={1: Own("BUSY", linked=True)}))
    assert {"TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "CLASS:PRIVATE", "URL:https://v.test/a"} <= set(lines)


def test_a_feed_says_how_often_to_ask_and_is_the_same_whenever_it_is_asked_for() -> None:
    lines = checked(calendar([event()], "Réseau"))
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "X-WR-CALNAME:Réseau"} <= set(lines)
    assert calendar([event()], "Réseau") == calendar([event()], "Réseau")


def test_an_event_keeps_the_uid_it_came_with_and_each_date_of_a_series_has_its_own() -> None:
    days = [event(id=n, key=f"p-{n}", uid="p@union", occurrence=f"2024040{n}") for n in (1, 2)]
    lines = checked(calendar([event(uid="b@union", occurrence=""), *days], "Agenda"))
    assert [line for line in lines if line.startswith("UID")] == ["UID:b@union", "UID:p-1@concerte", "UID:p-2@concerte"]


def test_several_days_without_an_hour_for_the_end_last_until_the_last_one_is_over() -> None:
    lines = checked(calendar([event(ends_at=None, ends_on=date(2024, 10, 10))], "Agenda"))
    assert "DTEND:20241010T220000Z" in lines  # midnight in Paris


@given(st.text(max_size=300), st.text(max_size=200))
def test_whatever_staff_write_both_parsers_read_it(name: str, description: str) -> None:
    content = calendar([event(name=f"x{name}", description=description, place=name or None)], name)
    checked(content)
    assert Calendar.from_ical(content).walk("VEVENT")[0]["uid"] == "ag@concerte"
