"""What calendar files mean: zones, whole days, lengths, series and their exceptions, texts, and every fault."""

from datetime import UTC, date, datetime

import pytest

from handlers.calendar.ics_lines import BadCalendar, looks_like_calendar
from handlers.calendar.ics_reading import AgendaFile, Entry, read_calendar
from storage.agenda import Status
from tests.icalendars import PARIS, calendar

TODAY = date(2024, 3, 15)
ODD = """\
BEGIN:VTIMEZONE
TZID:Heure d'ici
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0330
TZOFFSETTO:+0330
END:STANDARD
END:VTIMEZONE
"""


def read(*events: str, head: str = "") -> AgendaFile:
    return read_calendar("agenda.ics", calendar(*events, head=head), "Europe/Paris", TODAY)


def only(text: str, head: str = "") -> Entry:
    (entry,) = read("UID:1\nSUMMARY:Réunion\n" + text, head=head).entries
    return entry


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("start", "instant"),
    [
        ("DTSTART:20240404T100000Z", utc(2024, 4, 4, 10)),
        ("DTSTART:20240404T100000", utc(2024, 4, 4, 8)),  # floating: the network's zone
        ("DTSTART;TZID=Europe/Paris:20240404T100000", utc(2024, 4, 4, 8)),
        ("DTSTART;TZID=America/Cayenne:20240404T100000", utc(2024, 4, 4, 13)),
        ("DTSTART;TZID=Romance Standard Time:20240404T100000", utc(2024, 4, 4, 8)),  # Outlook
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20240404T100000", utc(2024, 4, 4, 8)),  # Thunderbird
        ("DTSTART;TZID=Heure d'ici:20240404T100000", utc(2024, 4, 4, 6, 30)),  # described by the file only
        ("DTSTART;TZID=Europe/Paris:20240331T023000", utc(2024, 3, 31, 1, 30)),  # skipped: as far after the gap
        ("DTSTART;TZID=Europe/Paris:20241027T023000", utc(2024, 10, 27, 0, 30)),  # doubled: the first
    ],
)
def test_an_hour_is_read_in_its_zone(start: str, instant: datetime) -> None:
    assert only(start, head=PARIS + ODD).starts_at == instant


def test_a_zone_that_the_file_describes_wrongly_is_the_true_one() -> None:
    wrong = ODD.replace("Heure d'ici", "Europe/Paris")
    assert only("DTSTART;TZID=Europe/Paris:20240404T100000", head=wrong).starts_at == utc(2024, 4, 4, 8)


@pytest.mark.parametrize(
    ("lines", "days", "end"),
    [
        ("DTSTART;VALUE=DATE:20240404", (4, 4), None),
        ("DTSTART;VALUE=DATE:20240404\nDTEND;VALUE=DATE:20240406", (4, 5), None),
        ("DTSTART;VALUE=DATE:20240404\nDTEND;VALUE=DATE:20240404", (4, 4), None),
        ("DTSTART;VALUE=DATE:20240404\nDURATION:P2D", (4, 5), None),
        ("DTSTART:20240404T100000\nDURATION:PT1H30M", (4, 4), utc(2024, 4, 4, 9, 30)),
        ("DTSTART:20240404T100000\nDTEND:20240405T120000", (4, 5), utc(2024, 4, 5, 10)),
        ("DTSTART:20240404T220000\nDTEND:20240405T000000", (4, 4), utc(2024, 4, 4, 22)),  # until midnight: one day
        ("DTSTART:20240330T120000\nDURATION:P1D", (30, 31), utc(2024, 3, 31, 10)),  # a day is counted on the clock
        ("DTSTART:20240330T120000\nDURATION:PT25H", (30, 31), utc(2024, 3, 31, 12)),  # hours pass
    ],
)
def test_the_end_is_given_by_a_date_or_by_a_length(lines: str, days: tuple[int, int], end: datetime | None) -> None:
    entry = only(lines)
    assert (entry.starts_on.day, entry.ends_on.day, entry.ends_at) == (*days, end)


def dates(*events: str) -> list[str]:
    return [f"{entry.occurrence} {entry.starts_on}" for entry in read(*events, head=PARIS).entries]


WEEKLY = "UID:s\nSUMMARY:Permanence\nDTSTART;TZID=Europe/Paris:20240319T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;"


def test_a_series_is_its_dates_at_the_same_hour_on_the_clock() -> None:
    entries = read(WEEKLY + "UNTIL=20240402T080000Z").entries
    assert [entry.occurrence for entry in entries] == ["20240319T090000Z", "20240326T090000Z", "20240402T080000Z"]
    assert [entry.ends_at for entry in entries][1:] == [utc(2024, 3, 26, 10), utc(2024, 4, 2, 9)]


def test_exceptions_further_dates_and_changed_ones_are_followed() -> None:
    found = dates(
        WEEKLY
        + "COUNT=4\nEXDATE;TZID=Europe/Paris:20240326T100000\nEXDATE;VALUE=DATE:20240409"
        + "\nRDATE;TZID=Europe/Paris:20240418T100000",
        "UID:s\nRECURRENCE-ID;TZID=Europe/Paris:20240402T100000\nDTSTART;TZID=Europe/Paris:20240403T140000\nSEQUENCE:1",
    )
    assert found == ["20240319T090000Z 2024-03-19", "20240402T080000Z 2024-04-03", "20240418T080000Z 2024-04-18"]


def test_a_changed_date_alone_says_the_rest_as_its_series_does() -> None:
    entries = read(
        WEEKLY + "COUNT=2\nLOCATION:Rennes",
        "UID:s\nRECURRENCE-ID;VALUE=DATE:20240326\nDTSTART;TZID=Europe/Paris:20240327T100000",
    ).entries
    assert [(entry.texts.name, entry.texts.place) for entry in entries] == [("Permanence", "Rennes")] * 2


