"""Events as iCalendar: read back by the library, and line by line without it."""

import re
from datetime import UTC, date, datetime

from icalendar import Calendar

from handlers.calendar.ics import attachment, calendar
from handlers.instants import DEFAULT_PLAN
from storage.agenda import Event

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def event(**more: object) -> Event:
    values = {
        "id": 1,
        "key": "ag",
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


def lines_of(content: bytes) -> list[str]:
    """The logical lines, by RFC 5545's own rules: CRLF, at most 75 octets, folded by a blank."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    for physical in content.split(b"\r\n"):
        assert len(physical) <= 75
        physical.decode()  # no character is cut in two
    found = content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.match(r"[A-Z-]+(;[A-Z-]+=[^:;]+)*:", line) for line in found)
    depth: list[str] = []
    for line in found:
        if line.startswith("BEGIN:"):
            depth.append(line[6:])
        elif line.startswith("END:"):
            assert depth.pop() == line[4:]
    assert depth == []
    return found


def test_an_event_is_read_back_as_it_was() -> None:
    content = calendar([event()], "Agenda", alarms={1: DEFAULT_PLAN})
    read = Calendar.from_ical(content).walk("VEVENT")[0]
    assert read["summary"] == "Assemblée générale, « Le Havre » ; suite"
    assert read.decoded("dtstart") == datetime(2024, 10, 9, 12, tzinfo=UTC)
    lines = lines_of(content)
    assert "SUMMARY:Assemblée générale\\, « Le Havre » \\; suite" in lines
    assert {"UID:ag@concerte", "SEQUENCE:0", "DTSTART:20241009T120000Z", "STATUS:TENTATIVE", "VERSION:2.0"} <= set(
        lines
    )
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P7D", "TRIGGER:-P1D", "TRIGGER:-PT2H"]


def test_days_are_days_and_the_end_is_the_day_after() -> None:
    whole = event(precision="day", starts_at=None, ends_at=None, ends_on=date(2024, 10, 10))
    lines = lines_of(calendar([whole], "Agenda"))
    assert "DTSTART;VALUE=DATE:20241009" in lines and "DTEND;VALUE=DATE:20241011" in lines


def test_a_month_is_no_date() -> None:
    assert "BEGIN:VEVENT" not in lines_of(calendar([event(precision="month")], "Agenda"))


def test_a_video_link_is_shown_only_where_asked() -> None:
    assert b"v.test" not in calendar([event()], "Agenda")
    assert b"v.test" in calendar([event()], "Agenda", linked=frozenset({1}))


def test_a_cancellation_has_the_same_uid_a_higher_sequence_and_its_method() -> None:
    lines = lines_of(attachment(event(status="cancelled", sequence=2)).content)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "UID:ag@concerte", "SEQUENCE:2"} <= set(lines)
