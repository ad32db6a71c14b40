"""Run by Alembic with the connection that `storage.migrating` hands it, inside its transaction."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, BigInteger

from storage.base import Instant
from storage.models import Base
from storage.sealing import Sealable


def _render(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Write our own types by their names in new revisions."""
    if kind == "type":
        if isinstance(item, Instant):
            return "Instant()"
        if isinstance(item, (JSON, Sealable)):
            return "Json"
        if isinstance(item, BigInteger):
            return "Id"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
