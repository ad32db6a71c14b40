"""Names of people in a question: exact, misspelt, partial, or only near, which is never assumed."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from handlers.questions.facts import ContactFact
from handlers.questions.french import is_french
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Word, fold

_LETTERS = re.compile(r"[^\W\d_]+")
_OPENING = {"el", "al", "ben", "le", "la"}  # particles that a name may begin with
_TITLES = {"m": "m", "mr": "m", "monsieur": "m", "mme": "f", "madame": "f", "mlle": "f", "mademoiselle": "f"}
_MOST_WORDS = 7  # of one name
_MOST_NAMESAKES = 200  # bearers of one name who are looked at for the other
_PARTICLES = {"de", "du", "des", "d", "le", "la", "el", "al", "ben", "van", "von", "l"}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name in the words from `start` to `end`: the people who bear it, or who are merely near it."""

    contacts: tuple[ContactFact, ...]
    start: int
    end: int
    near: bool = False
    partial: bool = False  # a first name or a family name alone


@functools.lru_cache(maxsize=50_000)
def sound(folded: str) -> str:
    """How a name sounds in French, roughly: « Kadiri » and « Khadiri », « Anastase » and « Anasthase » are the same."""
    text = folded
    for written, heard in (
        ("chr", "kr"),
        ("ch", "5"),
        ("ph", "f"),
        ("qu", "k"),
        ("ck", "k"),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "si"),
        ("c", "k"),
        ("q", "k"),
        ("h", ""),
        ("y", "i"),
        ("w", "v"),
        ("z", "s"),
        ("5", "ch"),
        ("eau", "o"),
        ("au", "o"),
        ("ai", "e"),
        ("ei", "e"),
    ):
        text = text.replace(written, heard)
    letters = [a for a, b in zip(text, " " + text, strict=False) if a != b]
    return "".join(letters).rstrip("es") or folded


def _pieces(name: str) -> list[str]:
    return _LETTERS.findall(fold(name))


