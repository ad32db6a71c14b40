"""Reminders and announcements."""

import sqlalchemy as sa
from alembic import op

from storage.base import Id, Instant, Json

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.add_column("people", sa.Column("reminders_paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_people_zone"), "people", ["zone"])
    op.add_column("events", sa.Column("dated_at", Instant(), nullable=True))
    op.create_table(
        "next_reminders",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("calendars", sa.String(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_next_reminders_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_reminders")),
        sa.UniqueConstraint("event_id", name=op.f("uq_next_reminders_event_id")),
    )
    op.create_table(
        "announcements",
        sa.Column("author_id", Id, nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("audience", Json, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ack_wanted", sa.Boolean(), nullable=False),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("consultation_id", Id, nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("scheduled_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("confirmed_by", Id, nullable=True),
        sa.Column("frozen_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("pause_reason", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_announcements_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_announcements_confirmed_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_announcements_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_announcements_consultation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_index(op.f("ix_announcements_author_id"), "announcements", ["author_id"])
    op.create_index(op.f("ix_announcements_status"), "announcements", ["status"])
    op.create_table(
        "announcement_reads",
        sa.Column("announcement_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_reads_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_announcement_reads_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reads")),
        sa.UniqueConstraint(
            "announcement_id", "person_id", name=op.f("uq_announcement_reads_announcement_id_person_id")
        ),
    )
    op.create_index(op.f("ix_announcement_reads_person_id"), "announcement_reads", ["person_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("announcement_reads")
    op.drop_table("announcements")
    op.drop_table("next_reminders")
    op.drop_column("events", "dated_at")
    op.drop_index(op.f("ix_people_zone"), "people")
    op.drop_column("people", "reminders_paused")
