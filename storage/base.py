"""What every table shares: naming of constraints, instants in UTC, JSON, insert-or-ignore."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC on both engines; a naive one is refused, for its zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The one metadata; migrations are compared with it by a test."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[Any]: Json, list[str]: Json}  # noqa: RUF012 – SQLAlchemy reads it


class Row(Base):
    """A table with a numeric key of its own."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)

    def __init_subclass__(cls, **more: Any) -> None:
        """On SQLite too an id is never given twice: what was purged must not lend its number, and its replies' keys."""
        super().__init_subclass__(**more)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table) and table.c.id.autoincrement is True:
            table.dialect_kwargs["sqlite_autoincrement"] = True


async def insert_or_ignore(session: AsyncSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose unique keys are new; returns how many were. Races end here, not in an exception."""
    if not rows:
        return 0
    target = table.__table__
    assert isinstance(target, Table)
    if session.get_bind().dialect.name == "postgresql":
        statement: Any = postgresql.insert(target).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(target).on_conflict_do_nothing()
    # Many rows to one statement, which is compiled once for all calls and split within the drivers' limits; RETURNING
    # counts what was inserted, for drivers do not agree on rowcount.
    return len((await session.execute(statement.returning(*target.primary_key.columns), rows)).all())
