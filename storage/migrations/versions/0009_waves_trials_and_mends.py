"""Waves of a consultation, tries before it opens, typos mended, nudges limited and escalated."""

import sqlalchemy as sa
from alembic import op

from storage.base import Json

revision = "0009"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("consultations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mends", Json, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("nudge_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("escalate_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recurs", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("series", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("wave", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_index(batch_op.f("ix_consultations_series"), ["series"], unique=False)
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trial", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_column("trial")
    with op.batch_alter_table("consultations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultations_series"))
        for name in ("wave", "series", "recurs", "escalate_days", "nudge_limit", "mends"):
            batch_op.drop_column(name)
