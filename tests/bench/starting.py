"""How long `concerte run` takes from nothing to its first answer, and how much memory it then takes."""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench.fleet import a_fake, environment
from tests.bench.measuring import cpu_of, memory_of
from tests.bench.sample import Figures
from tests.process import CONCERTE, Process


async def starting() -> Figures:
    """The figures of two starts: with an empty folder (migrating, loading the pack), and again."""
    figures: Figures = {"bench": "start of « concerte run »"}
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'concerte.db'}"
        # One platform for both starts: its updates are numbered, and what has a known number was answered before.
        async with a_fake("telegram", "--any-chat") as fake:
            for number, label in enumerate(("first_start", "next_start"), 1):
                await fake.tell("says", user=number, text="C’est quand l’AG ?")
                begun = time.monotonic()
                env = environment(url, fake, 30.0, folder)
                process = await Process("run", env=env, folder=folder, program=CONCERTE).start()
                async with asyncio.timeout(120):
                    while (await fake.stats())["arrived"] < number:
                        await asyncio.sleep(0.01)
                figures[f"{label}_s"] = time.monotonic() - begun
                figures[f"{label}_cpu_s"] = cpu_of(process.pid).whole
                figures["memory_mb"], figures["peak_mb"] = memory_of(process.pid)
                await process.terminate()
    return figures
