"""Indexes over the facts: short names of events, words in functions and duties, phrases of topics."""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from handlers.questions.facts import EventFact, TopicFact
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import LONGEST, Word, read_words
from handlers.questions.periods import NUMBERS

DETERMINERS = frozenset(
    ["le", "la", "les", "l", "un", "une", "du", "de", "des", "d", "en", "a", "au", "aux", "et", "the"]
)
_TELLING = frozenset(
    [
        "purpose",
        "who",
        "when",
        "where",
        "count",
        "audience",
        "programme",
        "length",
        "remote",
        "meaning",
        "employer",
        "role",
    ]
)
_KEPT = frozenset(("audience", "programme"))  # « qui est auditionné ? »: the asking words say what about, too
_DIGITS = {
    n: str(d)
    for d, n in enumerate(["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"], start=1)
}
_MOST_CANDIDATES = 2000  # looked at for one question, rarest words first


@dataclass(frozen=True, slots=True)
class Alias:
    """A name with the events it may mean. A place is a weak one: « Le Havre » may be said of other things too."""

    stems: tuple[str, ...]
    events: tuple[str, ...]
    place: bool = False


def content_stems(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The stems of a text of any length without stop words; numbers stay."""
    lines = [text] if len(text) <= LONGEST // 2 else textwrap.wrap(text, LONGEST // 2)  # as much as is read at once
    return tuple(w.stem for line in lines for w in read_words(line).words if w.folded not in lexicon.stop)


def name_stems(text: str) -> tuple[str, ...]:
    """The stems of a name, without what only ties its words together."""
    return tuple(w.stem for w in read_words(text).words if w.folded not in DETERMINERS)


def features(
    words: Sequence[Word], lexicon: Lexicon, spelled_out: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, ...]:
    """What a question is about and how it asks: content stems, and « ?who » for an asking word of that kind.

    Abbreviations stand for the stems of what they mean, so that « copil » and « comité de pilotage » are the same.
    """
    telling = [cue for cue in lexicon.cues.find(words) if cue.name in _TELLING]
    said = {p for cue in telling if cue.name not in _KEPT for p in range(cue.start, cue.end)}
    spelled_out = spelled_out or {}
    content = dict.fromkeys(
        str(NUMBERS[w.folded]) if w.folded in NUMBERS else w.stem
        for p, w in enumerate(words)
        if w.folded not in lexicon.stop and p not in said
    )
    content = dict.fromkeys(piece for stem in content for piece in spelled_out.get(stem, (stem,)))
    asking = dict.fromkeys(f"?{cue.name}" for cue in telling)
    return (*content, *asking)


def event_aliases(events: Iterable[EventFact], owners: Collection[str], lexicon: Lexicon) -> list[Alias]:
    """The names and other names of events, also without their organisation, place and year, and their places.

    `owners` are the stems that name whose event it is, and go without saying.
    """
    named: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)  # insertion order is the order of time
    placed: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for event in events:
        place = name_stems(event.place or "")
        for text in (event.name, *event.aliases):
            full = name_stems(text)
            if full == place:
                continue
            bare = tuple(s for s in full if s not in owners and s not in place and not s.isdigit())
            whole = len(bare) > 1 or (bare and bare[0] in lexicon.gatherings) or len(full) == 1
            bare = bare if whole and bare[:1] == full[:1] else full
            undated = tuple(s for s in full if s not in place and not s.isdigit())
            for stems in {full, undated or full, bare or full}:
                ordinary = len(stems) == 1 and lexicon.cues.has(stems[0]) and stems[0] not in lexicon.gatherings
                if stems and not ordinary:
                    named[stems][event.key] = None
        head = name_stems(event.name)[:1]
        if head and head[0] in lexicon.gatherings:
            named[head][event.key] = None
        if place:
            placed[place][event.key] = None
    aliases = [Alias(stems, tuple(keys)) for stems, keys in named.items()]
    aliases += [Alias(stems, tuple(keys), place=True) for stems, keys in placed.items()]
    return sorted(aliases, key=lambda alias: len(alias.stems))  # the shortest are looked at whatever the number


class Postings:
    """For each stem, the entries that hold it; an entry counts as found when every stem of it is there."""

    def __init__(self, entries: Sequence[Sequence[str]], light: Collection[str] = ()) -> None:
        self.entries = entries
        self._light = light
        lists: dict[str, list[int]] = defaultdict(list)
        for number, stems in enumerate(entries):
            for piece in set(stems):
                lists[piece].append(number)
        self._lists: Mapping[str, Sequence[int]] = dict(lists)
        self._total = max(1, len(entries))

    def weight(self, piece: str) -> float:
        """How much a stem tells: rare ones more, asking words less than what is asked about."""
        return (0.6 if piece.startswith("?") or piece in self._light else 1.0) * self._rarity(piece)

    def _rarity(self, piece: str) -> float:
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
    common: frozenset[str] = frozenset()


class PhraseIndex:
    """Finds what the documents say about by the phrases that people use for it."""

    def __init__(
        self,
        topics: Sequence[TopicFact],
        lexicon: Lexicon,
        own_name: Collection[str] = (),
        spelled_out: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._spelled_out = spelled_out or {}
        self._lexicon = lexicon
        self._own_name = frozenset(own_name)
        self._around = lexicon.around | self._own_name
        entries: list[tuple[str, ...]] = []
        self._heavy: list[frozenset[str]] = []  # what a phrase is about, without which it says nothing
        self._topics: list[TopicFact] = []
        for topic in topics:
            for phrase in (topic.title, *topic.phrases):
                words = read_words(phrase).words
                stems = features(words, lexicon, self._spelled_out)
                if stems:
                    entries.append(stems)
                    verbs = {w.stem for w in words if lexicon.is_verb(w.folded)}
                    things = (s for s in stems if self._tells(s) and s not in self._around | verbs)
                    self._heavy.append(frozenset(things))
                    self._topics.append(topic)
        self._postings = Postings(entries, lexicon.light | self._around)
        self._told = {
            topic.key: frozenset(content_stems(" ".join((topic.title, topic.body, *topic.phrases)), lexicon))
            for topic in topics
        }
        self._phrased = {
            topic.key: frozenset(content_stems(" ".join((topic.title, *topic.phrases)), lexicon)) for topic in topics
        }
        self._sources = {t.source.name: frozenset(content_stems(t.source.name, lexicon)) for t in topics}
        named = frozenset(s for own in self._sources.values() for s in own if not s.isdigit())
        self._subjects = named - lexicon.light - self._around  # what whole documents are about
        self._rank = {topic.key: rank for rank, topic in enumerate(topics)}  # the pack says first what matters most

    def words_of(self, key: str) -> frozenset[str]:
        """Every stem in the phrases of a topic."""
        return self._phrased[key]

    def _tells(self, piece: str) -> bool:
        return not piece.startswith("?") and not piece.isdigit() and piece not in self._lexicon.light

    def _head(self, words: Sequence[Word]) -> str:
        """What is asked for by « quelles questions… », « quel scénario… »: a topic that lacks it fits less."""
        for at, asked in enumerate(words):
            if asked.stem != "quel":
                continue
            after = (w for w in words[at + 1 : at + 5] if w.folded not in DETERMINERS | self._lexicon.copulas)
            word = next(after, None)
            if word is not None and word.folded not in self._lexicon.stop:
                return word.stem if word.stem not in self._lexicon.light | self._around else ""
        return ""

    def find(self, words: Sequence[Word]) -> list[TopicMatch]:
        """The topics that fit a question best, the best first. Verbs that no phrase has say little."""
        weak = {w.stem for w in words if self._lexicon.is_verb(w.folded)}
        verbs = {w.stem for w in words if self._lexicon.only_verb(w)}
        asked = {
            s for s in features(words, self._lexicon, self._spelled_out) if s not in verbs or self._postings.holding(s)
        }
        unheard = [s for s in verbs if not self._postings.holding(s)]
        total = sum(map(self._postings.weight, asked))
        asks = {piece for piece in asked if piece.startswith("?")}
        content = asked - asks
        if not content:
            return []
        head = self._head(words)
        things = {s for s in content - weak - self._around if self._tells(s)}
        subjects = content & self._subjects
        substance = sum(map(self._postings.weight, content))
        best: dict[str, TopicMatch] = {}
        for entry, _ in self._postings.candidates(asked).most_common(200):
            phrase = self._postings.entries[entry]
            common = sum(self._postings.weight(s) for s in phrase if s in asked)
            whole = sum(map(self._postings.weight, phrase))
            fit = 2 * common / (total + whole)
            shared = frozenset(s for s in phrase if s in asked)
            if self._heavy[entry] and shared.isdisjoint(self._heavy[entry]):
                fit *= 0.7  # « quand commence la suivante ? »: what the phrase is about is not spoken of
            if not any(self._tells(s) for s in shared):
                continue
            how = {s for s in phrase if s.startswith("?")}
            if shared <= weak | how and not shared & how:
                continue  # a verb alone says too little
            if shared - how <= self._around and not shared & how:
                continue  # « la démarche » alone fits everything
            if unheard and "?who" in shared and not self._heavy[entry] and shared - how <= self._around:
                fit *= 0.7  # « qui finance la démarche ? » is not « qui a voulu cette démarche ? »
            if shared - how <= self._own_name and set(phrase) - shared - self._own_name:
                fit *= 0.7  # « quand le réseau se réunit-il ? » is not « quand le réseau doit-il être engagé ? »
            if things and things.isdisjoint(phrase) and things.isdisjoint(self._told[self._topics[entry].key]):
                continue  # « quand commence le ramadan ? »: the thing asked about is none of this topic's
            if (how and asks and not how & asks) or (asks & {"?count", "?when", "?where", "?who"} and not how):
                fit *= 0.7
            topic = self._topics[entry]
            told = self._told[topic.key]
            if head:
                fit = max(fit, min(0.85, 1.1 * fit)) if head in phrase else fit if head in told else 0.7 * fit
            if subjects and subjects.isdisjoint(told) and subjects.isdisjoint(self._sources[topic.source.name]):
                fit *= 0.7  # « pourquoi ce label, quelles ambitions ? »: the subject named is not this topic's
            covered = sum(self._postings.weight(s) for s in content if s in told) / substance
            fit = 0.75 * fit + 0.25 * covered
            if topic.key not in best or best[topic.key].fit < fit:
                best[topic.key] = TopicMatch(topic, fit, shared)
        return sorted(best.values(), key=lambda match: (-round(match.fit, 3), self._rank[match.topic.key]))
