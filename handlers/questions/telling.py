"""What every answer is made with: the reading, what is known, the clock, and how an answer is put together."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.messages import Button
from handlers.questions import wording as w
from handlers.questions.facts import ContactFact, EventFact, Source
from handlers.questions.knowledge import Knowledge, handle
from handlers.questions.memory import Memory
from handlers.questions.reading import Reading

MOST_LISTED = 8
Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back. `understood` is false when nothing fitted or the thing asked is not known here.

    `contact` is the one person whose coordinates are told, for channels that show a card; `event` the one event told
    of, for what one may do about it.
    """

    body: str
    buttons: tuple[Row, ...]
    memory: Memory
    reading: Reading
    understood: bool = True
    contact: ContactFact | None = None
    event: EventFact | None = None
    sources: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The answer with where it comes from."""
        lines = dict.fromkeys(line for line in map(w.source_line, self.sources) if line)
        return "\n\n".join((self.body, *lines))


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
        """How an organisation is called, shortly."""
        organisation = self.knowledge.organisation.get(key)
        return (organisation.abbreviation or organisation.name) if organisation else ""

    def say(self, body: str, *rows: Row, source: Source | None = None, **remembered: Any) -> Answer:
        """An answer; what is `remembered` takes the place of what the conversation was about."""
        memory = self._remember(remembered)
        return Answer(body, rows, memory, self.reading, sources=(source,) if source is not None else ())

    def refuse(self, body: str, *rows: Row, **remembered: Any) -> Answer:
        """« Je ne sais pas », in whatever words."""
        return Answer(body, rows, self._remember(remembered), self.reading, understood=False)

    def _remember(self, changes: dict[str, Any]) -> Memory:
        return self.memory.about(**changes, intent=self.reading.intent) if changes else self.memory

    def offers(self) -> tuple[Row, ...]:
        """A button for each person or event of the reading, asking the same of that one."""
        asks = "-".join(self.reading.asks[:3])
        people = [(c.name, f"question:contact:{handle(c.key)}:{asks}") for c in self.contacts[:MOST_LISTED]]
        events = [(e.name, f"question:event:{handle(e.key)}:{asks}") for e in self.events[:MOST_LISTED]]
        return tuple((Button(label=label[:60], action=action[:64]),) for label, action in (*people, *events))
