"""A question asked before others is answered before them: the ticket says where it was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.add_column("tickets", sa.Column("chat", sa.String(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("tickets", "chat", server_default=None)


def downgrade() -> None:
    """Undo."""
    op.drop_column("tickets", "chat")
