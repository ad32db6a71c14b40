"""Series whose dates come to an end: nothing adds any, so that staff must be told in time."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.agenda import Event, Status

_LONG = timedelta(
    days=300
)  # a series said without an end is given a year of dates; a shorter one has the end it was given


async def series_ending(session: AsyncSession, first: date, last: date) -> Sequence[Event]:
    """The last date of each long series that ends from `first` to `last`, cancelled ones left out."""
    dates = (
        select(Event.uid, func.max(Event.starts_on).label("until"), func.min(Event.starts_on).label("since"))
        .where(Event.occurrence != "", Event.status != Status.CANCELLED)
        .group_by(Event.uid)
        .having(func.max(Event.starts_on).between(first, last))
    )
    found: list[Event] = []
    for uid, until, since in (await session.execute(dates)).all():
        if until - since >= _LONG:
            same = select(Event).where(Event.uid == uid, Event.starts_on == until, Event.status != Status.CANCELLED)
            found += (await session.scalars(same.order_by(Event.id.desc()).limit(1))).all()
    return found
