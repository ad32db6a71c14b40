"""Migrations: the database to the newest revision, and what its revision is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from storage.database import Database

_FOLDER = Path(__file__).resolve().parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; it has no ini file, the connection is ours."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["connection"] = connection
    return made


def newest() -> str:
    """The newest revision that this code knows."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


async def revision(database: Database) -> str | None:
    """The revision the database is at; None when it is empty."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def migrate(database: Database, to: str = "head") -> None:
    """Bring the database to a revision. Two processes at once are harmless: the second finds nothing to do."""

    def run(sync: Connection) -> None:
        if sync.dialect.name == "postgresql":
            sync.exec_driver_sql("SELECT pg_advisory_xact_lock(4404404404)")  # SQLite's BEGIN IMMEDIATE is its own lock
        if to == "head" or to.startswith("+"):
            command.upgrade(config(sync), to)
        else:
            command.downgrade(config(sync), to)

    async with database.engine.begin() as connection:
        await connection.run_sync(run)
