"""What is asked, as values without a database: questions, their choices, and what an answer to them is.

An answer is what a draft keeps: `{"choices": [ids]}` (with `"text"` for « autre : précisez »), `{"number": n}`,
`{"text": "…"}`, `{"slots": {choice id: 2, 1 or 0}}`, or `{"skipped": True}`. `Answers` maps the question's id, as a
string, to it.
"""

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from storage.consultations import Consultation, Question, QuestionKind

Given = Mapping[str, Any]
Answers = Mapping[str, Given]

SKIPPED: Given = {"skipped": True}
SHORT_TEXT = 300  # characters
LONG_TEXT = 5000

CHOSEN = frozenset({QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.RANKING})
FITS, IF_NEED, UNFIT = 2, 1, 0  # how a slot suits
WRITTEN = frozenset({QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice."""

    id: int
    key: str
    label: str
    aliases: tuple[str, ...] = ()
    asks_text: bool = False
    position: int = 0  # in the question as it was written


@dataclass(frozen=True, slots=True)
class Item:
    """One question."""

    id: int
    key: str
    kind: QuestionKind
    wording: str
    required: bool = False
    options: tuple[Option, ...] = ()
    min_choices: int = 1
    max_choices: int | None = None
    help: str = ""
    section: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    mended: date | None = None  # when a typo in it was last corrected, once people could read it

    def option(self, option_id: int) -> Option | None:
        """The choice with that id, if it is one of this question's."""
        return next((option for option in self.options if option.id == option_id), None)

    @property
    def most(self) -> int:
        """How many choices one answer may have."""
        return min(self.max_choices or len(self.options), len(self.options))

    @property
    def bounds(self) -> tuple[int, int]:
        """The lowest and highest degree of a scale."""
        return int(self.config.get("low", 1)), int(self.config.get("high", 5))


def read(consultation: Consultation, reader: int | None = None) -> tuple[Item, ...]:
    """The questions of a consultation loaded whole, in order.

    For a `reader` (a person's id) choices that are to be shuffled stand in an order of that person's own.
    """
    return tuple(
        Item(
            id=question.id,
            key=question.key,
            kind=QuestionKind(question.kind),
            wording=question.wording,
            required=question.required,
            options=_options(question, reader),
            min_choices=question.min_choices or 1,
            max_choices=question.max_choices,
            help=question.help,
            section=question.section,
            config=question.config,
            mended=mended_on(consultation, question.id),
        )
        for question in consultation.questions
    )


def mended_on(consultation: Consultation, question_id: int) -> date | None:
    """The day of the last typo corrected in a question after the opening; 0 for the title and the introduction."""
    since = consultation.frozen_at or consultation.opens_at
    days = [
        date.fromisoformat(mend["day"])
        for mend in consultation.mends or ()
        if mend.get("question") == question_id and since is not None and datetime.fromisoformat(mend["at"]) >= since
    ]
    return max(days, default=None)


def _options(question: Question, reader: int | None) -> tuple[Option, ...]:
    """The choices; shuffled always the same way for one person, « autre » last. The order is computed, never kept."""
    options = [
        Option(choice.id, choice.key, choice.label, tuple(choice.aliases), choice.asks_text, choice.position)
        for choice in question.choices
    ]
    if reader is not None and question.config.get("shuffle"):
        seed = hashlib.blake2b(f"{question.id}:{reader}".encode(), digest_size=8).digest()
        random.Random(int.from_bytes(seed, "big")).shuffle(options)
        options.sort(key=lambda option: option.asks_text)
    return tuple(options)


def in_order(item: Item, answer: Given) -> dict[str, Any]:
    """The answer as it is kept: choices of several in the question's order, which tells nobody's fingers nor whose
    shuffled list they were read in."""
    kept = dict(answer)
    if item.kind == QuestionKind.SEVERAL and kept.get("choices"):
        places = {option.id: option.position for option in item.options}
        kept["choices"] = sorted(kept["choices"], key=lambda one: places.get(one, 0))
    return kept


def wants_text(item: Item, given: Given | None) -> bool:
    """Whether « autre » was chosen and what it stands for is still to be written."""
    if not given or given.get("text"):
        return False
    chosen = set(given.get("choices", ()))
    return any(option.asks_text and option.id in chosen for option in item.options)


def fault(item: Item, given: Given) -> str:
    """Why the answer cannot stand: "required", "choice", "few", "many", "order", "text", "long", "number"; or ""."""
    if given.get("skipped"):
        return "required" if item.required else ""
    if item.kind in CHOSEN:
        return _choice_fault(item, given)
    if item.kind in WRITTEN:
        text = str(given.get("text", "")).strip()
        limit = SHORT_TEXT if item.kind == QuestionKind.SHORT_TEXT else LONG_TEXT
        return "text" if not text else "long" if len(text) > limit else ""
    if item.kind == QuestionKind.DATE:
        return "" if given.get("text") else "text"
    if item.kind == QuestionKind.SLOTS:
        return _slots_fault(item, given.get("slots") or {})
    return _number_fault(item, given.get("number"))


def _choice_fault(item: Item, given: Given) -> str:
    chosen = list(given.get("choices", ()))
    if len(set(chosen)) != len(chosen) or any(item.option(option_id) is None for option_id in chosen):
        return "choice"
    least, most = item.min_choices, item.most
    if item.kind == QuestionKind.ONE:
        least = most = 1
    if item.kind == QuestionKind.RANKING:
        least, most = len(item.options), len(item.options)
    if len(chosen) < least:
        return "few"
    if len(chosen) > most:
        return "many"
    return "text" if wants_text(item, given) else ""


def _slots_fault(item: Item, slots: Mapping[str, Any]) -> str:
    if set(slots) != {str(option.id) for option in item.options}:
        return "slots"
    return "" if all(value in (FITS, IF_NEED, UNFIT) for value in slots.values()) else "slots"


def _number_fault(item: Item, number: Any) -> str:
    if not isinstance(number, int | float):
        return "number"
    if item.kind == QuestionKind.YES_NO:
        return "" if number in (0, 1) else "number"
    if item.kind == QuestionKind.SCALE:
        low, high = item.bounds
        return "" if number == int(number) and low <= number <= high else "number"
    lowest, highest = item.config.get("low"), item.config.get("high")
    outside = (lowest is not None and number < lowest) or (highest is not None and number > highest)
    return "number" if outside else ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One counted fact of an answer, as the table of answers holds it."""

    question_id: int
    choice_id: int | None = None
    text: str | None = None
    number: float | None = None
    rank: int | None = None


def to_facts(items: Iterable[Item], answers: Answers) -> tuple[Fact, ...]:
    """What is counted of the answers; a skipped question leaves none."""
    facts: list[Fact] = []
    for item in items:
        given = answers.get(str(item.id))
        if given is None or given.get("skipped"):
            continue
        if item.kind in CHOSEN:
            for rank, option_id in enumerate(given["choices"], start=1):
                option = item.option(option_id)
                text = given.get("text") if option is not None and option.asks_text else None
                ranked = rank if item.kind == QuestionKind.RANKING else None
                facts.append(Fact(item.id, choice_id=option_id, text=text, rank=ranked))
        elif item.kind == QuestionKind.SLOTS:
            slots = given["slots"]
            facts.extend(Fact(item.id, choice_id=o.id, number=float(slots[str(o.id)])) for o in item.options)
        elif item.kind in WRITTEN or item.kind == QuestionKind.DATE:
            facts.append(Fact(item.id, text=given["text"]))
        else:
            facts.append(Fact(item.id, number=float(given["number"])))
    return tuple(facts)


def from_facts(items: Iterable[Item], facts: Iterable[Fact]) -> dict[str, Given]:
    """The answers that facts came from; a question without any was skipped."""
    by_question: dict[int, list[Fact]] = {}
    for fact in facts:
        by_question.setdefault(fact.question_id, []).append(fact)
    answers: dict[str, Given] = {}
    for item in items:
        mine = by_question.get(item.id)
        if not mine:
            answers[str(item.id)] = SKIPPED
        elif item.kind in CHOSEN:
            if item.kind == QuestionKind.RANKING:
                mine.sort(key=lambda fact: fact.rank or 0)
            given: dict[str, Any] = {"choices": [fact.choice_id for fact in mine]}
            if text := next((fact.text for fact in mine if fact.text), None):
                given["text"] = text
            answers[str(item.id)] = given
        elif item.kind == QuestionKind.SLOTS:
            answers[str(item.id)] = {"slots": {str(fact.choice_id): int(fact.number or 0) for fact in mine}}
        elif mine[0].text is not None:
            answers[str(item.id)] = {"text": mine[0].text}
        else:
            number = mine[0].number or 0.0
            answers[str(item.id)] = {"number": int(number) if number == int(number) else number}
    return answers
