"""When nudges have not helped: the staff of each region get the list of its voices that have not answered.

Names, never what anybody answered; of personal voices not those who asked to be left alone. It leaves once, so many
days before the close, at 9:00 in the region, put off over nights, week-ends and holidays like a nudge; a region where
all have answered is left in peace. The lists of regions where nobody can be told go to the staff of the network, in one
message that says so.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import escalation_wording as said
from handlers.consultations import reporting, screens, wording
from handlers.consultations.nudging import silent_voices, wave_due, waves
from handlers.consultations.telling import rows_for
from handlers.consultations.timing import state_at
from handlers.instants import next_permitted
from handlers.messages import Message
from storage.consultations import Consultation, Status, Unnudged, Voice, consultations_with
from storage.network import Region, home
from storage.outbox import Kind, enqueue
from storage.people import Person, Role, RoleGrant
from storage.voices import Member, expected_voices, person_voice


async def escalate_due(session: AsyncSession, now: datetime) -> int:
    """Write every list that is due; returns how many were new. For the timetable; written twice is written once."""
    written = 0
    for consultation in await consultations_with(session, Status.OPEN):
        if consultation.escalate_days is not None and consultation.closes_at is not None:
            written += await enqueue(session, await _rows(session, consultation, now))
    return written


async def _rows(session: AsyncSession, consultation: Consultation, now: datetime) -> list[dict[str, Any]]:
    if state_at(consultation, now) != Status.OPEN:
        return []
    zone, holidays = await home(session)
    regions = (await session.scalars(select(Region).order_by(Region.id))).all()
    due = {one.id for one in regions if _is_due(consultation, one.zone, one.holidays or holidays, now)}
    of_network = _is_due(consultation, zone, holidays, now)
    if not due and not of_network:
        return []
    silent = await silent_by_region(session, consultation)
    rows: list[dict[str, Any]] = []
    untold: list[said.Silent] = []
    for region in [*regions, None]:
        group = silent.get(region.id if region else None)
        if group is None:
            continue
        told: list[dict[str, Any]] = []
        if region is not None:
            text = said.to_region(consultation, region.name, group, _until(consultation, zone, region.zone))
            staff = await _staff(session, region.zone, region.holidays, Role.REGIONAL_STAFF, region.id)
            told = await _to(session, consultation, staff, f"{region.id}", text, now)
        if not told:
            untold.append(group)
        elif region is not None and region.id in due:
            rows += told
    if untold and of_network:
        text = said.to_network(consultation, untold, _until(consultation, zone, zone))
        rows += await _to(
            session, consultation, await _staff(session, zone, holidays, Role.STAFF), "network", text, now
        )
    return rows


def _is_due(consultation: Consultation, zone: str, holidays: str, now: datetime) -> bool:
    assert consultation.closes_at is not None
    assert consultation.escalate_days is not None
    return wave_due(waves(consultation.closes_at, [consultation.escalate_days], zone, holidays), now) is not None


def _until(consultation: Consultation, zone: str, reader: str) -> str:
    assert consultation.closes_at is not None
    return wording.deadline(consultation.closes_at, ZoneInfo(zone), ZoneInfo(reader))


async def silent_by_region(session: AsyncSession, consultation: Consultation) -> dict[int | None, said.Silent]:
    """Who has not answered, by region, those who asked to be left alone apart; None is outside of all regions."""
    silent = set(await silent_voices(session, consultation))
    if consultation.voice == Voice.PERSON:
        alone = await session.scalars(select(Unnudged.person_id).where(Unnudged.consultation_id == consultation.id))
        silent -= {person_voice(number) for number in alone}
    expected: dict[int | None, int] = {}
    names: dict[int | None, list[str]] = {}
    regions: dict[int | None, str] = {}
    for voice in await expected_voices(session, consultation):
        expected[voice.region_id] = expected.get(voice.region_id, 0) + 1
        regions[voice.region_id] = voice.region
        if voice.key in silent:
            names.setdefault(voice.region_id, []).append(voice.name)
    return {region: said.Silent(regions[region], tuple(who), expected[region]) for region, who in names.items()}


async def _staff(
    session: AsyncSession, zone: str, holidays: str, role: Role, region_id: int | None = None
) -> list[Member]:
    """The people who hold that role, in that region or in the whole network."""
    people = await session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, *([RoleGrant.region_id == region_id] if region_id is not None else []))
        .order_by(Person.id)
    )
    return [
        Member(
            id=one.id,
            name=one.name,
            voice_key="",
            zone=zone,
            holidays=holidays,
            preferred_platform=one.preferred_platform,
            is_director=False,
            fallback_platform=one.fallback_platform,
        )
        for one in people.unique()
    ]


async def _to(
    session: AsyncSession, consultation: Consultation, staff: Sequence[Member], whose: str, text: str, now: datetime
) -> list[dict[str, Any]]:
    """One delivery for each of them who can be reached."""
    see = screens.button(reporting.PARTICIPATION, "follow", consultation.id)
    rows = await rows_for(
        session,
        staff,
        kind=Kind.NUDGE,
        about=lambda member: f"escalate:{consultation.id}:{whose}:person:{member.id}",
        message=lambda _: Message(text=text, buttons=((see,),)),
        now=now,
    )
    due = next_permitted(now, str(staff[0].zone), staff[0].holidays) if staff else now
    return [{**row, "due_at": due, "expires_at": consultation.closes_at} for row in rows]
