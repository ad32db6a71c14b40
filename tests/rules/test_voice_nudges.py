"""When nudges are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations.nudging import LATE, wave_due, waves
from handlers.instants import permitted

CLOSE = datetime(2024, 3, 22, 17, 0, tzinfo=UTC)  # a Friday, 18:00 in Paris


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_each_is_at_nine_where_the_reader_lives() -> None:
    assert [(wave.days, wave.at) for wave in waves(CLOSE, [2, 7], "Europe/Paris", "FR")] == [
        (7, at("2024-03-15T08:00")),
        (2, at("2024-03-20T08:00")),
    ]
    assert [wave.at for wave in waves(CLOSE, [2], "America/Cayenne", "FR-GF")] == [at("2024-03-20T12:00")]


def test_a_week_end_puts_it_off_and_the_close_brings_it_forward() -> None:
    assert [wave.at for wave in waves(CLOSE, [5], "Europe/Paris", "FR")] == [at("2024-03-18T07:00")]
    monday_early = at("2024-03-18T06:00")
    assert [wave.at for wave in waves(monday_early, [1], "Europe/Paris", "FR")] == [at("2024-03-15T18:59")]


def test_none_at_or_after_the_close() -> None:
    assert waves(at("2024-03-20T07:00"), [0], "Europe/Paris", "FR") == waves(
        at("2024-03-20T08:00"), [0], "Europe/Paris", "FR"
    )


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2024-03-15T07:59", None),
        ("2024-03-15T08:00", 7),
        ("2024-03-16T07:59", 7),
        ("2024-03-16T08:00", None),
        ("2024-03-20T08:00", 2),
    ],
)
def test_the_last_one_due_is_sent_unless_it_comes_too_late(now: str, days: int | None) -> None:
    due = wave_due(waves(CLOSE, [7, 2], "Europe/Paris", "FR"), at(now))
    assert (due.days if due else None) == days


@given(
    st.integers(0, 24 * 700).map(lambda hours: CLOSE + timedelta(hours=hours)),
    st.lists(st.integers(0, 30), max_size=4),
    st.sampled_from([("Europe/Paris", "FR"), ("America/Cayenne", "FR-GF"), ("Indian/Reunion", "FR-RE")]),
)
def test_every_nudge_is_before_the_close_and_at_a_decent_hour(
    close: datetime, days: list[int], calendar: tuple[str, str]
) -> None:
    planned = waves(close, days, *calendar)
    assert all(wave.at < close and permitted(wave.at, *calendar) for wave in planned)
    assert len(planned) <= len(set(days))
    for wave in planned:
        assert wave_due(planned, wave.at - timedelta(minutes=1)) != wave or planned.count(wave) > 1
        due = wave_due(planned, wave.at)
        assert due is not None
        assert due.at == wave.at
    assert wave_due(planned, close + LATE + timedelta(days=40)) is None
