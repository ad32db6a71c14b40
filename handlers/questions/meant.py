"""Which events a question means: by their names, the region, the year, the day, the place that are said with them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from handlers.questions.facts import EventFact
from handlers.questions.indexing import content_stems
from handlers.questions.knowledge import Knowledge
from handlers.questions.linking import home_regions
from handlers.questions.marks import Marks
from handlers.questions.memory import Memory
from handlers.questions.normalising import stem
from handlers.questions.periods import FAR_FUTURE
from handlers.questions.reading import OF_EVENTS
from handlers.questions.timing import nearest
from storage.agenda import Precision


@dataclass(frozen=True)
class Meant:
    """A question asked on the day `today`, and the events that it means."""

    marks: Marks
    memory: Memory
    knowledge: Knowledge
    today: date

    def has(self, *names: str) -> bool:
        """Is one of those cues there?"""
        return self.marks.has(*names)

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
        together = m.words[at].folded == "et" and any(w.stem in self.knowledge.lexicon.meeting for w in m.words[:at])
        if not met and not together and (m.words[at].folded != "avec" or not m.gatherings):
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
            there = [k for k in keys if k in places]
            if places and not mention.place and there and not self._supposed(there):
                keys = there
            keys = self.of_region(keys)
            meant.append(self._one(keys) if len(keys) > 1 else keys)
        return meant

    def _supposed(self, there: list[str]) -> bool:
        """« les Rencontres, c’est encore à Tours ou pas ? »: of the next ones, which only are supposed to be there."""
        words = [w.folded for w in self.marks.words]
        doubted = {"encore", "toujours"} & set(words) or words[-2:] in (["ou", "pas"], ["ou", "non"])
        over = all(self.event(k).ends_on < self.today for k in there)
        return bool(doubted) and over and not self.has("past") and not self.marks.periods

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
        if not codes and not self.marks.events:  # « et à Lille ? », of what was spoken of
            codes = {cue.name for cue in home_regions(self.marks.towns, self.marks.structures, self.knowledge)}
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
