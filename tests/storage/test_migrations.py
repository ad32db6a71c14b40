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


async def test_every_migration_goes_up_down_and_up(bare: Database) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    for _ in revisions:
        await migrate(bare, "+1")
    assert await revision(bare) == newest()
    for target in [*revisions[-2::-1], "base"]:
        await migrate(bare, target)
    async with bare.engine.connect() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["alembic_version"]
    await migrate(bare)
    assert await revision(bare) == newest()


async def test_models_and_migrations_agree(bare: Database) -> None:
    await migrate(bare)

    def differences(sync: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), Base.metadata))

    async with bare.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_two_processes_may_migrate_at_once(bare: Database, database_url: str) -> None:
    second = Database(database_url)
    try:
        await asyncio.gather(migrate(bare), migrate(second))
    finally:
        await second.close()
    assert await revision(bare) == newest()
