"""What an import of a calendar file would do, in words: the same for the chat and the command line."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import import_wording as words
from handlers.calendar.ics_reading import Entry
from handlers.calendar.importing import Plan
from handlers.dates import event_dates
from storage.agenda import Event, Precision
from storage.audiences import Audience, count


async def summary(session: AsyncSession, plan: Plan) -> list[str]:
    """How many of what, what is left alone and why, and to whom the new events are addressed."""
    lines = [words.headline(plan.file.name, len(plan.added), len(plan.changed), len(plan.cancelled))]
    kept = [event.name for event in plan.kept]
    lines += words.left_alone(plan.unchanged, kept, plan.older, plan.unknown, plan.file.others)
    if plan.file.cut:
        lines.append(words.cut(plan.file.cut))
    if plan.added:
        everybody = sum(region is None for _, region in plan.added)
        lines.append(words.addressed(everybody, await count(session, Audience()) if everybody else 0))
    return lines


def new_lines(plan: Plan, most: int = 10) -> list[str]:
    """A line for each event that is added, changed or cancelled, as far as `most`; a series is one line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for entry, _ in plan.added:
        lines.setdefault(("+", entry.uid), []).append(f"{entry.texts.name}, {_dates(entry)}")
    for event, entry in plan.changed:
        old, new = event_dates(event), _dates(entry)
        moved = f"{new} au lieu {_of(old)}" if old != new else new
        lines.setdefault(("~", event.uid or ""), []).append(f"{entry.texts.name}, {moved}")
    for event, _ in plan.cancelled:
        lines.setdefault(("-", event.uid or ""), []).append(f"{event.name}, {event_dates(event)}")
    signs = {"+": "ajouté", "~": "modifié", "-": "annulé"}
    said = [
        f"{signs[sign]}\u00a0: {dates[0]}"
        + (
            f" (et {len(dates) - 1} autre{'s' * (len(dates) > 2)} date{'s' * (len(dates) > 2)})"
            if len(dates) > 1
            else ""
        )
        for (sign, _), dates in lines.items()
    ]
    return said if len(said) <= most else [*said[:most], words.more_faults(len(said) - most)]


def _dates(entry: Entry) -> str:
    return event_dates(
        Event(
            precision=Precision.MINUTE if entry.starts_at else Precision.DAY,
            starts_on=entry.starts_on,
            ends_on=entry.ends_on,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            zone=entry.zone,
        )
    )


def _of(dates: str) -> str:
    return dates if dates.startswith("du ") else f"du {dates}"
