"""Calendar files for tests, written as the programs of our users write them."""

from textwrap import dedent

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
