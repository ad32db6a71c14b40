"""Which events and regions a question names, and with which words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from handlers.questions.indexing import DETERMINERS
from handlers.questions.knowledge import Knowledge
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import Text, Word
from handlers.questions.phrases import Cue

_PLACE_WORDS = frozenset(("a", "au", "aux", "de", "du", "d", "en", "sur", "vers", "pour"))
_CLAIMING = frozenset(("est", "sont", "sera", "seront", "etait", "etaient", "serait"))
_AFTER_A_NAME = frozenset(("c", "quand", "date", "dates", "jour", "où"))
_MOST_OF_ONE_NAME = 50  # events of one name that a place is compared with
_WIDEST = 4  # ordinary words that may stand among the words of one name


@dataclass(frozen=True, slots=True)
class EventMention:
    """Events that the words from `start` to `end` may mean; `place` when only their place is named."""

    events: tuple[str, ...]
    start: int
    end: int
    place: bool = False
    weight: float = 0.0


def event_mentions(text: Text, knowledge: Knowledge, taken: Iterable[int]) -> list[EventMention]:
    """The events named in a text, longest names first where they overlap, then from left to right."""
    words, lexicon = text.words, knowledge.lexicon
    busy = set(taken)
    where: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        if word.folded not in DETERMINERS:
            where.setdefault(word.stem, []).append(position)
    index = knowledge.alias_index
    found = [
        knowledge.aliases[n]
        for n, count in index.candidates(where).items()
        if count == len(set(knowledge.aliases[n].stems))
    ]
    named = {key for alias in found if not alias.place for key in alias.events[:_MOST_OF_ONE_NAME]}
    spans: dict[tuple[int, int, bool], EventMention] = {}
    for alias in found:
        weight = sum(map(index.weight, alias.stems))
        for start, end in _windows(alias.stems, where, words, lexicon, knowledge.abbreviations):
            if alias.place and busy.intersection(range(start, end)):
                continue
            # « rencontres nationales tours »: the place of an event that is named as well needs no capital
            beside = alias.place and not named.isdisjoint(alias.events)
            if len(alias.stems) == 1 and not beside and not _certain(text, start, lexicon, place=alias.place):
                continue
            known = spans.get((start, end, alias.place))
            keys = dict.fromkeys((*(known.events if known else ()), *alias.events))
            spans[start, end, alias.place] = EventMention(tuple(keys), start, end, alias.place, weight)
    chosen: list[EventMention] = []
    for mention in sorted(spans.values(), key=lambda m: (m.place, -m.weight, m.start - m.end)):
        if not any(other.start < mention.end and mention.start < other.end for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def _certain(text: Text, at: int, lexicon: Lexicon, *, place: bool) -> bool:
    """Is a name of one word used as a name there?"""
    if _homograph(text.words[at], lexicon) and not _named(text, at, place):
        return False
    return not place or _located(text, at)


def _windows(
    stems: Sequence[str],
    where: dict[str, list[int]],
    words: Sequence[Word],
    lexicon: Lexicon,
    owners: Collection[str],
) -> list[tuple[int, int]]:
    """The stretches of text in which every stem of a name is found close together."""
    if len(stems) == 1:
        return [(position, position + 1) for position in where[stems[0]]]
    found = []
    for first in where[stems[0]]:
        places = [min(where[s], key=lambda p: (p < first, abs(p - first))) for s in stems]
        if places != sorted(places):
            continue  # « les quatre phases » is not « la phase quatre »
        start, end = min(places), max(places) + 1
        between = [p for p in range(start, end) if p not in places]
        strangers = [p for p in between if words[p].folded not in lexicon.stop and words[p].stem not in owners]
        claimed = any(words[p].folded in _CLAIMING for p in between)  # « les Rencontres, c’est à Tours ? » is no name
        broken = claimed or any(words[p].breaks for p in range(start + 1, end))
        if (
            len(between) <= _WIDEST + len(stems)
            and not strangers
            and not broken
            and len(set(places)) == len(set(stems))
        ):
            found.append((start, end))
    return found


def _homograph(word: Word, lexicon: Lexicon) -> bool:
    """Is the name also an ordinary word (« Tours », « Nice », « Centre »)? Things that take place are not in doubt."""
    return word.folded in lexicon.common and word.stem not in lexicon.gatherings


def _named(text: Text, start: int, place: bool) -> bool:
    """Is an ordinary word used as a name here: with a capital, after « à » for a place, « le » for anything else?"""
    word = text.words[start]
    after = text.words[start + 1] if start + 1 < len(text.words) else None
    if not text.shouted and word.capital and (start > 0 or after is None or after.breaks or after.kind != "word"):
        return True
    before = text.words[start - 1].folded if start > 0 else ""
    return before in (("a", "de", "sur", "vers") if place else ("le", "du", "au", "un", "ce", "notre", "prochain"))


def _located(text: Text, start: int) -> bool:
    """Is a place said as a place, or at least with its capital?"""
    word = text.words[start]
    if word.capital and not text.shouted:
        return True
    before = text.words[start - 1].folded if start else ""
    if before in ("le", "la", "les", "l"):
        before = text.words[start - 2].folded if start > 1 else "a"
        return before in _PLACE_WORDS or before == "a" or True
    return before in _PLACE_WORDS or len(text.words) <= 3


def regions_named(text: Text, knowledge: Knowledge) -> list[Cue]:
    """The regions named; « La Réunion » is told from a meeting by its capital or by « à »."""
    lexicon = knowledge.lexicon
    found = []
    for cue in knowledge.region_names.find(text.words):
        own = [p for p in range(cue.start, cue.end) if text.words[p].folded not in DETERMINERS]
        doubtful = all(_ordinary(text.words[p], lexicon) for p in own) and len(own) == 1
        if doubtful and not _region_sure(text, cue.start, own[0], lexicon, knowledge.regional):
            continue
        found.append(cue)
    return found


def towns_named(text: Text, knowledge: Knowledge) -> list[Cue]:
    """The towns named that the directory knows, each by its key; an ordinary word is one where it is used as a name."""
    lexicon = knowledge.lexicon
    found = []
    for cue in knowledge.towns.names.find(text.words):
        before = text.words[cue.start - 1].stem if cue.start else ""
        alone = cue.end - cue.start == 1
        ordinary = alone and _homograph(text.words[cue.start], lexicon) and not _named(text, cue.start, place=True)
        if before in knowledge.regional or (_located(text, cue.start) and not ordinary):  # « l’atelier Lille »
            found.append(cue)
    return found


def home_regions(towns: Iterable[Cue], structures: Iterable[Cue], knowledge: Knowledge) -> list[Cue]:
    """The regions of the towns and structures named, each in the words of the town or structure."""
    coded = [(knowledge.towns.region.get(cue.name, ""), cue) for cue in towns]
    coded += [(knowledge.structure[cue.name].region, cue) for cue in structures]
    return [Cue(code, cue.start, cue.end) for code, cue in coded if code]


def _ordinary(word: Word, lexicon: Lexicon) -> bool:
    """Is it a word of the language as well: « Centre », « Réunion », « AURA »?"""
    return word.folded in lexicon.common or word.folded in lexicon.stop or word.stem in lexicon.gatherings


def _region_sure(text: Text, start: int, last: int, lexicon: Lexicon, regional: Collection[str]) -> bool:
    word = text.words[last]
    if word.capital and not text.shouted and last > 0:
        return True
    begin = start
    while begin > 0 and text.words[begin - 1].folded in ("la", "le", "l", "ile"):
        begin -= 1
    before = text.words[begin - 1] if begin > 0 else None
    article = begin < last and text.words[last - 1].folded == "la"
    behind = text.words[last + 1] if last + 1 < len(text.words) else None
    alone = behind is None or behind.breaks or behind.folded in _AFTER_A_NAME
    if before is not None and before.stem in regional and alone:
        return True  # « atelier aura date », and not « l’atelier aura lieu… »
    after = text.words[last + 1] if last + 1 < len(text.words) else None
    complement = after is not None and after.folded in ("du", "de", "des", "d", "avec", "sur") and not after.breaks
    if not article or complement:
        return False
    if any(word.stem in regional for word in text.words):
        return True  # an event that each region has is spoken of
    if before is None:
        return False
    if before.folded == "a" or (begin < start and before.folded in ("de", "sur")):
        return True
    held = text.words[begin - 2] if begin > 1 else None
    return before.folded in ("de", "pour") and held is not None and held.stem in lexicon.gatherings
