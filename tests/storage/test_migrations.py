"""Every migration up, down, up again, on both engines; models and migrations agree."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.migrating import config, migrate, newest, revision
from storage.models import Base


async def test_every_migration_goes_up_down_and_up(database_url: str) -> None:
    database = Database(database_url)
    revisions = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    for _ in revisions:
        await migrate(database, "+1")
    assert await revision(database) == newest()
    for target in [*revisions[-2::-1], "base"]:
        await migrate(database, target)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["alembic_version"]
    await migrate(database)
    assert await revision(database) == newest()
    await database.close()


async def test_models_and_migrations_agree(database_url: str) -> None:
    database = Database(database_url)
    await migrate(database)

    def differences(sync: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    first, second = Database(database_url), Database(database_url)
    await asyncio.gather(migrate(first), migrate(second))
    assert await revision(first) == newest()
    await first.close()
    await second.close()
