"""Reminders that people ask for themselves."""

import sqlalchemy as sa
from alembic import op

from storage.base import Id, Instant

revision = "0006"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "own_reminders",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("sent_for", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_own_reminders_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_own_reminders_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_reminders")),
        sa.UniqueConstraint("person_id", "event_id", "rule", name=op.f("uq_own_reminders_person_id_event_id_rule")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("own_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_reminders_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_own_reminders_event_id"), ["event_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("own_reminders")
