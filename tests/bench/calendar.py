"""The calendar of 2024 in a process that is killed: every reminder arrives, none twice without a recorded doubt."""

import asyncio
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.bench.sample import Figures
from tests.simulation.journal import lines
from tests.simulation.running import Arrival
from tests.simulation.staging import looked_at, set_up

_MOMENT = timedelta(minutes=5)  # of the simulated calendar
_LINE = 200  # bytes that the line of an arrival has at least


async def killed_calendar(people: int, kills: int) -> Figures:
    """Play February to October for so many people; `kill -9` so often on the way."""
    chance = random.Random(kills)
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name:
        url, journal = f"sqlite:///{Path(name) / 'concerte.db'}", Path(name) / "journal"
        expected = await set_up(url, people)
        begun, killed = time.monotonic(), list[datetime]()
        # Anywhere in what there is to tell: the arrivals at least.
        for size in sorted(chance.sample(range(len(expected.reminders) * _LINE), kills)):
            process = await _process(url, journal)
            while process.returncode is None and (not journal.exists() or journal.stat().st_size < size):
                await asyncio.sleep(0.005)
            process.kill()
            await process.wait()
            killed += [one.at for one in lines(journal)][-1:]
        last = await _process(url, journal)
        code = await last.wait()
        wall = time.monotonic() - begun
        # Many are reminded at one moment, and more than two kills may fall into it.
        most = max(sum(abs(one - other) < _MOMENT for other in killed) for one in killed)
        arrivals = [one for one in lines(journal) if isinstance(one, Arrival)]
        wrong, doubts = await looked_at(url, expected, arrivals, ends=max(2, most))
    return {
        "bench": "reminders of 2024 through kill -9, sqlite",
        "count": len(expected.reminders),
        "wall": wall,
        "kills": kills,
        "kills_at_once": most,
        "arrived": len(arrivals),
        "doubts": doubts,
        "faults": [*([f"it ended with {code}"] if code else []), *wrong[:10]],
    }


async def _process(url: str, journal: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.simulation", url, str(journal))
