"""Putting right what was typed in haste: telephone spellings, letters glued together, slips of the finger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from handlers.questions.french import is_french
from handlers.questions.lexicon import Lexicon
from handlers.questions.names import sound
from handlers.questions.normalising import Text, Word, fold, stem

_ELIDED = ("l", "d", "qu", "j", "n", "s", "m", "t", "c")


def corrected(
    text: Text,
    lexicon: Lexicon,
    named: Callable[[str], bool],
    vocabulary: Mapping[str, Sequence[str]],
    sounds: Mapping[str, Sequence[str]],
) -> Text:
    """The words as they were meant. `named` tells the words of the network; `vocabulary` what a slip may have
    been, by its first letter, and `sounds` by how it is said."""
    words: list[Word] = []
    for position, word in enumerate(text.words):
        after = text.words[position + 1] if position + 1 < len(text.words) else None
        if len(word.folded) == 1 and after is not None and after.joined:
            words.append(word)  # « c'est », « j'ai »: nothing is left out
            continue
        if word.folded == "c" and after is not None and after.folded in ("est", "etait"):
            words.append(word)
            continue
        words += _meant(word, lexicon, named, vocabulary, sounds)
    return Text(tuple(_plainly(words, lexicon)), text.shouted)


def _plainly(words: list[Word], lexicon: Lexicon) -> list[Word]:
    """Turns of phrase said plainly: « aux commandes » as « pilote »."""
    for cue in reversed(lexicon.idioms.find(words)):
        plain = _spelt(words[cue.start], cue.name.split())
        words[cue.start : cue.end] = [*plain[:-1], replace(plain[-1], asked=words[cue.end - 1].asked)]
    return words


def _meant(
    word: Word,
    lexicon: Lexicon,
    named: Callable[[str], bool],
    vocabulary: Mapping[str, Sequence[str]],
    sounds: Mapping[str, Sequence[str]],
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
        if folded in lexicon.given_names:  # « Louis » is no « l’ouïs »
            break
        if rest != folded and len(rest) >= 2 and rest[0] in "aeiouyh":
            known = lexicon.knows(word.respelled(rest)) and len(rest) > 3
            if known or named(rest):
                return _spelt(word, (letters, rest))
    if len(folded) < 5 or folded in lexicon.given_names or is_french(word.text.lower()):
        return [word]
    if alike := _nearest(folded, vocabulary.get(folded[0], ()), sounds.get(sound(folded), ())):
        return [word.respelled(alike)]
    elided = folded[0] in _ELIDED and len(folded) > 8  # « lassembée »
    if elided and (alike := _nearest(folded[1:], vocabulary.get(folded[1], ()), ())):
        return _spelt(word, (folded[0], alike))
    return [word]


def _nearest(folded: str, words: Sequence[str], alike: Sequence[str]) -> str:
    """The word that a slip of the finger made this of, if it is surely one; else one of those that sound alike.

    Of two words as near, one with the same letters once or twice, then the longer one: letters are left out more
    often than added.
    """
    most = 2 if len(folded) >= 9 else 1
    found = process.extract(folded, words, scorer=OSA.distance, score_cutoff=most, limit=8)
    near: list[tuple[float, str]] = [(distance, word) for word, distance, _ in found]
    near += [(1.5, word) for word in alike]
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


def settled(text: Text, lexicon: Lexicon) -> Text:
    """« ou » that asks where, « ca » that is « ça », « avoir lieu » that is no place: told by what stands around."""
    words = text.words
    settled = list(words)
    for position, word in enumerate(words):
        before = words[position - 1].folded if position and not word.breaks else ""
        after = words[position + 1] if position + 1 < len(words) and not words[position + 1].breaks else None
        if word.folded == "ou" and _asks_where(before, after, lexicon, alone=len(words) == 1):
            settled[position] = replace(word, folded="où", stem="où")
        elif word.folded == "lieu" and before in lexicon.around_words["before_taking_place"]:
            settled[position] = replace(word, folded="alieu", stem="alieu")
        elif word.folded == "ca" and not _is_board(word, before, after, lexicon, text, position):
            settled[position] = replace(word, folded="cela", stem="cela")
    return Text(tuple(settled), text.shouted)


def _asks_where(before: str, after: Word | None, lexicon: Lexicon, *, alone: bool) -> bool:
    """« c'est ou ? », « ou se tient… », « date et ou »: not « l'un ou l'autre »."""
    if before in lexicon.around_words["before_where"]:
        return True
    return after is None or after.folded in lexicon.around_words["after_where"] or (not before and not alone)


def _is_board(word: Word, before: str, after: Word | None, lexicon: Lexicon, text: Text, position: int) -> bool:
    """« le ca », « CA », « ca de l'unml »: an abbreviation, not « ça », which a verb follows."""
    if word.upper and not text.shouted:
        return True
    around = lexicon.around_words
    if before and before not in around["perhaps_before_board"]:
        return before in around["before_board"]
    if after is None:  # « CA : date ? »
        return position + 1 < len(text.words) or len(text.words) == 1 or bool(before)
    verb = lexicon.is_verb(after.folded) and after.folded not in ("date", "dates")
    return not (verb or after.folded in around["after_that"])
