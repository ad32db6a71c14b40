"""Audiences: who is meant by roles, regions and kinds of structure, and where each of them is reached.

Events, announcements and consultations say it the same way, in JSON: `{"roles": […], "regions": [codes],
"kinds": […], "people": [ids]}`. Inside a list one is enough; every list that is given must match; an empty or
absent one means everybody. An announcement may also be for those whom an event or a consultation concerns:
`{"invited": event id}`, perhaps with what they answered to it (`{"coming": ["yes", "maybe", "no", "silent"]}`, one is
enough), `{"answered": consultation id}`, `{"unanswered": consultation id}`.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from storage.agenda import Event
from storage.consultations import Consultation
from storage.network import Region, Structure, home
from storage.people import Account, Person, RoleGrant, accounts_of, best_account
from storage.replies import Coming, Rsvp
from storage.voices import has_answered, speaker_ids

BATCH = 1000
SILENT = "silent"  # invited, and has not said whether they come
_ONE = ("invited", "answered", "unanswered")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant. Regions are codes; a person's region is their own, else their structure's."""

    roles: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    coming: frozenset[str] = frozenset()  # of the event's: answers, or SILENT
    invited: int | None = None  # the event
    answered: int | None = None  # the consultation
    unanswered: int | None = None  # the consultation

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Audience":
        """From the JSON of an event, an announcement or a consultation."""
        return cls(
            frozenset(str(word) for word in data.get("roles") or ()),
            frozenset(str(code) for code in data.get("regions") or ()),
            frozenset(str(word) for word in data.get("kinds") or ()),
            frozenset(int(number) for number in data.get("people") or ()),
            frozenset(str(word) for word in data.get("coming") or ()),
            *(int(data[name]) if data.get(name) else None for name in _ONE),
        )

    def as_json(self) -> dict[str, Any]:
        """The JSON to keep; what is empty is left out."""
        lists = {
            "roles": sorted(self.roles),
            "regions": sorted(self.regions),
            "kinds": sorted(self.kinds),
            "people": sorted(self.people),
            "coming": sorted(self.coming),
        }
        return {name: value for name, value in (lists | {name: getattr(self, name) for name in _ONE}).items() if value}

    @property
    def is_everybody(self) -> bool:
        """Whether nothing restricts it."""
        return not self.as_json()

    def includes(self, person_id: int, roles: Iterable[str], region: str, kind: str) -> bool:
        """Whether a person with these roles, region code and kind of structure is meant, as far as lists say it."""
        return (
            (not self.roles or not self.roles.isdisjoint(roles))
            and (not self.regions or region in self.regions)
            and (not self.kinds or kind in self.kinds)
            and (not self.people or person_id in self.people)
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person of an audience, with their zone and holidays, and the account to write to; None if there is none."""

    person_id: int
    zone: str
    holidays: str
    account: Account | None
    locale: str = "fr"  # how dates are written for them

    @property
    def address(self) -> dict[str, Any]:
        """The columns of the outbox that say where to; empty names where the person has no account."""
        if self.account is None:
            return {"person_id": self.person_id, "account_id": None, "platform": "", "workspace": "", "chat": ""}
        return {
            "person_id": self.person_id,
            "account_id": self.account.id,
            "platform": self.account.platform,
            "workspace": self.account.workspace,
            "chat": self.account.chat,
        }


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people an audience has, how many of them on which platform, and how many have no address."""

    people: int
    platforms: Mapping[str, int]
    unreachable: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who are due the same reminders at the same instants; `unreachable` of them have no address."""

    zone: str
    holidays: str
    quiet: tuple[time, time] | None
    people: int
    unreachable: int


_region_id = func.coalesce(Person.region_id, Structure.region_id)
_holidays = func.nullif(Region.holidays, "")


def _zone(default: str) -> ColumnElement[str]:
    """`storage.people.zone_of`, as the database says it."""
    own, structure = func.nullif(Person.zone, ""), func.nullif(Structure.zone, "")
    return func.coalesce(own, structure, Region.zone, default)


def calendar_columns(home: tuple[str, str]) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """A person's zone and holidays as columns of `members`; `home` is `storage.network.home`."""
    return _zone(home[0]), func.coalesce(_holidays, home[1])


def members(audience: Audience, *columns: Any) -> Select[Any]:
    """Those columns of the people meant by the lists, with their structures and regions at hand."""
    query = (
        select(*columns)
        .select_from(Person)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .outerjoin(Region, Region.id == _region_id)
    )
    if audience.roles:
        granted = select(RoleGrant.id).where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(audience.roles))
        query = query.where(granted.exists())
    if audience.regions:
        query = query.where(Region.code.in_(audience.regions))
    if audience.kinds:
        query = query.where(Structure.kind.in_(audience.kinds))
    if audience.people:
        query = query.where(Person.id.in_(audience.people))
    return query


async def _concerned(session: AsyncSession, audience: Audience) -> list[ColumnElement[bool]]:
    """What an event or a consultation narrows the audience to; nobody when it is gone."""
    found: list[ColumnElement[bool]] = []
    if audience.invited is not None:
        event = await session.get(Event, audience.invited)
        meant = Audience.of(event.audience) if event is not None else None
        found.append(Person.id.in_(member_ids(meant)) if meant is not None else false())
        if audience.coming:
            found.append(_answered_so(audience.invited, audience.coming))
    for number, wanted in ((audience.answered, True), (audience.unanswered, False)):
        if number is not None:
            consultation = await session.get(Consultation, number)
            if consultation is None:
                found.append(false())
            else:
                answered = has_answered(consultation)
                found += [Person.id.in_(speaker_ids(consultation)), answered if wanted else ~answered]
    return found


