"""How long one question takes, and how much memory what is known takes: a process of its own, one JSON line out.

`python -m tests.bench.asking default` asks the phrases of the tables of the default pack; `python -m tests.bench.asking
crowd <database URL>` asks a large network; `… fuzz` whatever anybody could type.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

from handlers.questions.answering import answer
from handlers.questions.knowledge import Knowledge
from handlers.questions.loading import load
from handlers.questions.memory import Memory
from storage.database import Database
from tests.bench import crowd
from tests.bench.measuring import memory_of
from tests.questions.knowing import HERE, NOW, PARIS, knowledge
from tests.questions.tables import phrases

ROUNDS = 3  # the best of them is what a question takes: the rest is caches that other processes have emptied
_ASKED = 2000
_MEANINGFUL = "quand où qui AG CA tel mail viet Camille et son avant après 5 avril 2024 phase région ? , le de"
_WORDS = _MEANINGFUL.split()
_PIECES = ("a", "é", "🙃", "م", "AG ", "viet ", "l'", "?", "0", "9/10 ", "\u202e", "et ", "06 37 ", "🏳️‍🌈", "ـ", "qui ")

Conversation = tuple[tuple[str, ...], ZoneInfo]


def default() -> dict[str, object]:
    """Every phrase of the tables, each after what was said before."""
    known = knowledge("missions-locales")
    asked: list[Conversation] = [
        ((*p.after, p.question), p.zone) for p in phrases(*sorted((HERE / "phrases").glob("*.yaml")))
    ]
    return _timed(asked, known, "question")


def crowded(url: str, contacts: int, events: int) -> dict[str, object]:
    """People by name, with misspellings; events by name, day and place; what is unknown."""
    known, seconds = asyncio.run(_loaded(url))
    draw = random.Random(20240315)
    asked: list[Conversation] = []
    for _ in range(_ASKED):
        given, family = crowd.name(draw.randrange(contacts))
        event = crowd.event_name(draw.randrange(events))
        wrong = family[:2] + family[3:] if len(family) > 4 else family
        question = draw.choice(
            (
                f"le numéro de {given} {family} ?",
                f"tel {wrong}",
                f"mail de {given} {wrong} svp",
                f"qui est {given} {family} ?",
                f"c'est quand le {event.lower()} ?",
                f"où a lieu l'{event} et à quelle heure ?",
                f"{event.split()[1]} c koi la date",
                "qu'est-ce qu'il y a en avril ?",
                "la prochaine réunion ?",
                f"qui s'occupe de {event.split()[1]} ?",
                "quel est le prix du menu de midi ?",
                f"qui est la directrice de l'association {family} ?",
                "et son mail ?",
            )
        )
        asked.append(((question,), PARIS))
    return {**_timed(asked, known, "crowd"), "load_s": seconds}


def fuzzed(known: Knowledge, count: int = 3000) -> dict[str, object]:
    """The slowest of whatever may be typed: any Unicode, ten thousand characters, right to left, pictures."""
    draw = random.Random(7)
    texts = [*_long(), *(_any(draw) for _ in range(count))]
    found = sorted(((_took(((text,), PARIS), known), text) for text in texts), reverse=True)
    # The slowest are asked again: what only took long once was no fault of theirs.
    worst = max(min(took, *(_took(((text,), PARIS), known) for _ in range(ROUNDS))) for took, text in found[:40])
    return {"count": len(texts), "worst_ms": worst}


def _long() -> Iterable[str]:
    for piece in _PIECES:
        yield piece * (10_000 // len(piece))


def _any(draw: random.Random) -> str:
    kind = draw.randrange(4)
    if kind == 0:
        return "".join(chr(draw.randrange(1, 0x2FFFF)) for _ in range(draw.randrange(1, 400))).replace("\x00", "")
    if kind == 1:
        return " ".join(draw.choice(_WORDS) for _ in range(draw.randrange(1, 60)))
    if kind == 2:
        return "".join(draw.choice("abcdefghijklmnopqrstuvwxyzéèàç '-") for _ in range(draw.randrange(1, 3000)))
    return "".join(draw.choice("اבجדهوزחطي 🙂👍🏽é\u202e\u200d0123456789") for _ in range(draw.randrange(1, 10_000)))


def _timed(asked: Sequence[Conversation], known: Knowledge, what: str) -> dict[str, object]:
    took = sorted(min(_took(one, known) for _ in range(ROUNDS)) for one in asked)
    now, peak = memory_of(os.getpid())
    return {
        "count": len(took),
        f"{what}_median_ms": took[len(took) // 2],
        f"{what}_p99_ms": took[int(len(took) * 0.99)],
        "slowest_ms": took[-1],
        "memory_mb": now,
        f"{what}_peak_mb": peak,
    }


def _took(asked: Conversation, known: Knowledge) -> float:
    """Milliseconds to understand and answer the last of what somebody says; of CPU, since it waits for nothing, so that
    what else runs on the machine does not count.
    """
    (*before, question), zone = asked
    memory, now = Memory(), NOW["missions-locales"]
    for earlier in before:
        memory = answer(earlier, memory, known, now, zone).memory
    begun = time.thread_time()
    answer(question, memory, known, now, zone)
    return (time.thread_time() - begun) * 1000


async def _loaded(url: str) -> tuple[Knowledge, float]:
    database = Database(url)
    begun = time.perf_counter()
    async with database.reading() as session:
        known = await load(session)
    seconds = time.perf_counter() - begun
    await database.close()
    return known, seconds


def main() -> None:
    """What is asked for on the command line."""
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "default": default,
        "fuzz": lambda: fuzzed(knowledge("missions-locales")),
        "crowd": lambda: crowded(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])),
        "crowd-fuzz": lambda: fuzzed(asyncio.run(_loaded(sys.argv[2]))[0], 1000),
    }
    sys.stdout.write(json.dumps(parts[sys.argv[1]]()) + "\n")


if __name__ == "__main__":
    main()
