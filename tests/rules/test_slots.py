"""Send slots: never above the limit, and never below it when there is work."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from schedules.slots import HORIZON, available


@given(
    st.floats(min_value=0.5, max_value=1000),
    st.lists(st.floats(min_value=0.001, max_value=3.0), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=100),
)
def test_however_claims_fall_a_bucket_of_one_second_refuses_nothing(
    rate: float, pauses: list[float], most: int
) -> None:
    now, tat, leaving = 1000.0, 0.0, []
    for pause in pauses:
        slots = available(tat, 0.0, now, rate, most, HORIZON)
        if slots.count:
            leaving += [slots.leaves(i) for i in range(slots.count)]
            tat = slots.at(slots.count)
        now += pause
    burst = max(1.0, rate)
    level, at = burst, 1000.0
    for instant in leaving:
        level = min(burst, level + (instant - at) * rate)
        assert level >= 1 - 1e-6
        level, at = level - 1, instant


@given(st.floats(min_value=30, max_value=1000))
def test_a_steady_claimer_reaches_the_rate(rate: float) -> None:
    now, tat, sent = 1000.0, 0.0, 0
    for _ in range(100):  # five seconds of claims every 50 ms
        slots = available(tat, 0.0, now, rate, 1000, HORIZON)
        sent += slots.count
        tat = slots.at(slots.count) if slots.count else tat
        now += 0.05
    assert sent >= 5 * rate * 0.99


def test_what_a_pause_cost_is_made_up_for() -> None:
    now, tat, sent = 1000.0, 0.0, 0
    for tick in range(100):  # five seconds, of which 200 ms are lost
        if not 20 <= tick < 24:
            slots = available(tat, 0.0, now, 300, 1000, HORIZON)
            sent += slots.count
            tat = slots.at(slots.count) if slots.count else tat
        now += 0.05
    assert sent >= 5 * 300


def test_what_is_made_up_for_leaves_at_a_pace_and_before_the_horizon() -> None:
    slots = available(0.0, 0.0, 1000.0, 300, 10_000, HORIZON)
    leaving = [slots.leaves(i) for i in range(slots.count)]
    assert all(later - earlier > 1 / 400 for earlier, later in itertools.pairwise(leaving))
    assert (min(leaving), max(leaving) < 1000.0 + HORIZON) == (1000.0, True)


def test_what_a_kill_can_leave_in_doubt_is_the_horizon() -> None:
    assert available(0.0, 0.0, 1000.0, 300, 10_000, HORIZON).count <= 300 * HORIZON


def test_while_the_platform_wants_silence_nothing_leaves() -> None:
    assert available(0.0, 1005.0, 1000.0, 300, 100, HORIZON).count == 0
    assert available(0.0, 1005.0, 1005.0, 300, 100, HORIZON).count > 0


def test_without_a_limit_all_may_leave_at_once() -> None:
    slots = available(0.0, 0.0, 1000.0, None, 100, HORIZON)
    assert (slots.count, slots.at(99)) == (100, 1000.0)
