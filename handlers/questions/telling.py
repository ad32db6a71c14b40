"""What every answer is made with: the reading, what is known, the clock, and how an answer is put together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dates import months, span
from handlers.messages import Button
from handlers.questions import wording as w
from handlers.questions.facts import ContactFact, EventFact, Source
from handlers.questions.knowledge import Knowledge, handle
from handlers.questions.memory import Memory
from handlers.questions.reading import Reading
from storage.agenda import Precision

MOST_LISTED = 8
MOST_LABEL = 60  # characters of a button, on the narrowest channel
Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back. `understood` is false when nothing fitted or the thing asked is not known here.

    `contact` is the one person whose coordinates are told, for channels that show a card, and `employer` the name of
    their organisation; `event` the one event told of, for what one may do about it.
    """

    body: str
    buttons: tuple[Row, ...]
    memory: Memory
    reading: Reading
    understood: bool = True
    contact: ContactFact | None = None
    employer: str = ""
    event: EventFact | None = None
    sources: tuple[Source, ...] = ()
    parts: tuple["Answer", ...] = ()  # of an answer to several questions
    lead: str = ""  # a line of its own before the answer, and one after it
    after: str = ""

    @property
    def wholly(self) -> bool:
        """Was every question of the message understood and answered?"""
        return self.understood and all(part.understood for part in self.parts)

    @property
    def text(self) -> str:
        """The answer with where it comes from; of several answers each with its own source, unless they share it."""
        apart = self.parts and len({part.sources for part in self.parts if part.understood}) > 1
        pieces = [part.text for part in self.parts] if apart else [self.body, *self._source_lines]
        return "\n\n".join(piece for piece in (self.lead, *pieces, self.after) if piece)

    @property
    def _source_lines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line for line in map(w.source_line, self.sources) if line))


@dataclass(frozen=True)
class Telling:
    """One reading on its way to an answer, at the instant `now`, for a reader in `zone`."""

    reading: Reading
    memory: Memory
    knowledge: Knowledge
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The reader's day."""
        return self.now.astimezone(self.zone).date()

    @property
    def events(self) -> list[EventFact]:
        """The events of the reading."""
        return [self.knowledge.event[k] for k in self.reading.events if k in self.knowledge.event]

    @property
    def contacts(self) -> list[ContactFact]:
        """The people of the reading."""
        return [self.knowledge.contact[k] for k in self.reading.contacts if k in self.knowledge.contact]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of those people."""
        return tuple(contact.key for contact in self.contacts)

    def owner(self, key: str) -> str:
        """How an organisation or a structure is called, shortly."""
        organisation = self.knowledge.organisation.get(key)
        structure = self.knowledge.structure.get(key)
        named = organisation.abbreviation or organisation.name if organisation else ""
        return named or (structure.name if structure else "")

    def say(self, body: str, *rows: Row, sources: Iterable[Source | None] = (), **remembered: Any) -> Answer:
        """An answer; what is `remembered` takes the place of what the conversation was about."""
        memory = self._remember(remembered)
        known = tuple(dict.fromkeys(source for source in sources if source is not None))
        return Answer(body, rows, memory, self.reading, sources=known)

    def refuse(self, body: str, *rows: Row, **remembered: Any) -> Answer:
        """« Je ne sais pas », in whatever words."""
        return Answer(body, rows, self._remember(remembered), self.reading, understood=False)

    def _remember(self, changes: dict[str, Any]) -> Memory:
        return self.memory.about(**changes, intent=self.reading.intent) if changes else self.memory

    def offers(self) -> tuple[Row, ...]:
        """A button for each person or event of the reading, asking the same of that one. No two look alike."""
        asks = "-".join(self.reading.asks[:3])
        contacts, events = self.contacts[:MOST_LISTED], self.events[:MOST_LISTED]
        names = Counter([*(c.name for c in contacts), *(e.name for e in events)])
        people = [(c.name, self.role(c) if names[c.name] > 1 else "", "contact", c.key) for c in contacts]
        apart = self._apart([e for e in events if names[e.name] > 1])
        dated = [(e.name, apart.get(e.key, ""), "event", e.key) for e in events]
        return tuple(
            (Button(label=_label(name, apart), action=f"question:{verb}:{handle(key)}:{asks}"[:64]),)
            for name, apart, verb, key in (*people, *dated)
        )

    def _apart(self, events: Sequence[EventFact]) -> dict[str, str]:
        """What tells events of one name from each other: region, else place, else day, whichever no two share."""
        regions = {e.key: self.knowledge.region[e.region].name for e in events if e.region in self.knowledge.region}
        places = {e.key: e.place for e in events if e.place}
        days = {e.key: _days(e) for e in events}
        for told in (regions, places, days):
            if len(set(told.values())) == len(events):
                return told
        return {key: f"{places[key]}, {when}" if key in places else when for key, when in days.items()}

    def role(self, contact: ContactFact) -> str:
        """What tells a person from their namesake: function and organisation."""
        return ", ".join(part for part in (contact.function, self.owner(contact.organisation)) if part)

    def page(self, length: int, action: str) -> tuple[Row, ...]:
        """« Suite », and « Avant », of a list of that length; the number of the first entry follows the action."""
        first = self.reading.first
        turns = []
        if first:
            turns.append(Button(label=w.EARLIER, action=f"{action}:{max(0, first - MOST_LISTED)}"))
        if first + MOST_LISTED < length:
            turns.append(Button(label=w.LATER, action=f"{action}:{first + MOST_LISTED}"))
        return (tuple(turns),) if turns else ()


def _days(event: EventFact) -> str:
    month = event.precision == Precision.MONTH
    return months(event.starts_on, event.ends_on) if month else span(event.starts_on, event.ends_on)


def _label(name: str, apart: str) -> str:
    """A name that is cut before what tells it from its like is."""
    if not apart:
        return name[:MOST_LABEL]
    room = max(12, MOST_LABEL - len(apart) - 3)
    short = name if len(name) <= room else name[: room - 1].rstrip() + "…"
    return f"{short} ({apart})"[:MOST_LABEL]
