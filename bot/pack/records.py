"""A pack as the rows it becomes: column values by key, links to other rows by their keys. Pure, without a database."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from bot.pack import schema
from bot.pack.entry import Audience
from bot.pack.repeating import occurrence_of, occurrences
from bot.pack.schema import Pack
from handlers.instants import resting

Columns = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One row to be: its key, its columns, and for each foreign key the key of the row it leads to."""

    key: str
    columns: Columns
    links: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The same for the same content, on every machine."""
        content = json.dumps([self.columns, dict(self.links)], sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def setting_records(pack: Pack) -> list[Record]:
    """What the pack says of the network as a whole."""
    network = pack.network
    holidays = resting(network.holidays, network.weekend)
    about = {"name": network.name, "zone": network.zone, "holidays": holidays, "weekend": list(network.weekend)}
    documents = {
        document.key: {"title": document.title, "date": document.date.isoformat() if document.date else None}
        for document in pack.documents
    }
    return [
        Record(key, {"value": value})
        for key, value in (
            ("network", about),
            ("structure_kinds", _labels(network.structure_kinds)),
            ("event_kinds", _labels(network.event_kinds)),
            ("roles", _labels(network.roles)),
            ("documents", documents),
        )
    ]


def region_records(pack: Pack) -> list[Record]:
    """The territories of the network, with what is generally known of them."""
    known = {territory.code: territory for territory in pack.references.territories}
    return [
        Record(
            region.code,
            {
                "name": known[region.code].name,
                "zone": known[region.code].zone,
                "holidays": resting(known[region.code].holidays or pack.network.holidays, pack.network.weekend),
                "overseas": region.overseas,
                "aliases": [*region.aliases, *known[region.code].other_names],
            },
        )
        for region in pack.regions
    ]


def structure_records(pack: Pack) -> list[Record]:
    """The structures, in the region that the pack or its references give them."""
    located = {location.structure: location.region for location in pack.references.locations}
    return [
        Record(
            structure.code, structure_columns(structure), {"region_id": structure.region or located.get(structure.code)}
        )
        for structure in pack.structures
    ]


def structure_columns(structure: schema.Structure) -> Columns:
    """The columns of a structure, invented or not."""
    return {
        "name": structure.name,
        "kind": structure.kind,
        "zone": structure.zone,
        "aliases": list(structure.aliases),
        "fictional": isinstance(structure, schema.FictionalStructure),
    }


def organisation_records(pack: Pack) -> list[Record]:
    """The organisations spoken of; an abbreviation without a name is spelled out."""
    spelled_out = {entry.abbreviation: entry.meaning for entry in pack.references.abbreviations}
    return [
        Record(
            organisation.key,
            {
                "name": organisation.name or spelled_out[organisation.abbreviation or ""],
                "abbreviation": organisation.abbreviation,
                "aliases": list(organisation.aliases),
                "description": organisation.description or "",
                **source_columns(pack, organisation.source),
            },
        )
        for organisation in pack.organisations
    ]


def contact_records(pack: Pack) -> list[Record]:
    """The people whom others may ask. `details.until` says that a function is over."""
    return [
        Record(
            contact.key,
            {
                "given_name": contact.given_name,
                "family_name": contact.family_name,
                "gender": contact.gender,
                "function": contact.function,
                "organisation": contact.organisation,
                "phone": contact.phone,
                "email": contact.email,
                "responsibilities": list(contact.responsibilities),
                "aliases": list(contact.aliases),
                "public": contact.public,
                "details": _told(
                    as_of=contact.as_of,
                    until=contact.as_of if contact.former else None,
                    mandates=[mandate.model_dump(exclude_none=True) for mandate in contact.mandates],
                ),
                **source_columns(pack, contact.source),
            },
        )
        for contact in pack.contacts
    ]


def event_records(pack: Pack) -> list[Record]:
    """The agenda."""
    return [
        Record(one.key, _event_columns(pack, one) | series, {"region_id": one.region, "parent_id": one.parent})
        for event in pack.events
        for one in occurrences(event, pack.network.holidays)
        for series in [_series_columns(pack, event, one)]
    ]


def _series_columns(pack: Pack, event: schema.Event, one: schema.Event) -> Columns:
    if event.repeats is None:
        return {}
    return {"uid": f"{event.key}@concerte", "occurrence": occurrence_of(one, event.zone or pack.network.zone)}


def _event_columns(pack: Pack, event: schema.Event) -> Columns:
    zone = event.zone or pack.network.zone
    ends = event.ends or event.starts
    return {
        "name": event.name,
        "kind": event.kind,
        "precision": event.starts.precision,
        "starts_on": event.starts.first,
        "ends_on": ends.last,
        "starts_at": event.starts.instant(zone),
        "ends_at": event.ends.instant(zone) if event.ends else None,
        "zone": zone,
        "status": event.status,
        "place": event.place,
        "remote": event.remote,
        "video_link": event.video_link,
        "audience": audience_column(event.audience),
        "public": event.public,
        "aliases": list(event.aliases),
        "description": event.description or "",
        "details": _told(
            when_text=event.when_text,
            audience_text=event.audience_text,
            programme=list(event.programme),
            documents=[{"title": one.title, "link": one.link} for one in event.documents],
            organiser=event.organiser,
            duration=event.duration,
            undetermined=list(event.undetermined),
            undetermined_text=event.undetermined_text,
        ),
        "position": event.position,
        **source_columns(pack, event.source),
    }


def term_records(pack: Pack) -> list[Record]:
    """The words of the network, and its abbreviations spelled out."""
    words = [
        Record(
            term.key,
            {
                "term": term.term,
                "meaning": term.meaning,
                "aliases": list(term.aliases),
                **source_columns(pack, term.source),
            },
        )
        for term in pack.terms
    ]
    abbreviations = [
        Record(
            entry.key,
            {
                "term": entry.abbreviation,
                "meaning": entry.meaning,
                "aliases": list(entry.aliases),
                "source": entry.source,
                "source_date": None,
            },
        )
        for entry in pack.references.abbreviations
    ]
    return [*words, *abbreviations]


def topic_records(pack: Pack) -> list[Record]:
    """What the documents are about; the items of a topic end its body as a list."""
    first = {event.key: occurrences(event, pack.network.holidays)[0].key for event in pack.events}
    return [
        Record(
            topic.key,
            {
                "title": topic.title,
                "body": "\n".join([topic.body, *([""] if topic.items else []), *(f"- {item}" for item in topic.items)]),
                "phrases": list(topic.phrases),
                "details": _told(events=[first[key] for key in topic.events], contacts=list(topic.contacts)),
                **source_columns(pack, topic.source),
            },
        )
        for topic in pack.topics
    ]


def audience_column(audience: Audience) -> Columns:
    """An audience as the database keeps it."""
    return {
        "roles": [str(role) for role in audience.roles],
        "regions": list(audience.regions),
        "kinds": list(audience.kinds),
    }


def source_columns(pack: Pack, key: str) -> Columns:
    """Where a fact comes from, and the date of that document."""
    title, day = _documents(pack)[key]
    return {"source": title, "source_date": day}


def _documents(pack: Pack) -> dict[str, tuple[str, date | None]]:
    return {document.key: (document.title, document.date) for document in pack.documents}


def _labels(labels: Sequence[schema.Label]) -> Columns:
    return {str(label.key): {"singular": label.singular, "plural": label.plural} for label in labels}


def _told(**facts: Any) -> Columns:
    """Only what there is to tell."""
    return {name: value for name, value in facts.items() if value}
