"""What may be told, as plain values apart from the database: they are shared by every question, so nothing changes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from storage.agenda import Precision, Status


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was published, and when; since when it is otherwise, where staff have changed it."""

    name: str = ""
    published: date | None = None
    changed: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EventFact:
    """An event of the agenda; see `storage.agenda.Event`. `region` and `parent` are codes and keys."""

    key: str
    name: str
    starts_on: date
    ends_on: date
    kind: str = "event"
    precision: str = Precision.DAY
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = "Europe/Paris"
    status: str = Status.PLANNED
    place: str | None = None
    remote: bool = False
    video_link: str | None = None
    region: str = ""
    audience: dict[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    description: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    position: int | None = None
    source: Source = Source()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions it is meant for: its own, or those of its audience."""
        return (self.region,) if self.region else tuple(self.audience.get("regions", ()))


@dataclass(frozen=True, slots=True, eq=False)
class ContactFact:
    """A person whom others may ask; `organisation` is a key."""

    key: str
    given: str
    family: str
    gender: str = ""
    function: str = ""
    organisation: str = ""
    phone: str = ""
    email: str = ""
    responsibilities: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    source: Source = Source()

    @property
    def name(self) -> str:
        """Given name, then family name in capitals as French letters have it."""
        return f"{self.given} {self.family.upper()}".strip()

    @property
    def offices(self) -> tuple[tuple[str, str], ...]:
        """Every function with the key of its organisation: the main one, then further mandates."""
        mandates = [(m["function"], m.get("organisation") or "") for m in self.details.get("mandates", ())]
        return ((self.function, self.organisation), *mandates)

    @property
    def former(self) -> bool:
        """Is the function known to be over?"""
        return bool(self.details.get("until"))

    @property
    def as_of(self) -> str:
        """The year or day for which the function is known, empty when nothing is said."""
        return str(self.details.get("as_of") or "")


@dataclass(frozen=True, slots=True)
class OrganisationFact:
    """An organisation that is spoken of."""

    key: str
    name: str
    abbreviation: str = ""
    aliases: tuple[str, ...] = ()
    description: str = ""
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class RegionFact:
    """A region of the network."""

    code: str
    name: str
    zone: str = "Europe/Paris"
    overseas: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StructureFact:
    """A structure of the network; `region` is a code."""

    code: str
    name: str
    kind: str = ""
    region: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermFact:
    """An abbreviation or word of the network and what it means."""

    key: str
    term: str
    meaning: str
    aliases: tuple[str, ...] = ()
    source: Source = Source()


@dataclass(frozen=True, slots=True, eq=False)
class TopicFact:
    """Something the documents are about, and how people ask for it."""

    key: str
    title: str
    body: str
    phrases: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    source: Source = Source()
