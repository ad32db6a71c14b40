"""What a pack may say: one model for each kind of entry. Unknown keys are faults; nothing is guessed.

Dates are written to the month (`2024-04`), the day (`2024-04-05`) or the minute (`2024-04-05T09:30`), in the zone of
the event. `source` is the key of an entry of documents.yaml, except in references.yaml where it is plain words.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.pack.entry import Audience, Entry, Name
from bot.pack.schema_consultations import Consultation
from bot.pack.values import Day, Email, HolidayCalendar, Key, Link, Phone, Text, When, Zone
from storage import agenda, people


class Label(Entry):
    """How a kind or a role is called, one and several."""

    key: Annotated[str, Field(min_length=1, max_length=80)]
    singular: Name
    plural: Name


class RoleLabel(Label):
    """How a role is called."""

    key: people.Role


class Network(Entry):
    """network.yaml: the network as a whole. `weekend` counts the days from Monday, 1."""

    name: Name
    zone: Zone
    holidays: HolidayCalendar = ""
    weekend: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (6, 7)
    structure_kinds: tuple[Label, ...]
    roles: tuple[RoleLabel, ...] = ()
    event_kinds: tuple[Label, ...]


class Document(Entry):
    """documents.yaml: where facts come from."""

    key: Key
    title: Name
    date: Day | None = None


class Region(Entry):
    """regions.yaml: a territory of the network; the rest of it is in references.yaml, under its code."""

    code: Text
    overseas: bool = False
    aliases: tuple[Name, ...] = ()


class Territory(Entry):
    """references.yaml: what is generally known of a territory."""

    code: Text
    name: Name
    zone: Zone
    holidays: HolidayCalendar
    former_names: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()
    towns: tuple[Name, ...] = ()
    inhabitants: tuple[Name, ...] = ()
    source: Name

    @property
    def other_names(self) -> tuple[str, ...]:
        """What somebody may say instead of its name: an old name, a part or town of it, who lives there."""
        return (*self.former_names, *self.parts, *self.towns, *self.inhabitants)


class Location(Entry):
    """references.yaml: the region of a structure, where the documents do not say it."""

    structure: Key
    region: Text
    source: Name


class Abbreviation(Entry):
    """references.yaml: an abbreviation spelled out."""

    key: Key
    abbreviation: Name
    meaning: Name
    aliases: tuple[Name, ...] = ()
    source: Name


class References(Entry):
    """references.yaml: general knowledge that the network's documents lack, each line with its source."""

    territories: tuple[Territory, ...] = ()
    locations: tuple[Location, ...] = ()
    abbreviations: tuple[Abbreviation, ...] = ()


class Structure(Entry):
    """structures.yaml: an organisation of the network."""

    code: Key
    name: Name
    kind: Key
    region: Text | None = None
    zone: Zone | None = None
    aliases: tuple[Name, ...] = ()


class Organisation(Entry):
    """organisations.yaml: an organisation spoken of; without a name, its abbreviation is spelled out elsewhere."""

    key: Key
    name: Name | None = None
    abbreviation: Name | None = None
    aliases: tuple[Name, ...] = ()
    description: Text | None = None
    source: Key


class EventDocument(Entry):
    """A document of an event that one opens by its address: a programme, a form to sign up."""

    title: Name
    link: Link


class Event(Entry):
    """events.yaml: something on the agenda. What is not known is named in `undetermined`, in words if need be.

    `repeats` makes it a series from `starts` to `until`, less the days of `without`: « tous les mardis », « tous les
    premiers lundis du mois », or a rule of RFC 5545.
    """

    key: Key
    name: Name
    kind: Key
    starts: When
    ends: When | None = None
    repeats: Name | None = None
    until: Day | None = None
    without: tuple[Day, ...] = ()
    zone: Zone | None = None
    status: agenda.Status = agenda.Status.PLANNED
    place: Name | None = None
    remote: bool = False
    video_link: Link | None = None
    region: Text | None = None
    audience: Audience = Audience()
    public: bool = True
    aliases: tuple[Name, ...] = ()
    description: Text | None = None
    parent: Key | None = None
    position: Annotated[int, Field(ge=1)] | None = None
    source: Key
    when_text: Name | None = None
    audience_text: Text | None = None
    programme: tuple[Name, ...] = ()
    documents: tuple[EventDocument, ...] = ()
    organiser: Name | None = None
    duration: Name | None = None
    undetermined: tuple[Literal["date", "time", "place", "modalities"], ...] = ()
    undetermined_text: Text | None = None


class Mandate(Entry):
    """A further function of a contact."""

    function: Name
    organisation: Key | None = None


class Contact(Entry):
    """contacts.yaml: a person whom others may ask. `as_of` dates the function; `former` says it is over."""

    key: Key
    given_name: Name
    family_name: Name
    gender: Literal["f", "m"] | None = None
    function: Name
    organisation: Key
    phone: Phone | None = None
    email: Email | None = None
    responsibilities: tuple[Name, ...] = ()
    aliases: tuple[Name, ...] = ()
    public: bool = True
    mandates: tuple[Mandate, ...] = ()
    as_of: Text | None = None
    former: bool = False
    source: Key


class Term(Entry):
    """terms.yaml: a word of the network."""

    key: Key
    term: Name
    meaning: Text
    aliases: tuple[Name, ...] = ()
    source: Key


class Topic(Entry):
    """topics.yaml: something the documents are about, and ways of asking for it."""

    key: Key
    title: Name
    body: Text
    items: tuple[Text, ...] = ()
    phrases: tuple[Name, ...] = ()
    events: tuple[Key, ...] = ()
    contacts: tuple[Key, ...] = ()
    source: Key


class FictionalStructure(Structure):
    """rehearsal.yaml: a structure that says it is invented."""

    fictional: Literal[True]


class FictionalPerson(Entry):
    """rehearsal.yaml: an invented person; `hint` says in the rehearsal what they are good for."""

    key: Key
    given_name: Name
    family_name: Name
    function: Name | None = None
    structure: Key
    region: Text | None = None
    zone: Zone | None = None
    roles: tuple[people.Role, ...] = Field(min_length=1)
    hint: Text


class Rehearsal(Entry):
    """rehearsal.yaml: who one can be in the rehearsal."""

    structures: tuple[FictionalStructure, ...] = ()
    people: tuple[FictionalPerson, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read and holds together."""

    folder: Path
    network: Network
    regions: list[Region]
    documents: list[Document] = field(default_factory=list)
    references: References = field(default_factory=References)
    structures: list[Structure] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    consultations: list[Consultation] = field(default_factory=list)
    rehearsal: Rehearsal = field(default_factory=Rehearsal)
