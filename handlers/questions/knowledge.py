"""Everything that may be told, in memory and indexed: an unchanging picture of the database at one version."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from hashlib import blake2s

from handlers.questions.describing import Descriptions, counted, of_event
from handlers.questions.facts import (
    ContactFact,
    EventFact,
    OrganisationFact,
    RegionFact,
    StructureFact,
    TermFact,
    TopicFact,
)
from handlers.questions.indexing import PhraseIndex, Postings, content_stems, event_aliases, name_stems
from handlers.questions.lexicon import Lexicon, french
from handlers.questions.names import NameIndex
from handlers.questions.naming import folded_words, long_forms, phrases_of, spelled_out
from handlers.questions.normalising import Word, fold, read_words, stem
from handlers.questions.spelling import Spelling
from handlers.questions.towns import published_at, towns_of, words_of_kinds
from storage.agenda import Status

FEW = 6  # people to turn to; where more have coordinates, no list of them helps


_NUMBERED = re.compile(r"(\w+) (\d{1,2})\b")
_MOST_GLUED = 3  # words of a name that may be written in one
_MOST_OF_ONE = 50  # holders of one function in one organisation that are looked at


class Knowledge:
    """The facts and their indexes. Nothing in it changes once it is made; another version is another object."""

    def __init__(
        self,
        *,
        events: Sequence[EventFact] = (),
        contacts: Sequence[ContactFact] = (),
        organisations: Sequence[OrganisationFact] = (),
        regions: Sequence[RegionFact] = (),
        structures: Sequence[StructureFact] = (),
        terms: Sequence[TermFact] = (),
        topics: Sequence[TopicFact] = (),
        settings: Mapping[str, object] | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.lexicon = lexicon or french()
        self.settings = dict(settings or {})
        self.contacts = tuple(contacts)
        self.events = tuple(sorted(events, key=lambda e: (e.starts_on, str(e.starts_at or ""), e.ends_on)))
        self._starts = [event.starts_on for event in self.events]
        self._longest = max((event.ends_on - event.starts_on for event in self.events), default=timedelta(0))
        self.event = {event.key: event for event in self.events}
        self.contact = {contact.key: contact for contact in contacts}
        self.organisation = {organisation.key: organisation for organisation in organisations}
        self.region = {region.code: region for region in regions}
        self.structure = {structure.code: structure for structure in structures}
        self.term = {term.key: term for term in terms}
        self.topic = {topic.key: topic for topic in topics}
        self.phases = tuple(sorted((e for e in events if e.position is not None), key=lambda e: e.position or 0))
        self.names = NameIndex(self.contacts, self.lexicon)
        self.coordinates = _coordinates(contacts)
        self.humans = _humans(self.contacts)
        self.organisation_names = phrases_of({o.key: (o.name, o.abbreviation, *o.aliases) for o in organisations})
        self.region_names = phrases_of({r.code: (r.name, *r.aliases) for r in regions})
        self.structure_names = phrases_of({s.code: (s.name, *s.aliases) for s in structures})
        self.towns = towns_of(
            structures,
            self.events,
            words_of_kinds(self.settings, terms, organisations, self.lexicon),
            self.lexicon.areas,
            {" ".join(folded_words(text)) for r in regions for text in (r.name, *r.aliases)},
        )
        self.published_at = published_at(self.structure, self.contacts)
        self.term_names = phrases_of({t.key: (t.term, *t.aliases) for t in terms})
        self.own_name = frozenset(content_stems(str(self.settings.get("name", "")), self.lexicon))
        self.abbreviations = {s for o in organisations for s in content_stems(o.abbreviation, self.lexicon)}
        self.aliases = event_aliases(self.events, self.own_name | self.abbreviations, self.lexicon)
        self.alias_index = Postings([alias.stems for alias in self.aliases])
        holders: dict[tuple[str, str], list[ContactFact]] = defaultdict(list)
        for person in self.contacts:
            for function, owner in person.offices:
                holders[function, owner].append(person)
        self.holders = dict(holders)
        self.owners_of: dict[str, list[str]] = defaultdict(list)
        for function, owner in holders:
            self.owners_of[function].append(owner)
        self.function_texts = list(self.owners_of)
        self.functions = Postings([content_stems(function, self.lexicon) for function in self.function_texts])
        self.function_stems = {
            text: frozenset(own) for text, own in zip(self.function_texts, self.functions.entries, strict=True)
        }
        self.function_heads = self.lexicon.offices | {own[0] for own in self.functions.entries if own}
        duties = [(c, duty) for c in self.contacts for duty in c.responsibilities]
        self.duty_holders = [contact for contact, _ in duties]
        self.duties = Postings([content_stems(duty, self.lexicon) for _, duty in duties])
        self._owners = {
            o.key: frozenset(
                s for text in (o.name, o.abbreviation or "", *o.aliases) for s in content_stems(text, self.lexicon)
            )
            for o in organisations
        }
        self.owner_stems = frozenset().union(*self._owners.values()) if self._owners else frozenset()
        self.head = organisations[0].key if organisations else ""
        self.event_texts = Descriptions({e.key: of_event(e) for e in self.events}, self.lexicon)
        self.topic_texts = Descriptions({t.key: (t.title, t.body, *t.phrases) for t in topics}, self.lexicon)
        always = self.lexicon.around | self.lexicon.light | self.own_name
        self.titles = {
            t.key: frozenset(s for s in content_stems(t.title, self.lexicon) if s not in always and not s.isdigit())
            for t in topics
        }
        self.numbered = {
            (stem(fold(found[1])), int(found[2])): t.key for t in topics if (found := _NUMBERED.match(t.title))
        }
        self.counted = counted({t.key: f"{t.title}. {t.body}" for t in topics})
        self.phrases = PhraseIndex(topics, self.lexicon, self.own_name, spelled_out(terms, self.lexicon))
        texts = [
            *(text for e in self.events for text in (e.name, e.place or "", *e.aliases)),
            *(text for o in organisations for text in (o.name, o.abbreviation, *o.aliases)),
            *(text for r in regions for text in (r.name, *r.aliases)),
            *(text for s in structures for text in (s.name, *s.aliases)),
            *(text for t in terms for text in (t.term, *t.aliases)),
            *(text for t in topics for text in (t.title, *t.phrases)),
            *self.function_texts,
            *(duty for _, duty in duties),
        ]
        spoken = {word.folded for text in texts for word in read_words(text).words if word.kind == "word"}
        self._own_words = spoken
        names = [
            *(text for e in self.events for text in (e.name, *e.aliases)),
            *(text for r in regions for text in (r.name, *r.aliases)),
            *(text for t in terms for text in (t.term, *t.aliases)),
        ]
        self.spelling = Spelling(
            self.lexicon,
            spoken,
            partial(_names_something, spoken, self.names),  # not by itself: a ring would never be freed by counting
            self.names.is_given,
            (folded for folded in map(folded_words, names) if 1 < len(folded) <= _MOST_GLUED),
            long_forms(terms, self.events, self.own_name, self.lexicon),
        )
        self.by_handle = {handle(key): key for key in (*self.event, *self.contact, *self.topic)}
        self.regional = frozenset(
            name_stems(e.name)[0] for e in self.events if e.region and self.is_part(e) and name_stems(e.name)
        )
        self.main_topic = topics[0].key if topics else ""
        self.children = _children(self.events)
        self.going = tuple(e for e in self.events if self.stands_alone(e) and e.status != Status.CANCELLED)

    def names_something(self, folded: str) -> bool:
        """Is it a word of the network: in a name of an event, person, organisation, region or term?"""
        return _names_something(self._own_words, self.names, folded)

    def owner_of(self, coordinate: str) -> tuple[ContactFact, ...]:
        """Whose number or address it is."""
        return self.coordinates.get(fold(coordinate) if "@" in coordinate else digits(coordinate), ())

    def nearly_owner_of(self, coordinate: str) -> tuple[ContactFact, ...]:
        """Whose address it would be at another domain; nobody's for a number, where a digit off is another line."""
        name, at, _ = fold(coordinate).partition("@")
        if not at:
            return ()
        named = self.names.find(read_words(re.sub(r"[._-]", " ", name)).words, (), shouted=False)
        bearers = dict.fromkeys(c for match in named if not match.near for c in match.contacts)
        return tuple(c for c in bearers if fold(c.email).startswith(f"{name}@"))

    def holding_the_same(self, contact: ContactFact) -> tuple[ContactFact, ...]:
        """The others who hold or held a function that this person holds, in the same organisation."""
        found: dict[ContactFact, None] = {}
        for function, owner in contact.offices:
            own = self.function_stems[function]
            for piece in list(own)[:1]:
                alike = (self.function_texts[n] for n in self.functions.holding(piece))
                for text in alike:
                    if self.function_stems[text] == own:
                        found |= dict.fromkeys(self.holders.get((text, owner), ())[:_MOST_OF_ONE])
        return tuple(c for c in found if c is not contact)

    def on_duty(self, words: Sequence[Word], least: float = 0.6) -> tuple[str, ...]:
        """The keys of the contacts whose responsibilities the words name, if they name one well enough: 1 is wholly."""
        asked = {w.stem for w in words if w.folded not in self.lexicon.stop}
        total = sum(map(self.duties.weight, asked))
        found: dict[str, float] = {}
        for number, _ in self.duties.candidates(asked).most_common(50):
            duty = self.duties.entries[number]
            common = sum(self.duties.weight(s) for s in duty if s in asked)
            whole = sum(map(self.duties.weight, duty))
            key = self.duty_holders[number].key
            found[key] = max(found.get(key, 0.0), 2 * common / (total + whole))
        best = max(found.values(), default=0.0)
        return tuple(key for key, fit in found.items() if fit >= least and fit > best - 0.01)

    def whose_function_says(self, words: Sequence[Word]) -> tuple[str, ...]:
        """The keys of those whose function consists of the words, the office and the organisation apart."""
        asked = {w.stem for w in words if w.folded not in self.lexicon.stop}
        found: dict[str, None] = {}
        for piece in sorted(asked, key=lambda s: len(self.functions.holding(s)))[:2]:
            for number in self.functions.holding(piece)[:50]:
                said = set(self.functions.entries[number]) - self.lexicon.offices
                for owner in self.owners_of[self.function_texts[number]]:
                    own = self.stems_of_owner(owner)
                    telling = said - self.own_name - self.lexicon.around
                    if telling and telling <= asked and asked - said <= own | self.own_name | self.lexicon.around:
                        found |= {c.key: None for c in self.holders[self.function_texts[number], owner] if not c.former}
        return tuple(found)

    def event_stems(self, keys: Iterable[str]) -> frozenset[str]:
        """Every stem in the names of those events and in what is said of their audience."""
        texts = [
            text
            for key in keys
            for event in (self.event[key],)
            for text in (event.name, *event.aliases, str(event.details.get("audience_text", "")))
        ]
        return frozenset(s for text in texts for s in content_stems(text, self.lexicon))

    def stems_of_place(self, key: str) -> tuple[str, ...]:
        """The stems in the name of the place where an event is held; empty when none is known."""
        return name_stems(self.event[key].place or "")

    def means_us(self, term: str) -> bool:
        """Is the term another word for the network itself?"""
        found = self.term.get(term)
        return found is not None and set(content_stems(found.meaning, self.lexicon)) <= self.own_name

    def between(self, first: date, last: date) -> Sequence[EventFact]:
        """The events that touch those days, in the order of time."""
        begin = bisect_left(self._starts, max(first, date.min + self._longest) - self._longest)
        return [e for e in self.events[begin : bisect_right(self._starts, last)] if e.ends_on >= first]

    def is_part(self, event: EventFact) -> bool:
        """Is it one of several parts of another event, as the workshop of a region is?"""
        parent = self.event.get(event.parent)
        return parent is not None and parent.position is None

    def stands_alone(self, event: EventFact) -> bool:
        """Is it something to go to by itself: no phase, no part of another, no mere milestone?"""
        return event.position is None and not self.is_part(event) and "when_text" not in event.details

    def stems_of_owner(self, key: str) -> frozenset[str]:
        """The stems an organisation is known by."""
        return self._owners.get(key, frozenset())

    def members(self, organisation: str) -> tuple[ContactFact, ...]:
        """The contacts of an organisation, those of former times only where there are no others."""
        everybody = tuple(c for c in self.contacts if c.organisation == organisation)
        return tuple(c for c in everybody if not c.former) or everybody


