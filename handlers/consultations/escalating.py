"""When nudges have not helped: the staff of each region get the list of its structures that have not answered.

Names of structures, never what anybody answered. It leaves once, so many days before the close, at 9:00 in the region,
put off over nights, week-ends and holidays like a nudge; a region where all have answered is left in peace.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import notices, reporting, screens, wording
from handlers.consultations.nudging import silent_voices, wave_due, waves
from handlers.consultations.telling import rows_for
from handlers.consultations.timing import state_at
from handlers.instants import next_permitted
from handlers.messages import Message
from storage.consultations import Consultation, Status, Voice, consultations_with
from storage.network import Region, home
from storage.outbox import Kind, enqueue
from storage.people import Person, Role, RoleGrant
from storage.voices import Member, expected_voices

MOST = 40  # names in one message; more are counted


async def escalate_due(session: AsyncSession, now: datetime) -> int:
    """Write every list that is due; returns how many were new. For the timetable; written twice is written once."""
    written = 0
    for consultation in await consultations_with(session, Status.OPEN):
        if consultation.escalate_days is not None and consultation.closes_at is not None:
            written += await enqueue(session, await _rows(session, consultation, now))
    return written


async def _rows(session: AsyncSession, consultation: Consultation, now: datetime) -> list[dict[str, Any]]:
    assert consultation.closes_at is not None
    assert consultation.escalate_days is not None
    if consultation.voice != Voice.STRUCTURE or state_at(consultation, now) != Status.OPEN:
        return []
    zone, holidays = await home(session)
    due = []
    for region in await session.scalars(select(Region).order_by(Region.id)):
        planned = waves(consultation.closes_at, [consultation.escalate_days], region.zone, region.holidays or holidays)
        if wave_due(planned, now) is not None:
            due.append(region)
    if not due:
        return []
    silent = set(await silent_voices(session, consultation))
    expected = await expected_voices(session, consultation)
    rows: list[dict[str, Any]] = []
    for region in due:
        mine = [voice for voice in expected if voice.region_id == region.id]
        names = [voice.name for voice in mine if voice.key in silent]
        if names:
            message = _message(consultation, region, names, len(mine), zone)
            rows += await _to_staff_of(session, consultation, region, message, now)
    return rows


def _message(consultation: Consultation, region: Region, names: list[str], expected: int, zone: str) -> Message:
    assert consultation.closes_at is not None
    until = wording.deadline(consultation.closes_at, ZoneInfo(zone), ZoneInfo(region.zone))
    text = notices.silent_structures(consultation.title, region.name, names[:MOST], len(names), expected, until)
    see = screens.button(reporting.PARTICIPATION, "follow", consultation.id)
    return Message(text=text, buttons=((see,),))


async def _to_staff_of(
    session: AsyncSession, consultation: Consultation, region: Region, message: Message, now: datetime
) -> list[dict[str, Any]]:
    """One delivery for each person of the region's staff who can be reached."""
    people = await session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == Role.REGIONAL_STAFF, RoleGrant.region_id == region.id)
        .order_by(Person.id)
    )
    staff = [
        Member(
            id=one.id,
            name=one.name,
            voice_key="",
            zone=region.zone,
            holidays=region.holidays,
            preferred_platform=one.preferred_platform,
            is_director=False,
            fallback_platform=one.fallback_platform,
        )
        for one in people
    ]
    rows = await rows_for(
        session,
        staff,
        kind=Kind.NUDGE,
        about=lambda member: f"escalate:{consultation.id}:{region.id}:person:{member.id}",
        message=lambda _: message,
        now=now,
    )
    due = next_permitted(now, region.zone, region.holidays)
    return [{**row, "due_at": due, "expires_at": consultation.closes_at} for row in rows]
