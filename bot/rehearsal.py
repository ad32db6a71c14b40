"""The rehearsal: the whole calendar can be played in a browser, before anyone real is written to.

It is the web channel with invented people and a clock that only moves forward. Moving the clock plays the timetable
from one due instant to the next, so that whatever leaves on the way leaves with its own time.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import CannotStart
from bot.gateway import Gateway
from bot.opening import beginning, connect
from bot.pack.reading import read_pack
from bot.pack.rehearsing import seed_rehearsal
from bot.pack.seeding import seed
from bot.settings import Settings
from bot.web.live import REHEARSAL, Hub, Ping
from schedules.clock import MovedClock
from schedules.coming import next_moment
from schedules.delivery import Worker
from schedules.timetable import Timetable
from storage.agenda import Event
from storage.base import Row
from storage.database import Database
from storage.inbox import InboxItem
from storage.migrating import migrate, revision
from storage.network import NetworkSetting, home, setting, write_setting
from storage.people import Account, Person
from storage.web import last_written

log = logging.getLogger(__name__)

START = datetime(2024, 3, 15, 10, tzinfo=ZoneInfo("Europe/Paris"))
MARK = "rehearsal"  # the setting that makes a database a rehearsal's, and lists who can be played
CLOCK = "rehearsal_clock"  # the setting that keeps where the clock is
MOST_ROUNDS = 100  # of the timetable at one instant: what is done once leaves nothing for the next round
KEEP_EVERY = 15.0  # seconds; how much of the clock's own running a kill may lose
KEEP_STEPS = 10  # quiet steps of a move between two such notes
_MORNING = time(9)
_TELLING = (Person, Account, InboxItem, Event, NetworkSetting)  # a database with a row of these is somebody's


class Playing(Protocol):
    """The parts of an application that a rehearsal plays."""

    database: Database
    gateway: Gateway
    worker: Worker
    timetable: Timetable


def rehearsal_settings(settings: Settings) -> Settings:
    """The settings of a rehearsal: this machine only, a database of its own. Raises CannotStart."""
    if settings.official_addresses:
        raise CannotStart(
            f"A rehearsal would write to real people on {' and '.join(settings.official_addresses)}; "
            "unset the tokens first: SLACK_BOT_TOKEN= TELEGRAM_BOT_TOKEN= make demo."
        )
    url = settings.database_url or f"sqlite:///{settings.concerte_data / 'rehearsal.db'}"
    return settings.model_copy(update={"host": "127.0.0.1", "database_url": url, "public_url": ""})


async def open_rehearsal(settings: Settings) -> Database:
    """The database of the rehearsal, migrated, with the pack and its invented people. Raises CannotStart.

    An empty one becomes a rehearsal's; one that is in use for anything else is left untouched.
    """
    database = connect(settings)
    async with beginning(database):
        if not await _is_ours(database):
            raise CannotStart(
                "This database is in use and not a rehearsal's: unset DATABASE_URL, or give it an empty database."
            )
        pack = read_pack(settings.concerte_pack)
        await migrate(database)
        async with database.transaction() as session:
            await seed(session, pack, START)
            await seed_rehearsal(session, pack, START)
    return database


async def _is_ours(database: Database) -> bool:
    at = await revision(database)
    async with database.engine.connect() as connection:
        tables = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    known: list[type[Row]] = [table for table in _TELLING if table.__tablename__ in tables]
    if at is None:
        return not tables
    async with database.reading() as session:
        if NetworkSetting in known:
            # Columns are named one by one: the tables may be of an older revision.
            marked = await session.scalar(select(NetworkSetting.key).where(NetworkSetting.key == MARK))
            if marked is not None:
                return True
        return not [table for table in known if await session.scalar(select(table.id).limit(1)) is not None]


async def where_it_was(database: Database) -> datetime:
    """Where the clock of the rehearsal stands: never before anything that was written."""
    async with database.reading() as session:
        kept = (await setting(session, CLOCK)).get("now")
        written = await last_written(session)
    instants = [START.astimezone(UTC)]
    if isinstance(kept, str):
        instants.append(datetime.fromisoformat(kept))
    if written is not None:
        instants.append(written)
    return max(instants)


class Rehearsal:
    """Plays time. One move at a time; each of its steps is durable before the next."""

    def __init__(self, parts: Playing, clock: MovedClock, hub: Hub) -> None:
        self.clock = clock
        self.moving = False
        self._parts = parts
        self._hub = hub
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Keep the clock's position from now on."""
        await self._keep()
        self._spawn(self._keep_on())

    async def stop(self) -> None:
        """Stop after the step under way; the clock stays where it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(DBAPIError, OSError):
            await self._keep()

    async def people(self, session: AsyncSession) -> Sequence[int]:
        """The invented persons one may be, in the order of the pack."""
        cast = (await setting(session, MARK)).get("people", [])
        return [int(one["id"]) for one in cast]

    def begin_move(self, to: datetime) -> None:
        """Start to move the clock. Raises ValueError for an instant that is past."""
        if to < self.clock.now():
            raise ValueError("the clock only moves forward")
        self.moving = True
        self._spawn(self._move(to))

    async def advance(self, to: datetime) -> None:
        """Play everything between now and `to`, each thing at its own time, and set the clock there."""
        await self._play()
        async with self._parts.database.reading() as session:
            zone = ZoneInfo((await home(session))[0])
        quiet = 0
        while (now := self.clock.now()) < to:
            async with self._parts.database.reading() as session:
                due = await next_moment(session, now)
            # Each morning too: not everything that time brings is noted beforehand.
            step = min(to, _next_morning(now, zone), due or to)
            with contextlib.suppress(ValueError):  # the clock runs by itself, and has just passed it
                self.clock.move_to(step)
            quiet = 0 if await self._play() else quiet + 1
            if quiet % KEEP_STEPS == 0:
                await self._keep()
            self._hub.publish(REHEARSAL, Ping("rehearsal"))
        await self._keep()

    async def _play(self) -> int:
        """What is due now: what people have said first, then what time brings, until nothing more comes of it."""
        did = await self._parts.gateway.handle_all()
        for _ in range(MOST_ROUNDS):
            more = await self._parts.timetable.tick(self.clock.now())
            did += more
            await self._parts.worker.drain()
            if not more:
                return did
        log.error("the timetable found work %d times at one instant; the clock goes on", MOST_ROUNDS)
        return did

    async def _move(self, to: datetime) -> None:
        try:
            await self.advance(to)
        except (DBAPIError, OSError) as error:
            log.warning("the clock waits for the database (%s)", type(error).__name__)
        except Exception as error:
            log.error("the clock could not be moved (%s)", type(error).__name__)
        finally:
            self.moving = False
            self._hub.publish(REHEARSAL, Ping("rehearsal"))

    async def _keep(self) -> None:
        async with self._parts.database.transaction() as session:
            await write_setting(session, CLOCK, {"now": self.clock.now().isoformat()})

    async def _keep_on(self) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY)
            with contextlib.suppress(DBAPIError, OSError):
                await self._keep()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), _MORNING, zone)
    morning = today if today > now else datetime.combine(local.date() + timedelta(days=1), _MORNING, zone)
    return morning.astimezone(UTC)


async def run_rehearsal(settings: Settings) -> int:
    """`concerte demo`: play until SIGTERM or SIGINT. Raises CannotStart with one clear sentence."""
    from bot.app import App
    from bot.running import add_platforms, until_told
    from bot.terminal import say
    from bot.web.server import WebServer

    settings = rehearsal_settings(settings)
    database = await open_rehearsal(settings)
    clock = MovedClock(await where_it_was(database))
    app = App(settings, database, clock)
    hub = Hub()
    rehearsal = Rehearsal(app, clock, hub)
    try:
        add_platforms(app)
        server = WebServer(settings, app, rehearsal, hub, routes=app.routes())
        app.add(server)
        await rehearsal.start()
        await until_told(app, lambda: say(_TO_TRY.format(address=server.address)))
    finally:
        await rehearsal.stop()
        await app.stop()
    return 0


_TO_TRY = """
  Concerte, the rehearsal: {address}

  Nothing leaves this machine; the people are invented. Choose who you are, then try:
    « C’est quand l’AG ? »         an answer with date and place
    « consultations »              answer one, question by question
    « annonce »                    as a member of the team: write to a chosen audience
    the clock: + 1 semaine         watch the reminders leave, each in its own time zone

  Ctrl+C ends it; it starts again where it was.
"""
