"""Whether a reminder is due is asked every second: from an index."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_next_reminders_due_at", "next_reminders", ["due_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_next_reminders_due_at", table_name="next_reminders")
