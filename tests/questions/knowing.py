"""The knowledge of a pack, laid into a database and read back as the application does; and questions put to it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from handlers.questions.answering import Answer, answer
from handlers.questions.knowledge import Knowledge
from handlers.questions.loading import load
from handlers.questions.memory import Memory
from storage.database import Database
from storage.models import Base

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKS = {"missions-locales": ROOT / "packs" / "missions-locales", "phares": HERE / "packs" / "phares"}
PARIS = ZoneInfo("Europe/Paris")
# Friday 15 March 2024 for the pack of the Missions Locales; a Saturday of 2031 for the lighthouses.
NOW = {
    "missions-locales": datetime(2024, 3, 15, 10, tzinfo=PARIS),
    "phares": datetime(2031, 5, 10, 9, tzinfo=PARIS),
}


@cache
def knowledge(pack: str) -> Knowledge:
    """What a pack lets anybody know, made once."""
    return asyncio.run(_loaded(PACKS[pack]))


async def _loaded(folder: Path) -> Knowledge:
    with TemporaryDirectory() as place:
        database = Database(f"sqlite:///{place}/pack.db")
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with database.transaction() as session:
            await seed(session, read_pack(folder), NOW["missions-locales"])
        async with database.reading() as session:
            found = await load(session)
        await database.close()
        return found


def ask(
    question: str,
    *before: str,
    pack: str = "missions-locales",
    now: datetime | None = None,
    zone: ZoneInfo = PARIS,
    home: str = "",
) -> Answer:
    """The answer to a question, asked after what the same person typed before."""
    return _asked((*before, question), pack, now or NOW[pack], zone, home)


def _asked(questions: Sequence[str], pack: str, now: datetime, zone: ZoneInfo, home: str) -> Answer:
    memory = Memory(home=home)
    for question in questions:
        told = answer(question, memory, knowledge(pack), now, zone)
        memory = told.memory
    return told
