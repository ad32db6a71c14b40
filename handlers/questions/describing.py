"""Which event or topic a question describes without naming it: the one that explains all of its telling words.

« En juin, quel jour se réunissent les administrateurs ? » names no event, but only one is held in June whose name and
description speak of them. Nothing is guessed: a telling word that the description lacks rules it out.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from handlers.questions.facts import EventFact
from handlers.questions.indexing import Postings, content_stems
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import read_words
from handlers.questions.periods import MONTHS, NUMBERS

_RIVAL = 0.9  # another that weighs as much, or nearly: nothing says which is meant


class Descriptions:
    """Texts by their key, found by all of their words."""

    def __init__(self, texts: Mapping[str, Iterable[str]], lexicon: Lexicon) -> None:
        self._keys = list(texts)
        self._number = {key: number for number, key in enumerate(self._keys)}
        self._postings = Postings([tuple(set(content_stems(" ".join(pieces), lexicon))) for pieces in texts.values()])

    def rarity(self, stem: str) -> int:
        """How many texts hold the stem."""
        return len(self._postings.holding(stem))

    def stems_of(self, key: str) -> frozenset[str]:
        """Every stem in the text of that key."""
        return frozenset(self._postings.entries[self._number[key]])

    def holds(self, key: str, stems: Iterable[str]) -> bool:
        """Are all those stems in the text of that key?"""
        return set(stems) <= self.stems_of(key)

    def holding_most(self, stems: Sequence[str], most: int) -> list[str]:
        """The keys of the texts that hold all of those stems, or all but one; none when that many could be meant."""
        counts = self._postings.candidates(stems)
        keys = [self._keys[n] for n, count in counts.items() if count >= max(1, len(set(stems)) - 1)]
        return keys if len(keys) <= most else []

    def find(
        self, telling: Sequence[str], beside: Sequence[str] = (), fits: Callable[[str], bool] | None = None
    ) -> list[str]:
        """The keys of the texts that hold all the telling stems; of several, those that hold most of those beside."""
        if not telling:
            return []
        wanted = set(telling)
        rarest = min(wanted, key=self.rarity)
        found = {
            self._keys[n]: sum(self._postings.weight(s) for s in {*wanted, *beside} if s in own)
            for n in self._postings.holding(rarest)[:_MOST]
            if wanted <= (own := set(self._postings.entries[n])) and (fits is None or fits(self._keys[n]))
        }
        best = max(found.values(), default=0.0)
        return [key for key, weight in found.items() if weight >= _RIVAL * best]


def counted(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """For each thing that texts count (« dans les 13 régions », « six questions »), the keys of those texts."""
    found: dict[str, list[str]] = {}
    for key, text in texts.items():
        words = read_words(text).words
        for number, thing in itertools.pairwise(words):
            counts = (number.kind == "number" and len(number.folded) < 4) or NUMBERS.get(number.folded, 0) > 1
            if counts and thing.kind == "word" and thing.folded not in MONTHS and not thing.breaks:
                found.setdefault(thing.stem, []).append(key)
    return found


_MOST = 500  # texts with one word that are looked at


def of_event(event: EventFact) -> tuple[str, ...]:
    """What is known of an event in words."""
    details = event.details
    return (
        event.name,
        *event.aliases,
        event.description,
        event.place or "",
        str(details.get("audience_text", "")),
        *map(str, details.get("programme", ())),
    )
