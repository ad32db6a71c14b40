"""What the database lets anybody know, read into the picture that questions are answered from."""

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.questions.facts import (
    ContactFact,
    EventFact,
    OrganisationFact,
    RegionFact,
    Source,
    StructureFact,
    TermFact,
    TopicFact,
)
from handlers.questions.knowledge import Knowledge
from storage import network
from storage.agenda import Event
from storage.directory import Contact, Organisation, Term, Topic
from storage.network import Region, Structure

T = TypeVar("T")
F = TypeVar("F")


async def load(session: AsyncSession) -> Knowledge:
    """What the database lets anybody know.

    Rows are read in slices and the indexes are built in a thread: others get their turn meanwhile.
    """
    regions = (await session.scalars(select(Region))).all()
    codes = {region.id: region.code for region in regions}
    named = select(Event.id, Event.key).where(Event.public).execution_options(yield_per=_AT_ONCE)
    keys = {row.id: row.key for row in await _each(await session.stream(named), lambda row: row)}
    shared = _Shared()
    # Rows are turned into facts as they come: as objects of the session, all at once, they would take twice the room.
    events = await _each(
        await session.stream_scalars(
            select(Event).where(Event.public).order_by(Event.id).execution_options(yield_per=_AT_ONCE)
        ),
        lambda event: _event(event, codes, keys, shared),
    )
    contacts = await _each(
        await session.stream(
            select(*_CONTACT).where(Contact.public).order_by(Contact.id).execution_options(yield_per=_AT_ONCE)
        ),
        lambda row: _contact(row, shared),
    )
    structures = (await session.scalars(select(Structure).where(~Structure.fictional))).all()
    everything = partial(
        Knowledge,
        events=events,
        contacts=contacts,
        organisations=[
            OrganisationFact(
                o.key,
                o.name,
                o.abbreviation or "",
                tuple(o.aliases),
                o.description,
                shared.source(o.source, o.source_date, o.edited_at),
            )
            for o in (await session.scalars(select(Organisation).order_by(Organisation.id))).all()
        ],
        regions=[RegionFact(r.code, r.name, r.zone, r.overseas, tuple(r.aliases)) for r in regions],
        structures=[
            StructureFact(s.code, s.name, s.kind, codes.get(s.region_id or 0, ""), tuple(s.aliases)) for s in structures
        ],
        terms=[
            TermFact(t.key, t.term, t.meaning, tuple(t.aliases), shared.source(t.source, t.source_date, t.edited_at))
            for t in (await session.scalars(select(Term).order_by(Term.id))).all()
        ],
        topics=[
            TopicFact(
                t.key,
                t.title,
                t.body,
                tuple(t.phrases),
                dict(t.details),
                shared.source(t.source, t.source_date, t.edited_at),
            )
            for t in (await session.scalars(select(Topic).order_by(Topic.id))).all()
        ],
        settings=await network.setting(session, "network"),
    )
    return await asyncio.to_thread(everything)


async def size(session: AsyncSession) -> int:
    """How many people and events there are to be read."""
    people = select(func.count()).select_from(Contact).where(Contact.public)
    events = select(func.count()).select_from(Event).where(Event.public)
    return int(await session.scalar(people) or 0) + int(await session.scalar(events) or 0)


async def _each(rows: AsyncIterable[T], fact: Callable[[T], F]) -> list[F]:
    """A fact of each row; the others get their turn after every slice."""
    facts: list[F] = []
    async for row in rows:
        facts.append(fact(row))
        if len(facts) % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return facts


class _Shared:
    """Values that many facts have in common, each kept once: a hundred thousand people have a few hundred functions."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._sources: dict[tuple[str, date | None, date | None], Source] = {}
        self.nothing: dict[str, Any] = {}

    def text(self, text: str | None) -> str:
        return self._texts.setdefault(text, text) if text else ""

    def source(self, name: str, published: date | None, edited_at: datetime | None, zone: str = "UTC") -> Source:
        changed = edited_at.astimezone(ZoneInfo(zone)).date() if edited_at is not None else None
        changed = None if changed == published else changed
        return self._sources.setdefault((name, published, changed), Source(name, published, changed))


def _event(event: Event, regions: Mapping[int, str], keys: Mapping[int, str], shared: _Shared) -> EventFact:
    return EventFact(
        key=event.key,
        name=event.name,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        kind=event.kind,
        precision=event.precision,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        status=event.status,
        place=event.place,
        remote=event.remote,
        video_link=event.video_link,
        region=regions.get(event.region_id or 0, ""),
        audience=dict(event.audience),
        aliases=tuple(event.aliases),
        description=event.description,
        details=dict(event.details),
        parent=keys.get(event.parent_id or 0, ""),
        position=event.position,
        source=shared.source(event.source, event.source_date, event.edited_at, event.zone),
    )


_CONTACT = (
    Contact.key,
    Contact.given_name,
    Contact.family_name,
    Contact.gender,
    Contact.function,
    Contact.organisation,
    Contact.phone,
    Contact.email,
    Contact.responsibilities,
    Contact.aliases,
    Contact.details,
    Contact.source,
    Contact.source_date,
    Contact.edited_at,
)
_AT_ONCE = 200  # rows


def _contact(row: Row[Any], shared: _Shared) -> ContactFact:
    return ContactFact(
        key=row.key,
        given=shared.text(row.given_name),
        family=shared.text(row.family_name),
        gender=shared.text(row.gender),
        function=shared.text(row.function),
        organisation=shared.text(row.organisation),
        phone=row.phone or "",
        email=row.email or "",
        responsibilities=tuple(row.responsibilities),
        aliases=tuple(row.aliases),
        details=dict(row.details) if row.details else shared.nothing,
        source=shared.source(row.source, row.source_date, row.edited_at),
    )
