"""The way through a questionnaire."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations import steps
from handlers.consultations.questionnaire import SKIPPED, Given, Item, Option
from storage.consultations import QuestionKind

ITEMS = (
    Item(1, "a", QuestionKind.YES_NO, "?", required=True),
    Item(2, "b", QuestionKind.YES_NO, "?", config={"only_if": {"question": "a", "any_of": ["yes"]}}),
    Item(
        3,
        "c",
        QuestionKind.ONE,
        "?",
        options=(Option(31, "x", "X"), Option(32, "y", "Y", asks_text=True)),
        config={"only_if": {"question": "b", "any_of": ["no"]}},
    ),
    Item(4, "d", QuestionKind.SHORT_TEXT, "?"),
)
YES: Given = {"number": 1}
NO: Given = {"number": 0}


def test_a_question_whose_condition_fails_is_not_asked_nor_those_that_hang_on_it() -> None:
    assert [item.id for item in steps.visible(ITEMS, {"1": NO})] == [1, 4]
    assert [item.id for item in steps.visible(ITEMS, {"1": YES})] == [1, 2, 4]
    assert [item.id for item in steps.visible(ITEMS, {"1": YES, "2": NO})] == [1, 2, 3, 4]
    assert [item.id for item in steps.visible(ITEMS, {"1": NO, "2": NO})] == [1, 4]


def test_a_correction_brings_up_the_questions_it_opens() -> None:
    answers: dict[str, Given] = {"1": NO, "4": SKIPPED}
    assert steps.next_step(ITEMS, answers) is None
    following = steps.next_step(ITEMS, {**answers, "1": YES})
    assert following is not None
    assert following.id == 2


def test_other_without_its_text_is_not_an_answer() -> None:
    answers: dict[str, Given] = {"1": YES, "2": NO, "3": {"choices": [32]}, "4": SKIPPED}
    following = steps.next_step(ITEMS, answers)
    assert following is not None
    assert following.id == 3
    assert steps.next_step(ITEMS, {**answers, "3": {"choices": [32], "text": "voilà"}}) is None


def test_what_no_longer_applies_is_not_submitted() -> None:
    answers: dict[str, Given] = {"1": NO, "2": NO, "3": {"choices": [31]}, "4": SKIPPED}
    assert set(steps.to_submit(ITEMS, answers)) == {"1", "4"}


answer = st.sampled_from([YES, NO, SKIPPED, {"choices": [31]}, {"choices": [32]}, {"text": "a"}, {}])


@given(st.dictionaries(st.sampled_from(["1", "2", "3", "4"]), answer), st.sampled_from([None, 1, 2, 3, 4, 5]))
def test_one_always_has_a_place_and_a_way(answers: dict[str, Given], at: int | None) -> None:
    shown = steps.visible(ITEMS, answers)
    here = steps.place(ITEMS, answers, at)
    assert here is None or here in shown
    before = steps.previous_step(ITEMS, answers, at)
    assert before is None or before in shown
    following = steps.next_step(ITEMS, answers)
    if following is None:
        assert all(steps.stands(item, answers) for item in shown)
    else:
        assert not steps.stands(following, answers)
