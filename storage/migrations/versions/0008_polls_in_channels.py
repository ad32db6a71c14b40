"""Polls in channels."""

import sqlalchemy as sa
from alembic import op

from storage.base import Id, Instant

revision = "0008"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "channel_polls",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("message_ref", sa.String(), nullable=False),
        sa.Column("delivery_id", Id, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["people.id"], name=op.f("fk_channel_polls_asked_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_channel_polls_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_polls")),
        sa.UniqueConstraint(
            "consultation_id",
            "platform",
            "workspace",
            "chat",
            name=op.f("uq_channel_polls_consultation_id_platform_workspace_chat"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("channel_polls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_polls_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_channel_polls_ended_at"), ["ended_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("channel_polls")
