"""Voices: whom a consultation expects, who may speak for them, and the lock under which one answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.consultations import (
    Ballot,
    BallotTrace,
    Consultation,
    Draft,
    Participation,
    Proposal,
    Status,
    TraceStep,
    Voice,
)
from storage.network import Region, Structure
from storage.people import Person, RoleGrant


@dataclass(frozen=True, slots=True)
class ExpectedVoice:
    """One voice that a consultation waits for, with what it is counted under."""

    key: str
    name: str
    kind: str
    region_id: int | None
    region: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may speak for a voice, with the zone their days have (None: the network's)."""

    id: int
    name: str
    voice_key: str
    zone: str | None
    holidays: str
    preferred_platform: str | None
    is_director: bool


def structure_voice(structure_id: int) -> str:
    """The key of a structure's voice."""
    return f"structure:{structure_id}"


def person_voice(person_id: int) -> str:
    """The key of a person's voice."""
    return f"person:{person_id}"


def _within(query: Select[Any], audience: Mapping[str, Any], region_code: Any, kind: Any) -> Select[Any]:
    """The query narrowed to the regions and kinds of an audience."""
    if audience.get("regions"):
        query = query.where(region_code.in_(audience["regions"]))
    if audience.get("kinds"):
        query = query.where(kind.in_(audience["kinds"]))
    return query


async def expected_voices(session: AsyncSession, consultation: Consultation) -> Sequence[ExpectedVoice]:
    """Every voice the consultation waits for, by name.

    Of structures: those of its regions and kinds, also where nobody is known who could answer. Of people: those of
    its regions, kinds and roles.
    """
    audience = consultation.audience
    if consultation.voice == Voice.STRUCTURE:
        query = (
            select(Structure.id, Structure.name, Structure.kind, Region.id, Region.name)
            .outerjoin(Region, Region.id == Structure.region_id)
            .order_by(Structure.name, Structure.id)
        )
        rows = await session.execute(_within(query, audience, Region.code, Structure.kind))
        return [ExpectedVoice(structure_voice(i), name, kind, region, title or "") for i, name, kind, region, title in rows]
    people = await _people(session, consultation)
    return [
        ExpectedVoice(person_voice(person.id), person.name, kind or "", region_id, region or "")
        for person, kind, region_id, region in people
    ]


async def _people(session: AsyncSession, consultation: Consultation) -> list[tuple[Person, str | None, int | None, str | None]]:
    """The people of the audience, each with kind of structure, region and its name, by name."""
    query = (
        select(Person, Structure.kind, Region.id, Region.name)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == _REGION_OF_PERSON)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    query = _of_roles(_within(query, consultation.audience, Region.code, Structure.kind), consultation.audience)
    return [(person, kind, region_id, region) for person, kind, region_id, region in await session.execute(query)]
