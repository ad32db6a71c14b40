"""Once a week staff read what was asked and not answered: on Monday morning, of the week before."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import plain
from handlers.questions.ticket_wording import digest
from handlers.telling import tell_staff
from storage.network import home
from storage.tickets import unanswered_between

MORNING = time(9)
MOST = 20


async def weekly_digest(session: AsyncSession, now: datetime) -> int:
    """Tell staff, once a week; returns how many were told. Every process may run it: the week is in the key."""
    zone = ZoneInfo((await home(session))[0])
    local = now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), MORNING, zone)
    if local < monday or local >= monday + timedelta(hours=12):  # later the same day it would no longer be news
        return 0
    asked = await unanswered_between(session, monday - timedelta(days=7), monday)
    if not asked:
        return 0
    distinct = list(dict.fromkeys(question.strip() for question in asked))
    year, week, _ = local.isocalendar()
    text = digest([plain(question) for question in distinct[:MOST]], max(0, len(distinct) - MOST))
    return await tell_staff(session, f"digest:{year}-{week:02}", text, now)
