"""The short word after a press reaches its page from whichever process handled it."""

import sqlalchemy as sa
from alembic import op

from storage.base import Json

revision = "0004"
down_revision = "0009"


def upgrade() -> None:
    """Apply."""
    op.add_column("web_chats", sa.Column("notice", Json, nullable=False, server_default="{}"))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("web_chats", "notice", server_default=None)


def downgrade() -> None:
    """Undo."""
    op.drop_column("web_chats", "notice")