def handle(key: str) -> str:
    """A short name for a key, which fits into the action of a button."""
    return blake2s(key.encode(), digest_size=5).hexdigest()


def _names_something(own_words: Collection[str], names: NameIndex, folded: str) -> bool:
    return folded in own_words or folded.removesuffix("s") in own_words or names.knows(folded)


def digits(phone: str) -> str:
    """A phone number as it is compared: the French prefix is a leading zero."""
    number = "".join(c for c in phone.replace("(0)", "") if c.isdigit())
    return "0" + number.removeprefix("0033").removeprefix("33") if number.startswith(("0033", "33")) else number


def _coordinates(contacts: Iterable[ContactFact]) -> dict[str, tuple[ContactFact, ...]]:
    """Who answers a number or reads an address."""
    bearers: dict[str, tuple[ContactFact, ...]] = {}
    for contact in contacts:
        for key in (digits(contact.phone), fold(contact.email)):
            if key:
                bearers[key] = (*bearers.get(key, ()), contact)
    return bearers


def _humans(contacts: Sequence[ContactFact]) -> tuple[str, ...]:
    """Whom anybody may turn to: those with coordinates, where they are so few that each means to be asked."""
    reachable = [c.key for c in contacts if c.phone or c.email][: FEW + 1]
    return tuple(reachable) if len(reachable) <= FEW else ()


def _children(events: Iterable[EventFact]) -> dict[str, tuple[EventFact, ...]]:
    children: dict[str, list[EventFact]] = defaultdict(list)
    for event in events:
        if event.parent:
            children[event.parent].append(event)
    return {key: tuple(found) for key, found in children.items()}
