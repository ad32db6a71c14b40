"""`concerte ask`: one answer in the terminal, or one for each line of JSON."""

import json
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.opening import open_database
from bot.settings import Settings
from bot.terminal import say
from handlers.questions.answering import Answer, answer
from handlers.questions.explaining import explain
from handlers.questions.knowledge import Knowledge
from handlers.questions.loading import load
from handlers.questions.memory import Memory
from handlers.richtext import read, visible
from schedules.clock import SystemClock
from storage.network import home


async def ask_once(settings: Settings, now: datetime | None, question: str, *, explain: bool = False) -> int:
    """Answer one question as an unknown person would be answered."""
    knowledge, zone = await _known(settings)
    told = answer(question, Memory(), knowledge, now or SystemClock().now(), zone)
    if explain:
        say(_explained(told))
        say()
    say(_shown(told))
    return 0


async def ask_lines(settings: Settings, now: datetime | None, lines: TextIO, out: TextIO) -> int:
    """Answer each line `{"id","q","context"}` as a conversation of its own; a bad line is said, with its number."""
    knowledge, zone = await _known(settings)
    faults = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            words = [str(earlier) for earlier in asked.get("context") or []]
            key, question = asked["id"], str(asked["q"])
        except (ValueError, KeyError, TypeError, AttributeError):
            say(
                f'concerte: la ligne {number} n’est pas de la forme {{"id","q","context"}} et n’a pas été lue.',
                error=True,
            )
            faults += 1
            continue
        instant = now or SystemClock().now()
        memory = Memory()
        for earlier in words:
            memory = answer(earlier, memory, knowledge, instant, zone).memory
        told = answer(question, memory, knowledge, instant, zone)
        out.write(json.dumps({"id": key, "answer": _shown(told)}, ensure_ascii=False) + "\n")
        out.flush()
    return 2 if faults else 0


async def _known(settings: Settings) -> tuple[Knowledge, ZoneInfo]:
    database = await open_database(settings)
    try:
        async with database.reading() as session:
            return await load(session), ZoneInfo((await home(session))[0])
    finally:
        await database.close()


def _shown(told: Answer) -> str:
    return visible(read(told.text))


def _explained(told: Answer) -> str:
    return explain(told.reading)