class NameIndex:
    """The words that names are made of, exact, by sound and by first letter, for any number of contacts."""

    def __init__(self, contacts: Sequence[ContactFact], lexicon: Lexicon) -> None:
        self._contacts = contacts
        self._lexicon = lexicon
        given: dict[str, list[int]] = defaultdict(list)
        family: dict[str, list[int]] = defaultdict(list)
        for number, contact in enumerate(contacts):
            for text in {contact.given, *contact.aliases}:
                pieces = _pieces(text)
                for piece in {*pieces, "".join(pieces)} - _PARTICLES:
                    given[piece].append(number)
            pieces = _pieces(contact.family)
            for piece in {*pieces, "".join(pieces)} - (_PARTICLES if len(pieces) > 1 else set()):
                family[piece].append(number)
        self._given, self._family = dict(given), dict(family)
        self._first_names: dict[str, list[str]] = defaultdict(list)
        for name in lexicon.given_names:
            self._first_names[name[0]].append(name)
        self._sounds: dict[str, set[str]] = defaultdict(set)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for piece in {*given, *family}:
            self._sounds[sound(piece)].add(piece)
            self._by_letter[piece[0]].append(piece)

    def knows(self, folded: str) -> bool:
        """Is the word part of somebody's name?"""
        return folded in self._given or folded in self._family

    def is_given(self, folded: str) -> bool:
        """Is the word a first name, of somebody here or of anybody?"""
        return folded in self._given or folded in self._lexicon.given_names

    def find(self, words: Sequence[Word], taken: Iterable[int], *, shouted: bool) -> list[NameMatch]:
        """The names in a text, outside of the words taken by something surer."""
        free = set(range(len(words))) - set(taken)
        found: list[NameMatch] = []
        position = 0
        while position < len(words):
            end = self._run(words, position, free, shouted)
            if end > position:
                match = self._match(words, position, end)
                if match is not None:
                    found.append(match)
                position = end
            else:
                position += 1
        return found

    def _run(self, words: Sequence[Word], start: int, free: set[int], shouted: bool) -> int:
        """The end of the words from `start` that may form one name; `start` itself when none does."""
        if self._complemented(words, start):
            return start
        end, sure = start, False
        while end < min(len(words), start + _MOST_WORDS) and end in free and words[end].kind == "word":
            word = words[end]
            if end > start and word.breaks and len(words[end - 1].text) > 2:  # « M. Viet » is no end of a sentence
                break
            if self.knows(word.folded):
                ordinary = self._lexicon.knows(word) and (shouted or not word.capital)
                if ordinary and not sure and not self._beside_a_name(words, end):
                    break
                sure = True
            elif not self._belongs(words, end, start, shouted) or (sure and self._over(words, end)):
                break
            elif word.folded not in _TITLES and word.folded not in _PARTICLES and len(word.folded) > 1:
                sure = sure or bool(self._similar(word.folded, alone=True))
            end += 1
        return end if sure else start

    def _over(self, words: Sequence[Word], at: int) -> bool:
        """« viet pls »: what follows a family name in small letters, and is no name at all, is no part of it."""
        before, word = words[at - 1], words[at]
        known = word.folded in {*self._lexicon.given_names, *_PARTICLES} or bool(
            self._similar(word.folded, alone=False)
        )
        return before.folded in self._family and not word.capital and not known

    def _complemented(self, words: Sequence[Word], at: int) -> bool:
        """« le numéro de sécu de X »: the word before « de » is a thing and no part of the name."""
        after = words[at + 1] if at + 1 < len(words) else None
        own = self.knows(words[at].folded) or words[at].folded in {*self._lexicon.given_names, *_TITLES, *_PARTICLES}
        return after is not None and after.folded in ("de", "du", "d") and not own and not words[at].capital

    def _belongs(self, words: Sequence[Word], at: int, start: int, shouted: bool) -> bool:
        """May a word that is no name here stand in one: a title, a particle, an initial, a name misspelt or unknown?"""
        word = words[at]
        after = words[at + 1] if at + 1 < len(words) else None
        if word.folded in _TITLES:
            return at == start
        if word.folded in _PARTICLES:
            bold = word.folded in _OPENING and at == start
            return after is not None and (bold or at > start) and self.knows(after.folded)
        if at > start and self.is_given(words[at - 1].folded) and word.folded in self._lexicon.family_names:
            return True  # « camille petit » is nobody here
        if len(word.folded) == 1:
            return word.capital and not shouted and not word.joined
        return self._namelike(word, shouted)

    def _beside_a_name(self, words: Sequence[Word], at: int) -> bool:
        """« rose petit »: ordinary words that are a first name and a family name of the same person."""
        here = {*self._given.get(words[at].folded, ()), *self._family.get(words[at].folded, ())}
        for beside in (at - 1, at + 1):
            if 0 <= beside < len(words):
                other = words[beside].folded
                named = words[at].folded in self._lexicon.given_names and self.knows(other)
                if named and not self._lexicon.knows(words[beside]):
                    return True  # « lou zind »: whoever that is
                there = {*self._given.get(other, ()), *self._family.get(other, ())}
                if here & there and words[at].folded != other:
                    return True
        return False

    def _namelike(self, word: Word, shouted: bool) -> bool:
        """May the word be a name that nobody here bears, or a misspelt one?"""
        if word.kind != "word" or len(word.folded) < 3:
            return False
        if self.knows(word.folded) or word.folded in self._lexicon.given_names:
            return True
        return not self._lexicon.knows(word) and (word.capital or not is_french(word.text.lower()))

    def _similar(self, folded: str, *, alone: bool) -> set[str]:
        """The name words that this one may be a misspelling of; stricter when it stands alone."""
        if folded in self._lexicon.given_names:
            return set()
        same = {piece for piece in self._sounds.get(sound(folded), ()) if abs(len(piece) - len(folded)) <= 3}
        if same:
            return {piece for piece in same if not self._another(folded, OSA.distance(folded, piece) - 1, same)}
        if len(folded) < (6 if alone else 5):
            return set()
        most = 2 if len(folded) >= 8 else 1
        nearby = process.extract(
            folded, self._by_letter.get(folded[0], ()), scorer=OSA.distance, score_cutoff=most, limit=5
        )
        pieces = {piece for piece, _, _ in nearby}
        return {piece for piece, distance, _ in nearby if not self._another(folded, int(distance), pieces)}

    def _another(self, folded: str, distance: int, pieces: set[str]) -> bool:
        """Is it as near to a first name that is nobody's here? « Christinne » is no « Christian »."""
        others = self._first_names.get(folded[0], ())
        found = process.extract(folded, others, scorer=OSA.distance, score_cutoff=max(0, distance), limit=5)
        return distance >= 0 and any(name not in pieces for name, _, _ in found)

    def _bearers(self, folded: str, *, alone: bool) -> set[int]:
        pieces = {folded} if self.knows(folded) else self._similar(folded, alone=alone)
        return {n for piece in pieces for n in (*self._given.get(piece, ()), *self._family.get(piece, ()))}

    def _match(self, words: Sequence[Word], start: int, end: int) -> NameMatch | None:
        title = _TITLES.get(words[start].folded, "")
        pieces = [w.folded for w in words[start + bool(title) : end] if w.folded not in _PARTICLES]
        initials = [p for p in pieces if len(p) == 1]
        names = [p for p in pieces if len(p) > 1]
        alone = len(names) == 1
        groups = [self._bearers(piece, alone=alone) for piece in names]
        together = set.intersection(*groups) if groups else set()
        if initials:
            together = {n for n in together if initials[0] in self._initials(n)}
        if title:
            together = {n for n in together if self._contacts[n].gender in ("", title)}
        # « Jean Viet » : a first name and a family name, each known, need not be one person's.
        if (
            together
            and not alone
            and not any(any(n in self._family.get(p, ()) for p in self._readings(names)) for n in together)
        ):
            partial = True
        else:
            partial = alone
        if together:
            chosen = tuple(self._contacts[n] for n in sorted(together)[:50])
            return NameMatch(chosen, start, end, partial=partial)
        if len(names) > 1 and not title and not initials and (nearly := self._nearly(names, groups)):
            return NameMatch((self._contacts[nearly[0]],), start, end)
        near = sorted(set().union(*groups))[:3]
        return NameMatch(tuple(self._contacts[n] for n in near), start, end, near=True) if near else None

    def _nearly(self, names: Sequence[str], groups: Sequence[set[int]]) -> list[int]:
        """« camile zin »: whose one name is sure, while the other is nobody's and as good as theirs; one or none."""
        found: set[int] = set()
        for sure in groups:
            if not 0 < len(sure) <= _MOST_NAMESAKES:
                continue
            others = [name for name, group in zip(names, groups, strict=True) if group is not sure]
            if any(self.knows(name) or name in self._lexicon.given_names for name in others):
                continue
            found |= {n for n in sure if all(self._slip(name, n) for name in others)}
        return list(found) if len(found) == 1 else []

    def _slip(self, name: str, number: int) -> bool:
        """Is it the person's name with a letter left out, added or changed, or two of a long one?"""
        pieces = {*_pieces(self._contacts[number].family), *_pieces(self._contacts[number].given)} - _PARTICLES
        most = 2 if len(name) >= 7 else 1
        return len(name) > 2 and any(
            (p[0] == name[0] and OSA.distance(name, p, score_cutoff=most) <= most) or sound(p) == sound(name)
            for p in pieces
        )

    def _initials(self, number: int) -> tuple[str, str]:
        contact = self._contacts[number]
        return fold(contact.given)[:1], fold(contact.family)[:1]

    def _readings(self, names: Sequence[str]) -> set[str]:
        return {r for name in names for r in ({name} if self.knows(name) else self._similar(name, alone=False))}