def _answered_so(event_id: int, answers: frozenset[str]) -> ColumnElement[bool]:
    """Whether somebody gave one of those answers to an invitation, or none where SILENT is one of them."""
    mine = select(Rsvp.id).where(Rsvp.event_id == event_id, Rsvp.person_id == Person.id)
    said = mine.where(Rsvp.answer.in_(answers)).exists()
    return or_(said, ~mine.where(Rsvp.answer != Coming.NOTHING).exists()) if SILENT in answers else said


def member_ids(audience: Audience) -> Select[tuple[int]]:
    """The ids of the people meant by the lists, to be used inside another query."""
    return members(audience, Person.id)


def living_by(calendar: tuple[str, str], home: tuple[str, str]) -> Select[tuple[int]]:
    """The ids of everybody of one zone and holidays; `home` is `storage.network.home`."""
    return members(Audience(), Person.id).where(
        _zone(home[0]) == calendar[0], func.coalesce(_holidays, home[1]) == calendar[1]
    )


async def calendar_of(session: AsyncSession, person_id: int) -> tuple[str, str]:
    """The zone and holidays of one person; the network's of somebody who is gone."""
    here = await home(session)
    query = members(Audience(), *calendar_columns(here)).where(Person.id == person_id)
    row = (await session.execute(query)).one_or_none()
    return (str(row[0]), str(row[1])) if row is not None else here


async def count(session: AsyncSession, audience: Audience) -> int:
    """How many people are meant."""
    query = members(audience, func.count(Person.id)).where(*await _concerned(session, audience))
    return int(await session.scalar(query) or 0)


async def calendars(session: AsyncSession, audience: Audience, *where: ColumnElement[bool]) -> list[tuple[str, str]]:
    """The zones and holidays among the people meant: who share both are due at the same instants."""
    zone, holidays = await home(session)
    rows = await session.execute(
        members(audience, _zone(zone), func.coalesce(_holidays, holidays))
        .where(*where, *await _concerned(session, audience))
        .distinct()
    )
    return sorted((str(row[0]), str(row[1])) for row in rows)


async def crowds(session: AsyncSession, audience: Audience, *where: ColumnElement[bool]) -> list[Crowd]:
    """How many of the people meant share zone, holidays and quiet hours, so that they are due at the same instants."""
    zone, holidays = calendar_columns(await home(session))
    account = select(Account.id).where(
        Account.person_id == Person.id, Account.unreachable.is_(None), Account.chat != ""
    )
    columns = (
        zone.label("zone"),
        holidays.label("holidays"),
        Person.quiet_begins.label("begins"),
        Person.quiet_ends.label("ends"),
        account.exists().label("reachable"),
    )
    inner = members(audience, *columns).where(*where, *await _concerned(session, audience)).subquery()
    groups = (inner.c.zone, inner.c.holidays, inner.c.begins, inner.c.ends)
    cut_off = func.sum(case((inner.c.reachable, 0), else_=1))
    rows = await session.execute(select(*groups, func.count(), cut_off).group_by(*groups))
    return [
        Crowd(zone, days, (begins, ends) if begins and ends else None, int(people), int(cut or 0))
        for zone, days, begins, ends, people, cut in rows
    ]


async def recipients(
    session: AsyncSession,
    audience: Audience,
    *where: ColumnElement[bool],
    among: Collection[tuple[str, str]] | None = None,
    after: int = 0,
    limit: int = BATCH,
) -> list[Recipient]:
    """The next people meant with an id above `after`, by id; `among` keeps those of some zones and holidays."""
    default_zone, default_holidays = await home(session)
    zone, holidays = _zone(default_zone), func.coalesce(_holidays, default_holidays)
    columns = (Person.id, Person.preferred_platform, Person.fallback_platform, zone, holidays, Person.locale)
    query = members(audience, *columns).where(Person.id > after, *where, *await _concerned(session, audience))
    if among is not None:
        query = query.where(tuple_(zone, holidays).in_(among))
    rows = (await session.execute(query.order_by(Person.id).limit(limit))).all()
    accounts: dict[int, list[Account]] = {}
    for account in await accounts_of(session, [row[0] for row in rows]):
        accounts.setdefault(account.person_id or 0, []).append(account)
    return [
        Recipient(person, reader, days, best_account(accounts.get(person, ()), preferred, fallback), locale or "fr")
        for person, preferred, fallback, reader, days, locale in rows
    ]


async def all_recipients(
    session: AsyncSession, audience: Audience, *where: ColumnElement[bool]
) -> AsyncIterator[list[Recipient]]:
    """Everybody meant, in batches, so that memory does not grow with the audience."""
    after = 0
    while batch := await recipients(session, audience, *where, after=after):
        yield batch
        after = batch[-1].person_id


async def reach(session: AsyncSession, audience: Audience) -> Reach:
    """How many would be reached, and how."""
    people = unreachable = 0
    platforms: dict[str, int] = {}
    async for batch in all_recipients(session, audience):
        people += len(batch)
        for one in batch:
            if one.account is None:
                unreachable += 1
            else:
                platforms[one.account.platform] = platforms.get(one.account.platform, 0) + 1
    return Reach(people, dict(sorted(platforms.items())), unreachable)
