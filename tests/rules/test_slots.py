"""Send slots: never above the limit, and never below it when there is work."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from schedules.slots import HORIZON, available


@given(
    st.floats(min_value=0.5, max_value=1000),
    st.lists(st.floats(min_value=0.001, max_value=0.5), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=100),
)
def test_however_claims_fall_no_second_has_more_than_the_rate(rate: float, pauses: list[float], most: int) -> None:
    now, tat, leaving = 1000.0, 0.0, []
    for pause in pauses:
        slots = available(tat, 0.0, now, rate, most, HORIZON)
        if slots.count:
            leaving += [slots.at(i) for i in range(slots.count)]
            tat = slots.at(slots.count)
        now += pause
    gaps = [later - earlier for earlier, later in itertools.pairwise(leaving)]
    assert all(gap >= 1 / rate - 1e-6 for gap in gaps)


@given(st.floats(min_value=30, max_value=1000))
def test_a_steady_claimer_reaches_the_rate(rate: float) -> None:
    now, tat, sent = 1000.0, 0.0, 0
    for _ in range(100):  # five seconds of claims every 50 ms
        slots = available(tat, 0.0, now, rate, 1000, HORIZON)
        sent += slots.count
        tat = slots.at(slots.count) if slots.count else tat
        now += 0.05
    assert sent >= 5 * rate * 0.99


def test_what_a_kill_can_leave_in_doubt_is_the_horizon() -> None:
    assert available(0.0, 0.0, 1000.0, 300, 10_000, HORIZON).count <= 300 * HORIZON + 1


def test_while_the_platform_wants_silence_nothing_leaves() -> None:
    assert available(0.0, 1005.0, 1000.0, 300, 100, HORIZON).count == 0
    assert available(0.0, 1005.0, 1005.0, 300, 100, HORIZON).count > 0


def test_without_a_limit_all_may_leave_at_once() -> None:
    slots = available(0.0, 0.0, 1000.0, None, 100, HORIZON)
    assert (slots.count, slots.at(99)) == (100, 1000.0)
