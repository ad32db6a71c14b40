"""Phrases of the language, written as people say them, and found in a text word by word.

`word?` may be absent, `one|an_other` is a choice, `…` stands for at most two words, `=word` must be written just so
while the others may take any ending.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.questions.normalising import Word, fold, read_words

_GAP = "…"
_WIDEST_GAP = 2


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found: its name and the words from `start` to `end` (excluded)."""

    name: str
    start: int
    end: int


class Phrases:
    """Many phrases, each standing for a name; finds the longest at every word."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], *, exact: bool = False) -> None:
        """`exact` allows no other ending than the plural: for words whose stem is that of harmless ones."""
        self._exact = exact
        self._root = _Node()
        self.words: set[str] = set()
        for name, texts in phrases.items():
            for text in texts:
                for sequence in _expand(text, singular if exact else None):
                    self._add(name, sequence)

    def _add(self, name: str, sequence: Sequence[str]) -> None:
        node = self._root
        for key in sequence:
            node = node.next.setdefault(key, _Node())
            if key != _GAP:
                self.words.add(key.removeprefix("="))
        if name not in node.names:
            node.names.append(name)

    def has(self, stem: str) -> bool:
        """Is the stem a phrase by itself?"""
        return stem in self._root.next and bool(self._root.next[stem].names)

    def find(self, words: Sequence[Word]) -> list[Cue]:
        """The cues in a text, from left to right, the longest first where they overlap."""
        found: list[Cue] = []
        position = 0
        while position < len(words):
            end, names = self._longest(self._root, words, position)
            if end > position:
                found += [Cue(name, position, end) for name in names]
                position = end
            else:
                position += 1
        return found

    def _longest(self, node: _Node, words: Sequence[Word], at: int) -> tuple[int, list[str]]:
        best = (at, node.names) if node.names else (-1, [])
        if at < len(words):
            own = singular(words[at].folded) if self._exact else words[at].stem
            for key in (own, f"={words[at].folded}"):
                if key in node.next:
                    best = max(best, self._longest(node.next[key], words, at + 1), key=lambda found: found[0])
        if _GAP in node.next:
            for skip in range(_WIDEST_GAP + 1):
                if at + skip < len(words):
                    reached = self._longest(node.next[_GAP], words, at + skip)
                    best = max(best, reached, key=lambda found: found[0])
        return best


def singular(folded: str) -> str:
    """A word without the s or x of its plural."""
    return folded[:-1] if len(folded) > 3 and folded[-1] in "sx" else folded


def _expand(phrase: str, form: Callable[[str], str] | None = None) -> Iterator[tuple[str, ...]]:
    """Every sequence of keys that a phrase stands for."""
    slots: list[list[tuple[str, ...]]] = []
    for part in phrase.split():
        optional = part.endswith("?")
        choices: list[tuple[str, ...]] = []
        for choice in part.removesuffix("?").split("|"):
            if choice == _GAP:
                choices.append((_GAP,))
            elif choice.startswith("="):
                choices.append((f"={fold(choice[1:])}",))
            else:
                pieces = read_words(choice).words
                choices.append(tuple(form(word.folded) if form else word.stem for word in pieces))
        slots.append([*choices, ()] if optional else choices)
    for chosen in itertools.product(*slots):
        sequence = tuple(itertools.chain.from_iterable(chosen))
        if sequence:
            yield sequence
