"""One question with everything its reading may rest on: what was recognised, what was said before, what is known."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from handlers.questions.facts import ContactFact, EventFact
from handlers.questions.indexing import TopicMatch, content_stems
from handlers.questions.knowledge import Knowledge
from handlers.questions.marks import Marks
from handlers.questions.memory import Memory
from handlers.questions.normalising import stem
from handlers.questions.periods import FAR_FUTURE
from handlers.questions.reading import OF_EVENTS, OF_PEOPLE, Reading
from handlers.questions.timing import nearest
from storage.agenda import Precision


@dataclass(frozen=True)
class Case:
    """A question asked on the day `today`."""

    marks: Marks
    memory: Memory
    knowledge: Knowledge
    today: date

    def has(self, *names: str) -> bool:
        """Is one of those cues there?"""
        return self.marks.has(*names)

    # ---- events ----------------------------------------------------------------------------------------------

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The events meant by the names, the region, the year and the place in the question."""
        keys = dict.fromkeys(key for keys in self._meant for key in keys)
        wholes = {whole for key in keys for whole in self._wholes(key)}
        if len(keys) == 1 and (meeting := self._meeting_with(next(iter(keys)))):
            return (meeting,)
        return tuple(key for key in keys if key not in wholes)  # the part that is named, not the whole as well

    def _meeting_with(self, key: str) -> str:
        """« la réunion des ARML avec le Bureau » is what both are invited to, and none of the Bureau's own."""
        m = self.marks
        mention = next((n for n in m.events if key in n.events), None)
        at = mention.start - 1 if mention is not None else -1
        at -= at >= 0 and m.words[at].folded in ("le", "la", "les", "l")
        if mention is None or at < 0:
            return ""
        met = stem("rencontrer") in {m.words[at].stem, m.words[at - 1].stem}
        if not met and (m.words[at].folded != "avec" or not m.gatherings):
            return ""
        body = (
            {w.stem for w in m.words[mention.start : mention.end]}
            - self.knowledge.own_name
            - self.knowledge.abbreviations
        )
        others = {w.stem for p, w in enumerate(m.words) if not mention.start <= p < mention.end}
        both = []
        for event in self.knowledge.going:
            invited = set(content_stems(str(event.details.get("audience_text", "")), self.knowledge.lexicon))
            if event.precision == Precision.MONTH:
                continue  # interviews and the like: nothing to meet at
            if event.key != key and event.ends_on >= self.today and body & invited and others & invited:
                both.append(event.key)
        return both[0] if len(both) == 1 else ""

    @property
    def said_of_them(self) -> frozenset[str]:
        """Every stem in what is known of the events meant."""
        return frozenset(s for key in self.events for s in self.knowledge.event_texts.stems_of(key))

    def _wholes(self, key: str) -> list[str]:
        """What the event is part of, however far up."""
        wholes: list[str] = []
        while (parent := self.event(key).parent) in self.knowledge.event and parent not in wholes:
            wholes.append(parent)
            key = parent
        return wholes

    @property
    def unclear(self) -> bool:
        """May one name mean several events, equally well?"""
        return any(len(keys) > 1 for keys in self._meant)

    @cached_property
    def _meant(self) -> list[list[str]]:
        """For each name, the event it means, or those it may mean."""
        strong = [m for m in self.marks.events if not m.place]
        places = {key for m in self.marks.events if m.place for key in m.events}
        meant = []
        for mention in strong or [m for m in self.marks.events if m.place]:
            keys = self._of_period(list(mention.events))
            if places and not mention.place and (there := [k for k in keys if k in places]):
                keys = there
            keys = self.of_region(keys)
            meant.append(self._one(keys) if len(keys) > 1 else keys)
        return meant

    @property
    def only_placed(self) -> bool:
        """Is no event named, only a place where one is held?"""
        return bool(self.marks.events) and all(m.place for m in self.marks.events)

    def event(self, key: str) -> EventFact:
        """The event of that key."""
        return self.knowledge.event[key]

    def _of_period(self, keys: list[str]) -> list[str]:
        """Those of the year or period named, which is then part of the name; another of the kind in a year they
        are not of (« les Rencontres 2024 à Tours » are those of 2024)."""
        for period in self.marks.periods:
            within = [k for k in keys if period.touches(self.event(k).starts_on, self.event(k).ends_on)]
            if not within and period.kind == "year" and not period.open:
                kinds = {self.event(k).kind for k in keys}
                held = self.knowledge.between(period.first, period.last)
                alike = [e.key for e in held if e.kind in kinds and self.knowledge.stands_alone(e)]
                within = alike if len(alike) == 1 else []
            keys = within or keys
        return keys

    @cached_property
    def on_day(self) -> tuple[str, ...]:
        """The events of the one day that is named, when no event is: « qui est invité le 5 avril ? »."""
        days = [p for p in self.marks.periods if p.kind == "day" and not p.open and not p.anchor]
        if self.marks.events or len(days) != 1 or len(self.marks.periods) > 1:
            return ()
        held = self.knowledge.between(days[0].first, days[0].last)
        return tuple(e.key for e in held if e.precision != Precision.MONTH and self.knowledge.stands_alone(e))

    @cached_property
    def of_that_region(self) -> tuple[str, ...]:
        """The part of something that each region has, for the region named: « à Mayotte, c’est en visio ? »."""
        codes = {cue.name for cue in self.marks.regions}
        if len(codes) != 1 or self.marks.events:
            return ()
        periods = self.marks.periods
        held = self.knowledge.between(self.today, FAR_FUTURE)
        there = [e for e in held if codes & set(e.regions) and all(p.touches(e.starts_on, e.ends_on) for p in periods)]
        ahead = there if periods else [e for e in there if self.knowledge.is_part(e)]
        return (ahead[0].key,) if len(ahead) == 1 else ()

    def of_region(self, keys: list[str]) -> list[str]:
        """Those of the region named, or of their parts; all of them when no region is."""
        codes = {cue.name for cue in self.marks.regions}
        if not codes and self.has("mine") and self.memory.home:
            codes = {self.memory.home}
        if not codes:
            return keys
        family = list(keys)
        for key in family:  # grows as it goes: parts of parts, too
            family += [child.key for child in self.knowledge.children.get(key, ())]
        return [k for k in dict.fromkeys(family) if codes & set(self.event(k).regions)] or keys

    def _one(self, keys: list[str]) -> list[str]:
        """Of events of one name: the general one, else the next, else the last one; in the past if asked so.

        Those to come in different regions are all kept: nothing says which one is meant.
        """
        events = [self.event(k) for k in keys]
        owning = {e.parent for e in events}
        parents = [e for e in events if e.key in owning]
        if len(parents) == 1:
            return [parents[0].key]
        shared = {e.parent for e in events}
        if len(shared) == 1 and "" not in shared and len(events) > 2:
            return [shared.pop()]
        past = [e for e in events if e.ends_on < self.today]
        if past and (self.has("past", "previous") or self._last_of_them):
            return [max(past, key=lambda e: e.ends_on).key]
        ahead = [e for e in events if e.ends_on >= self.today]
        if len(ahead) > 1 and "" not in {e.region for e in ahead} and len({e.region for e in ahead}) == len(ahead):
            return [e.key for e in ahead]
        return [nearest(events, self.today).key]

    @property
    def _last_of_them(self) -> bool:
        """« les dernières Rencontres », and not « le dernier jour des Rencontres »."""
        beside = {p for m in self.marks.events for p in (m.start, m.end)}
        return any(c.end in beside or c.start in beside for c in self.marks.cues.get("last", ()))

    @cached_property
    def event_asks(self) -> tuple[str, ...]:
        """What is asked of an event, the vague words set aside when there are telling ones."""
        asks = [a for a in OF_EVENTS if a in self.marks.cues]
        if {"left", "length"} & set(asks) and "when" in asks:
            asks.remove("when")
        if "address" in asks and "where" in asks:
            asks.remove("where")
        if len(asks) > 1 and "what" in asks:
            asks.remove("what")
        return tuple(asks)

    @property
    def asks_fact(self) -> bool:
        """Is a plain fact of an event asked: when, where, at what hour?"""
        return bool({"when", "where", "hour"} & set(self.event_asks))

    # ---- people ----------------------------------------------------------------------------------------------

    @cached_property
    def people(self) -> tuple[ContactFact, ...]:
        """Those who bear the names, near misses apart."""
        return tuple(dict.fromkeys(c for m in self.marks.people if not m.near for c in m.contacts))

    @cached_property
    def holders(self) -> tuple[ContactFact, ...]:
        """Those who hold the functions named."""
        return tuple(dict.fromkeys(c for m in self.marks.roles for c in m.contacts))

    @property
    def several(self) -> bool:
        """Are several people each named without doubt?"""
        named = [m.contacts for m in self.marks.people] + [m.contacts for m in self.marks.roles if m.contacts]
        if not self.marks.people and any(m.plural and len(m.contacts) > 1 for m in self.marks.roles):
            return True
        return len(named) > 1 and all(len(contacts) == 1 for contacts in named)

    @property
    def person_asks(self) -> tuple[str, ...]:
        """What is asked of a person."""
        return tuple(a for a in OF_PEOPLE if a in self.marks.cues)

    def spoken_of(self) -> tuple[str, ...]:
        """The people last spoken of, as far as they are still known."""
        return tuple(k for k in self.memory.contacts if k in self.knowledge.contact)

    # ---- topics ----------------------------------------------------------------------------------------------

    @property
    def best(self) -> TopicMatch | None:
        """The topic that fits best."""
        return self.marks.topics[0] if self.marks.topics else None

    @property
    def fit(self) -> float:
        """How well it fits."""
        return self.best.fit if self.best else 0.0

    def on_topic(self, events: tuple[str, ...] = ()) -> Reading:
        """The reading that tells what the documents say about the best topic; `events` were named beside it."""
        assert self.best is not None
        return Reading("topic", topic=self.best.topic.key, confidence=self.fit, events=events)

    def topic_explains(self, positions: list[int]) -> bool:
        """Does the best topic speak of the words at those positions?"""
        if self.best is None:
            return False
        stems = {self.marks.words[p].stem for p in positions}
        return bool(stems & self.knowledge.phrases.words_of(self.best.topic.key))

    def topic_holds(self, positions: list[int]) -> bool:
        """Does the best topic have every one of those words, whatever ties them together?"""
        words = [self.marks.words[p] for p in positions]
        known = self.knowledge.phrases.words_of(self.best.topic.key) if self.best else frozenset()
        return all(w.stem in known or w.folded in self.knowledge.lexicon.stop for w in words)

    def topic_explains_all(self, positions: list[int]) -> bool:
        """Does it speak of every one of them, verbs apart?"""
        if self.best is None:
            return False
        known = self.knowledge.phrases.words_of(self.best.topic.key)
        words = [self.marks.words[p] for p in positions]
        return all(w.stem in known or self.knowledge.lexicon.only_verb(w) for w in words)

    # ---- descriptions ----------------------------------------------------------------------------------------

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The stems that say what the question is about: no verbs, no asking words, no dates, nothing that is always
        spoken of."""
        lexicon, m = self.knowledge.lexicon, self.marks
        asking = {p for found in m.cues.values() for c in found for p in range(c.start, c.end)}
        spans = [(s.start, s.end) for s in m.events] + [(s.start, s.end) for s in m.roles]
        named = {p for start, end in spans + [(s.start, s.end) for s in m.absent] for p in range(start, end)}
        dated = {p for period in m.periods for p in range(period.start, period.end) if not period.anchor}
        dated |= {p for act in m.acts for p in range(act.start, act.end)}
        always = lexicon.around | lexicon.light | self.knowledge.own_name | lexicon.general
        return tuple(
            dict.fromkeys(
                w.stem
                for p, w in enumerate(m.words)
                if w.kind == "word"
                and p not in dated | m.aside
                and (p not in asking or p in named)
                and w.stem not in always
                if w.folded not in lexicon.stop and (p in named or not lexicon.only_verb(w)) and not m.inverted(p)
            )
        )

    @property
    def other_stems(self) -> tuple[str, ...]:
        """The other words, which tell between two descriptions that both fit."""
        stop = self.knowledge.lexicon.stop
        return tuple(w.stem for w in self.marks.words if w.folded not in stop and w.stem not in self.telling)

    @cached_property
    def described(self) -> str:
        """The event that alone is described by all the telling words, in the period named if one is."""

        def fits(key: str) -> bool:
            event = self.event(key)
            periods = [p for p in self.marks.periods if not p.anchor]
            return all(p.touches(event.starts_on, event.ends_on) for p in periods)

        keys = self.knowledge.event_texts.find(self.telling, self.other_stems, fits)
        alone = [k for k in keys if self.knowledge.stands_alone(self.event(k))]
        ahead = [k for k in alone if self.event(k).ends_on >= self.today]
        keys = (keys if self.has("past") else ahead) or alone or keys
        dated = [k for k in keys if self.event(k).precision != Precision.MONTH]
        keys = dated if len(keys) > 1 and dated else keys
        return keys[0] if len(keys) == 1 else ""

    @property
    def described_there(self) -> str:
        """« le jour où se décide la structuration cible »: the event described behind the « où » alone."""
        words = self.marks.words
        for at in range(1, len(words)):
            if words[at].folded == "où" and words[at - 1].kind == "word" and not words[at].breaks:
                clause = self.marks.clause(at)
                said = {w.stem for p, w in enumerate(words) if p > at and self.marks.clause(p) == clause}
                telling = [s for s in self.telling if s in said]
                keys = self.knowledge.event_texts.find(telling, self.other_stems)
                alone = [k for k in keys if self.knowledge.stands_alone(self.event(k))]
                return alone[0] if len(telling) > 1 and len(alone) == 1 else ""
        return ""

    @cached_property
    def told(self) -> str:
        """The topic that tells of all the telling words, one of which few tell of."""
        texts = self.knowledge.topic_texts
        keys = texts.find(self.telling, self.other_stems)
        rare = min((texts.rarity(s) for s in self.telling), default=0)
        return keys[0] if keys and (rare <= 1 or (rare <= 3 and len(self.telling) > 1)) else ""

    # ---- words -----------------------------------------------------------------------------------------------

    @property
    def stray(self) -> list[int]:
        """The unexplained words that are not about travelling there or fitting it into one's diary."""
        lexicon = self.knowledge.lexicon
        return [p for p in self.marks.loose if self.marks.words[p].stem not in lexicon.travel | lexicon.light]

    @property
    def stray_nouns(self) -> list[int]:
        """The stray words that are no forms of verbs."""
        return [p for p in self.stray if not self.knowledge.lexicon.only_verb(self.marks.words[p])]

    @property
    def only_verbs(self) -> bool:
        """Are all unexplained words forms of verbs?"""
        return all(self.knowledge.lexicon.is_verb(self.marks.words[p].folded) for p in self.marks.loose)

    @property
    def again(self) -> bool:
        """Does it begin as what carries a question over to something else: « et… », « pareil pour… »?"""
        return self.marks.begins("et", "pour", "sinon", "idem", "celui", "celle", "pareil", "meme", "ou") and (
            len(self.marks.words) <= 9
        )


def keys_of(contacts: tuple[ContactFact, ...]) -> tuple[str, ...]:
    """The keys of people."""
    return tuple(dict.fromkeys(c.key for c in contacts))
