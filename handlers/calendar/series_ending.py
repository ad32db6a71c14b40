"""A series that nobody prolongs stops a year ahead: the team is told a month before its last date, once."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import series_wording as wording
from handlers.messages import Button, plain
from handlers.telling import tell_staff
from storage.ending_series import series_ending

_AHEAD = timedelta(days=31)


async def tell_ending(session: AsyncSession, now: datetime) -> int:
    """Tell national staff of the series that end within a month; returns how many notices were written.

    Every process may run it: the last date is in the key, so a series that was prolonged is told of again in its time.
    """
    told = 0
    for event in await series_ending(session, now.date(), now.date() + _AHEAD):
        see = Button(label=wording.SEE_LAST, action=f"calendar:show:{event.id}")
        text = wording.ends(plain(event.name), event.starts_on)
        told += await tell_staff(session, f"series-ends:{event.id}", text, now, (see,))
    return told
