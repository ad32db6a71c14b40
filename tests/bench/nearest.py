"""Two baselines that answer like the nearest known question: TF-IDF (scikit-learn) and edit distance (rapidfuzz).

They are given more than they would have in life: for every question they know, the answer that we give to it; and the
threshold under which they say that they do not know is the one that serves them best on the questions they are asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from handlers.questions.answering import Answer
from handlers.questions.normalising import fold
from tests.questions.knowing import ask, knowledge
from tests.questions.tables import Phrase, faults

_THRESHOLDS = [step / 20 for step in range(20)]
Nearest = Callable[[Sequence[str], Sequence[str]], list[tuple[int, float]]]
"""For each question the number of the nearest known one, and how near it is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Score:
    """Rates from 0 to 1: right by the tables' judging; an answer given that is not right; unknown said to be so."""

    count: int
    right: float
    harmful: float
    outside: float | None

    def figures(self) -> dict[str, float | int | None]:
        """As a line of the bench has them."""
        return {
            "count": self.count,
            "right_percent": 100 * self.right,
            "harmful_percent": 100 * self.harmful,
            "outside_percent": None if self.outside is None else 100 * self.outside,
        }


def halves(phrases: Sequence[Phrase], *, families: bool) -> tuple[list[Phrase], list[Phrase]]:
    """What is known and what is asked: every second phrase of each family, or every second family whole."""
    known: list[Phrase] = []
    asked: list[Phrase] = []
    order: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        order.setdefault(phrase.family, []).append(phrase)
    for number, family in enumerate(order.values()):
        if families:
            (asked if number % 2 else known).extend(family)
        else:
            known += family[::2]
            asked += family[1::2]
    return known, asked


def ours(asked: Sequence[Phrase]) -> Score:
    """How we do on those questions."""
    return _score(asked, [_answer(phrase) for phrase in asked])


def baseline(nearest: Nearest, known: Sequence[Phrase], asked: Sequence[Phrase]) -> Score:
    """How the nearest question does, at its best threshold."""
    bank = [_answer(phrase) for phrase in known]
    found = nearest([_whole(phrase) for phrase in known], [_whole(phrase) for phrase in asked])
    unknown = ask("xyzzy")
    scores = [
        _score(asked, [bank[number] if near >= threshold else unknown for number, near in found])
        for threshold in _THRESHOLDS
    ]
    return max(scores, key=lambda score: (score.right, -score.harmful))


def by_words(known: Sequence[str], asked: Sequence[str]) -> list[tuple[int, float]]:
    """TF-IDF over words and pairs of words, the nearest by cosine. Raises ImportError without scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors: Any = TfidfVectorizer(preprocessor=fold, token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True)
    near: Any = vectors.fit_transform(known)
    alike: Any = (vectors.transform(asked) @ near.T).toarray()
    return [(int(row.argmax()), float(row.max())) for row in alike]


def by_letters(known: Sequence[str], asked: Sequence[str]) -> list[tuple[int, float]]:
    """The nearest by rapidfuzz's weighted ratio."""
    folded = [fold(text) for text in known]
    found = []
    for text in asked:
        best = process.extractOne(fold(text), folded, scorer=fuzz.WRatio)
        assert best is not None
        found.append((int(best[2]), best[1] / 100))
    return found


def _whole(phrase: Phrase) -> str:
    return " ".join((*phrase.after, phrase.question))


def _answer(phrase: Phrase) -> Answer:
    return ask(phrase.question, *phrase.after, zone=phrase.zone, home=phrase.home)


def _score(asked: Sequence[Phrase], answers: Sequence[Answer]) -> Score:
    known = knowledge("missions-locales")
    right = harmful = outside = recognised = 0
    for phrase, answer in zip(asked, answers, strict=True):
        bad = faults(phrase, answer, known)
        if phrase.understood is False:  # however it was read: not to answer is right
            outside += 1
            recognised += not answer.understood
            bad = bad if answer.understood else []
        right += not bad
        harmful += bool(bad) and answer.understood
    count = len(asked)
    return Score(count, right / count, harmful / count, recognised / outside if outside else None)
