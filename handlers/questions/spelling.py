"""Putting right what was typed in haste: telephone spellings, letters glued together, slips of the finger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from handlers.questions.lexicon import Lexicon
from handlers.questions.names import sound
from handlers.questions.normalising import Text, Word, fold, stem

_ELIDED = ("l", "d", "qu", "j", "n", "s", "m", "t", "c")
_BEFORE_BOARD = frozenset(["le", "du", "au", "un", "prochain", "dernier", "ce", "ds"])


def corrected(
    text: Text,
    lexicon: Lexicon,
    named: Callable[[str], bool],
    vocabulary: Mapping[str, Sequence[str]],
    sounds: Mapping[str, str],
) -> Text:
    """The words as they were meant. `named` tells the words of the network; `vocabulary` what a slip may have
    been, by its first letter, and `sounds` by how it is said."""
    words: list[Word] = []
    for position, word in enumerate(text.words):
        after = text.words[position + 1] if position + 1 < len(text.words) else None
        if len(word.folded) == 1 and after is not None and after.joined:
            words.append(word)  # « c'est », « j'ai »: nothing is left out
            continue
        words += _meant(word, lexicon, named, vocabulary, sounds)
    return Text(tuple(_settled(words, lexicon, text.shouted)), text.shouted)


def _meant(
    word: Word,
    lexicon: Lexicon,
    named: Callable[[str], bool],
    vocabulary: Mapping[str, Sequence[str]],
    sounds: Mapping[str, str],
) -> list[Word]:
    if word.kind != "word":
        return [word]
    folded = word.folded
    if folded in lexicon.spellings and not (word.upper and named(folded)):
        return _spelt(word, lexicon.spellings[folded])
    if lexicon.knows(word) or named(folded):
        return [word]
    squeezed = _squeezed(folded)
    if squeezed != folded and (squeezed in lexicon.spellings or lexicon.knows(word.respelled(squeezed))):
        return _spelt(word, lexicon.spellings.get(squeezed, (squeezed,)))
    for letters in _ELIDED:
        rest = folded.removeprefix(letters)
        if rest != folded and len(rest) >= 2:
            known = lexicon.knows(word.respelled(rest)) and len(rest) > 3
            if known or named(rest):
                return _spelt(word, (letters, rest))
    if len(folded) < 5 or folded in lexicon.given_names:
        return [word]
    if (alike := sounds.get(sound(folded))) is not None:
        return [word.respelled(alike)]
    most = 2 if len(folded) >= 9 else 1
    best = process.extract(folded, vocabulary.get(folded[0], ()), scorer=OSA.distance, score_cutoff=most, limit=3)
    if best:
        return [word.respelled(best[0][0])]
    return [word]


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


# Before « lieu », what makes it « avoir lieu »: a place is not asked for.
_TAKING = frozenset(
    ("a", "ont", "aura", "auront", "avait", "avaient", "avoir", "eu", "ait", "il", "elle", "ils", "elles")
)


def _settled(words: list[Word], lexicon: Lexicon, shouted: bool) -> list[Word]:
    """« ou » that asks where, « ca » that is « ça »: told by what stands around them."""
    settled = list(words)
    for position, word in enumerate(words):
        before = words[position - 1].folded if position and not word.breaks else ""
        after = words[position + 1] if position + 1 < len(words) and not words[position + 1].breaks else None
        if word.folded == "ou" and _asks_where(before, after, lexicon, alone=len(words) == 1):
            settled[position] = replace(word, folded="où", stem="où")
        elif word.folded == "lieu" and before in _TAKING:
            settled[position] = replace(word, folded="alieu", stem="alieu")
        elif word.folded == "ca" and not _is_board(word, before, after, shouted):
            settled[position] = replace(word, folded="cela", stem="cela")
    return settled


def _asks_where(before: str, after: Word | None, lexicon: Lexicon, *, alone: bool) -> bool:
    """« c'est ou ? », « ou se tient… », « date et ou »: not « l'un ou l'autre »."""
    if before in ("et", "est", "c", "mais", "donc", "alors", "se", "passe", "quand"):
        return True
    return after is None or after.folded in lexicon.after_where or (not before and not alone)


def _is_board(word: Word, before: str, after: Word | None, shouted: bool) -> bool:
    """« le ca », « CA », « ca de l'unml »: an abbreviation, not « ça »."""
    if word.upper and not shouted:
        return True
    if not before and after is not None:
        return after.folded in ("de", "du", "des", "date", "dates", "lieu", "quel", "quelle")
    return before in _BEFORE_BOARD
