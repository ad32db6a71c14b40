"""Events know the iCalendar UID they came with, and their place in a series."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.add_column("events", sa.Column("uid", sa.String(), nullable=True))
    op.add_column("events", sa.Column("occurrence", sa.String(), nullable=False, server_default=""))
    op.add_column("events", sa.Column("import_sequence", sa.Integer(), nullable=True))
    op.add_column("events", sa.Column("import_digest", sa.String(), nullable=True))
    op.create_index("ix_events_uid_occurrence", "events", ["uid", "occurrence"], unique=True)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_events_uid_occurrence", table_name="events")
    for column in ("import_digest", "import_sequence", "occurrence", "uid"):
        op.drop_column("events", column)
