"""Questions: how long one takes, how much memory what is known takes, and how two nearest-question baselines do."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from storage.database import Database
from storage.models import Base
from tests.bench import crowd, nearest
from tests.bench.sample import Figures
from tests.questions.knowing import HERE, ROOT
from tests.questions.tables import Phrase, phrases


async def questions(contacts: int, events: int) -> AsyncIterator[Figures]:
    """The figures, one line after another."""
    yield {"bench": "question, default pack", **_apart("default")}
    yield {"bench": "question, whatever may be typed, default pack", **_apart("fuzz")}
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as folder:
        url = f"sqlite:///{folder}/crowd.db"
        database = Database(url)
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await crowd.fill(database, contacts, events)
        await database.close()
        head = f"question, {contacts} contacts and {events} events"
        yield {"bench": head, **_apart("crowd", url, str(contacts), str(events))}
        yield {"bench": f"{head}, whatever may be typed", **_apart("crowd-fuzz", url)}
    every = list(phrases(*sorted((HERE / "phrases").glob("*.yaml"))))
    for line in await asyncio.to_thread(_baselines, every):
        yield line


def _baselines(every: Sequence[Phrase]) -> list[Figures]:
    """The same questions put to all: half the phrases of each family unknown, or half of the families.

    The tables are those that our own tests hold us to, so they say how far a baseline gets, not how we do on what
    nobody has asked yet.
    """
    lines: list[Figures] = []
    for families, what in ((False, "half of the phrases of each kind"), (True, "half of the kinds of question")):
        known, asked = nearest.halves(every, families=families)
        lines.append({"bench": f"asked {what}: Concerte", **nearest.ours(asked).figures()})
        for name, near in (("TF-IDF", nearest.by_words), ("rapidfuzz", nearest.by_letters)):
            try:
                score = nearest.baseline(near, known, asked)
            except ImportError:
                lines.append({"bench": f"{name}: left out, scikit-learn is not installed (make bench installs it)"})
            else:
                lines.append({"bench": f"asked {what}, the others known: {name}", **score.figures()})
    return lines


def _apart(*arguments: str) -> Figures:
    """Figures of a process of its own, so that its memory is what it takes."""
    command = [sys.executable, "-m", "tests.bench.asking", *arguments]
    done = subprocess.run(command, cwd=Path(ROOT), capture_output=True, text=True, check=False)
    if done.returncode:
        return {"faults": [done.stderr.strip().splitlines()[-1]]}
    figures: Figures = json.loads(done.stdout)
    return figures
