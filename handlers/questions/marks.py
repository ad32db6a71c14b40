"""Everything recognised in a question, before it is decided what the question is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.questions.asides import asides, contrasted, mislaid
from handlers.questions.dates import DateReader, Period
from handlers.questions.homographs import settled
from handlers.questions.indexing import DETERMINERS, TopicMatch
from handlers.questions.knowledge import Knowledge
from handlers.questions.lexicon import Lexicon
from handlers.questions.linking import EventMention, event_mentions, home_regions, regions_named, towns_named
from handlers.questions.names import NameMatch
from handlers.questions.normalising import Text, Word, read_words
from handlers.questions.periods import NUMBERS
from handlers.questions.phrases import Cue
from handlers.questions.roles import RoleMention, role_mentions
from handlers.questions.timing import anchors, busy_days, says_today, within_a_name


@dataclass(slots=True)
class Marks:
    """The words of a question and what was found in them. `loose` are the content words that nothing explains."""

    text: Text
    cues: dict[str, list[Cue]] = field(default_factory=dict)
    acts: list[Cue] = field(default_factory=list)
    absent: list[Cue] = field(default_factory=list)
    foreign: list[Cue] = field(default_factory=list)
    commands: list[Cue] = field(default_factory=list)
    events: list[EventMention] = field(default_factory=list)
    gatherings: list[int] = field(default_factory=list)
    regions: list[Cue] = field(default_factory=list)
    towns: list[Cue] = field(default_factory=list)  # each by its key in the knowledge
    organisations: list[Cue] = field(default_factory=list)
    structures: list[Cue] = field(default_factory=list)
    terms: list[Cue] = field(default_factory=list)
    people: list[NameMatch] = field(default_factory=list)
    roles: list[RoleMention] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    topics: list[TopicMatch] = field(default_factory=list)
    coordinates: list[Word] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)  # what is said beside the question

    @property
    def words(self) -> tuple[Word, ...]:
        """The words, spelling put right."""
        return self.text.words

    def has(self, *names: str) -> bool:
        """Is one of those cues there?"""
        return any(name in self.cues for name in names)

    def first(self, name: str) -> int:
        """Where a cue first stands; past the end when it does not."""
        return self.cues[name][0].start if name in self.cues else len(self.words)

    def loose_words(self) -> list[str]:
        """The unexplained words as typed."""
        return [self.words[p].text for p in self.loose]

    def inverted(self, position: int) -> bool:
        """Is it a verb that its subject follows: « rencontre-t-il »?"""
        after = self.words[position + 1 : position + 3]
        if after and after[0].folded == "t" and after[0].joined:
            after = after[1:]
        return bool(after) and after[0].joined and after[0].folded in _SUBJECTS

    def clause(self, position: int) -> int:
        """The number of the clause, between marks, that a word stands in."""
        return sum(word.breaks for word in self.words[1 : position + 1])

    def apart(self, cues: Collection[str], others: Collection[str]) -> bool:
        """Do the first cues all stand in other clauses than any of the others, which are there as well?"""
        here = {self.clause(c.start) for name in cues for c in self.cues.get(name, ())}
        there = {self.clause(c.start) for name in others for c in self.cues.get(name, ())}
        return bool(here and there) and not here & there

    def begins(self, *folded: str) -> bool:
        """Is the first word one of those?"""
        return bool(self.words) and self.words[0].folded in folded


def mark_words(corrected: Text, knowledge: Knowledge, today: date) -> Marks:
    """Recognise everything in a question asked on the day `today`, its spelling put right."""
    lexicon = knowledge.lexicon
    text = settled(corrected, lexicon)
    words = text.words
    marks = Marks(text)
    marks.coordinates = [w for w in words if w.kind in ("phone", "email")]

    cues = lexicon.cues.find(words)
    past = any(cue.name == "past" for cue in cues)
    marks.structures = knowledge.structure_names.find(words)
    marks.organisations = knowledge.organisation_names.find(words)
    marks.terms = knowledge.term_names.find(words)
    marks.towns = towns_named(text, knowledge)
    regional = any(word.stem in knowledge.regional for word in words)
    homes = home_regions(marks.towns, marks.structures, knowledge) if regional else []
    marks.regions = regions_named(text, knowledge) or homes
    named = _covered(c for c in (*marks.structures, *marks.organisations) if c.end - c.start > 1)
    mentions = [
        m
        for m in event_mentions(text, knowledge, named | _covered(marks.regions))
        if not any(c.start <= m.start and m.end <= c.end and c.end - c.start > m.end - m.start for c in _long(marks))
    ]
    mentions = [m for m in mentions if not _any_meeting(m, words, lexicon.general)]
    reader = DateReader(words, today, past=past, busy=busy_days(knowledge), anchors=anchors(mentions, knowledge, today))
    marks.periods = reader.find()
    anchored = {p for period in marks.periods for p in range(period.start, period.end)}
    marks.events = _heads([m for m in mentions if not (set(range(m.start, m.end)) <= anchored)], words)
    dated = anchored
    marks.periods = [p for p in marks.periods if not within_a_name(p, marks.events, words, lexicon)]
    others = [p for p in marks.periods if not says_today(p, words, today)]
    marks.periods = others or marks.periods

    eventful = _covered(marks.events)
    alone = [a for a in lexicon.whole.find(words) if a.end - a.start == len(words)]
    if alone:  # « à demain »: no day is asked about
        marks.periods = []
    marks.acts = alone or [a for a in lexicon.acts.find(words) if not (set(range(a.start, a.end)) & (eventful | named))]
    said = _covered(marks.acts)
    for cue in cues:
        span = set(range(cue.start, cue.end))
        inside = (span <= eventful or span <= dated or span <= named) and cue.name != "mine"
        if not inside and not (span <= said and _longest(marks.acts, cue)):
            marks.cues.setdefault(cue.name, []).append(cue)
    untouchable = eventful | dated | {p for a in marks.acts if a.end - a.start > 1 for p in range(a.start, a.end)}
    marks.absent = [a for a in lexicon.absent.find(words) if not set(range(a.start, a.end)) & untouchable]
    marks.commands = lexicon.commands.find(words)
    marks.foreign = [f for f in lexicon.foreign.find(words) if not set(range(f.start, f.end)) & (eventful | dated)]

    cued = {p for found in marks.cues.values() for c in found for p in range(c.start, c.end)}
    taken = eventful | dated | named | _covered(marks.regions)
    years = {p.first.year for p in marks.periods if p.kind == "year" or p.year_given}
    nameless = {p for p in cued | _covered(marks.organisations) if not knowledge.names.knows(words[p].folded)}
    marks.people = knowledge.names.find(words, taken | nameless, shouted=text.shouted)
    people = _covered(marks.people)
    marks.absent = [a for a in marks.absent if not set(range(a.start, a.end)) & people]
    offices = role_mentions(text, knowledge, eventful | dated | people, marks.regions, past=past, years=years)
    bodies = [r for r in offices if r.plural and _all_one_body(r, marks.organisations, words)]
    marks.roles = [role for role in offices if not role.own and role not in bodies]
    functions = _covered(role for role in offices if role not in bodies)
    marks.roles = [role for role in marks.roles if not _in_apposition(role, marks.people, words)]
    _set_aside(marks, lexicon)
    marks.gatherings = [
        p
        for p, w in enumerate(words)
        if w.stem in lexicon.gatherings and p not in taken and p not in said and not marks.inverted(p)
    ]
    explained = taken | people | cued | said | functions | set(marks.gatherings)
    explained |= {p for p, w in enumerate(words) if w.stem in lexicon.around or w.stem in knowledge.own_name}
    explained |= (
        _covered(marks.organisations) | _covered(marks.structures) | _covered(marks.terms) | _covered(marks.absent)
    )
    marks.loose = [
        p
        for p, w in enumerate(words)
        if p not in explained
        and w.folded not in lexicon.stop
        and w.folded not in NUMBERS
        and len(w.folded) > 1
        and w.kind in ("word", "number")
    ]
    cued_roles = _covered(role for role in marks.roles if role.contacts)
    named_here = explained - said - cued - _covered(role for role in marks.roles if not role.contacts)
    found = [cue for cues in marks.cues.values() for cue in cues]
    on_agenda = _covered(c for name in ("next", "agenda", "phase") for c in marks.cues.get(name, ()))
    things = (taken - dated) | people | cued_roles | _covered(marks.terms) | on_agenda
    aside = asides(words, found, named_here | taken | people, things, lexicon)
    marks.aside = aside
    marks.loose = [p for p in marks.loose if p not in aside]
    marks.roles = [role for role in marks.roles if role.start not in aside]
    marks.terms = [term for term in marks.terms if term.start not in aside]
    marks.organisations = [one for one in marks.organisations if one.start not in aside]
    marks.topics = knowledge.phrases.find([w for p, w in enumerate(words) if p not in dated | aside])
    return marks


_SAID_OF_PEOPLE = ("phone", "email", "coordinates", "his")


def _set_aside(marks: Marks, lexicon: Lexicon) -> None:
    """« Lou-Salomé, pas Camille », « son mail, pas son numéro »: what is set aside is not asked about."""
    words = marks.words
    marks.people = [m for m in marks.people if not contrasted(words, m.start, lexicon)]
    marks.roles = [m for m in marks.roles if not contrasted(words, m.start, lexicon)]
    for name in _SAID_OF_PEOPLE:
        kept = [c for c in marks.cues.get(name, ()) if not contrasted(words, c.start, lexicon)]
        kept = [c for c in kept if name != "email" or not mislaid(words, c, lexicon)]
        if kept:
            marks.cues[name] = kept
        else:
            marks.cues.pop(name, None)


_SUBJECTS = frozenset(("il", "elle", "ils", "elles", "on"))


def _any_meeting(mention: EventMention, words: Sequence[Word], general: Collection[str]) -> bool:
    """« la prochaine rencontre » is any of them, « les Rencontres » those that have the name."""
    word = words[mention.start]
    if mention.start and words[mention.start - 1].folded in ("les", "nos", "vos"):  # « les rencontre »
        return False
    alone = mention.end - mention.start == 1
    return alone and word.stem in general and not word.folded.endswith("s") and not word.capital


def _in_apposition(role: RoleMention, people: list[NameMatch], words: Sequence[Word]) -> bool:
    """« Camille Zind, la consultante » is one person."""
    for person in people:
        between = words[person.end : role.start]
        apart = person.end < len(words) and words[person.end].breaks
        if apart and len(between) < 2 and role.start >= person.end and all(w.folded in DETERMINERS for w in between):
            function = {w.stem for w in read_words(person.contacts[0].function).words}
            return len(person.contacts) == 1 and words[role.start].stem in function
    return False


def _long(marks: Marks) -> list[Cue]:
    """Names of several words: what stands inside of one is part of it (« Bureau Métiers » is no board)."""
    return [c for c in (*marks.structures, *marks.organisations) if c.end - c.start > 1]


def _heads(mentions: list[EventMention], words: Sequence[Word]) -> list[EventMention]:
    """« le séminaire du Bureau » is a seminar: what only completes another name is no event of its own."""
    heads: list[EventMention] = []
    for mention in mentions:
        before = heads[-1] if heads else None
        between = [w.folded for w in words[before.end : mention.start]] if before else []
        if (
            between
            and not mention.place
            and set(between) <= DETERMINERS - {"et", "a", "au", "aux", "en"}
            and set(between) & {"de", "du", "des", "d"}
        ):
            assert before is not None
            heads[-1] = EventMention(before.events, before.start, mention.end, before.place, before.weight)
        else:
            heads.append(mention)
    return heads


def _longest(acts: list[Cue], cue: Cue) -> bool:
    """Does an act say all of the cue, and more or as much?"""
    return any(a.start <= cue.start and cue.end <= a.end for a in acts)


def _covered(spans: Iterable[Cue | EventMention | NameMatch | RoleMention]) -> set[int]:
    return {position for span in spans for position in range(span.start, span.end)}


def _all_one_body(role: RoleMention, bodies: list[Cue], words: Sequence[Word]) -> bool:
    """« les consultants (de X) » may be how the organisation itself is called."""
    within = [c for c in bodies if role.start <= c.start and c.end <= role.end]
    said = {p for p in range(role.start, role.end) if words[p].folded not in DETERMINERS}
    return (
        bool(within)
        and role.start in _covered(within)
        and said <= _covered(within)
        and len({c.name for c in within}) == 1
    )
