"""« mes données » as files: JSON for machines, a text for people."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account.data_labels import COLUMNS, TABLES
from handlers.dates import clock, day
from storage.agenda import Event
from storage.consultations import Choice, Consultation, Question
from storage.network import Region, Structure

Holdings = Mapping[str, list[dict[str, Any]]]
Names = Mapping[str, Mapping[int, str]]

_NAMED = {
    "structure_id": Structure.name,
    "region_id": Region.name,
    "consultation_id": Consultation.title,
    "question_id": Question.wording,
    "choice_id": Choice.label,
    "event_id": Event.name,
}


def as_json(held: Holdings, at: datetime) -> bytes:
    """Everything, by table and column, in UTF-8; instants in ISO 8601."""
    whole = {"exported_at": at.isoformat(), "data": held}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain).encode()


def as_text(held: Holdings, names: Names, at: datetime, tz: ZoneInfo) -> bytes:
    """The same to be read: a title for each table, a paragraph for each row, names instead of numbers."""
    parts = [f"Vos données, {day(at.astimezone(tz).date())} à {clock(at, tz)}"]
    for table in TABLES:
        rows = held.get(table, ())
        if rows:
            parts.append(f"{TABLES[table].upper()}\n{'=' * len(TABLES[table])}")
            parts += [text for row in rows if (text := _paragraph(row, names, tz))]
    return ("\n\n".join(parts) + "\n").encode("utf-8-sig")


async def names_in(session: AsyncSession, held: Holdings) -> Names:
    """The names of what the rows refer to by number."""
    found: dict[str, dict[int, str]] = {}
    for column, name in _NAMED.items():
        numbers = {row[column] for rows in held.values() for row in rows if row.get(column) is not None}
        if numbers:
            table = name.class_
            rows = await session.execute(select(table.id, name).where(table.id.in_(numbers)))
            found[column] = {row[0]: row[1] for row in rows}
    return found


def _paragraph(row: Mapping[str, Any], names: Names, tz: ZoneInfo) -> str:
    lines = []
    for column, value in row.items():
        word, shown = column, value
        if column in _NAMED:
            word, shown = column.removesuffix("_id"), names.get(column, {}).get(value or 0)
        elif column == "id" or (column.endswith("_id") and column != "external_id"):
            continue
        if shown not in (None, "", [], {}) and (text := _readable(shown, tz)):
            lines.append(f"{COLUMNS.get(word, word)}\u00a0: {text}")
    return "\n".join(lines)


def _readable(value: Any, tz: ZoneInfo) -> str:
    match value:
        case bool():
            return "oui" if value else "non"
        case datetime():
            return f"{day(value.astimezone(tz).date())} à {clock(value, tz)}"
        case date():
            return day(value)
        case time():
            return value.strftime("%H:%M")
        case {"text": text}:  # a message: its buttons are no use on paper
            return str(text or "")
        case dict():
            return "\u202f; ".join(f"{key} = {_readable(one, tz)}" for key, one in value.items() if one not in ("", []))
        case list():
            return _joined(_readable(one, tz) for one in value)
    return str(value)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (datetime, date, time)) else str(value)
