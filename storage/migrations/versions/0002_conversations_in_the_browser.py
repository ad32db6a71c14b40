"""Conversations in the browser."""

import sqlalchemy as sa
from alembic import op

from storage.base import Id, Instant, Json

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "web_chats",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_web_chats_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_chats")),
        sa.UniqueConstraint("key", name=op.f("uq_web_chats_key")),
        sa.UniqueConstraint("person_id", name=op.f("uq_web_chats_person_id")),
    )
    op.create_table(
        "web_messages",
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("update_id", sa.String(), nullable=True),
        sa.Column("delivery_id", Id, nullable=True),
        sa.Column("edit_id", Id, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["web_chats.id"], name=op.f("fk_web_messages_chat_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_web_messages_delivery_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_messages")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_web_messages_delivery_id")),
        sa.UniqueConstraint("update_id", name=op.f("uq_web_messages_update_id")),
    )
    op.create_index(op.f("ix_web_messages_chat_id_version"), "web_messages", ["chat_id", "version"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("web_messages")
    op.drop_table("web_chats")
