"""Counting, as tables and properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations import reporting
from handlers.consultations.questionnaire import SKIPPED, Given, Item, Option, fault, from_facts, to_facts
from handlers.consultations.tally import MINIMUM, broken_out, tally
from storage.consultations import QuestionKind

OPTIONS = (Option(1, "a", "A"), Option(2, "b", "B"), Option(3, "other", "Autre", asks_text=True))
ITEMS = (
    Item(11, "one", QuestionKind.ONE, "?", options=OPTIONS),
    Item(12, "several", QuestionKind.SEVERAL, "?", options=OPTIONS),
    Item(13, "ranking", QuestionKind.RANKING, "?", options=OPTIONS[:2]),
    Item(14, "yes", QuestionKind.YES_NO, "?"),
    Item(15, "scale", QuestionKind.SCALE, "?", config={"low": 1, "high": 4}),
    Item(16, "number", QuestionKind.NUMBER, "?"),
    Item(17, "date", QuestionKind.DATE, "?"),
    Item(18, "text", QuestionKind.LONG_TEXT, "?"),
    Item(19, "slots", QuestionKind.SLOTS, "?", options=OPTIONS[:2]),
)
words = st.text("abc é=+", min_size=1, max_size=8).filter(lambda text: bool(text.strip()))


def chosen(options: list[int], text: str) -> dict[str, Any]:
    return {"choices": options, "text": text} if 3 in options else {"choices": options}


ANSWERS: dict[str, st.SearchStrategy[Given]] = {
    "11": st.builds(chosen, st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=1), words),
    "12": st.builds(chosen, st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True), words),
    "13": st.builds(chosen, st.permutations([1, 2]), words),
    "14": st.builds(lambda n: {"number": n}, st.sampled_from([0, 1])),
    "15": st.builds(lambda n: {"number": n}, st.integers(1, 4)),
    "16": st.builds(lambda n: {"number": n}, st.integers(-99, 99)),
    "17": st.builds(lambda d: {"text": d.isoformat()}, st.dates()),
    "18": st.builds(lambda text: {"text": text}, words),
    "19": st.builds(lambda a, b: {"slots": {"1": a, "2": b}}, st.sampled_from([0, 1, 2]), st.sampled_from([0, 1, 2])),
}
ballots = st.lists(
    st.fixed_dictionaries({key: strategy | st.just(SKIPPED) for key, strategy in ANSWERS.items()}), max_size=12
)


@given(ballots)
def test_facts_keep_every_answer(given_ballots: list[dict[str, Given]]) -> None:
    for answers in given_ballots:
        assert all(not fault(item, answers[str(item.id)]) for item in ITEMS)
        assert from_facts(ITEMS, to_facts(ITEMS, answers)) == answers


@given(ballots)
def test_the_tally_is_the_ballots(given_ballots: list[dict[str, Given]]) -> None:
    counted = {one.item.id: one for one in tally(ITEMS, (to_facts(ITEMS, answers) for answers in given_ballots))}
    for item in ITEMS:
        answers = [answers[str(item.id)] for answers in given_ballots if not answers[str(item.id)].get("skipped")]
        assert counted[item.id].answered == len(answers)
    for item in ITEMS[:2]:
        for option in OPTIONS:
            expected = sum(option.id in answers[str(item.id)].get("choices", ()) for answers in given_ballots)
            assert counted[item.id].counts[option.id] == expected
    slots = [answers["19"]["slots"] for answers in given_ballots if not answers["19"].get("skipped")]
    for option in OPTIONS[:2]:
        suits = [one[str(option.id)] for one in slots]
        assert counted[19].grid[option.id] == (suits.count(2), suits.count(1), suits.count(0))
    assert sum(counted[11].counts.values()) == counted[11].answered
    assert sum(counted[14].counts.values()) == counted[14].answered
    assert sum(counted[15].counts.values()) == counted[15].answered
    assert counted[12].counts[3] == len(counted[12].texts)
    if ranks := counted[13].mean_ranks:
        assert sum(ranks.values()) == pytest.approx(3)


@given(ballots, st.randoms(use_true_random=False))
def test_the_order_of_ballots_leaves_no_mark(given_ballots: list[dict[str, Given]], random: Any) -> None:
    facts = [to_facts(ITEMS, answers) for answers in given_ballots]
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert sorted(map(str, tally(ITEMS, facts))) == sorted(map(str, tally(ITEMS, shuffled)))


def test_a_tally_of_nothing_has_its_zeros() -> None:
    empty = {one.item.key: one for one in tally(ITEMS, [])}
    assert empty["one"].counts == {1: 0, 2: 0, 3: 0}
    assert empty["yes"].counts == {1: 0, 0: 0}
    assert empty["scale"].counts == {1: 0, 2: 0, 3: 0, 4: 0}
    assert empty["scale"].mean is None


def test_the_mean_of_a_scale_and_of_numbers() -> None:
    facts = [to_facts(ITEMS, {"15": {"number": n}, "16": {"number": n * 10}}) for n in (1, 2, 4)]
    counted = {one.item.key: one for one in tally(ITEMS, facts)}
    assert counted["scale"].mean == pytest.approx(7 / 3)
    assert counted["number"].mean == pytest.approx(70 / 3)
    assert counted["yes"].mean is None


@pytest.mark.parametrize(
    ("sizes", "shown", "together"),
    [
        ({"a": 10, "b": 7}, ("a", "b"), ()),
        ({"a": 10, "b": 7, "c": 2}, ("a",), ("b", "c")),
        ({"a": 10, "b": 7, "c": 2, "d": 3}, ("a", "b"), ("c", "d")),
        ({"a": 3}, (), ("a",)),
        ({"a": 10, "b": 0}, ("a",), ()),
        ({"a": 6, "b": 4}, (), ("a", "b")),
        ({}, (), ()),
    ],
)
def test_small_groups_are_shown_together(
    sizes: dict[str, int], shown: tuple[str, ...], together: tuple[str, ...]
) -> None:
    assert broken_out(sizes) == (shown, together)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 20), max_size=10))
def test_no_difference_reveals_a_small_group(sizes: dict[str, int]) -> None:
    shown, together = broken_out(sizes)
    assert all(sizes[name] >= MINIMUM for name in shown)
    hidden = sum(sizes[name] for name in together)
    assert hidden == 0 or hidden >= MINIMUM or not shown
    assert set(shown) | set(together) == {name for name, size in sizes.items() if size}


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 440, "0"), (1, 440, "1"), (220, 440, "50"), (439, 440, "99"), (440, 440, "100"), (2, 3, "67")],
)
def test_a_hundred_percent_are_all_of_them_and_nought_is_nobody(part: int, whole: int, said: str) -> None:
    assert reporting.share(part, whole).removesuffix("%").strip() == said


def test_a_share_of_nothing_is_no_number() -> None:
    assert reporting.share(0, 0) == "–"
