"""When time will next bring something to a consultation that is not noted in any row: a nudge, a list, a wave.

Openings, closes and what waits to leave are rows (`storage.duetimes`). The board of a poll in a channel is no matter of
the calendar's clock: it follows the presses, by the machine's, and the close, which is noted.
"""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.nudging import waves
from handlers.consultations.recurring import newest_waves, within_months
from storage.consultations import Consultation, Status, consultations_with
from storage.network import home
from storage.voices import calendars


async def next_of_consultations(session: AsyncSession, after: datetime) -> datetime | None:
    """The first such instant after `after`; None if there is none. Where nobody is silent it brings nothing."""
    zone, holidays = await home(session)
    readers = {(where or zone, days or holidays) for where, days in await calendars(session)} | {(zone, holidays)}
    found: list[datetime] = []
    for consultation in await consultations_with(session, Status.OPEN):
        found += _planned(consultation, readers)
    for wave in await newest_waves(session):
        found += _opening(wave, zone, after)
    return min((at for at in found if at > after), default=None)


def _planned(consultation: Consultation, readers: Collection[tuple[str, str]]) -> list[datetime]:
    """Every nudge, and the lists of the regions, whoever they are for."""
    if consultation.closes_at is None:
        return []
    days = [*consultation.nudge_days]
    if consultation.escalate_days is not None:
        days.append(consultation.escalate_days)
    return [wave.at for calendar in readers for wave in waves(consultation.closes_at, days, *calendar)]


def _opening(wave: Consultation, zone: str, after: datetime) -> list[datetime]:
    """When the wave after this one opens."""
    if wave.opens_at is None or wave.closes_at is None:
        return []
    tz = ZoneInfo(zone)
    first = wave.opens_at.astimezone(tz).replace(tzinfo=None)
    rule = rrulestr(within_months(wave.recurs, first.day), dtstart=first)
    begins = rule.after(max(first, after.astimezone(tz).replace(tzinfo=None)))
    return [begins.replace(tzinfo=tz)] if begins is not None else []
