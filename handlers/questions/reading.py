"""What a question asks, decided from what was recognised in it and what was spoken of before."""

from dataclasses import dataclass, replace
from datetime import date

from handlers.questions.dates import Period
from handlers.questions.facts import ContactFact, EventFact
from handlers.questions.knowledge import Knowledge
from handlers.questions.marks import Marks, mark, nearest
from handlers.questions.memory import Memory

# What may be asked of an event, in the order it is answered.
OF_EVENTS = (
    "when",
    "hour",
    "left",
    "where",
    "address",
    "remote",
    "length",
    "how",
    "status",
    "audience",
    "programme",
    "purpose",
    "organiser",
    "what",
)
OF_PEOPLE = ("phone", "email", "coordinates", "role", "employer", "who")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood. `because` says it in a few words, for whoever extends the lexicon."""

    intent: str
    asks: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    organisation: str = ""
    region: str = ""
    topic: str = ""
    term: str = ""
    period: Period | None = None
    absent: tuple[str, ...] = ()
    said: str = ""
    number: int = 0
    doubt: bool = False
    confidence: float = 1.0
    because: tuple[str, ...] = ()


def read(question: str, memory: Memory, knowledge: Knowledge, today: date) -> tuple[Reading, Marks]:
    """The reading of one question on the day `today`, with the marks it rests on."""
    marks = mark(question, knowledge, today)
    return _Decision(marks, memory, knowledge, today).reading(), marks


class _Decision:
    def __init__(self, marks: Marks, memory: Memory, knowledge: Knowledge, today: date) -> None:
        self.marks = marks
        self.memory = memory
        self.knowledge = knowledge
        self.today = today
        self.events = self._events()

    # The order matters: what is surest, or would do harm if missed, comes first.
    def reading(self) -> Reading:
        """The first of the readings that fits."""
        for step in (
            self._nothing,
            self._owner,
            self._act,
            self._foreign,
            self._offer,
            self._absent,
            self._coordinates,
            self._topic_surely,
            self._role_or_person,
            self._meaning,
            self._following,
            self._phase,
            self._unknown_event,
            self._event,
            self._agenda,
            self._topic,
            self._whole_undertaking,
            self._who,
            self._which_organisation,
            self._only_a_name,
        ):
            reading = step()
            if reading is not None:
                return replace(reading, because=(*reading.because, step.__name__.strip("_")))
        return Reading("unknown", confidence=0.0, because=("nothing fits",))

    # ---- targets ---------------------------------------------------------------------------------------------

    def _events(self) -> tuple[str, ...]:
        """The events meant by the names, the region, the year and the place in the question."""
        knowledge, marks = self.knowledge, self.marks
        strong = [m for m in marks.events if not m.place]
        places = {key for m in marks.events if m.place for key in m.events}
        chosen: list[str] = []
        for mention in strong or [m for m in marks.events if m.place]:
            keys = list(mention.events)
            if places and not mention.place and (there := [k for k in keys if k in places]):
                keys = there
            keys = self._of_year(keys)
            keys = self._of_region(keys)
            if len(keys) > 1:
                keys = self._one(keys)
            chosen += keys
        return tuple(dict.fromkeys(chosen))

    def _of_year(self, keys: list[str]) -> list[str]:
        """Those of the year or period named; the period is then part of the name."""
        for period in self.marks.periods:
            within = [
                k for k in keys if period.touches(self.knowledge.event[k].starts_on, self.knowledge.event[k].ends_on)
            ]
            if within:
                keys = within
        return keys

    def _of_region(self, keys: list[str]) -> list[str]:
        codes = {cue.name for cue in self.marks.regions}
        if not codes and self.marks.has("mine") and self.memory.home:
            codes = {self.memory.home}
        if not codes:
            return keys
        family = [*keys, *(c.key for k in keys for c in self.knowledge.children.get(k, ()))]
        here = [k for k in family if codes & set(self.knowledge.event[k].regions)]
        return here or keys

    def _one(self, keys: list[str]) -> list[str]:
        """Of events of one name: the general one, else the next, else the last one; in the past if asked so."""
        events = [self.knowledge.event[k] for k in keys]
        parents = [e for e in events if any(o.parent == e.key for o in events)]
        if len(parents) == 1:
            return [parents[0].key]
        shared = {e.parent for e in events}
        if len(shared) == 1 and "" not in shared and len(events) > 2:
            return [shared.pop()]
        past = [e for e in events if e.ends_on < self.today]
        if past and (self.marks.has("past", "previous") or self._last_means_past()):
            return [max(past, key=lambda e: e.ends_on).key]
        return [nearest(events, self.today).key]

    def _last_means_past(self) -> bool:
        return self.marks.has("last")

    @property
    def people(self) -> tuple[ContactFact, ...]:
        return tuple(dict.fromkeys(c for m in self.marks.people if not m.near for c in m.contacts))

    @property
    def holders(self) -> tuple[ContactFact, ...]:
        return tuple(dict.fromkeys(c for m in self.marks.roles for c in m.contacts))

    @property
    def person_asks(self) -> tuple[str, ...]:
        return tuple(a for a in OF_PEOPLE if a in self.marks.cues)

    @property
    def event_asks(self) -> tuple[str, ...]:
        asks = [a for a in OF_EVENTS if a in self.marks.cues]
        if "hour" in asks and "when" in asks and self.marks.first("when") == self.marks.first("hour"):
            asks.remove("when")
        if "left" in asks or "length" in asks:
            asks = [a for a in asks if a != "when"]
        if "address" in asks and "where" in asks:
            asks.remove("where")
        if len(asks) > 1 and "what" in asks:
            asks.remove("what")
        return tuple(asks)

    def _entities(self) -> bool:
        m = self.marks
        return bool(m.events or m.people or m.roles or m.regions or m.organisations or m.structures or m.terms)

    # ---- steps -----------------------------------------------------------------------------------------------

    def _nothing(self) -> Reading | None:
        return Reading("empty") if not self.marks.words else None

    def _owner(self) -> Reading | None:
        """A number or an address was typed: whose is it?"""
        if not self.marks.coordinates:
            return None
        found = [self.knowledge.owner_of(w.text) for w in self.marks.coordinates]
        keys = tuple(dict.fromkeys(c.key for owners in found for c in owners))
        return Reading("owner", contacts=keys, said=self.marks.coordinates[0].text)

    def _act(self) -> Reading | None:
        m = self.marks
        if not m.acts:
            return None
        asked = set(m.cues) - {
            "now",
            "same",
            "his",
            "everybody",
            "what",
            "first",
            "last",
            "source",
            "others",
            "past",
            "agenda",
            "mine",
            "count",
            "who",
        }
        polite = not any(w.asked for w in m.words) and {a.name for a in m.acts} & {"thanks", "goodbye"}
        loose = [] if polite and len(m.loose) <= 4 else m.loose
        if loose or asked or self._entities() or m.periods or m.absent or m.foreign or m.gatherings:
            if not (self._insult() and not self._entities() and not asked and not m.periods and not m.absent):
                return None
        names = [a.name for a in m.acts]
        for act in (
            "insult",
            "thanks",
            "help",
            "identity",
            "sorry",
            "goodbye",
            "greeting",
            "test",
            "laugh",
            "yes",
            "no",
        ):
            if act in names:
                if act in ("yes",) and self.memory.offers:
                    return self._accepted()
                return Reading("act", said=act)
        return None

    def _insult(self) -> bool:
        return any(a.name == "insult" for a in self.marks.acts)

    def _accepted(self) -> Reading:
        offers = self.memory.offers
        people = tuple(k for k in offers if k in self.knowledge.contact)
        events = tuple(k for k in offers if k in self.knowledge.event)
        if len(offers) > 1:
            return Reading("which", contacts=people, events=events, asks=self.memory.asks)
        if people:
            return Reading("contact", contacts=people, asks=self.memory.asks)
        return Reading("event", events=events, asks=self.memory.asks)

    def _foreign(self) -> Reading | None:
        m = self.marks
        if m.foreign and not any(not e.place for e in m.events) and not m.people:
            return Reading("foreign", because=tuple(m.words[m.foreign[0].start].folded for _ in (1,)))
        return None

    def _offer(self) -> Reading | None:
        """Near misses of people's names are offered, never assumed."""
        near = [m for m in self.marks.people if m.near]
        if near and (not self.people):
            said = " ".join(w.text for w in self.marks.words[near[0].start : near[0].end])
            return Reading(
                "near", contacts=tuple(c.key for c in near[0].contacts), asks=self.person_asks or ("who",), said=said
            )
        return None

    def _absent(self) -> Reading | None:
        """Something is asked that is rarely known of an event or a person."""
        m = self.marks
        if not m.absent:
            return None
        names = tuple(dict.fromkeys(a.name for a in m.absent))
        if m.topics and m.topics[0].fit >= 0.5:
            missing = {m.words[p].stem for a in m.absent for p in range(a.start, a.end)}
            if missing & self.knowledge.phrases.words_of(m.topics[0].topic.key):
                return None
        explicit = m.has("when", "where")
        if explicit and self.events and all(m.words[a.start].stem in self.knowledge.lexicon.travel for a in m.absent):
            return None
        if explicit and self.events and any(w.breaks for w in m.words[1:]) and self._apart():
            return None
        people = self.people or self.holders
        targets = self.events
        if not targets and not people and not m.organisations and not m.structures:
            people = tuple(self.knowledge.contact[k] for k in self.memory.contacts if k in self.knowledge.contact)
            targets = tuple(k for k in self.memory.events if k in self.knowledge.event)
        return Reading("absent", absent=names, events=targets[:1], contacts=tuple(c.key for c in people)[:1])

    def _apart(self) -> bool:
        """Does a clause of its own ask when or where, apart from what is not known?"""
        m = self.marks
        clause, clauses = 0, []
        for word in m.words:
            clause += word.breaks
            clauses.append(clause)
        asked = {clauses[c.start] for name in ("when", "where") for c in m.cues.get(name, ())}
        missing = {clauses[a.start] for a in m.absent}
        return not (asked & missing)

    def _coordinates(self) -> Reading | None:
        m = self.marks
        asks = tuple(a for a in ("phone", "email", "coordinates") if m.has(a))
        if m.has("address") and not asks and (self.people or self.holders):
            asks = ("email",)
        bodies = (*m.structures, *m.organisations)
        if m.has("address", "where") and not asks and bodies and not self.events:
            organisation = next((c.name for c in bodies if c.name in self.knowledge.organisation), "")
            return Reading("absent", absent=("postal",), organisation=organisation)
        if not asks:
            return None
        if asks == ("phone",) and self._numbered():
            return None
        asks = tuple(a for a in asks if a != "coordinates") or asks
        if m.has("role") and self.people:
            asks = (*asks, "role")
        if self.people:
            return Reading("contact", contacts=self._keys(self.people), asks=asks)
        if m.roles:
            return self._of_role(asks)
        if self.events and not m.organisations:
            return Reading("absent", absent=("contact",), events=self.events[:1], asks=asks)
        best = m.topics[0] if m.topics else None
        if best and best.fit >= 0.6 and asks == ("coordinates",) and (told := tuple(best.topic.details.get("contacts", ()))):
            return Reading("members", contacts=told, asks=asks, topic=best.topic.key)
        duty = self._duty()
        if duty:
            return Reading("contact" if len(duty) == 1 else "members", contacts=duty, asks=asks)
        for cue in (*m.organisations, *m.structures):
            members = self._keys(self.knowledge.members(cue.name))
            if members and not self._stranger():
                return Reading("members", contacts=members, organisation=cue.name, asks=asks)
            return Reading("absent", absent=("contact",), organisation=cue.name, asks=asks)
        if self._stranger():
            return Reading("stranger", said=" ".join(m.loose_words()), asks=asks)
        if self.memory.contacts:
            return Reading("contact", contacts=self._others(), asks=asks)
        if self.memory.organisation and (members := self._keys(self.knowledge.members(self.memory.organisation))):
            return Reading("members", contacts=members, organisation=self.memory.organisation, asks=asks)
        if m.terms or m.regions:
            return Reading("absent", absent=("contact",), asks=asks, term=m.terms[0].name if m.terms else "")
        reachable = tuple(c.key for c in self.knowledge.contacts[:200] if c.phone or c.email)
        if 0 < len(reachable) <= 6 and "coordinates" in asks:
            return Reading("members", contacts=reachable, asks=asks)
        return Reading("whose", asks=asks)

    def _others(self) -> tuple[str, ...]:
        return tuple(k for k in self.memory.contacts if k in self.knowledge.contact)

    def _numbered(self) -> bool:
        """« la question numéro 3 »: no telephone."""
        cue = self.marks.cues["phone"][0]
        after = self.marks.words[cue.end] if cue.end < len(self.marks.words) else None
        return after is not None and after.kind in ("number", "ordinal")

    def _stranger(self) -> bool:
        """Does a word name somebody or something that is not known here?"""
        return bool(self.marks.loose)

    def _of_role(self, asks: tuple[str, ...]) -> Reading:
        keys = self._keys(self.holders)
        words = self.marks.words
        mention = self.marks.roles[0]
        said = " ".join(w.text for w in words[mention.start : mention.end])
        if not keys or self._loose_near(mention.end):
            duty = self._duty()
            if duty and not keys:
                return Reading("contact", contacts=duty, asks=("duty",) if asks == ("who",) else asks)
            if not keys and asks == ("who",) and self.marks.topics and self.marks.topics[0].fit >= 0.55:
                return self._on_topic()
            return Reading("vacant", said=said, asks=asks)
        return Reading("contact", contacts=keys, asks=asks, said=said)

    def _beyond_names(self, common: frozenset[str]) -> bool:
        """Do a question and a topic share more than a person's name and the undertaking?"""
        names = {self.marks.words[p].stem for m in self.marks.people for p in range(m.start, m.end)}
        lexicon = self.knowledge.lexicon
        return any(not s.startswith("?") and s not in names | lexicon.around | lexicon.light for s in common)

    def _loose_near(self, end: int) -> bool:
        return any(end <= p <= end + 3 for p in self.marks.loose)

    def _keys(self, contacts: tuple[ContactFact, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.key for c in contacts))

    def _duty(self) -> tuple[str, ...]:
        return self.knowledge.on_duty(self.marks.words)

    def _topic_surely(self) -> Reading | None:
        m = self.marks
        phased = m.has("phase") or any(self.knowledge.event[k].position is not None for k in self.events)
        if phased and self.knowledge.phases and not [p for p in m.loose if m.words[p].kind == "word"]:
            return None
        if (
            m.topics
            and m.topics[0].fit >= 0.9
            and not (self.event_asks and set(self.event_asks) & {"when", "where", "hour"} and self.events)
        ):
            if len(m.topics) > 1 and m.topics[1].fit == m.topics[0].fit:
                return None
            return Reading("topic", topic=m.topics[0].topic.key, confidence=m.topics[0].fit)
        return None

    def _role_or_person(self) -> Reading | None:
        m = self.marks
        asks = tuple(a for a in ("role", "employer", "who") if m.has(a))
        again = m.begins("et", "pour", "sinon", "idem", "celui", "celle") and len(m.words) <= 9
        if (self.people or self.holders) and again and not asks and not self.event_asks and self.memory.wanted:
            return Reading("contact", contacts=self._keys(self.people or self.holders), asks=self.memory.wanted)
        if self.people:
            if self.events and set(self.event_asks) & {"when", "where", "hour", "programme"} and not asks:
                return None
            if self.event_asks and set(self.event_asks) & {"when", "where", "hour"} and not m.has("employer", "role"):
                return Reading("absent", absent=("unknown",), contacts=self._keys(self.people))
            if m.has("who") and m.topics and m.topics[0].fit >= 0.6 and self._beyond_names(m.topics[0].common):
                return self._on_topic()
            if m.loose and not asks:
                return Reading("absent", absent=("unknown",), contacts=self._keys(self.people))
            asks = tuple(a for a in asks if a != "who") or ("role",)
            return Reading("contact", contacts=self._keys(self.people), asks=asks if m.cues else ("card",))
        if m.roles and (asks or not self.events):
            if set(self.event_asks) & {"when", "where", "hour", "left"}:
                return None
            return self._of_role(("who",))
        return None

    def _meaning(self) -> Reading | None:
        m = self.marks
        named = [*m.terms, *m.organisations]
        if not named:
            return None
        asks = set(m.cues) - {"same", "now", "his", "everybody"}
        if m.has("meaning") or (
            asks <= {"what"} and not m.loose and not m.periods and (not self.events or m.has("what"))
        ):
            if self.events and not m.has("meaning", "what"):
                return None
            if m.topics and m.topics[0].fit >= 0.8 and not m.has("meaning"):
                return None
            term = next((c.name for c in m.terms), "")
            organisation = next((c.name for c in m.organisations), "")
            return Reading("meaning", term=term, organisation=organisation)
        return None

    def _following(self) -> Reading | None:
        """What only makes sense after what was said before."""
        m, memory = self.marks, self.memory
        if self.marks.loose or self.events or self.people or m.roles or m.organisations:
            if not (m.begins("et", "pour", "sinon", "idem") and len(m.words) <= 6):
                return None
            asks = memory.asks
            if self.events and memory.intent == "event" and not self.event_asks and not m.loose:
                return Reading("event", events=self.events, asks=asks)
            if (self.people or self.holders) and memory.intent == "contact" and not self.person_asks:
                return Reading("contact", contacts=self._keys(self.people or self.holders), asks=asks)
            return None
        if m.has("phone", "email"):
            return None
        current = [self.knowledge.event[k] for k in memory.events if k in self.knowledge.event]
        if m.regions and memory.events and memory.intent in ("event", "phase") and not m.gatherings:
            keys = tuple(dict.fromkeys(self._of_region(self._family(current))))
            if keys and set(keys) != set(self._family(current)):
                return Reading("event", events=keys[:2], asks=self.event_asks or memory.asks)
        if m.periods and memory.intent == "event" and current and not m.has("agenda") and not m.gatherings:
            return self._same_at(current[0], m.periods[0])
        if m.periods and memory.intent == "agenda" and not m.gatherings:
            return Reading("agenda", period=m.periods[0], region=memory.region)
        steps = {"next", "previous", "last", "first"} & set(m.cues)
        if steps and current and not m.gatherings and not m.has("phase"):
            step = next(s for s in ("next", "previous", "first", "last") if s in steps)
            return self._step(step, current[0])
        if m.has("his") and memory.contacts and memory.wanted and not (set(m.cues) - {"his", "same"}):
            return Reading("contact", contacts=self._others(), asks=memory.wanted)
        if m.has("role", "employer", "who") and memory.contacts and not m.gatherings and set(self.event_asks) <= {"what"}:
            asks = tuple(a for a in ("role", "employer") if m.has(a)) or ("role",)
            return Reading("contact", contacts=self._others(), asks=asks)
        asks = tuple(a for a in self.event_asks if a != "what") or (("what",) if m.has("what") else ())
        if asks and current and not m.gatherings and not m.periods and not m.has("phase") and not m.regions:
            return Reading("event", events=tuple(e.key for e in current), asks=asks)
        if m.has("source") and (memory.events or memory.contacts or memory.topic):
            return Reading("source", events=memory.events, contacts=memory.contacts, topic=memory.topic)
        if asks and memory.contacts and set(asks) & {"when", "where", "hour"}:
            return Reading("absent", absent=("unknown",), contacts=memory.contacts[:1])
        return None

    def _family(self, events: list[EventFact]) -> list[str]:
        keys = []
        for event in events:
            top = event.parent if event.parent in self.knowledge.children and event.region else event.key
            keys += [top, *(c.key for c in self.knowledge.children.get(top, ()))]
        return keys

    def _same_at(self, event: EventFact, period: Period) -> Reading:
        """The event of the same kind in another period."""
        alike = [
            e
            for e in self.knowledge.events
            if e.kind == event.kind
            and e.key != event.key
            and period.touches(e.starts_on, e.ends_on)
            and e.region in ("", e.region)
        ]
        asks = tuple(a for a in self.event_asks if a != "what") or self.memory.asks
        if period.touches(event.starts_on, event.ends_on):
            return Reading("event", events=(event.key,), asks=asks)
        if alike:
            return Reading("event", events=(alike[-1].key,), asks=asks)
        if period.kind in ("year",):
            return Reading("unheard", events=(event.key,), period=period)
        return Reading("agenda", period=period)

    def _step(self, step: str, event: EventFact) -> Reading:
        if event.position is not None:
            phases = self.knowledge.phases
            at = [p.key for p in phases].index(event.key)
            target = {"next": at + 1, "previous": at - 1, "first": 0, "last": len(phases) - 1}[step]
            if 0 <= target < len(phases):
                return Reading(
                    "phase", events=(phases[target].key,), asks=self.event_asks, number=phases[target].position or 0
                )
            return Reading("phase", asks=("none",), said=step)
        others = [
            e
            for e in self.knowledge.events
            if e.position is None and not self.knowledge.is_part(e) and e.kind != "milestone"
        ]
        if step == "next":
            later = [
                e
                for e in others
                if e.starts_on > event.starts_on
                or (e.starts_on == event.starts_on and e.ends_on < event.ends_on and e.key != event.key)
            ]
            return (
                Reading("event", events=(later[0].key,), asks=self.event_asks)
                if later
                else Reading("agenda", asks=("none",))
            )
        alike = [e for e in others if e.kind == event.kind and e.ends_on < event.starts_on]
        if step == "previous" and alike:
            return Reading("event", events=(alike[-1].key,), asks=self.event_asks or self.memory.asks)
        if step == "previous":
            earlier = [e for e in others if e.ends_on < event.starts_on]
            return (
                Reading("event", events=(earlier[-1].key,), asks=self.event_asks)
                if earlier
                else Reading("agenda", asks=("none",))
            )
        ahead = [e for e in others if e.ends_on >= self.today] or others
        return Reading("event", events=(ahead[0 if step == "first" else -1].key,), asks=self.event_asks)

    def _phase(self) -> Reading | None:
        m, knowledge = self.marks, self.knowledge
        named = [k for k in self.events if knowledge.event[k].position is not None]
        best = m.topics[0] if m.topics else None
        if named and best and best.fit >= 0.6 and (m.loose or set(self.event_asks) & {"purpose", "programme", "audience"}):
            return self._on_topic()
        if named and not m.has("phase"):
            return Reading("phase", events=tuple(named), asks=self.event_asks)
        if not m.has("phase") or not knowledge.phases:
            return None
        if named:
            return Reading("phase", events=tuple(named), asks=self.event_asks)
        if [k for k in self.events if knowledge.event[k].position is None] and not m.has("next"):
            return None
        number = self._ordinal()
        if number:
            found = [p.key for p in knowledge.phases if p.position == number]
            return Reading("phase", events=tuple(found), asks=self.event_asks, number=number)
        if m.loose and not (m.topics and m.topics[0].fit > 0.5):
            pass
        current = [p for p in knowledge.phases if p.starts_on <= self.today <= p.ends_on]
        ahead = [p for p in knowledge.phases if p.starts_on > self.today]
        past = [p for p in knowledge.phases if p.ends_on < self.today]
        if m.has("next") or self._suite():
            return Reading("phase", events=(ahead[0].key,) if ahead else (), asks=("next",))
        if m.has("last"):
            return Reading(
                "phase",
                events=(knowledge.phases[-1].key,),
                asks=self.event_asks,
                number=knowledge.phases[-1].position or 0,
            )
        if m.has("first"):
            return Reading(
                "phase",
                events=(knowledge.phases[0].key,),
                asks=self.event_asks,
                number=knowledge.phases[0].position or 0,
            )
        if m.has("previous"):
            return Reading("phase", events=(past[-1].key,) if past else (), asks=("previous",))
        if m.periods:
            period = m.periods[0]
            found = [p.key for p in knowledge.phases if period.touches(p.starts_on, p.ends_on)]
            return Reading("phase", events=tuple(found), asks=("what",))
        if m.has("now") or self._whereabouts():
            return Reading("phase", events=(current[0].key,) if current else (), asks=("now",))
        return Reading(
            "phase",
            events=tuple(p.key for p in knowledge.phases),
            asks=("all", "count") if m.has("count") else ("all",),
        )

    def _whereabouts(self) -> bool:
        spoken = {self.marks.words[p].stem for c in self.marks.cues["phase"] for p in range(c.start, c.end)}
        return not spoken & {"phas", "etap", "planning", "calendri", "jalon", "rout", "chronolog", "retroplanning"}

    def _suite(self) -> bool:
        """« la suite de la démarche »."""
        return any(
            self.marks.words[p].stem == "suit" for c in self.marks.cues["phase"] for p in range(c.start, c.end)
        )

    def _ordinal(self) -> int:
        """The number of the phase said: « phase 2 », « la troisième étape »."""
        words = self.marks.words
        for cue in self.marks.cues["phase"]:
            for at in (cue.end, cue.end + 1, cue.start - 1):
                if 0 <= at < len(words):
                    number = _number_of(words[at].folded)
                    if number and not (at > cue.end and words[cue.end].folded not in ("numero", "n", "no")):
                        return number
        return 0

    def _unknown_event(self) -> Reading | None:
        """A thing that takes place is asked about which is not on the agenda: it is said so, nothing like it is told."""
        m = self.marks
        if self.events:
            year = self._other_year()
            if year is not None:
                return Reading("unheard", events=self.events[:1], period=year)
            stranger = self._qualified()
            if stranger:
                return Reading("unheard", said=stranger)
            owner = self._other_owner()
            if owner:
                return Reading("unheard", said=owner)
            return None
        general = _GENERIC | {"journee"} if m.regions else _GENERIC
        specific = [p for p in m.gatherings if m.words[p].stem not in general]
        if specific and not m.has("agenda") and not (m.topics and m.topics[0].fit > 0.6):
            if m.periods and not m.loose:
                return None
            return Reading("unheard", said=m.words[specific[0]].text)
        if m.gatherings and m.loose and not m.has("agenda", "next") and not (m.topics and m.topics[0].fit > 0.6):
            return Reading("unheard", said=m.words[m.gatherings[0]].text)
        return None

    def _other_year(self) -> Period | None:
        """A year or a date that is none of the event's: « les Rencontres 2026 »."""
        for period in self.marks.periods:
            if period.anchor or period.open:
                continue
            touched = [
                k
                for k in self.events
                if period.touches(self.knowledge.event[k].starts_on, self.knowledge.event[k].ends_on)
            ]
            if not touched and (period.kind == "year" or period.year_given or period.kind in ("day", "month", "range")):
                return period
        return None

    def _qualified(self) -> str:
        """An unknown word that says which one: « les Rencontres de Nice »."""
        words = self.marks.words
        for mention in self.marks.events:
            at = mention.end
            while at < len(words) and words[at].folded in (
                "de",
                "du",
                "des",
                "d",
                "a",
                "au",
                "aux",
                "en",
                "l",
                "la",
                "le",
                "les",
                "sur",
                "pour",
            ):
                at += 1
            if mention.end < at < len(words) and at in self.marks.loose and not words[at].breaks:
                return " ".join(w.text for w in words[mention.start : at + 1])
            if (
                at == mention.end < len(words)
                and at in self.marks.loose
                and words[at].capital
                and not self.marks.text.shouted
            ):
                return " ".join(w.text for w in words[mention.start : at + 1])
        return ""

    def _other_owner(self) -> str:
        """Another organisation's assembly or board is not ours."""
        words = self.marks.words
        for mention in self.marks.events:
            for cue in (*self.marks.structures, *self.marks.organisations, *self.marks.terms):
                linked = all(
                    w.folded in ("de", "du", "des", "d", "l", "la", "le", "les") for w in words[mention.end : cue.start]
                )
                if not (mention.end < cue.start and linked):
                    continue
                owners = self.knowledge.stems_of_owner(self.knowledge.head)
                said = {w.stem for w in words[cue.start : cue.end]}
                audience = self.knowledge.event_stems(mention.events)
                whose = cue.name == self.knowledge.head
                if cue in self.marks.terms:
                    whose = said <= owners or self.knowledge.means_us(cue.name)
                if not whose and not said <= audience:
                    return " ".join(w.text for w in words[mention.start : cue.end])
        return ""

    def _event(self) -> Reading | None:
        m = self.marks
        counted = [p for p in m.periods if p.anchor and p.open == "before"]
        if not self.events and counted and m.has("left", "count"):
            return Reading("event", events=(counted[0].anchor,), asks=("left",))
        if not self.events:
            return None
        asks = self.event_asks
        weak = all(e.place for e in m.events)
        explicit = set(asks) - {"what", "programme", "purpose"}
        ordinary = [p for p in m.loose if m.words[p].stem not in self.knowledge.lexicon.travel]
        if not explicit:
            best = m.topics[0] if m.topics else None
            if best and best.fit >= 0.6 and ordinary:
                return Reading("topic", topic=best.topic.key, events=self.events, confidence=best.fit)
            if weak and not asks and len(m.words) > 3 and not m.has("what"):
                return Reading("absent", absent=("unknown",), events=self.events[:1])
            if ordinary and (weak or not asks):
                return Reading("absent", absent=("unknown",), events=self.events[:1])
            if weak and m.loose:
                return Reading("absent", absent=("unknown",), events=self.events[:1])
        elif weak and ordinary:
            return Reading("absent", absent=("unknown",), events=self.events[:1])
        if m.has("who") and not explicit and not m.has("audience"):
            return Reading("absent", absent=("unknown",), events=self.events[:1])
        if m.has("count") and "length" not in asks and "left" not in asks:
            best = m.topics[0] if m.topics else None
            if best and best.fit > 0.5:
                return Reading("topic", topic=best.topic.key, confidence=best.fit)
            return Reading("absent", absent=("unknown",), events=self.events[:1])
        return Reading("event", events=self.events, asks=asks)

    def _agenda(self) -> Reading | None:
        m = self.marks
        if m.people or m.roles:
            return None
        region = m.regions[0].name if m.regions else (self.memory.home if m.has("mine") else "")
        general = [p for p in m.gatherings if m.words[p].stem in _GENERIC]
        best = m.topics[0].fit if m.topics else 0.0
        loose = [p for p in m.loose if m.words[p].stem not in self.knowledge.lexicon.travel]
        if m.periods:
            if loose and best >= 0.6:
                return None
            if loose and not (general or m.has("agenda", "purpose")):
                return None
            return Reading("agenda", period=m.periods[0], region=region)
        if m.has("next", "last", "previous", "first") and (general or m.has("agenda")) and not loose:
            step = next(s for s in ("next", "previous", "last", "first") if m.has(s))
            many = any(m.words[p].folded.endswith("s") for p in general) or (m.has("next") and not general)
            if step == "next" and many and not self._one_next():
                return Reading("agenda", asks=("ahead",), region=region)
            return Reading("step", said=step, asks=self.event_asks)
        if (m.has("agenda") or general) and not loose and best < 0.8:
            return Reading("agenda", asks=("ahead",), region=region)
        if m.has("next") and not loose and self.event_asks:
            return Reading("step", said="next", asks=self.event_asks)
        if region and not loose and best < 0.6:
            if self.event_asks or not m.cues or m.has("agenda"):
                return Reading("agenda", asks=("ahead",), region=region)
        return None

    def _one_next(self) -> bool:
        words = self.marks.words
        if any(words[p].folded in ("premier", "premiere") for c in self.marks.cues.get("first", ()) for p in range(c.start, c.end)):
            return True
        return any(
            words[p].folded in ("prochain", "prochaine") for c in self.marks.cues["next"] for p in range(c.start, c.end)
        )

    def _topic(self) -> Reading | None:
        m = self.marks
        if not m.topics:
            return None
        best = m.topics[0]
        if best.fit >= 0.55:
            return Reading("topic", topic=best.topic.key, confidence=best.fit)
        return None

    def _whole_undertaking(self) -> Reading | None:
        """« résumez-moi la démarche »: the first thing the documents say."""
        m = self.marks
        spoken = [w for w in m.words if w.stem in self.knowledge.lexicon.around]
        if spoken and m.has("what", "purpose", "how", "programme") and not m.loose and self.knowledge.main_topic and not m.periods:
            return Reading("topic", topic=self.knowledge.main_topic)
        return None

    def _on_topic(self) -> Reading:
        best = self.marks.topics[0]
        return Reading("topic", topic=best.topic.key, confidence=best.fit)

    def _who(self) -> Reading | None:
        m = self.marks
        if not m.has("who", "role"):
            return None
        duty = self._duty()
        if duty:
            return Reading("contact", contacts=duty, asks=("duty",))
        for cue in m.organisations:
            members = self.knowledge.members(cue.name)
            if members and not m.loose:
                return Reading("members", contacts=self._keys(members), organisation=cue.name, asks=("who",))
        return None

    def _which_organisation(self) -> Reading | None:
        """« quel cabinet nous accompagne ? » names the organisation it asks for."""
        m = self.marks
        for cue in m.organisations:
            if cue.start > 0 and m.words[cue.start - 1].stem == "quel":
                return Reading("meaning", organisation=cue.name)
        return None

    def _only_a_name(self) -> Reading | None:
        """A name and nothing else: « UNML », « Bretagne »."""
        m = self.marks
        if m.loose or m.acts:
            return None
        if m.terms or m.organisations:
            return Reading(
                "meaning",
                term=next((c.name for c in m.terms), ""),
                organisation=next((c.name for c in m.organisations), ""),
            )
        if self.event_asks and not m.periods:
            return Reading("which", asks=self.event_asks)
        return None


_GENERIC = frozenset(("reunion", "evenement", "rencontr", "rencontre"))
_ORDINALS = {"premier": 1, "premiere": 1, "un": 1, "une": 1, "deuxieme": 2, "second": 2, "seconde": 2, "deux": 2, "troisieme": 3, "trois": 3,
             "quatrieme": 4, "quatre": 4, "cinquieme": 5, "cinq": 5, "sixieme": 6, "six": 6, "septieme": 7, "sept": 7}  # fmt: skip


def _number_of(folded: str) -> int:
    digits = "".join(c for c in folded if c.isdigit())
    if digits and len(digits) <= 2 and folded.rstrip("erndmi").isdigit() | folded.isdigit():
        return int(digits)
    return (
        _ORDINALS.get(folded, 0)
        if folded not in ("premier", "premiere", "un", "une") or folded.startswith("prem")
        else 0
    )
