"""How large a database grows by a broadcast, for each recipient: `python -m tests.bench.size [recipients]`."""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, literal, select, text, update

from storage.outbox import Attempt, Delivery, State
from tests.bench.fleet import Postgres, a_database, a_postgres, opened
from tests.bench.sample import add_broadcast, add_people

COUNT = 100_000
_SIZES = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC",
    "postgresql": (
        "SELECT relname, pg_relation_size(oid) FROM pg_class "
        "WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"
    ),
}


async def sizes(engine: str, count: int, postgres: Postgres | None) -> list[tuple[str, float]]:
    """Bytes for each recipient, by table and index, largest first; each delivered at the first try."""
    with tempfile.TemporaryDirectory(prefix="concerte-bench-") as name, a_database(engine, Path(name), postgres) as url:
        database = await opened(url)
        now = datetime.now(UTC)
        await add_people(database, "telegram", count)
        await add_broadcast(database, "telegram", count, now)
        ended = {"state": State.DELIVERED, "message_ref": "123456", "ended_at": now, "send_at": now.timestamp()}
        tried = select(Delivery.id, Delivery.platform, Delivery.send_at, Delivery.send_at + 0.1, literal("delivered"))
        columns = ["delivery_id", "platform", "started", "ended", "outcome"]
        async with database.transaction() as session:
            await session.execute(update(Delivery).values(**ended, tries=1, lease_owner="machine:1234:abcdef01"))
            await session.execute(
                insert(Attempt).from_select(
                    [*columns, "detail"], tried.add_columns(literal("")), include_defaults=False
                )
            )
        async with database.reading() as session:
            rows = (await session.execute(text(_SIZES[engine]))).all()
        await database.close()
    return [(name, size / count) for name, size in rows if size / count >= 1]


async def main(count: int) -> None:
    """Both engines, as two tables."""
    with a_postgres() as postgres:
        for engine in _SIZES:
            found = await sizes(engine, count, postgres)
            print(f"\n{engine}, {count} recipients: {sum(size for _, size in found):.0f} bytes for each")  # noqa: T201
            for name, size in found:
                print(f"  {name:<40} {size:6.0f}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
