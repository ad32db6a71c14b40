"""Once a week staff read what was asked and not answered: on Monday morning, of the week before."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import plain
from handlers.questions.ticket_wording import digest
from handlers.telling import tell_staff
from storage.network import home
from storage.tickets import count_open, unanswered_between

MORNING, EVENING = time(9), time(20)
MOST = 20
NEWS = timedelta(days=3)  # who was down on Monday tells it on Tuesday or Wednesday


async def weekly_digest(session: AsyncSession, now: datetime) -> int:
    """Tell staff, once a week; returns how many were told. Every process may run it: the week is in the key."""
    zone = ZoneInfo((await home(session))[0])
    local = now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), MORNING, zone)
    if not monday <= local < monday + NEWS or not MORNING <= local.time() < EVENING:
        return 0
    asked = await unanswered_between(session, monday - timedelta(days=7), monday)
    waiting = await count_open(session, monday)
    if not asked and not waiting:
        return 0
    distinct = list(dict.fromkeys(question.strip() for question in asked))
    year, week, _ = local.isocalendar()
    text = digest([plain(question) for question in distinct[:MOST]], max(0, len(distinct) - MOST), waiting)
    return await tell_staff(session, f"digest:{year}-{week:02}", text, now)
