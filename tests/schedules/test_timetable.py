"""What keeps a line of the timetable from ticking is known for a while, and forgotten once it is over."""

import asyncio
import logging
import sqlite3
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from schedules.clock import machine_now
from schedules.timetable import RECENT, Line, Timetable
from storage.database import Database
from tests.announcing import NOW
from tests.patience import PATIENCE
from tests.recording import HandClock


class Disk:
    """A tick that writes, on a disk that may be full."""

    full = True

    async def tick(self, session: AsyncSession, now: datetime) -> int:
        if self.full:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise OperationalError("INSERT", None, error)
        return 0


async def test_a_line_that_cannot_write_is_told_while_it_fails_and_not_for_ever(sqlite: Database) -> None:
    disk = Disk()
    timetable = Timetable(sqlite, HandClock(NOW), [Line("heartbeat", disk.tick, 3600.0)], lambda: None)
    assert timetable.waiting(machine_now()) == []
    timetable.start()
    async with asyncio.timeout(PATIENCE):
        while not timetable.waiting(machine_now()):
            await asyncio.sleep(0.01)  # between looks
    assert timetable.waiting(machine_now()) == ["heartbeat waits: the disk is full"]
    assert timetable.waiting(machine_now() + RECENT) == []  # it may have had nothing to do since
    disk.full = False
    await timetable.tick(NOW)
    assert timetable.waiting(machine_now()) == []
    await timetable.stop()


@pytest.mark.parametrize("turns", range(5))
async def test_a_timetable_ended_as_soon_as_it_began_has_nothing_to_complain_of(
    sqlite: Database, caplog: pytest.LogCaptureFixture, turns: int
) -> None:
    disk = Disk()
    disk.full = False
    timetable = Timetable(sqlite, HandClock(NOW), [Line("heartbeat", disk.tick, 3600.0)], lambda: None)
    await timetable.tick(NOW)  # as where a process starts, its database has been spoken to
    with caplog.at_level(logging.WARNING):
        timetable.start()
        for _ in range(turns):  # of the loop: it is handed out, begins, is done in one after the other
            await asyncio.sleep(0)
        await timetable.stop()
        for _ in range(5):
            await asyncio.sleep(0)
    assert caplog.messages == []
