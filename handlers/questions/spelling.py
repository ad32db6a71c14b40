"""Putting right what was typed in haste: telephone spellings, letters glued together, left out, or in disorder."""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from rapidfuzz import process
from rapidfuzz.distance import OSA

from handlers.questions.french import is_french
from handlers.questions.indexing import DETERMINERS
from handlers.questions.lexicon import Lexicon
from handlers.questions.names import sound
from handlers.questions.normalising import Text, Word, fold, stem
from handlers.questions.phrases import Phrases

_ELIDED = ("l", "d", "qu", "j", "n", "s", "m", "t", "c")
_SILENT = "tdsxzp"
_HEARD = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"eau|au"), "o"),
    (re.compile(r"ai|ei|ay|(?<=\w\w)(?:er|ez|et)$"), "E"),
    (re.compile(r"qu|ck|q|c(?![eiyh])"), "k"),
    (re.compile(r"ss|ç|c(?=[eiy])"), "s"),
    (re.compile(r"(?<!c)h"), ""),
    (re.compile(r"y"), "i"),
    (re.compile(r"[ae][nm](?![aeiouy])"), "an"),
    (re.compile(r"(.)\1"), r"\1"),
)
_MOST_KEPT = 5000  # words whose reading is kept, so that the same slip is looked for once
_SHORT_NAME = 6  # letters
_LONGEST_WORD = 30  # letters: nothing longer is a slip of anything
_LONG_WORD = 8  # letters of a word in a name that people cut short: « l’explo »
_SHORTEST_CUT = 4  # letters of a word cut short: « renc », « sémin »


@functools.lru_cache(maxsize=20_000)
def heard(folded: str) -> str:
    """How a word sounds, without the letters at its end that are not heard: « veu » as « veut »."""
    text = folded
    for written, said in _HEARD:
        text = written.sub(said, text)
    mute = text.removesuffix("s").removesuffix("e")
    if mute == text or mute == text.removesuffix("s"):
        mute = text.rstrip(_SILENT)
    return mute if len(mute) > 1 else text


