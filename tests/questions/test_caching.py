"""The index of a large network is built beside everything else: others get their turn, nobody is told old things."""

import asyncio
import gc
import weakref

import pytest
from sqlalchemy import insert

from handlers.errors import NotYet
from handlers.questions.caching import KnowledgeCache
from handlers.questions.knowledge import Knowledge
from handlers.questions.loading import load
from storage.database import Database
from storage.directory import Contact
from storage.network import bump_knowledge
from tests.bench.crowd import LONG_AGO

ANNE, BRUNO = ("telegram", "1"), ("slack", "7")
MANY = 1000


async def people(database: Database, count: int) -> None:
    async with database.transaction() as session:
        rows = [
            {
                "key": f"k{number}",
                "given_name": "Camille",
                "family_name": f"Exemple{number}",
                "function": "directrice",
                "source": "Annuaire",
                "updated_at": LONG_AGO,
            }
            for number in range(count)
        ]
        await session.execute(insert(Contact), rows)
        await bump_knowledge(session)


async def ask(database: Database, cache: KnowledgeCache, update: tuple[str, str]) -> Knowledge:
    """As the gateway does: in a transaction, and what is not there yet is made outside of it."""
    async with database.transaction() as session:
        return await cache.current(session, update)


async def prepare(database: Database, missing: NotYet) -> None:
    async with database.reading() as session:
        await missing.prepare(session)


async def test_others_get_their_turn_while_rows_are_read_and_indexes_are_built(database: Database) -> None:
    await people(database, MANY)
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(another())
    async with database.reading() as session:
        knowledge = await load(session)
    others.cancel()
    assert len(knowledge.contacts) == MANY and turns > MANY // 200


async def test_a_small_network_is_known_at_once(database: Database) -> None:
    await people(database, 5)
    cache = KnowledgeCache(large=5)
    first = await ask(database, cache, ANNE)
    assert len(first.contacts) == 5 and await ask(database, cache, BRUNO) is first


async def test_a_question_about_a_large_one_is_put_back_and_answered_from_what_was_made_for_it(
    database: Database,
) -> None:
    await people(database, 6)
    cache = KnowledgeCache(large=5)
    with pytest.raises(NotYet) as missing:
        await ask(database, cache, ANNE)
    await prepare(database, missing.value)
    async with database.transaction() as session:
        await bump_knowledge(session)  # something changes all the time
    first = await ask(database, cache, ANNE)
    assert len(first.contacts) == 6
    with pytest.raises(NotYet):
        await ask(database, cache, ANNE)  # the next one is not told what is old


async def test_several_who_wait_wait_for_one(database: Database) -> None:
    await people(database, 6)
    cache = KnowledgeCache(large=5)
    missing = []
    for update in (ANNE, BRUNO):
        with pytest.raises(NotYet) as found:
            await ask(database, cache, update)
        missing.append(found.value)
    await asyncio.gather(*(prepare(database, one) for one in missing))
    assert await ask(database, cache, ANNE) is await ask(database, cache, BRUNO)


async def test_collection_goes_on_afterwards_and_the_old_index_is_freed(database: Database) -> None:
    await people(database, 6)
    cache = KnowledgeCache(large=5)
    made: list[weakref.ref[Knowledge]] = []
    for _ in range(2):
        with pytest.raises(NotYet) as missing:
            await ask(database, cache, ANNE)
        await prepare(database, missing.value)
        made.append(weakref.ref(await ask(database, cache, ANNE)))
        async with database.transaction() as session:
            await bump_knowledge(session)
    assert gc.isenabled()
    old, new = (one() for one in made)
    assert old is None and new is not None  # by counting: no collector reaches what is frozen


async def test_an_index_that_cannot_be_made_is_told_to_who_asks(database: Database) -> None:
    await people(database, 6)
    async with database.transaction() as session:
        (await session.get_one(Contact, 1)).responsibilities = [{"not": "a text"}]  # type: ignore[list-item]
    cache = KnowledgeCache(large=5)
    with pytest.raises(NotYet) as missing:
        await ask(database, cache, ANNE)
    with pytest.raises(TypeError):
        await prepare(database, missing.value)
    with pytest.raises(TypeError):
        await ask(database, cache, ANNE)
