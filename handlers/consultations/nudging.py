"""Nudges: a word to the people of voices that have not answered, and to nobody else.

A consultation's `nudge_days` plan them: on each, at 9:00 where the reader lives, put off over nights, week-ends and
holidays, never after the close. Staff may nudge once a day besides. A nudge that waits is cancelled the moment a
colleague answers (see `casting.stop_nudges`). Times are the calendar's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import notices, screens, wording
from handlers.consultations.casting import nudge_prefix
from handlers.consultations.telling import rows_for
from handlers.consultations.timing import state_at
from handlers.instants import MORNING, last_permitted, next_permitted
from handlers.messages import Message
from storage.ballots import Participation, Proposal
from storage.base import insert_or_ignore
from storage.consultations import Consultation, Status, Unnudged, Voice, consultations_with
from storage.network import Structure, home
from storage.outbox import Delivery, Kind, State, cancel_waiting, enqueue
from storage.voices import Member, expected_voices, members

LATE = timedelta(days=1)  # a planned nudge older than this, after a stop, is left out: it would come as a surprise


@dataclass(frozen=True, slots=True)
class Wave:
    """One planned nudge for readers of one zone and calendar: so many days before the close, at that instant."""

    days: int
    at: datetime


def waves(closes_at: datetime, nudge_days: Sequence[int], zone: str, holidays: str) -> tuple[Wave, ...]:
    """The planned nudges of a consultation for such readers, in the order of time; none at or after the close."""
    tz = ZoneInfo(zone)
    planned: list[Wave] = []
    for days in sorted({int(days) for days in nudge_days if int(days) >= 0}, reverse=True):
        day = closes_at.astimezone(tz).date() - timedelta(days=days)
        nominal = datetime.combine(day, MORNING, tz)
        at = next_permitted(nominal, zone, holidays)
        if at >= closes_at:
            at = last_permitted(nominal, zone, holidays)
        if at < closes_at:
            planned.append(Wave(days, at))
    return tuple(sorted(planned, key=lambda wave: wave.at))


def wave_due(planned: Sequence[Wave], now: datetime) -> Wave | None:
    """The nudge to send at `now`: the last one whose instant came within a day; those before it are superseded."""
    passed = [wave for wave in planned if wave.at <= now]
    return passed[-1] if passed and now - passed[-1].at < LATE else None


async def nudge_rows(session: AsyncSession, consultation: Consultation, now: datetime) -> list[dict[str, Any]]:
    """The planned nudges due by now, as rows of the outbox; a row that was written before is harmless."""
    if consultation.closes_at is None or not consultation.nudge_days or state_at(consultation, now) != Status.OPEN:
        return []
    zone, holidays = await home(session)
    due: dict[tuple[str, str], Wave | None] = {}
    chosen: dict[int, Wave] = {}
    silent = await silent_members(session, consultation)
    for member in silent:
        calendar = member.zone or zone, member.holidays or holidays
        if calendar not in due:
            due[calendar] = wave_due(waves(consultation.closes_at, consultation.nudge_days, *calendar), now)
        wave = due[calendar]
        if wave is not None:
            chosen[member.id] = wave
    told = [member for member in silent if member.id in chosen]
    return await _rows(session, consultation, told, {key: f"D-{wave.days}" for key, wave in chosen.items()}, now)


async def nudge_due(session: AsyncSession, now: datetime) -> int:
    """Write every planned nudge that is due; returns how many were new. For the timetable."""
    written = 0
    for consultation in await consultations_with(session, Status.OPEN):
        written += await enqueue(session, await nudge_rows(session, consultation, now))
    return written


async def nudge_now(session: AsyncSession, consultation: Consultation, now: datetime) -> int:
    """Nudge on demand, at most once a day; returns how many nudges were written."""
    if state_at(consultation, now) != Status.OPEN:
        return 0
    zone, _ = await home(session)
    silent = await silent_members(session, consultation)
    wave = f"on-{now.astimezone(ZoneInfo(zone)):%Y%m%d}"
    return await enqueue(session, await _rows(session, consultation, silent, {one.id: wave for one in silent}, now))


async def silent_voices(session: AsyncSession, consultation: Consultation) -> list[str]:
    """The keys of the expected voices that have not answered."""
    answered = set(
        await session.scalars(select(Participation.voice_key).where(Participation.consultation_id == consultation.id))
    )
    return [voice.key for voice in await expected_voices(session, consultation) if voice.key not in answered]


async def silent_members(session: AsyncSession, consultation: Consultation) -> list[Member]:
    """Whom to nudge: the people of those voices; where an answer waits for a director, the directors only."""
    keys = await silent_voices(session, consultation)
    waiting = set(await session.scalars(select(Proposal.voice_key).where(Proposal.consultation_id == consultation.id)))
    found = await members(session, consultation, keys)
    left_alone = set(
        await session.scalars(select(Unnudged.person_id).where(Unnudged.consultation_id == consultation.id))
    )
    return [
        member
        for member in found
        if member.id not in left_alone and (member.voice_key not in waiting or member.is_director)
    ]


async def leave_alone(session: AsyncSession, consultation: Consultation, person_id: int, now: datetime) -> None:
    """Nudge this person no more about it; what has not left is cancelled. Colleagues are nudged as before."""
    await insert_or_ignore(session, Unnudged, [{"consultation_id": consultation.id, "person_id": person_id}])
    theirs = Delivery.about.startswith(f"nudge:{consultation.id}:"), Delivery.person_id == person_id
    await cancel_waiting(session, *theirs, reason="refused", now=now)


async def _within_limit(session: AsyncSession, consultation: Consultation, told: Sequence[Member]) -> Sequence[Member]:
    """Those who have not had as many nudges as were set, planned ones and those by hand together."""
    if consultation.nudge_limit is None:
        return told
    had = await session.execute(
        select(Delivery.person_id, func.count())
        .where(
            Delivery.kind == Kind.NUDGE,
            Delivery.about.startswith(f"nudge:{consultation.id}:"),
            Delivery.state != State.CANCELLED,
        )
        .group_by(Delivery.person_id)
    )
    counts = {person: count for person, count in had}  # noqa: C416 – rows are no pairs to the type checker
    return [member for member in told if counts.get(member.id, 0) < consultation.nudge_limit]


async def _rows(
    session: AsyncSession, consultation: Consultation, told: Sequence[Member], wave: dict[int, str], now: datetime
) -> list[dict[str, Any]]:
    zone, holidays = await home(session)
    names: dict[str, str] = {}
    if consultation.voice == Voice.STRUCTURE:
        ids = {int(member.voice_key.partition(":")[2]) for member in told}
        rows = await session.execute(select(Structure.id, Structure.name).where(Structure.id.in_(ids)))
        names = {f"structure:{number}": name for number, name in rows}
    waiting = set(await session.scalars(select(Proposal.voice_key).where(Proposal.consultation_id == consultation.id)))

    def message(member: Member) -> Message:
        until = ""
        if consultation.closes_at is not None:
            until = wording.deadline(consultation.closes_at, ZoneInfo(zone), ZoneInfo(member.zone or zone))
        structure = names.get(member.voice_key, "")
        text = notices.nudge(consultation.title, structure, until, to_validate=member.voice_key in waiting)
        verb, label = ("mine", wording.SEE) if member.voice_key in waiting else ("open", wording.ANSWER)
        go = screens.button(label, verb, consultation.id, style="primary")
        no_more = screens.button(wording.NO_MORE, "quiet", consultation.id)
        return Message(text=text, buttons=((go,), (no_more,)))

    made = await rows_for(
        session,
        await _within_limit(session, consultation, told),
        kind=Kind.NUDGE,
        about=lambda member: f"{nudge_prefix(consultation.id, member.voice_key)}{wave[member.id]}:person:{member.id}",
        message=message,
        now=now,
    )
    calendars = {member.id: (member.zone or zone, member.holidays or holidays) for member in told}
    for row in made:
        row["due_at"] = next_permitted(now, *calendars[row["person_id"]])
        row["expires_at"] = consultation.closes_at
    return [row for row in made if consultation.closes_at is None or row["due_at"] < consultation.closes_at]