class Spelling:
    """The words that something typed may have been, found by their first letter, by their sound, by their letters."""

    def __init__(
        self,
        lexicon: Lexicon,
        own: Iterable[str],
        named: Callable[[str], bool],
        given: Callable[[str], bool] = frozenset[str]().__contains__,
        names: Iterable[Sequence[str]] = (),
        long_forms: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """`own` are the words of the network, folded; `named` tells them and those that people are called by, `given`
        first names; `names` are names of several words, `long_forms` what an abbreviation may be called instead."""
        self._lexicon, self._named, self._given = lexicon, named, given
        names = [tuple(pieces) for pieces in names]
        own = self._own = frozenset(own)
        self._asking = lexicon.around_words["asking"] | {"quand"}
        words = sorted({*lexicon.spoken, *(word for word in own if len(word) > 4)})
        self._words = frozenset(words)
        self._by_letter = {letter: tuple(same) for letter, same in groupby(words, key=itemgetter(0))}
        self._sounds: dict[str, list[str]] = defaultdict(list)
        self._letters: dict[tuple[str, str], list[str]] = defaultdict(list)
        for word in words:
            self._sounds[sound(word)].append(word)
        for word in sorted({*words, *(word for word in own if len(word) == 4)}):
            self._letters[_letters(word)].append(word)
        self._bones: dict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) < 6:
                self._bones[_bones(word)].append(word)
        self._heard: dict[str, list[str]] = defaultdict(list)
        for word in sorted({*words, *lexicon.asking_words}):
            self._heard[heard(word)].append(word)
        self._cut: dict[str, dict[str, str]] = defaultdict(dict)  # by what is left of it, one word of each stem
        of_names = {word for pieces in names for word in pieces if len(word) > _LONG_WORD and word not in lexicon.stop}
        for word in sorted({*(w for w in own if stem(w) in lexicon.gatherings), *lexicon.gathering_words, *of_names}):
            for length in range(_SHORTEST_CUT, len(word) - 1):
                self._cut[word[:length]].setdefault(stem(word), word)
        self._glued = {"".join(pieces): tuple(pieces) for pieces in names if len(pieces) > 1}
        self._found: dict[tuple[str, str, bool], tuple[str, ...]] = {}
        self._long_forms = Phrases(long_forms or {}, exact=True)

    def corrected(self, text: Text) -> Text:
        """The words as they were meant."""
        words: list[Word] = []
        for position, word in enumerate(text.words):
            after = text.words[position + 1] if position + 1 < len(text.words) else None
            if len(word.folded) == 1 and after is not None and after.joined:
                words.append(word)  # « c'est », « j'ai »: nothing is left out
                continue
            if word.folded == "c" and after is not None and after.folded in ("est", "etait"):
                words.append(word)
                continue
            before = text.words[position - 1].folded if position and not word.breaks else ""
            family = (word.capital and not text.shouted) or word.folded in self._lexicon.family_names
            if before and family and self._given(before):
                words.append(word)  # « Sandrine Dupuis » is no « depuis »
                continue
            words += self._meant(word, shouted=text.shouted)
        return Text(tuple(self._plainly(words)), text.shouted)

    def _plainly(self, words: list[Word]) -> list[Word]:
        """Turns of phrase said plainly: « aux commandes » as « pilote », « l’association régionale » as « l’ARML »."""
        for phrases in (self._lexicon.idioms, self._long_forms):
            for cue in reversed(phrases.find(words)):
                plain = _spelt(words[cue.start], cue.name.split())
                words[cue.start : cue.end] = [*plain[:-1], replace(plain[-1], asked=words[cue.end - 1].asked)]
        return words

    def _meant(self, word: Word, *, shouted: bool) -> list[Word]:
        if word.kind != "word" or len(word.folded) > _LONGEST_WORD:
            return [word]
        known = (word.text, word.folded, shouted)
        if known not in self._found:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[known] = self._pieces(word, abbreviated=word.upper and not shouted)
        pieces = self._found[known]
        return _spelt(word, pieces) if pieces else [word]

    def _pieces(self, word: Word, *, abbreviated: bool) -> tuple[str, ...]:
        """What a word is to be read as, empty when it is what it is."""
        lexicon, folded = self._lexicon, word.folded
        if folded in lexicon.spellings and not (word.upper and self._named(folded)):
            return lexicon.spellings[folded]
        if lexicon.knows(word) or self._named(folded):
            return ()
        squeezed = _squeezed(folded)
        if squeezed != folded and (squeezed in lexicon.spellings or lexicon.knows(word.respelled(squeezed))):
            return lexicon.spellings.get(squeezed, (squeezed,))
        if folded in self._glued:
            return self._glued[folded]
        if elided := self._elided(word):
            return elided
        if len(folded) < 3 or (abbreviated and len(folded) < 5):
            return self._disordered(folded) if len(folded) == 4 else ()
        if folded in lexicon.given_names or is_french(word.text.lower()):
            return ()
        return (
            self._parted(word)
            or self._misspelt(folded)
            or self._as_heard(word)
            or self._vowel_missing(folded)
            or self._disordered(folded)
        )

    def _misspelt(self, folded: str) -> tuple[str, ...]:
        """A slip of the finger: a letter too few, too many, or another."""
        if len(folded) < 5:
            return ()
        if alike := _nearest(folded, self._by_letter.get(folded[0], ()), self._sounds.get(sound(folded), ())):
            return (alike,)
        if len(folded) > 8 and folded[0] in _ELIDED:  # « lassembée »
            alike = _nearest(folded[1:], self._by_letter.get(folded[1], ()), ())
            return (folded[0], alike) if alike else ()
        return ()

    def _vowel_missing(self, folded: str) -> tuple[str, ...]:
        """« phse », « dte »: a short word that one vowel makes one of ours, and no other."""
        if len(folded) > 4:
            return ()
        near = {w for w in self._bones.get(_bones(folded), ()) if len(w) == len(folded) + 1}
        near = {w for w in near if OSA.distance(folded, w) == 1}
        return tuple(near) if len({stem(w) for w in near}) == 1 and len(near) == 1 else ()

    def _elided(self, word: Word) -> tuple[str, ...]:
        """« lanimation », « soccupe », « jcomprends »: with what was glued to it."""
        lexicon, folded = self._lexicon, word.folded
        if folded in lexicon.given_names:  # « Louis » is no « l’ouïs »
            return ()
        for letters in _ELIDED:
            rest = folded.removeprefix(letters)
            if rest != folded and len(rest) >= 2 and rest[0] in "aeiouyh":
                known = lexicon.knows(word.respelled(rest)) and len(rest) > 3
                if known or self._named(rest):
                    return (letters, rest)
        cut = self._cut.get(folded[1:], {}) if folded[0] in "ld" and len(folded) > _SHORTEST_CUT else {}
        if len(cut) == 1:
            return (folded[0], *cut.values())
        rest = folded.removeprefix("j")
        spoken = rest != folded and len(rest) > 3 and lexicon.is_verb(rest) and not is_french(word.text.lower())
        return ("je", rest) if spoken else ()

    def _parted(self, word: Word) -> tuple[str, ...]:
        """« queleest », « cestquand », « leseminaire »: a word that asks or ties, glued to the one behind it."""
        folded, lexicon = word.folded, self._lexicon
        if len(folded) < 6 or word.capital:  # « Dubois » is no « du bois »
            return ()
        for cut in range(len(folded) - 2, 1, -1):
            left, right = folded[:cut], folded[cut:]
            first = lexicon.spellings.get(left) or ((left,) if left in lexicon.stop else ())
            if not first and len(left) > 3:
                first = tuple(w for w in self._heard.get(heard(left), ())[:1] if w in lexicon.stop)
            if (
                first
                and not self._asking.isdisjoint((*first, right))
                and (right in lexicon.stop or right in self._words)
            ):
                return (*first, right)
            if first and first[0] in DETERMINERS and len(right) > 5 and right in self._own:
                return (*first, right)
        return ()

    def _as_heard(self, word: Word) -> tuple[str, ...]:
        """« veu », « réso », « jeudit »: written as it is said; « renc »: cut short."""
        folded = word.folded
        short_name = word.capital and len(folded) < _SHORT_NAME  # « Doi » may well be somebody
        if short_name or not any(letter in "aeiouy" for letter in folded):
            return ()
        said = {heard(folded), heard(f"{folded}e")}
        found = [other for key in said for other in self._heard.get(key, ()) if len(other) > 2]
        if found:
            return (
                min(found, key=lambda other: (OSA.distance(folded, other), other.endswith("s"), -len(other), other)),
            )
        cut = self._cut.get(folded, {})
        return (min(cut.values(), key=len),) if len(cut) == 1 else ()

    def _disordered(self, folded: str) -> tuple[str, ...]:
        """« aletier », « jiun »: the same letters in another order."""
        found = self._letters.get(_letters(folded), ()) if len(folded) > 3 else ()
        return (found[0],) if found else ()


