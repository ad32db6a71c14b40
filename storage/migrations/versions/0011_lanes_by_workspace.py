"""What is due is looked for by workspace: a full or silenced one holds up no other."""

from alembic import op

revision = "0011"
down_revision = "0004"

_WITH = ["state", "platform", "workspace", "priority", "due_at", "id"]
_WITHOUT = ["state", "platform", "priority", "due_at", "id"]


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_deliveries_claim", table_name="deliveries")
    op.create_index("ix_deliveries_claim", "deliveries", _WITH)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_deliveries_claim", table_name="deliveries")
    op.create_index("ix_deliveries_claim", "deliveries", _WITHOUT)
