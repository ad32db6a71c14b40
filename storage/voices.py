"""Voices: whom a consultation expects, who may speak for them, and the lock under which one answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.ballots import Participation
from storage.consultations import Consultation, Voice
from storage.network import Region, Structure
from storage.people import Person, Role, RoleGrant

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])

_REGION_OF_PERSON = func.coalesce(Person.region_id, Structure.region_id)
_ZONE_OF_PERSON = func.coalesce(Person.zone, Structure.zone, Region.zone)
_IS_DIRECTOR = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == Role.DIRECTOR)


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
    """Somebody who may speak for a voice; `zone` is where their days begin, None for the network's."""

    id: int
    name: str
    voice_key: str
    zone: str | None
    holidays: str
    preferred_platform: str | None
    is_director: bool
    fallback_platform: str | None = None


def structure_voice(structure_id: int) -> str:
    """The key of a structure's voice."""
    return f"structure:{structure_id}"


def person_voice(person_id: int) -> str:
    """The key of a person's voice."""
    return f"person:{person_id}"


async def expected_voices(session: AsyncSession, consultation: Consultation) -> Sequence[ExpectedVoice]:
    """Every voice the consultation waits for, by name.

    Of structures: those of its regions and kinds, also where nobody is known who could answer. Of people: those of
    its regions, kinds and roles.
    """
    if consultation.voice == Voice.STRUCTURE:
        query = _of_places(
            select(Structure.id, Structure.name, Structure.kind, Region.id, Region.name)
            .outerjoin(Region, Region.id == Structure.region_id)
            .order_by(Structure.name, Structure.id),
            consultation,
        )
        rows = await session.execute(query)
        return [
            ExpectedVoice(structure_voice(key), name, kind, region, of or "") for key, name, kind, region, of in rows
        ]
    people = _of_roles(
        _of_places(
            select(Person, Structure.kind, Region.id, Region.name)
            .outerjoin(Structure, Structure.id == Person.structure_id)
            .outerjoin(Region, Region.id == _REGION_OF_PERSON)
            .order_by(Person.family_name, Person.given_name, Person.id),
            consultation,
        ),
        consultation,
    )
    return [
        ExpectedVoice(person_voice(person.id), person.name, kind or "", region, of or "")
        for person, kind, region, of in await session.execute(people)
    ]


async def members(
    session: AsyncSession, consultation: Consultation, voice_keys: Collection[str] | None = None
) -> Sequence[Member]:
    """The people who may speak for those voices (None: for any expected one), by voice and name."""
    structures = consultation.voice == Voice.STRUCTURE
    region = Structure.region_id if structures else _REGION_OF_PERSON
    query = _of_roles(
        _of_places(
            select(Person, _ZONE_OF_PERSON, Region.holidays, _IS_DIRECTOR)
            .outerjoin(Structure, Structure.id == Person.structure_id)
            .outerjoin(Region, Region.id == region)
            .order_by(Person.structure_id, Person.family_name, Person.given_name, Person.id),
            consultation,
        ),
        consultation,
    )
    if structures:
        query = query.where(Person.structure_id.is_not(None))
    if voice_keys is not None:
        ids = [int(key.partition(":")[2]) for key in voice_keys]
        query = query.where((Person.structure_id if structures else Person.id).in_(ids))
    found: list[Member] = []
    for person, zone, holidays, is_director in await session.execute(query):
        key = structure_voice(person.structure_id or 0) if structures else person_voice(person.id)
        found.append(
            Member(
                person.id,
                person.name,
                key,
                zone,
                holidays or "",
                person.preferred_platform,
                bool(is_director),
                person.fallback_platform,
            )
        )
    return found


async def calendars(session: AsyncSession) -> set[tuple[str | None, str]]:
    """The zones and public holidays by which people and regions live; None is the network's zone, "" its holidays."""
    people = select(_ZONE_OF_PERSON, Region.holidays).select_from(Person).distinct()
    people = people.outerjoin(Structure, Structure.id == Person.structure_id)
    people = people.outerjoin(Region, Region.id == _REGION_OF_PERSON)
    found = [*await session.execute(people), *await session.execute(select(Region.zone, Region.holidays).distinct())]
    return {(zone, holidays or "") for zone, holidays in found}


def speaker_ids(consultation: Consultation) -> Select[Any]:
    """The ids of the people who may speak for any voice expected, to be used inside another query."""
    structures = consultation.voice == Voice.STRUCTURE
    region = Structure.region_id if structures else _REGION_OF_PERSON
    query = _of_roles(
        _of_places(
            select(Person.id)
            .outerjoin(Structure, Structure.id == Person.structure_id)
            .outerjoin(Region, Region.id == region),
            consultation,
        ),
        consultation,
    )
    return query.where(Person.structure_id.is_not(None)) if structures else query


def has_answered(consultation: Consultation) -> ColumnElement[bool]:
    """Whether the voice that a row of `people` may speak for has answered: who answered counts, never what."""
    structures = consultation.voice == Voice.STRUCTURE
    whose, number = ("structure:", Person.structure_id) if structures else ("person:", Person.id)
    return exists().where(
        Participation.consultation_id == consultation.id,
        Participation.voice_key == literal(whose) + cast(number, String),
    )


async def lock_voice(session: AsyncSession, voice_key: str) -> None:
    """Let nobody else answer with this voice until the end of the transaction."""
    await lock_voices(session, [voice_key])


async def lock_voices(session: AsyncSession, voice_keys: Collection[str]) -> None:
    """The same for several voices of one kind, in the order of their ids: two who lock never wait in turn.

    The locks leave foreign keys to the rows alone (FOR NO KEY UPDATE), so that nothing else waits for them.
    """
    for whose, row in (("structure:", Structure.id), ("person:", Person.id)):
        ids = [int(key.removeprefix(whose)) for key in voice_keys if key.startswith(whose)]
        if ids:
            await session.execute(select(row).where(row.in_(ids)).order_by(row).with_for_update(key_share=True))


def _of_places(query: _Query, consultation: Consultation) -> _Query:
    """The query narrowed to the regions and kinds of the audience."""
    audience = consultation.audience
    if audience.get("regions"):
        query = query.where(Region.code.in_(audience["regions"]))
    if audience.get("kinds"):
        query = query.where(Structure.kind.in_(audience["kinds"]))
    return query


def _of_roles(query: _Query, consultation: Consultation) -> _Query:
    """The query narrowed to people who hold one of the roles of the audience, or are named by it."""
    if people := consultation.audience.get("people"):
        query = query.where(Person.id.in_(people))
    roles = consultation.audience.get("roles")
    if not roles:
        return query
    return query.where(exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(roles)))