def _bones(word: str) -> str:
    """The first letter and the consonants."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in "aeiouy")


def _letters(folded: str) -> tuple[str, str]:
    return folded[0], "".join(sorted(folded))


def _nearest(folded: str, words: Sequence[str], alike: Sequence[str]) -> str:
    """The word that a slip of the finger made this of, if it is surely one; else one of those that sound alike.

    Of two words as near, one with the same letters once or twice, then the longer one: letters are left out more
    often than added.
    """
    most = 2 if len(folded) >= 9 else 1
    found = process.extract(folded, words, scorer=OSA.distance, score_cutoff=most, limit=8)
    near: list[tuple[float, str]] = [(distance, word) for word, distance, _ in found]
    near += [(1.5 + OSA.distance(folded, word) / 100, word) for word in alike]
    if not near:
        return ""
    return min(near, key=lambda match: (match[0], _once(match[1]) != _once(folded), -len(match[1])))[1]


def _once(folded: str) -> str:
    """The word with doubled letters written once."""
    return "".join(a for a, b in zip(folded, " " + folded, strict=False) if a != b)


def _spelt(word: Word, pieces: Sequence[str]) -> list[Word]:
    """The word replaced by others; the first keeps what stood before it, the last what follows."""
    out = []
    for number, piece in enumerate(pieces):
        folded = "où" if piece == "où" else fold(piece)
        out.append(
            replace(
                word,
                folded=folded,
                stem=stem(folded),
                breaks=word.breaks and number == 0,
                asked=word.asked and number == len(pieces) - 1,
                written=word.folded,
            )
        )
    return out


def _squeezed(folded: str) -> str:
    """Letters held down: « merciiii », « saluuut »."""
    out = ""
    for letter in folded:
        if len(out) < 2 or not (out[-1] == out[-2] == letter):
            out += letter
    if len(out) > 2 and out[-1] == out[-2]:
        out = out[:-1]
    return out
