"""What things are called: names as phrases to be found, abbreviations and what they stand for."""

from collections.abc import Iterable, Mapping, Sequence

from handlers.questions.facts import EventFact, TermFact
from handlers.questions.indexing import DETERMINERS, content_stems
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import fold, read_words, stem
from handlers.questions.phrases import Phrases


def phrases_of(texts: Mapping[str, Sequence[str]]) -> Phrases:
    """Names to be found as they are written, but for a plural: « Martinique » has the stem of « Martin »."""
    return Phrases({key: _known_as(*written) for key, written in texts.items()}, exact=True)


def _known_as(*texts: str) -> list[str]:
    """Names as phrases to be found in a question: marks of the phrase syntax mean nothing in them."""
    known = []
    for text in texts:
        words = [word.folded for word in read_words(text or "").words]
        while len(words) > 1 and words[0] in DETERMINERS:
            words = words[1:]
        if words:
            known.append(" ".join(words))
    return known


def folded_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared."""
    return tuple(word.folded for word in read_words(name).words)


def long_forms(
    terms: Iterable[TermFact], events: Iterable[EventFact], own_name: frozenset[str], lexicon: Lexicon
) -> dict[str, list[str]]:
    """What an abbreviation is called in full, with the network's own name or without: « association régionale »."""
    held = {folded_words(text) for event in events for text in (event.name, *event.aliases)}
    found: dict[str, list[str]] = {}
    for term in terms:
        words = folded_words(term.meaning)
        short = list(words)
        while short and (stem(short[-1]) in own_name or short[-1] in lexicon.stop):
            short.pop()
        if term.term.isupper() and 1 < len(short) < len(words) and not held & {tuple(words), tuple(short)}:
            plural = [f"{word}s" for word in short]
            found[fold(term.term)] = [" ".join(words), " ".join(short), " ".join(plural)]
    return found


def spelled_out(terms: Iterable[TermFact], lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Abbreviations by their stem, with the stems of what they mean; long meanings say more than is asked."""
    meanings = {stem(fold(t.term)): content_stems(t.meaning, lexicon) for t in terms if len(t.term.split()) == 1}
    return {short: long for short, long in meanings.items() if len(long) <= 3}
