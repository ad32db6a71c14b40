"""Words that may be two, told by what stands around: « ou » and « où », « ca » and « CA », « et » typed for « est »."""

from dataclasses import replace

from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Text, Word, stem

_ARTICLES = frozenset(("le", "la", "l", "les", "un", "une", "ce", "cette", "mon", "ma", "notre", "votre", "leur"))
_BEFORE_IS = frozenset(("c", "en", "qui", "quel", "quelle", "il", "elle", "ce"))
_SOUNDS_LIKE_IT_IS = frozenset(("ces", "ses", "sais", "cet", "sest"))
_AFTER_IT_IS = frozenset(("quand", "qui", "quoi", "où", "ou", "combien", "quel", "quelle", "comment", "pour", "bien"))
_WANTING = frozenset(("veut", "veux", "veulent", "peut", "faut", "sa", "ca", "cela"))


def settled(text: Text, lexicon: Lexicon) -> Text:
    """Each word that may be two as the one that is meant: told by what stands around it."""
    words = text.words
    settled: list[Word] = []
    for position, word in enumerate(words):
        before = words[position - 1].folded if position and not word.breaks else ""
        after = words[position + 1] if position + 1 < len(words) and not words[position + 1].breaks else None
        either = [w.folded for w in words[position + 1 : position + 4]] in (["c", "est", "un"], ["c", "est", "une"])
        if word.folded == "ou" and not either and _asks_where(before, after, lexicon, alone=len(words) == 1):
            settled.append(replace(word, folded="où", stem="où"))
        elif word.folded == "lieu" and before in lexicon.around_words["before_taking_place"]:
            settled.append(replace(word, folded="alieu", stem="alieu"))
        elif word.folded == "ca" and not _is_board(word, before, after, lexicon, text, position):
            settled.append(replace(word, folded="cela", stem="cela"))
        elif word.folded in _SOUNDS_LIKE_IT_IS and after is not None and after.folded in _AFTER_IT_IS:
            settled += [replace(word, folded="c", stem="c", asked=False), _as(word, "est", breaks=False)]
        elif meant := _meant(word, before, after, lexicon):
            settled.append(_as(word, meant))
        else:
            settled.append(word)
    return Text(tuple(settled), text.shouted)


def _as(word: Word, folded: str, *, breaks: bool | None = None) -> Word:
    kept = word.breaks if breaks is None else breaks
    return replace(word, folded=folded, stem=stem(folded), breaks=kept, written=word.written or word.folded)


def _meant(word: Word, before: str, after: Word | None, lexicon: Lexicon) -> str:
    """« on en et où », « qui et le président » for « est », « sa commence quand » for « ça », « sa veut dir » for
    « dire »; empty when the word is what it is."""
    following = after.folded if after is not None else ""
    if (
        word.folded in ("et", "e", "es")
        and before in _BEFORE_IS
        and following in _ARTICLES | {"ou", "où", "quand", "prevu"}
    ):
        paired = before in ("qui", "quel", "quelle") and following not in _ARTICLES  # « qui et quand »
        return "" if paired else "est"
    if word.folded == "et" and before in ("ou", "où") and following in _ARTICLES:
        return "est"
    if word.folded in ("pdt", "pendant") and before in _ARTICLES - {"la", "les", "une"} and following != "que":
        return "president"  # « le pdt de l’union »
    if word.folded == "sa" and after is not None and lexicon.only_verb(after) and not before:
        return "cela"
    return "dire" if word.folded == "dir" and before in _WANTING else ""


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
