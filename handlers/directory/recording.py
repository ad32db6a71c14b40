"""Writes of an import, each remembered with the values before it; and how such values are kept in JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, Instant
from storage.imports import Done, ImportChange

_BATCH = 5000


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as JSON: instants and days in ISO 8601."""
    return {name: _frozen(value) for name, value in values.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def thawed(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns from that JSON."""
    return {name: _thawed(table.columns[name], value) for name, value in values.items()}


def _thawed(column: Column[Any], value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


class Recorder:
    """Writes rows in batches. What it did is kept with `keep()`, in the order it was done."""

    def __init__(self, session: AsyncSession, run_id: int) -> None:
        self._session, self._run = session, run_id
        self._changes: list[dict[str, Any]] = []

    async def add(
        self, model: type[Base], rows: Sequence[dict[str, Any]], people: Sequence[int | None] = (), *, own: bool = False
    ) -> list[int]:
        """Insert rows; returns their ids in the same order. `people`: whom each belongs to; `own`: it is the person."""
        table = table_of(model)
        ids = await self._insert(table, rows)
        owners = ids if own else (people or [None] * len(ids))
        for row_id, row, person in zip(ids, rows, owners, strict=True):
            self._note(table, row_id, person, Done.ADDED, {}, frozen(row))
        return ids

    async def change(
        self, model: type[Base], changes: Sequence[tuple[int, int | None, Mapping[str, Any], Mapping[str, Any]]]
    ) -> None:
        """Update rows by id: `(id, person, before, after)`; before and after have the same columns."""
        table = table_of(model)
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row_id, person, before, after in changes:
            names = tuple(sorted(after))
            groups.setdefault(names, []).append({"_id": row_id, **{f"_{name}": after[name] for name in names}})
            self._note(table, row_id, person, Done.CHANGED, frozen(before), frozen(after))
        for names, parameters in groups.items():
            values = {name: bindparam(f"_{name}", type_=table.c[name].type) for name in names}
            await self._session.execute(update(table).where(table.c.id == bindparam("_id")).values(values), parameters)

    async def remove(self, model: type[Base], rows: Sequence[tuple[int, int | None, Mapping[str, Any]]]) -> None:
        """Delete rows by id: `(id, person, every column)`."""
        table = table_of(model)
        for row_id, person, columns in rows:
            self._note(table, row_id, person, Done.REMOVED, frozen(columns), {})
        if rows:
            await self._session.execute(delete(table).where(table.c.id.in_([row_id for row_id, _, _ in rows])))

    async def _insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        if self._session.get_bind().dialect.name == "sqlite":
            # RETURNING in a given order costs one statement a row here; nobody else writes, so the ids are ours.
            first = int(await self._session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1
            ids = list(range(first, first + len(rows)))
            for start in range(0, len(rows), _BATCH):
                batch = zip(ids[start : start + _BATCH], rows[start : start + _BATCH], strict=True)
                await self._session.execute(insert(table), [{"id": number, **row} for number, row in batch])
            return ids
        found: list[int] = []
        for start in range(0, len(rows), _BATCH):
            statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
            found += (await self._session.execute(statement, rows[start : start + _BATCH])).scalars()
        return found

    async def keep(self) -> None:
        """Write down what was done since the last time."""
        for start in range(0, len(self._changes), _BATCH):
            await self._session.execute(insert(table_of(ImportChange)), self._changes[start : start + _BATCH])
        self._changes = []

    def _note(
        self,
        table: Table,
        row_id: int,
        person: int | None,
        done: Done,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        self._changes.append(
            {
                "run_id": self._run,
                "person_id": person,
                "kind": table.name,
                "row_id": row_id,
                "done": done,
                "before": before,
                "after": after,
            }
        )
