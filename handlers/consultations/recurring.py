"""A consultation that comes back by a calendar rule: each wave is one of its own, and opens by itself.

The rule (RFC 5545, as `FREQ=MONTHLY;INTERVAL=3`) is counted from the first opening, by the clocks of the network: nine
o'clock stays nine o'clock in summer. A wave lasts as long as the one before. A wave whose close has passed meanwhile,
after an outage, is not opened any more: nobody could have answered it.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.copying import copy_of
from handlers.consultations.secret import broken_promise
from handlers.consultations.timing import open_consultation
from handlers.dates import MONTHS
from storage.consultations import Consultation, whole_consultation
from storage.network import home

_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY")
_MOST_LOOKED_AT = 1000
SEPARATOR = " · "


def fault_of(rule: str) -> str:
    """What is wrong with a rule: "unclear", "often" (a wave a week at most); or "" when it can be followed."""
    words = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if words.get("FREQ") not in _FREQUENCIES:
        return "often" if words.get("FREQ") in ("DAILY", "HOURLY", "MINUTELY", "SECONDLY") else "unclear"
    try:
        rrulestr(rule, dtstart=datetime(2024, 1, 1, 9))  # noqa: DTZ001 – wall-clock times of no zone yet
    except (ValueError, TypeError, KeyError):
        return "unclear"
    return ""


def next_wave(
    rule: str, opened: datetime, closes: datetime, zone: str, now: datetime
) -> tuple[datetime, datetime] | None:
    """When the wave after the one from `opened` to `closes` opens and closes, if it is due at `now`: the last whose
    opening has come and whose close has not. Pure."""
    tz = ZoneInfo(zone)
    first, last = (instant.astimezone(tz).replace(tzinfo=None) for instant in (opened, closes))
    due: tuple[datetime, datetime] | None = None
    for number, begins in enumerate(rrulestr(within_months(rule, first.day), dtstart=first)):
        at = begins.replace(tzinfo=tz)
        if at > now or number > _MOST_LOOKED_AT:
            break
        ends = (begins + (last - first)).replace(tzinfo=tz)
        if at > opened and ends > now:
            due = at, ends
    return due


def within_months(rule: str, day: int) -> str:
    """Every month from the 31st on: RFC 5545 leaves out the months without one, people mean their last day."""
    if day <= 28 or "BY" in rule.upper() or "MONTHLY" not in rule.upper():
        return rule
    return f"{rule};BYMONTHDAY={','.join(str(one) for one in range(28, day + 1))};BYSETPOS=-1"


async def open_waves(session: AsyncSession, now: datetime) -> int:
    """Open every wave whose day has come; returns how many. For the timetable: the lock on the wave before and the
    unique slug make two processes open one."""
    found = (one for one in await newest_waves(session) if _is_over(one, now))
    return sum([await _open_after(session, one.id, now) for one in found])


def _is_over(wave: Consultation, now: datetime) -> bool:
    return wave.opens_at is not None and wave.opens_at <= now and wave.closes_at is not None and wave.closes_at <= now


async def newest_waves(session: AsyncSession) -> Sequence[Consultation]:
    """The last wave of every series that goes on."""
    newest = (
        select(Consultation.series, func.max(Consultation.wave).label("wave"))
        .where(Consultation.series != "")
        .group_by(Consultation.series)
        .subquery()
    )
    found = await session.scalars(
        select(Consultation)
        .join(newest, (newest.c.series == Consultation.series) & (newest.c.wave == Consultation.wave))
        .where(Consultation.recurs != "")
        .order_by(Consultation.id)
    )
    return found.all()


async def _open_after(session: AsyncSession, number: int, now: datetime) -> int:
    locked = select(Consultation.id).where(Consultation.id == number).with_for_update(skip_locked=True)
    before = await whole_consultation(session, number) if await session.scalar(locked) is not None else None
    if before is None or before.opens_at is None or before.closes_at is None:
        return 0
    zone, _ = await home(session)
    due = next_wave(before.recurs, before.opens_at, before.closes_at, zone, now)
    if due is None:
        return 0
    begins, ends = due
    local = begins.astimezone(ZoneInfo(zone))
    slug = f"{before.series[:60]}-{local:%Y-%m-%d}"
    if await session.scalar(select(Consultation.id).where(Consultation.slug == slug)) is not None:
        return 0  # another process was faster
    wave = copy_of(before, slug, now)
    wave.title = f"{before.title.partition(SEPARATOR)[0]}{SEPARATOR}{MONTHS[local.month - 1]} {local.year}"
    wave.recurs, wave.series, wave.wave = before.recurs, before.series, before.wave + 1
    wave.opens_at, wave.closes_at = begins, ends
    session.add(wave)
    await session.flush()
    if await broken_promise(session, wave):
        return 0  # it stays a draft; staff who open it by hand are told why
    await open_consultation(session, wave, now)
    return 1


async def waves_of(session: AsyncSession, series: str) -> list[Consultation]:
    """The waves of a series, the first one first, loaded whole."""
    numbers = await session.scalars(
        select(Consultation.id).where(Consultation.series == series).order_by(Consultation.wave, Consultation.id)
    )
    found = [await whole_consultation(session, number) for number in numbers.all()]
    return [one for one in found if one is not None]
