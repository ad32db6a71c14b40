"""Telling those concerned that several events have changed at once: one message each, not one for every event."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import ics, wording
from handlers.calendar.cards import line
from handlers.calendar.telling import tell_change
from handlers.messages import Attachment, Button, Message, plain
from storage.agenda import Event
from storage.audiences import Audience, all_recipients
from storage.outbox import Kind, enqueue

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """An event as it is now, and in words what it was. `dated`: it has another date, or none any more."""

    event: Event
    old: str
    dated: bool


async def tell_changes(session: AsyncSession, changes: Sequence[Change], now: datetime) -> int:
    """A notice to everybody concerned by any of the changes, those of one audience together; returns how many rows."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(json.dumps(Audience.of(change.event.audience).as_json()), []).append(change)
    told = 0
    for group in groups.values():
        if len(group) == 1 and group[0].dated and group[0].event.status in wording.TOLD:
            told += await tell_change(session, group[0].event, group[0].old, now)
        else:
            told += await _tell_together(session, sorted(group, key=_in_time), now)
    return told


async def _tell_together(session: AsyncSession, group: Sequence[Change], now: datetime) -> int:
    versions = ".".join(f"{change.event.id}:{change.event.sequence}" for change in group)
    about = f"notice:events:{hashlib.sha256(versions.encode()).hexdigest()[:24]}:person:"
    file = Attachment(
        filename="agenda-modifie.ics",
        media_type=ics.MEDIA_TYPE,
        content=ics.calendar([change.event for change in group], wording.CHANGED_TOGETHER, organised=True),
    )
    see = Button(label=wording.SEE_MINE, action="calendar:agenda")
    payloads: dict[tuple[str, str], dict[str, object]] = {}
    told = 0
    async for batch in all_recipients(session, Audience.of(group[0].event.audience)):
        rows = []
        for one in batch:
            if one.account is None:
                continue
            reader = one.zone, one.locale
            if reader not in payloads:
                message = Message(text=_text(group, *reader), buttons=((see,),), attachment=file)
                payloads[reader] = message.model_dump(mode="json", exclude_defaults=True)
            rows.append(
                {
                    "about": f"{about}{one.person_id}",
                    "kind": Kind.NOTICE,
                    "payload": payloads[reader],
                    "due_at": now,
                    "created_at": now,
                    **one.address,
                }
            )
        told += await enqueue(session, rows)
    return told


def _text(group: Sequence[Change], zone: str, locale: str) -> str:
    parts = [f"**{plain(wording.several_changed(len(group)))}**"]
    parts += [f"{line(change.event, ZoneInfo(zone), locale)}\n{change.old}" for change in group[:SHOWN]]
    if len(group) > SHOWN:
        parts.append(wording.more(len(group) - SHOWN))
    return "\n\n".join(parts)


def _in_time(change: Change) -> tuple[object, int]:
    return change.event.starts_on, change.event.id
