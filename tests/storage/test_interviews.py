"""Interview times: one person each, one for each person and series, whoever presses at once."""

import asyncio
from datetime import UTC, datetime

from storage.database import Database
from storage.interviews import InterviewSlot, appointments, give_back, slot_of, take
from tests import building

NOW = datetime(2024, 2, 1, tzinfo=UTC)


async def test_a_time_is_never_given_to_two_people_and_nobody_has_two(database: Database) -> None:
    async with database.transaction() as session:
        people = [(await building.person(session, f"D{n} X")).id for n in range(4)]
        for hour in (9, 10):
            at = datetime(2024, 2, 20, hour, tzinfo=UTC)
            session.add(InterviewSlot(series="s", host_id=people[0], starts_at=at, minutes=30, zone="Europe/Paris"))

    async def press(person: int, slot: int) -> bool:
        async with database.transaction() as session:
            return await take(session, slot, person, NOW)

    assert sum(await asyncio.gather(*(press(person, 1) for person in people[1:]))) == 1
    async with database.transaction() as session:
        taken = await session.get_one(InterviewSlot, 1)
        holder = taken.person_id
        assert holder is not None and not await take(session, 2, holder, NOW)
        await give_back(session, taken)
        assert len(await appointments(session, NOW, free=True)) == 2 and await take(session, 2, holder, NOW)
        kept = await slot_of(session, holder, "s")
        assert kept is not None and kept.id == 2
