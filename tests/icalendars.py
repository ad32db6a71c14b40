"""Calendar files for tests: written as the programs of our users write them, and ours checked as they read them."""

import re
from textwrap import dedent

import icalendar
from ical.calendar_stream import IcsCalendarStream

PARIS = dedent(
    """\
    BEGIN:VTIMEZONE
    TZID:Europe/Paris
    BEGIN:DAYLIGHT
    DTSTART:19700329T020000
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    END:DAYLIGHT
    BEGIN:STANDARD
    DTSTART:19701025T030000
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    END:STANDARD
    END:VTIMEZONE
    """
)


def vevent(text: str) -> str:
    """One event: its lines, without BEGIN and END."""
    return f"BEGIN:VEVENT\n{dedent(text).strip()}\nEND:VEVENT\n"


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar file with those events, each given as its lines; `head` are further lines before them."""
    body = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//FR\n" + head + "".join(map(vevent, events)) + "END:VCALENDAR\n"
    )
    return body.replace("\n", "\r\n").encode()


def lines_of(content: bytes) -> list[str]:
    """The logical lines, by RFC 5545's own rules: CRLF, at most 75 octets, folded by a blank between characters."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    for physical in content.split(b"\r\n"):
        assert len(physical) <= 75
        physical.decode()  # no character is cut in two
    found = content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.match(r"[A-Z-]+(;[A-Z-]+=[^:;]+)*:", line) for line in found)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "".join(found))
    depth: list[str] = []
    for line in found:
        if line.startswith("BEGIN:"):
            depth.append(line[6:])
        elif line.startswith("END:"):
            assert depth.pop() == line[4:]
    assert depth == []
    return found


def checked(content: bytes) -> list[str]:
    """The logical lines of a calendar of ours that two parsers without common code read alike.

    Both must find the same events: UID, summary, description, place, start, end, sequence, status, alarms. What RFC
    5545 wants of every event is there, no UID is there twice, and a TZID is used only where it is described.
    """
    lines = lines_of(content)
    one = icalendar.Calendar.from_ical(content)
    other = IcsCalendarStream.calendar_from_ics(content.decode())
    entries = one.walk("VEVENT")
    assert len(entries) == len(other.events)
    for entry, event in zip(entries, other.events, strict=True):
        assert entry.errors == []
        assert (str(entry["uid"]), str(entry["summary"])) == (event.uid, event.summary)
        assert str(entry.get("description", "")) == (event.description or "")
        assert str(entry.get("location", "")) == (event.location or "")
        assert entry.decoded("dtstart") == event.dtstart and entry.decoded("dtstamp") == event.dtstamp
        assert "dtend" not in entry or entry.decoded("dtend") == event.dtend
        assert (entry["sequence"], str(entry["status"])) == (event.sequence, event.status and event.status.value)
        assert [alarm.decoded("trigger") for alarm in entry.walk("VALARM")] == [alarm.trigger for alarm in event.alarm]
        assert str(entry.get("organizer", "")) == str((event.organizer and event.organizer.uri) or "")
    uids = [str(entry["uid"]) for entry in entries]
    assert len(set(uids)) == len(uids)
    described = {str(zone["tzid"]) for zone in one.walk("VTIMEZONE")}
    assert set(re.findall(r";TZID=\"?([^:;\"]+)", "\n".join(lines))) <= described
    return lines
