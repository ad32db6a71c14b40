"""Indexes over the facts: short names of events, words in functions and duties, phrases of topics."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from handlers.questions.facts import EventFact, OrganisationFact, TopicFact
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import read_words

_MOST_CANDIDATES = 2000  # looked at for one question, rarest words first


@dataclass(frozen=True, slots=True)
class Alias:
    """One way of naming an event. A place is a weak one: « Le Havre » may be said of other things too."""

    stems: tuple[str, ...]
    event: str
    place: bool = False


def content_stems(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The stems of a text without stop words; numbers stay."""
    return tuple(w.stem for w in read_words(text).words if w.folded not in lexicon.stop)


def event_aliases(
    events: Iterable[EventFact], organisations: Iterable[OrganisationFact], lexicon: Lexicon
) -> list[Alias]:
    """The names and other names of events, also without their organisation, place and year, and their places."""
    owners = {
        piece for o in organisations for text in (o.abbreviation, o.name) for piece in content_stems(text, lexicon)
    }
    aliases: dict[tuple[tuple[str, ...], str], Alias] = {}
    for event in events:
        place = content_stems(event.place or "", lexicon)
        for text in (event.name, *event.aliases):
            full = content_stems(text, lexicon)
            if full == place:
                continue
            bare = tuple(s for s in full if s not in owners and s not in place and not s.isdigit())
            for stems in {full, bare or full}:
                if stems:
                    aliases[stems, event.key] = Alias(stems, event.key)
        head = content_stems(event.name, lexicon)[:1]
        if head and head[0] in lexicon.gatherings:
            aliases.setdefault((head, event.key), Alias(head, event.key))
        if place:
            aliases.setdefault((place, event.key), Alias(place, event.key, place=True))
    return list(aliases.values())


class Postings:
    """For each stem, the entries that hold it; an entry counts as found when every stem of it is there."""

    def __init__(self, entries: Sequence[Sequence[str]]) -> None:
        self.entries = entries
        lists: dict[str, list[int]] = defaultdict(list)
        for number, stems in enumerate(entries):
            for piece in set(stems):
                lists[piece].append(number)
        self._lists: Mapping[str, Sequence[int]] = dict(lists)
        self._total = max(1, len(entries))

    def weight(self, piece: str) -> float:
        """How much a stem tells: rare ones more."""
        return 1.0 + log(self._total / (1 + len(self._lists.get(piece, ()))) + 1)

    def holding(self, piece: str) -> Sequence[int]:
        """The entries with that stem."""
        return self._lists.get(piece, ())

    def candidates(self, stems: Iterable[str]) -> Counter[int]:
        """How many of the stems each entry holds, for the entries with the rarest ones."""
        counts: Counter[int] = Counter()
        for piece in sorted(set(stems), key=lambda s: len(self.holding(s))):
            entries = self.holding(piece)
            if len(counts) + len(entries) > _MOST_CANDIDATES:
                counts.update(e for e in entries if e in counts)
                if not counts:
                    counts.update(entries[:_MOST_CANDIDATES])
            else:
                counts.update(entries)
        return counts


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic with how well one of its phrases fits: 1 when question and phrase hold the same words."""

    topic: TopicFact
    fit: float


class PhraseIndex:
    """Finds what the documents say about by the phrases that people use for it."""

    def __init__(self, topics: Sequence[TopicFact], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        entries: list[tuple[str, ...]] = []
        self._topics: list[TopicFact] = []
        for topic in topics:
            for phrase in (topic.title, *topic.phrases):
                stems = tuple(dict.fromkeys(content_stems(phrase, lexicon)))
                if stems:
                    entries.append(stems)
                    self._topics.append(topic)
        self._postings = Postings(entries)

    def find(self, stems: Sequence[str]) -> list[TopicMatch]:
        """The topics that fit a question best, the best first."""
        asked = set(stems)
        total = sum(map(self._postings.weight, asked))
        if not asked:
            return []
        best: dict[str, TopicMatch] = {}
        for entry, _ in self._postings.candidates(asked).most_common(200):
            phrase = self._postings.entries[entry]
            common = sum(self._postings.weight(s) for s in phrase if s in asked)
            whole = sum(map(self._postings.weight, phrase))
            fit = 2 * common / (total + whole)
            topic = self._topics[entry]
            if topic.key not in best or best[topic.key].fit < fit:
                best[topic.key] = TopicMatch(topic, fit)
        return sorted(best.values(), key=lambda match: -match.fit)
