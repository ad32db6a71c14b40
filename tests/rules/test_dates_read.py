"""French dates and periods as they are typed and said, read on Friday 15 March 2024."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.questions.dates import Anchor, DateReader, Period
from handlers.questions.lexicon import french
from handlers.questions.normalising import read_words
from handlers.questions.spelling import Spelling

TODAY = date(2024, 3, 15)


def periods(text: str, *, past: bool = False, busy: bool = True, today: date = TODAY) -> list[Period]:
    """The periods of a text whose word « AG » is an event of 9 October, « séminaire » one of 5 April."""
    lexicon = french()
    words = Spelling(lexicon, (), lambda word: word in ("ag", "seminaire")).corrected(read_words(text)).words
    known = {"ag": (date(2024, 10, 9), "ag"), "seminaire": (date(2024, 4, 5), "seminaire")}
    anchors = {
        n: Anchor(n, n + 1, known[w.folded][0], known[w.folded][0], known[w.folded][1])
        for n, w in enumerate(words)
        if w.folded in known
    }
    return DateReader(words, today, past=past, busy=lambda first, last: busy, anchors=anchors).find()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("le 9 octobre", "2024-10-09", "2024-10-09"),
        ("le neuf octobre", "2024-10-09", "2024-10-09"),
        ("vingt-six juin", "2024-06-26", "2024-06-26"),
        ("le trente et un mai", "2024-05-31", "2024-05-31"),
        ("le 1er avril", "2024-04-01", "2024-04-01"),
        ("mercredi 9 octobre 2024", "2024-10-09", "2024-10-09"),
        ("le 9/10", "2024-10-09", "2024-10-09"),
        ("le 09.10.2024", "2024-10-09", "2024-10-09"),
        ("le 9/10/24", "2024-10-09", "2024-10-09"),
        ("2024-10-09", "2024-10-09", "2024-10-09"),
        ("le 9 oct.", "2024-10-09", "2024-10-09"),
        ("les 8 et 9 octobre", "2024-10-08", "2024-10-09"),
        ("8-9 octobre 2024", "2024-10-08", "2024-10-09"),
        ("du 8 au 9 octobre", "2024-10-08", "2024-10-09"),
        ("13 octobre 2022", "2022-10-13", "2022-10-13"),
        ("le 26", "2024-03-26", "2024-03-26"),
        ("le 4", "2024-04-04", "2024-04-04"),
        ("aujourd'hui", "2024-03-15", "2024-03-15"),
        ("ajd", "2024-03-15", "2024-03-15"),
        ("demain", "2024-03-16", "2024-03-16"),
        ("2main", "2024-03-16", "2024-03-16"),
        ("après-demain", "2024-03-17", "2024-03-17"),
        ("hier", "2024-03-14", "2024-03-14"),
        ("avant-hier", "2024-03-13", "2024-03-13"),
        ("vendredi", "2024-03-15", "2024-03-15"),
        ("vendredi prochain", "2024-03-22", "2024-03-22"),
        ("lundi", "2024-03-18", "2024-03-18"),
        ("lundi dernier", "2024-03-11", "2024-03-11"),
        ("mardi en huit", "2024-03-26", "2024-03-26"),
        ("cette semaine", "2024-03-11", "2024-03-17"),
        ("la semaine prochaine", "2024-03-18", "2024-03-24"),
        ("la semaine dernière", "2024-03-04", "2024-03-10"),
        ("ce week-end", "2024-03-16", "2024-03-17"),
        ("le week-end prochain", "2024-03-23", "2024-03-24"),
        ("ce mois-ci", "2024-03-01", "2024-03-31"),
        ("le mois prochain", "2024-04-01", "2024-04-30"),
        ("cette année", "2024-01-01", "2024-12-31"),
        ("l'an dernier", "2023-01-01", "2023-12-31"),
        ("l'année prochaine", "2025-01-01", "2025-12-31"),
        ("en avril", "2024-04-01", "2024-04-30"),
        ("avril 2025", "2025-04-01", "2025-04-30"),
        ("en avril-mai", "2024-04-01", "2024-05-31"),
        ("en avril et mai", "2024-04-01", "2024-05-31"),
        ("mi-octobre", "2024-10-10", "2024-10-20"),
        ("début juin", "2024-06-01", "2024-06-12"),
        ("fin juin", "2024-06-19", "2024-06-30"),
        ("la première semaine d'avril", "2024-04-01", "2024-04-07"),
        ("la dernière semaine de juin", "2024-06-24", "2024-06-30"),
        ("la seconde quinzaine de mai", "2024-05-16", "2024-05-30"),
        ("en 2022", "2022-01-01", "2022-12-31"),
        ("fin 2024", "2024-10-01", "2024-12-31"),
        ("au deuxième trimestre", "2024-04-01", "2024-06-30"),
        ("au second semestre", "2024-07-01", "2024-12-31"),
        ("au printemps", "2024-03-20", "2024-06-20"),
        ("cet été", "2024-06-21", "2024-09-21"),
        ("à l'automne", "2024-09-22", "2024-12-20"),
        ("dans trois semaines", "2024-04-01", "2024-04-07"),
        ("dans 10 jours", "2024-03-25", "2024-03-25"),
        ("dans deux mois", "2024-05-01", "2024-05-31"),
        ("il y a deux mois", "2024-01-01", "2024-01-31"),
        ("dans les trois semaines", "2024-03-15", "2024-04-05"),
        ("les trois prochaines semaines", "2024-03-15", "2024-04-05"),
        ("d'ici trois semaines", "2024-03-15", "2024-04-05"),
        ("d'ici juin", "2024-03-15", "2024-06-30"),
        ("avant le 26 juin", "2024-03-15", "2024-06-25"),
        ("avant juin", "2024-03-15", "2024-05-31"),
        ("avant l'été", "2024-03-15", "2024-06-30"),
        ("avant l'AG", "2024-03-15", "2024-10-08"),
        ("jusqu'au 30 juin", "2024-03-15", "2024-06-30"),
        ("après le 26 juin", "2024-06-27", "2999-12-31"),
        ("après l'AG", "2024-10-10", "2999-12-31"),
        ("à partir de septembre", "2024-09-01", "2999-12-31"),
        ("dès le 5 avril", "2024-04-05", "2999-12-31"),
        ("entre le 5 avril et le 26 juin", "2024-04-05", "2024-06-26"),
        ("entre le séminaire et l'AG", "2024-04-06", "2024-10-08"),  # neither of them is between them
        ("d'avril à juin", "2024-04-01", "2024-06-30"),
        ("du 1er avril au 30 juin", "2024-04-01", "2024-06-30"),
        ("depuis le 1er mars", "2024-03-01", "2024-03-15"),
        ("la veille de l'AG", "2024-10-08", "2024-10-08"),
        ("le lendemain de l'AG", "2024-10-10", "2024-10-10"),
    ],
)
def test_a_period_is_read(text: str, first: str, last: str) -> None:
    found = periods(text)
    assert [(p.first.isoformat(), p.last.isoformat()) for p in found] == [(first, last)]


@pytest.mark.parametrize(
    "text",
    ["c'est quand ?", "le 31 février", "le 45 octobre", "une mission locale", "deux choses", "12", "la suite"],
)
def test_no_day_is_made_up(text: str) -> None:
    assert [p for p in periods(text) if p.kind == "day"] == []


def test_a_month_that_is_over_and_empty_means_the_next_one() -> None:
    assert periods("en janvier", busy=False)[0].first == date(2025, 1, 1)
    assert periods("en janvier", busy=True)[0].first == date(2024, 1, 1)


def test_a_month_told_in_the_past_is_behind() -> None:
    assert periods("en octobre", past=True)[0].first == date(2023, 10, 1)


def test_the_days_of_a_week_told_in_the_past_are_behind() -> None:
    assert periods("lundi", past=True)[0].first == date(2024, 3, 11)


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.dates(date(2000, 1, 1), date(2080, 12, 31)))
def test_a_full_date_is_read_back_on_any_day(wanted: date, today: date) -> None:
    for text in (wanted.isoformat(), f"le {wanted.day}/{wanted.month}/{wanted.year}"):
        assert [(p.first, p.last) for p in periods(text, today=today)] == [(wanted, wanted)]


@given(st.dates(date(2000, 1, 1), date(2080, 12, 31)), st.integers(0, 60))
def test_relative_weeks_are_whole_weeks_around_the_day(today: date, weeks: int) -> None:
    found = periods(f"dans {weeks} semaines", today=today)
    if weeks:
        assert found[0].first.weekday() == 0 and found[0].last.weekday() == 6
        assert found[0].first <= today + timedelta(7 * weeks) <= found[0].last
