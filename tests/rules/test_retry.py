"""What follows a try, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.retry import MAX_TRIES, Decision, DeliveryError, backoff, decide, interrupted
from storage.outbox import Kind, State

LOST = DeliveryError("the answer was lost", uncertain=True)
AWAY = DeliveryError("connection refused")
BLOCKED = DeliveryError("blocked", permanent=True, unreachable=True)
SLOW_DOWN = DeliveryError("too many requests", retry_after=7)
MOVED = DeliveryError("the group became a supergroup", moved_to="-100")


@pytest.mark.parametrize(
    ("kind", "tries", "error", "expected"),
    [
        (Kind.ANNOUNCEMENT, 1, LOST, Decision(State.UNCERTAIN, doubt=True)),
        (Kind.NUDGE, 1, LOST, Decision(State.UNCERTAIN, doubt=True)),
        (Kind.REMINDER, 1, LOST, Decision(State.WAITING, delay=1, doubt=True)),
        (Kind.REPLY, 2, LOST, Decision(State.WAITING, delay=2, doubt=True)),
        (Kind.REPLY, MAX_TRIES, LOST, Decision(State.UNCERTAIN, doubt=True)),
        (Kind.ANNOUNCEMENT, 1, AWAY, Decision(State.WAITING, delay=1)),
        (Kind.ANNOUNCEMENT, 3, AWAY, Decision(State.WAITING, delay=4)),
        (Kind.ANNOUNCEMENT, MAX_TRIES, AWAY, Decision(State.FAILED)),
        (Kind.ANNOUNCEMENT, 1, BLOCKED, Decision(State.FAILED)),
        (Kind.REMINDER, MAX_TRIES, BLOCKED, Decision(State.FAILED)),
        (Kind.ANNOUNCEMENT, 1, SLOW_DOWN, Decision(State.WAITING, delay=7, counts=False)),
        (Kind.ANNOUNCEMENT, MAX_TRIES, SLOW_DOWN, Decision(State.WAITING, delay=7, counts=False)),
        (Kind.ANNOUNCEMENT, 1, MOVED, Decision(State.WAITING)),
    ],
)
def test_what_follows_a_try(kind: Kind, tries: int, error: DeliveryError, expected: Decision) -> None:
    assert decide(kind, tries, error) == expected


def test_an_announcement_whose_sender_died_is_in_doubt_and_a_reminder_goes_again() -> None:
    assert interrupted(Kind.ANNOUNCEMENT, 1).state == State.UNCERTAIN
    assert interrupted(Kind.REMINDER, 1) == Decision(State.WAITING, delay=1, doubt=True)


@given(st.sampled_from(Kind), st.booleans())
def test_every_delivery_ends_however_often_it_fails(kind: Kind, lost: bool) -> None:
    for tries in range(1, MAX_TRIES + 1):
        decision = decide(kind, tries, LOST if lost else AWAY)
        if decision.state != State.WAITING:
            return
        assert 0 < decision.delay <= 300
    raise AssertionError("it never ends")


@given(st.integers(min_value=0, max_value=10_000))
def test_the_pause_never_exceeds_five_minutes(tries: int) -> None:
    assert 1 <= backoff(tries) <= 300
