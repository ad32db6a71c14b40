"""Everybody presses at once, through the gateway, with two processes and updates that come twice."""

import asyncio
import random

from sqlalchemy import func, select

from bot.gateway import Gateway
from bot.routing import build_router
from handlers.consultations.questionnaire import read
from handlers.consultations.standing import facts_of_consultation
from handlers.consultations.tally import tally
from handlers.request import Inbound, Press
from schedules.delivery import Worker
from storage.ballots import Ballot, BallotTrace, Participation
from storage.consultations import whole_consultation
from storage.database import Database
from storage.inbox import InboxItem, InboxState
from storage.network import Structure
from storage.people import Account, Person
from tests.conversations.consulting import NOW, a_consultation
from tests.recording import HandClock, RecordingMessenger

STRUCTURES = 12
COLLEAGUES = 3


async def people(database: Database) -> list[str]:
    """Structures with three people each; returns their accounts."""
    accounts: list[str] = []
    async with database.transaction() as session:
        for number in range(STRUCTURES):
            structure = Structure(code=f"S{number}", name=f"ML {number}", kind="mission-locale")
            session.add(structure)
            await session.flush()
            for rank in range(COLLEAGUES):
                name = f"{number}-{rank}"
                person = Person(given_name=name, family_name="T", structure_id=structure.id, created_at=NOW)
                session.add(person)
                await session.flush()
                session.add(Account(platform="test", external_id=name, chat=name, person_id=person.id, created_at=NOW))
                accounts.append(name)
    return accounts


async def test_every_structure_has_one_voice_and_the_tally_is_the_ballots(database: Database) -> None:
    accounts = await people(database)
    number = await a_consultation(database)
    async with database.reading() as session:
        consultation = await whole_consultation(session, number)
        assert consultation is not None
        one, several, yes_no, text = items = read(consultation)
    chance = random.Random(7)
    messenger = RecordingMessenger()
    gateways = []
    for owner in ("w1", "w2"):
        worker = Worker(database, [messenger], HandClock(NOW), owner)
        gateways.append(Gateway(database, build_router(), worker, HandClock(NOW)))
    updates: list[Inbound] = []
    for account in accounts:
        choice = chance.choice(one.options).id
        actions = [
            f"consult:begin:{number}",
            f"consult:pick:{one.id}:{choice}",
            f"consult:skip:{several.id}",
            f"consult:yes:{yes_no.id}",
            f"consult:skip:{text.id}",
            f"consult:send:{number}:0:0",
            f"consult:send:{number}:0:0",
        ]
        updates += [
            Inbound(
                platform="test",
                update_id=f"{account}:{rank}",
                account=account,
                chat=account,
                press=Press(action=action, message="m"),
                received_at=NOW,
            )
            for rank, action in enumerate(actions)
        ]
    queues = [[update for update in updates if update.account == account] for account in accounts]
    mixed: list[Inbound] = []
    while any(queues):  # everybody's presses in their own order, all shuffled together
        mixed.append(chance.choice([queue for queue in queues if queue]).pop(0))

    async def take(gateway: Gateway) -> None:
        for start in range(0, len(mixed), 20):
            await gateway.store(mixed[start : start + 20])
            await gateway.handle_all()

    await asyncio.gather(*(take(gateway) for gateway in gateways))
    async with database.reading() as session:
        failed = select(func.count()).select_from(InboxItem).where(InboxItem.state != InboxState.DONE)
        assert await session.scalar(failed) == 0
        for table in (Ballot, Participation, BallotTrace):
            assert await session.scalar(select(func.count()).select_from(table)) == STRUCTURES
        facts = await facts_of_consultation(session, number)
    counted = {one.item.key: one for one in tally(items, facts.values())}
    assert sum(counted["clair"].counts.values()) == STRUCTURES
    assert counted["suite"].counts == {1: STRUCTURES, 0: 0}
