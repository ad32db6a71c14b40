"""Where one stands in a questionnaire: what is asked now, what comes next, what lies behind. No I/O.

The way on is always the first question that applies and has no answer; with none left it is the review. So going
back, correcting from the review, and a question that a correction brings up need no rule of their own.
"""

from collections.abc import Sequence

from handlers.consultations.questionnaire import Answers, Given, Item, fault
from storage.consultations import QuestionKind


def visible(items: Sequence[Item], answers: Answers) -> tuple[Item, ...]:
    """The questions that apply, in order: those whose `only_if` holds for an earlier one that applies itself."""
    shown: dict[str, Item] = {}
    for item in items:
        condition = item.config.get("only_if")
        if not condition:
            shown[item.key] = item
            continue
        earlier = shown.get(condition["question"])
        if earlier is not None and _keys(earlier, answers) & set(condition["any_of"]):
            shown[item.key] = item
    return tuple(shown.values())


def _keys(item: Item, answers: Answers) -> set[str]:
    """The keys of what was chosen: choices, « yes » or « no », or the degree of a scale."""
    given = answers.get(str(item.id), {})
    if item.kind == QuestionKind.YES_NO and "number" in given:
        return {"yes" if given["number"] else "no"}
    if "number" in given:
        return {str(given["number"])}
    return {option.key for option in item.options if option.id in given.get("choices", ())}


def stands(item: Item, answers: Answers) -> bool:
    """Whether the question has an answer that may be submitted, a skip included."""
    given = answers.get(str(item.id))
    return given is not None and not fault(item, given)


def next_step(items: Sequence[Item], answers: Answers) -> Item | None:
    """The first question that applies and has no answer; None means that all have: time for the review."""
    return next((item for item in visible(items, answers) if not stands(item, answers)), None)


def previous_step(items: Sequence[Item], answers: Answers, at: int | None) -> Item | None:
    """The question that applies before the one with id `at`; from the review (None) the last; None when first."""
    shown = visible(items, answers)
    if at is None:
        return shown[-1] if shown else None
    index = next((i for i, item in enumerate(shown) if item.id == at), 0)
    return shown[index - 1] if index else None


def place(items: Sequence[Item], answers: Answers, at: int | None) -> Item | None:
    """The question to show when one comes back to `at`: it, if it still applies; else the next step."""
    here = next((item for item in visible(items, answers) if item.id == at), None)
    return here if here is not None else next_step(items, answers)


def progress(items: Sequence[Item], answers: Answers, item: Item) -> tuple[int, int]:
    """Which of how many questions that apply now this is, from 1."""
    shown = visible(items, answers)
    return next((i for i, other in enumerate(shown, start=1) if other.id == item.id), 1), len(shown)


def to_submit(items: Sequence[Item], answers: Answers) -> dict[str, Given]:
    """The answers without those of questions that no longer apply."""
    return {str(item.id): answers[str(item.id)] for item in visible(items, answers) if str(item.id) in answers}
