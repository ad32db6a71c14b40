"""`concerte import agenda.ics`: calendar files at the command line. Nobody is told of what they change."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import CannotStart
from bot.terminal import say
from handlers.calendar.ics_lines import BadCalendar
from handlers.calendar.ics_reading import read_calendar
from handlers.calendar.import_report import new_lines, summary
from handlers.calendar.importing import apply_plan, plan_agenda
from storage.audit import Act, note
from storage.network import home, lock_knowledge

SUFFIXES = frozenset((".ics", ".ical"))


async def import_agendas(session: AsyncSession, paths: Sequence[Path], now: datetime) -> None:
    """Apply the files in the caller's transaction and say what they do. Raises CannotStart with every fault."""
    if not paths:
        return
    await lock_knowledge(session)
    zone, _ = await home(session)
    today = now.astimezone(ZoneInfo(zone)).date()
    faults: list[str] = []
    for path in paths:
        try:
            content = await asyncio.to_thread(path.read_bytes)
            file = await asyncio.to_thread(read_calendar, path.name, content, zone, today)
            plan = await plan_agenda(session, file, today)
        except FileNotFoundError:
            raise CannotStart(f"{path} n’existe pas.") from None
        except OSError as error:
            raise CannotStart(f"{path} ne peut pas être lu ({error.strerror}).") from None
        except BadCalendar as error:
            faults += map(str, error.faults)
            continue
        for line in [*await summary(session, plan), *(f"  {one}" for one in new_lines(plan, most=1000))]:
            say(line)
        await apply_plan(session, plan, now)
        counts = {"added": len(plan.added), "changed": len(plan.changed), "cancelled": len(plan.cancelled)}
        await note(session, Act.IMPORTED, now, by="command line", about="agenda", **counts)
    if faults:
        raise CannotStart("\n".join(["rien n’a été importé.", *faults]))
