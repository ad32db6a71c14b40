"""One question with everything its reading may rest on: what was recognised, what was said before, what is known."""

from functools import cached_property

from handlers.questions.facts import ContactFact
from handlers.questions.indexing import TopicMatch, name_stems
from handlers.questions.meant import Meant
from handlers.questions.reading import OF_PEOPLE, Reading
from storage.agenda import Precision

# With these alone nothing but the date, the place or the hour is asked.
_BARE = {"when", "where", "hour", "what", "happens", "filler", "status", "same", "his", "agenda"}


class Case(Meant):
    """A question, with the people, the topics and the descriptions that it names."""

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
        m, stop, general = self.marks, self.knowledge.lexicon.stop, self.knowledge.lexicon.general
        asking = {p for ask in ("when", "where", "hour") for c in m.cues.get(ask, ()) for p in range(c.start, c.end)}
        return tuple(
            w.stem
            for p, w in enumerate(m.words)
            if w.folded not in stop and w.stem not in self.telling and p not in asking and w.stem not in general
        )

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
    def thin(self) -> str:
        """« date de départ »: the one ordinary word that says what a date or a place is asked of; empty when more does.

        It stands in too many texts, meaning something else, to tell which event or topic is meant.
        """
        lexicon, m = self.knowledge.lexicon, self.marks
        beyond = set(m.cues) - _BARE
        if len(self.telling) != 1 or not self.asks_fact or m.periods or m.regions or self.memory.intent or beyond:
            return ""
        said = [w for w in m.words if w.stem in self.telling]
        verbs = [p for p in m.loose if lexicon.only_verb(m.words[p]) and m.words[p] not in said]
        ordinary = all(w.folded in lexicon.common or w.folded.removesuffix("s") in lexicon.common for w in said)
        done = any(m.words[p - 1].folded in lexicon.oneself for p, w in enumerate(m.words) if p and w in said)
        return said[0].stem if said and ordinary and not (verbs or done or said[0].capital) else ""

    def heads(self, piece: str, key: str) -> bool:
        """Does a name of the event begin with that stem: « le conseil », and not « (entretiens de) départ »?"""
        named = (name_stems(text) for text in (self.event(key).name, *self.event(key).aliases))
        return any(stems[:1] == (piece,) for stems in named)

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
        if self.has("amend") and self.memory.intent:
            return True
        return self.marks.begins("et", "pour", "sinon", "idem", "celui", "celle", "pareil", "meme", "ou") and (
            len(self.marks.words) <= 9
        )


def keys_of(contacts: tuple[ContactFact, ...]) -> tuple[str, ...]:
    """The keys of people."""
    return tuple(dict.fromkeys(c.key for c in contacts))