def test_whole_days_and_monthly_rules_repeat_too() -> None:
    monthly = "UID:m\nSUMMARY:Bureau\nDTSTART;VALUE=DATE:20240401\nRRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=3"
    assert dates(monthly) == ["20240401 2024-04-01", "20240506 2024-05-06", "20240603 2024-06-03"]


def test_a_series_without_an_end_is_kept_for_a_year_from_today_and_said_so() -> None:
    file = read("UID:s\nSUMMARY:Bureau\nDTSTART:20100105T100000\nRRULE:FREQ=MONTHLY;BYDAY=1TU")
    assert (file.entries[0].starts_on, file.entries[-1].starts_on) == (date(2024, 4, 2), date(2025, 3, 4))
    assert file.cut == ["Bureau"]


def test_the_words_of_an_event_are_kept_and_the_way_in_is_for_those_who_come() -> None:
    entry = only(
        "DTSTART:20240404T100000\nLOCATION:Rennes\\, salle A\nCLASS:PRIVATE\nSTATUS:CONFIRMED\n"
        "DESCRIPTION:Ordre du jour\\n________________\\nRejoindre : https://teams.microsoft.com/l/meetup/1\\n"
        "Code secret : 123\\n________________\\nÀ bientôt"
    )
    texts = entry.texts
    assert (texts.place, texts.video_link) == ("Rennes, salle A", "https://teams.microsoft.com/l/meetup/1")
    assert texts.description == "Ordre du jour\nÀ bientôt"
    assert entry.status == Status.CONFIRMED and texts.remote and not texts.public


def test_folds_may_cut_a_character_and_what_is_no_event_is_counted() -> None:
    content = calendar("UID:1\nSUMMARY:É\nDTSTART:20240404T100000", head="BEGIN:VTODO\nUID:t\nEND:VTODO\n")
    cut = content.replace("É".encode(), b"\xc3\r\n \x89")
    file = read_calendar("agenda.ics", b"\xef\xbb\xbf" + cut, "Europe/Paris", TODAY)
    assert (file.entries[0].texts.name, file.others) == ("É", 1)


BASE = "UID:1\nSUMMARY:Réunion\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (BASE + "DTSTART:20241304T100000", 7, "« 20241304T100000 » n’est pas une date (DTSTART)"),
        (BASE, 4, "n’a pas de DTSTART"),
        ("UID:1\nDTSTART:20240404T100000", 4, "pas de titre"),
        ("SUMMARY:Réunion\nDTSTART:20240404T100000", 4, "pas d’UID"),
        (BASE + "DTSTART:20240404T100000\nDTEND:20240404T090000", 8, "la fin est avant le début"),
        (BASE + "DTSTART:20240404T100000\nDTEND;VALUE=DATE:20240405", 8, "de la même façon"),
        (BASE + "DTSTART:20240404T100000\nDURATION:deux heures", 8, "n’est pas une durée"),
        (BASE + "DTSTART;TZID=Mars/Nord:20240404T100000", 7, "« Mars/Nord » est inconnu"),
        (BASE + "DTSTART:20240404T100000\nSEQUENCE:deux", 8, "numéro de version"),
        (BASE + "DTSTART:20240404T100000\nRRULE:FREQ=SOUVENT", 8, "n’est pas lisible"),
        (BASE + "DTSTART:20240404T100000\nRRULE:FREQ=MINUTELY", 8, "plus d’une fois par jour"),
        (BASE + "DTSTART:20240404T100000\nRRULE:FREQ=DAILY;BYHOUR=8,9,10", 4, "plus de 400 dates"),
        (BASE + "DTSTART:20240404T100000\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", 9, "plusieurs règles"),
        (BASE + "DTSTART:20240404T100000\nune ligne sans deux points", 8, "n’est pas lisible"),
    ],
)
def test_a_fault_is_said_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(BadCalendar) as caught:
        read(text)
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"agenda.ics, ligne {line}") and words in fault.wrong and fault.right


def test_all_faults_are_said_at_once_with_their_uids() -> None:
    with pytest.raises(BadCalendar) as caught:
        read("UID:a\nSUMMARY:x", "UID:b\nSUMMARY:x\nDTSTART:20240404T100000", "UID:b\nSUMMARY:y\nDTSTART:20240404")
    assert [(fault.within, fault.line) for fault in caught.value.faults] == [("a", 4), ("b", 13)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "pas un fichier de calendrier"),
        (b"bonjour", "pas un fichier de calendrier"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "pas un fichier de calendrier"),
        (calendar(BASE + "DTSTART:20240404T100000")[:-26], "jamais refermé"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "ne ferme rien"),
        (b"BEGIN:VCALENDAR\r\nX-A:\xe9\r\nEND:VCALENDAR\r\n", "pas écrit en UTF-8"),
        (calendar(head="METHOD:REPLY\n"), "réponse à une invitation"),
        (b"x" * (5 * 1024 * 1024 + 1), "dépasse 5"),
    ],
)
def test_what_is_no_agenda_is_said_so(content: bytes, words: str) -> None:
    with pytest.raises(BadCalendar, match=words):
        read_calendar("agenda.ics", content, "Europe/Paris", TODAY)


def test_a_calendar_is_known_by_its_name_its_type_or_its_first_words() -> None:
    assert looks_like_calendar("AG.ICS", "", b"") and looks_like_calendar("x", "text/calendar; charset=utf-8", b"")
    assert looks_like_calendar("x", "", b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n") and not looks_like_calendar(
        "a.csv", "", b"a"
    )
