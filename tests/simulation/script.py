"""What the staff do to the agenda between February and October 2024: fix, move, cancel, take the answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handlers.calendar.keeping import cancel_event, move_event
from storage.agenda import Event
from storage.database import Database
from storage.people import Person
from storage.replies import Coming, Mode, answer

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2024, 2, 26), date(2024, 10, 9)


@dataclass(frozen=True)
class Dated:
    """An event gets a date: an hour in Paris, or none."""

    key: str
    day: date
    hour: str = ""

    async def play(self, database: Database, now: datetime) -> None:
        """As the agenda's commands do it."""
        start = datetime.fromisoformat(f"{self.day}T{self.hour}").replace(tzinfo=PARIS) if self.hour else None
        async with database.transaction() as session:
            event = (await session.scalars(select(Event).where(Event.key == self.key))).one()
            await move_event(session, event, starts_on=self.day, starts_at=start, now=now)


@dataclass(frozen=True)
class Cancelled:
    """An event is cancelled."""

    key: str

    async def play(self, database: Database, now: datetime) -> None:
        """As the agenda's commands do it."""
        async with database.transaction() as session:
            event = (await session.scalars(select(Event).where(Event.key == self.key))).one()
            await cancel_event(session, event, now=now)


@dataclass(frozen=True)
class Refused:
    """Every so many people say that they do not come."""

    key: str
    each: int

    async def play(self, database: Database, now: datetime) -> None:
        """As a press does it."""
        async with database.transaction() as session:
            event = (await session.scalars(select(Event).where(Event.key == self.key))).one()
            for person in await session.scalars(select(Person.id).where(Person.id % self.each == 0)):
                await answer(session, event, person, Coming.NO, Mode.UNSAID, now)


@dataclass(frozen=True)
class Moved:
    """Somebody goes to live in another zone."""

    person: int
    zone: str

    async def play(self, database: Database, now: datetime) -> None:
        """As the preferences do it."""
        async with database.transaction() as session:
            (await session.get_one(Person, self.person)).zone = self.zone


Act = Dated | Cancelled | Refused | Moved

# Workshops are fixed three weeks ahead, around the holidays of May and over the change to summer time.
_WORKSHOPS = (
    ("auvergne-rhone-alpes", "2024-04-02", "09:30"),
    ("bourgogne-franche-comte", "2024-04-08", "08:15"),
    ("bretagne", "2024-04-11", "09:30"),
    ("centre-val-de-loire", "2024-04-16", ""),
    ("corse", "2024-04-22", "10:00"),
    ("grand-est", "2024-04-29", "09:00"),
    ("hauts-de-france", "2024-05-02", "09:30"),
    ("ile-de-france", "2024-05-06", "14:00"),
    ("normandie", "2024-05-10", "10:00"),
    ("nouvelle-aquitaine", "2024-05-13", ""),
    ("occitanie", "2024-05-21", "09:30"),
    ("pays-de-la-loire", "2024-05-22", "21:30"),
    ("provence-alpes-cote-d-azur", "2024-05-28", "07:30"),
    ("outre-mer", "2024-05-30", "14:00"),
)


def script() -> Iterator[tuple[datetime, Act]]:
    """What is done when, in the order of time; never at an instant at which a reminder is due."""
    acts: list[tuple[datetime, Act]] = [
        (_at("2024-03-29", 13), Refused("seminaire-2024-04-05", 9)),
        (_at("2024-04-10", 11), Dated("atelier-bretagne", date(2024, 4, 18), "09:30")),  # moved the day before
        (_at("2024-04-26", 16), Cancelled("atelier-grand-est")),
        (_at("2024-05-03", 11), Dated("atelier-ile-de-france", date(2024, 5, 7), "14:00")),
        (_at("2024-05-29", 17), Refused("atelier-outre-mer", 4)),
        (_at("2024-06-20", 15), Dated("conseil-d-administration-2024-06-26", date(2024, 6, 26), "10:00")),
        (_at("2024-09-02", 11), Dated("assemblee-generale-2024", date(2024, 10, 9), "14:00")),
        (_at("2024-10-03", 11), Refused("assemblee-generale-2024", 7)),
        (_at("2024-10-04", 13), Moved(142, "America/Cayenne")),
        (_at("2024-10-04", 14), Moved(31, "Pacific/Tahiti")),
    ]
    for name, day, hour in _WORKSHOPS:
        when = date.fromisoformat(day)
        acts.append((_at(when - timedelta(days=21), 15), Dated(f"atelier-{name}", when, hour)))
    return iter(sorted(acts, key=lambda one: one[0]))


def _at(day: date | str, hour: int) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, 7, tzinfo=PARIS).astimezone(UTC)
