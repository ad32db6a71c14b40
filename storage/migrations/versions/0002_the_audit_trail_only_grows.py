"""The database itself refuses to change the audit trail; no comparison of tables would write this revision."""

from alembic import op

from storage.audit import GUARDS

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entries_only_grow ON audit_entries")
        op.execute("DROP FUNCTION audit_entries_only_grow()")
    else:
        op.execute("DROP TRIGGER audit_entries_no_update")
        op.execute("DROP TRIGGER audit_entries_no_delete")
