"""What the calendar must yield: who is reminded of what at which instant, reckoned without the code of the product."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import func, select

from handlers.messages import plain
from storage.agenda import Event, Precision
from storage.database import Database
from storage.network import Region, Structure, home
from storage.outbox import Delivery, Kind, State
from storage.people import Account, Person, RoleGrant
from tests.simulation.running import Arrival
from tests.simulation.script import Act, Cancelled, Dated, Moved, Refused

Acts = Sequence[tuple[datetime, Act]]
BEFORE, AFTER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Guest(NamedTuple):
    """Somebody as the oracle sees them; `rest` is the calendar of their territory's holidays."""

    id: int
    role: str
    kind: str
    region: str | None
    zone: str
    rest: str
    night: tuple[time, time]


class Planned(NamedTuple):
    """An event as the pack has it, before staff touch it."""

    key: str
    name: str
    zone: str
    day: date | None
    audience: dict[str, list[str]]


def oracle(guests: list[Guest], events: list[Planned], acts: Acts) -> set[tuple[int, str, datetime]]:
    """Who gets a reminder of what, when."""
    wanted = set()
    for event in events:
        dates = [(BEFORE, event.day, "")]
        refused = [(at, act.each) for at, act in acts if isinstance(act, Refused) and act.key == event.key]
        for at, act in acts:
            if isinstance(act, Dated | Cancelled) and act.key == event.key:
                dates.append((at, act.day, act.hour) if isinstance(act, Dated) else (at, None, ""))
        for (since, day, hour), (until, _, _) in pairwise([*dates, (AFTER, None, "")]):
            for guest in [guest for guest in guests if day and invited(guest, event)]:
                for zone, arrives, leaves in lives(guest, acts):
                    for at in instants(event.zone, day, hour, zone, guest.rest, guest.night):
                        gone = any(said <= at and guest.id % each == 0 for said, each in refused)
                        if since <= at < until and arrives <= at < leaves and not gone:
                            wanted.add((guest.id, event.name, at))
    return wanted


@cache
def instants(home: str, day: date, hour: str, zone: str, rest: str, night: tuple[time, time]) -> list[datetime]:
    """D-7, D-1 and H-2: minute by minute backwards from the nominal instant to one that is allowed."""
    start, tz = datetime.combine(day, time.fromisoformat(hour or "00:00"), ZoneInfo(home)), ZoneInfo(zone)
    found = [start.astimezone(UTC) - timedelta(hours=2)] if hour else []
    for days in (7, 1):
        there = start.astimezone(tz).date() if hour else day
        while not working(there - timedelta(days), rest):
            days += 1
        found.append(datetime.combine(there - timedelta(days), time(9), tz).astimezone(UTC))
    for index, at in enumerate(found):
        while not (night[1] <= at.astimezone(tz).time() < night[0] and working(at.astimezone(tz).date(), rest)):
            at -= timedelta(minutes=1)
        found[index] = at
    return [at for at in found if at < start]


def working(day: date, rest: str) -> bool:
    return day.weekday() < 5 and day not in territory(rest)


def invited(guest: Guest, event: Planned) -> bool:
    lists = [(guest.role, "roles"), (guest.kind, "kinds"), (guest.region, "regions")]
    return all(own in event.audience[name] for own, name in lists if event.audience.get(name))


def lives(guest: Guest, acts: Acts) -> list[tuple[str, datetime, datetime]]:
    places = [(BEFORE, guest.zone)]
    places += [(at, act.zone) for at, act in acts if isinstance(act, Moved) and act.person == guest.id]
    return [(zone, since, until) for (since, zone), (until, _) in pairwise([*places, (AFTER, "")])]


async def cast(database: Database) -> tuple[list[Guest], list[Planned]]:
    """People who have an account and want reminders, and the agenda, as they stand before the first day."""
    async with database.reading() as session:
        zone, country = await home(session)
        people = await session.execute(
            select(Person, RoleGrant.role, Structure.kind, Region.code, Region.zone, Region.holidays)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .join(Account, Account.person_id == Person.id)
            .join(Structure, Structure.id == Person.structure_id)
            .outerjoin(Region, Region.id == Structure.region_id)
            .where(Person.reminders_paused.is_(False))
        )
        guests = [
            Guest(
                person.id,
                role,
                kind,
                region,
                person.zone or there or zone,
                rest or country,
                (person.quiet_begins or time(20), person.quiet_ends or time(8)),
            )
            for person, role, kind, region, there, rest in people
        ]
        events = [
            Planned(
                event.key,
                event.name,
                event.zone,
                None if event.precision == Precision.MONTH else event.starts_on,
                event.audience,
            )
            for event in await session.scalars(select(Event))
        ]
    return guests, events


@cache
def territory(code: str) -> holidays.HolidayBase:
    country, _, part = code.partition("-")
    known = holidays.list_supported_countries()
    if part in known.get(country, ()) or not part:
        return holidays.country_holidays(country, subdiv=part or None)
    return holidays.country_holidays(part if part in known else country)


async def doubts_of(database: Database) -> dict[int, int]:
    """Of each person, how many tries nobody knows the outcome of."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Delivery.person_id, func.sum(Delivery.doubts))
            .where(Delivery.kind == Kind.REMINDER, Delivery.doubts > 0)
            .group_by(Delivery.person_id)
        )
        return {person: int(count) for person, count in rows if person is not None}


async def unfinished(database: Database) -> int:
    """How many reminders have no end."""
    async with database.reading() as session:
        open_ones = Delivery.kind == Kind.REMINDER, Delivery.state.in_((State.WAITING, State.SENDING))
        return int(await session.scalar(select(func.count(Delivery.id)).where(*open_ones)) or 0)


def faults(
    expected: Collection[tuple[int, str, datetime]],
    arrivals: Sequence[Arrival],
    events: Collection[str],
    doubts: Mapping[int, int],
    late: timedelta,
) -> list[str]:
    """What arrived that should not have, or did not: missing, too late, not due, twice without a doubt."""
    due: dict[tuple[int, str], list[datetime]] = {}
    for person, name, at in expected:
        due.setdefault((person, name), []).append(at)
    got: Counter[tuple[int, str, datetime]] = Counter()
    found = []
    for arrival in arrivals:
        about = [name for name in events if plain(name) in arrival.text]
        if not about:
            found.append(f"about nothing known: {arrival.text}")
        for name in about:
            in_time = [at for at in due.get((arrival.person, name), ()) if timedelta(0) <= arrival.at - at <= late]
            if len(in_time) == 1:
                got[arrival.person, name, in_time[0]] += 1
            else:
                found.append(f"{name} for {arrival.person} at {arrival.at} was not due")
    found += [f"{name} for {person} at {at} is missing" for person, name, at in set(expected) - set(got)]
    again: Counter[int] = Counter()
    for (person, _, _), count in got.items():
        again[person] += count - 1
    found += [f"{count} too many for {who}" for who, count in again.items() if count > doubts.get(who, 0)]
    return found
