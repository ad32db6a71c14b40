"""Laying a pack into the database: an upsert by key that never overwrites what staff have made or edited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.pack import records
from bot.pack.records import Record
from bot.pack.report import KindReport, SeedReport
from bot.pack.schema import Pack
from bot.pack.seeding_consultations import seed_consultations
from storage.agenda import Event
from storage.directory import Contact, Organisation, Term, Topic
from storage.forgetting import forgotten
from storage.network import NetworkSetting, Region, Structure, bump_knowledge, lock_knowledge

Ids = Mapping[str, int]


async def seed(session: AsyncSession, pack: Pack, now: datetime, *, apply: bool = True) -> SeedReport:
    """Load a pack, or with `apply=False` say what loading it would do.

    A row that staff made or edited (`edited_at`) stays as it is; a row gone from the pack is reported, not deleted;
    a contact erased on demand does not come back; loading the same pack again changes nothing. Two processes that
    load at once take turns.
    """
    if apply:
        await lock_knowledge(session)
    report = SeedReport()
    loading = _Loading(session, now, apply)
    report.kinds["settings"], _ = await loading.upsert(NetworkSetting, records.setting_records(pack))
    report.kinds["regions"], regions = await loading.upsert(Region, records.region_records(pack), name="code")
    report.kinds["structures"], _ = await loading.upsert(
        Structure, records.structure_records(pack), name="code", links={"region_id": regions}
    )
    report.kinds["organisations"], _ = await loading.upsert(Organisation, records.organisation_records(pack))
    contacts = records.contact_records(pack)
    gone = await forgotten(session, Contact.__tablename__, {record.key for record in contacts})
    report.kinds["contacts"], _ = await loading.upsert(Contact, [one for one in contacts if one.key not in gone])
    report.kinds["events"], _ = await loading.upsert(Event, records.event_records(pack), links={"region_id": regions})
    report.kinds["terms"], _ = await loading.upsert(Term, records.term_records(pack))
    report.kinds["topics"], _ = await loading.upsert(Topic, records.topic_records(pack))
    report.kinds["consultations"] = await seed_consultations(session, pack, now, apply=apply)
    if apply and report.changes_anything:
        await bump_knowledge(session)
    return report


def _date_of(row: Any) -> tuple[Any, ...] | None:
    """When an event is; None of what is none, or has just been made."""
    return (row.precision, row.starts_on, row.starts_at) if isinstance(row, Event) and row.starts_on else None


class _Loading:
    def __init__(self, session: AsyncSession, now: datetime, apply: bool) -> None:
        self.session, self.now, self.apply = session, now, apply

    async def upsert(
        self, table: Any, wanted: Sequence[Record], *, name: str = "key", links: Mapping[str, Ids] | None = None
    ) -> tuple[KindReport, Ids]:
        """Bring a table to what the pack wants; returns what that took, and the ids of all its rows by key.

        `links` has the ids that a record's links lead to; `parent_id` leads into the table itself.
        """
        report = KindReport()
        rows: dict[str, Any] = {getattr(row, name): row for row in await self.session.scalars(select(table))}
        written: list[tuple[Any, Record]] = []
        for record in wanted:
            row = rows.get(record.key)
            if row is None:
                report.added.append(record.key)
                if not self.apply:
                    continue
                row = rows[record.key] = table(**{name: record.key})
                self.session.add(row)
            elif row.edited_at is not None or row.seed_digest is None:
                report.kept.append(record.key)
                continue
            elif row.seed_digest == record.digest:
                report.unchanged.append(record.key)
                continue
            else:
                report.changed.append(record.key)
                if not self.apply:
                    continue
                if isinstance(row, Event):
                    row.sequence += 1  # calendars take the higher one for the newer version
            before = _date_of(row)
            self._write(row, record, links or {})
            if isinstance(row, Event) and before is not None and _date_of(row) != before:
                row.dated_at = self.now  # what would have been due before, for the new date, is not sent
            written.append((row, record))
        await self.session.flush()
        for row, record in written:
            if parent := record.links.get("parent_id"):
                row.parent_id = rows[parent].id
        keys = {record.key for record in wanted}
        report.gone += sorted(key for key, row in rows.items() if row.seed_digest is not None and key not in keys)
        return report, {key: row.id for key, row in rows.items()}

    def _write(self, row: Any, record: Record, links: Mapping[str, Ids]) -> None:
        for column, value in record.columns.items():
            setattr(row, column, value)
        for column, key in record.links.items():
            setattr(row, column, links[column][key] if key is not None and column in links else None)
        row.seed_digest = record.digest
        if hasattr(row, "updated_at"):
            row.updated_at = self.now
