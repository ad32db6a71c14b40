"""How long an import of members takes: `python -m tests.bench.members_import [rows] [database URL]`."""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from handlers.directory.columns import Field
from handlers.directory.importing import import_files, read_file
from handlers.directory.plans import Rights
from handlers.directory.undoing import undo_last
from storage.database import Database
from storage.models import Base
from tests.directory import NOW, REGIONS, lay_network


def members(rows: int) -> bytes:
    """A members file of that many people in 440 structures, all columns filled."""
    lines = [";".join(Field)]
    for n in range(rows):
        code = REGIONS[n % 440 % len(REGIONS)][0]
        role = ("direction", "elu", "participant")[n % 3]
        public = "oui" if n % 10 == 0 else "non"
        lines.append(
            f"Prénom{n};Nom{n};personne{n}@exemple.fr;06 {n // 1_000_000 % 100:02} {n // 10_000 % 100:02} "
            f"{n // 100 % 100:02} {n % 100:02};Chargée de mission;Mission Locale n° {n % 440};mission-locale;{code};;"
            f"{role};U{n:08};{100_000_000 + n};{public}"
        )
    return "\n".join(lines).encode()


async def measure(rows: int, url: str) -> None:
    """Import, import again, undo; say how long each took."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with database.transaction() as session:
        await lay_network(session)
    content = members(rows)

    async def load() -> str:
        async with database.transaction() as session:
            file = await read_file(session, "membres.csv", content)
            done = await import_files(session, [file], Rights(admin=True), NOW)
        return str(done.plans[0].counts)

    async def undo() -> str:
        async with database.transaction() as session:
            undone = await undo_last(session, Rights(admin=True), NOW)
        return f"{undone.rows} rows put back, {len(undone.kept)} kept"

    steps: list[tuple[str, Callable[[], Awaitable[str]]]] = [("import", load), ("again", load), ("undo", undo)]
    for name, step in steps:
        began = time.perf_counter()
        said = await step()
        print(f"{name:8} {time.perf_counter() - began:6.2f} s  {said}")  # noqa: T201  # a script that reports
    print(f"memory   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB at most")  # noqa: T201  # as above
    await database.close()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(count, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'bench.db'}"))
