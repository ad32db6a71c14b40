"""Counting, and what may be shown of a count. No I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.consultations.questionnaire import CHOSEN, FITS, IF_NEED, UNFIT, Fact, Item
from storage.consultations import QuestionKind

MINIMUM = 5  # under so many voices a group is never shown apart


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """The count of one question. `answered` ballots have an answer to it.

    `counts` has one entry for each choice, degree of a scale, or yes (1) / no (0), zeros included, in the order of
    the question; `mean_ranks` are of a ranking, 1 is best. `grid` says of each slot how many it suits, would do for,
    does not suit; `counts` has the first of them. `texts` are sorted: their order says nothing about who wrote when.
    """

    item: Item
    answered: int
    counts: Mapping[int, int]
    numbers: tuple[float, ...] = ()
    mean_ranks: Mapping[int, float] | None = None
    grid: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        """The mean of numbers or of a scale; None without answers or where it has no meaning."""
        if self.item.kind not in (QuestionKind.NUMBER, QuestionKind.SCALE) or not self.numbers:
            return None
        return sum(self.numbers) / len(self.numbers)


def tally(items: Sequence[Item], ballots: Iterable[Iterable[Fact]]) -> tuple[QuestionTally, ...]:
    """Count the facts of ballots, question by question. Facts of unknown questions count nowhere."""
    by_question: dict[int, list[Sequence[Fact]]] = {item.id: [] for item in items}
    for ballot in ballots:
        mine: dict[int, list[Fact]] = {}
        for fact in ballot:
            mine.setdefault(fact.question_id, []).append(fact)
        for question_id, facts in mine.items():
            if question_id in by_question:
                by_question[question_id].append(facts)
    return tuple(_count(item, by_question[item.id]) for item in items)


def _count(item: Item, answers: Sequence[Sequence[Fact]]) -> QuestionTally:
    facts = [fact for answer in answers for fact in answer]
    texts = tuple(sorted((fact.text for fact in facts if fact.text), key=lambda text: (text.casefold(), text)))
    if item.kind in CHOSEN:
        chosen = Counter(fact.choice_id for fact in facts)
        counts = {option.id: chosen[option.id] for option in item.options}
        ranks = _mean_ranks(item, facts) if item.kind == QuestionKind.RANKING else None
        return QuestionTally(item, len(answers), counts, mean_ranks=ranks, texts=texts)
    if item.kind == QuestionKind.SLOTS:
        suits = Counter((fact.choice_id, fact.number) for fact in facts)
        grid = {
            option.id: (suits[option.id, FITS], suits[option.id, IF_NEED], suits[option.id, UNFIT])
            for option in item.options
        }
        return QuestionTally(item, len(answers), {key: row[0] for key, row in grid.items()}, grid=grid)
    numbers = tuple(sorted(fact.number for fact in facts if fact.number is not None))
    if item.kind == QuestionKind.YES_NO:
        degrees: Sequence[int] = (1, 0)
    elif item.kind == QuestionKind.SCALE:
        low, high = item.bounds
        degrees = range(low, high + 1)
    else:
        degrees = ()
    given = Counter(numbers)
    return QuestionTally(item, len(answers), {n: given[n] for n in degrees}, numbers=numbers, texts=texts)


def _mean_ranks(item: Item, facts: Iterable[Fact]) -> dict[int, float]:
    ranks: dict[int, list[int]] = {}
    for fact in facts:
        if fact.choice_id is not None and fact.rank is not None:
            ranks.setdefault(fact.choice_id, []).append(fact.rank)
    return {option.id: sum(ranks[option.id]) / len(ranks[option.id]) for option in item.options if option.id in ranks}


def broken_out(sizes: Mapping[str, int], minimum: int = MINIMUM) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which groups may be shown apart, and which only together, so that no difference reveals a small one.

    Groups under `minimum` go together; while what is together is itself smaller, the smallest of the others joins
    it, for the whole minus what is shown would give it away.
    """
    shown = sorted((name for name, size in sizes.items() if size >= minimum), key=lambda name: (sizes[name], name))
    together = [name for name, size in sizes.items() if 0 < size < minimum]
    while together and shown and sum(sizes[name] for name in together) < minimum:
        together.append(shown.pop(0))
    if together and sum(sizes[name] for name in together) < minimum:
        return (), tuple(sorted(together))
    return tuple(sorted(shown)), tuple(sorted(together))
