"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage.base import Id, Instant, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "announcement_files",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("references", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_files")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_entries",
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_at"), ["at"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("responsibilities", Json, nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("key", name=op.f("uq_contacts_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "conversations",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("form_state", Json, nullable=False),
        sa.Column("memory", Json, nullable=False),
        sa.Column("memory_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("holder", name=op.f("uq_conversations_holder")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        sa.UniqueConstraint("digest", name=op.f("uq_forgotten_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_layouts",
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("remembered_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_layouts")),
        sa.UniqueConstraint("signature", name=op.f("uq_import_layouts_signature")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("update_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("platform", "update_id", name=op.f("uq_inbox_platform_update_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_sender_state", ["sender", "state", "id"], unique=False)
        batch_op.create_index("ix_inbox_state_id", ["state", "id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
        sa.UniqueConstraint("name", name=op.f("uq_leases_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "network_settings",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_settings")),
        sa.UniqueConstraint("key", name=op.f("uq_network_settings_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "organisations",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("abbreviation", sa.String(), nullable=True),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("key", name=op.f("uq_organisations_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("holidays", sa.String(), nullable=False),
        sa.Column("overseas", sa.Boolean(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("code", name=op.f("uq_regions_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "send_limits",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("tat", sa.Float(precision=53), nullable=False),
        sa.Column("quiet_until", sa.Float(precision=53), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_limits")),
        sa.UniqueConstraint("scope", name=op.f("uq_send_limits_scope")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "terms",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("key", name=op.f("uq_terms_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topics",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("phrases", Json, nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("key", name=op.f("uq_topics_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unanswered",
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unanswered_at"), ["at"], unique=False)

    op.create_table(
        "events",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=True),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("video_link", sa.String(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("region_id", Id, nullable=True),
        sa.Column("audience", Json, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("dated_at", Instant(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["events.id"], name=op.f("fk_events_parent_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_events_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_region_id"), ["region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_starts_on"), ["starts_on"], unique=False)

    op.create_table(
        "structures",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_id", Id, nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_structures_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structures")),
        sa.UniqueConstraint("code", name=op.f("uq_structures_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("structures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_structures_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_structures_region_id"), ["region_id"], unique=False)

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
        sqlite_autoincrement=True,
    )
    op.create_table(
        "people",
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("function", sa.String(), nullable=True),
        sa.Column("structure_id", Id, nullable=True),
        sa.Column("region_id", Id, nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("preferred_platform", sa.String(), nullable=True),
        sa.Column("fallback_platform", sa.String(), nullable=True),
        sa.Column("quiet_begins", sa.Time(), nullable=True),
        sa.Column("quiet_ends", sa.Time(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("paused_until", Instant(), nullable=True),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("reminders_paused", sa.Boolean(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_people_region_id")),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_people_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("key", name=op.f("uq_people_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_quiet_begins"), ["quiet_begins"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_region_id"), ["region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_structure_id"), ["structure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_zone"), ["zone"], unique=False)

    op.create_table(
        "accounts",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("unreachable", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "platform", "workspace", "external_id", name=op.f("uq_accounts_platform_workspace_external_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "calendar_feeds",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_calendar_feeds_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feeds_digest")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendar_feeds_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consultations",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("introduction", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("secrecy", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=True),
        sa.Column("closes_at", Instant(), nullable=True),
        sa.Column("audience", Json, nullable=False),
        sa.Column("nudge_days", Json, nullable=False),
        sa.Column("live_results", sa.Boolean(), nullable=False),
        sa.Column("published_to", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("seed_digest", sa.String(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.Column("frozen_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["people.id"], name=op.f("fk_consultations_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
        sa.UniqueConstraint("slug", name=op.f("uq_consultations_slug")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("consultations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultations_status"), ["status"], unique=False)

    op.create_table(
        "import_runs",
        sa.Column("by", Id, nullable=True),
        sa.Column("as_admin", sa.Boolean(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("applied_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_import_runs_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_runs_by"), ["by"], unique=False)

    op.create_table(
        "interview_slots",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("host_id", Id, nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("event_id", Id, nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_interview_slots_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["people.id"], name=op.f("fk_interview_slots_host_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_interview_slots_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_slots")),
        sa.UniqueConstraint("host_id", "starts_at", name=op.f("uq_interview_slots_host_id_starts_at")),
        sa.UniqueConstraint("series", "person_id", name=op.f("uq_interview_slots_series_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("interview_slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_slots_host_id"), ["host_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_slots_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_slots_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_invitations_made_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "personal_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("made", sa.Float(precision=53), nullable=False),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("revoked", sa.Float(precision=53), nullable=True),
        sa.Column("last_used", sa.Float(precision=53), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_personal_links_made_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_personal_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_personal_links_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("personal_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_links_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pseudonyms",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pseudonyms_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pseudonyms")),
        sa.UniqueConstraint("person_id", name=op.f("uq_pseudonyms_person_id")),
        sa.UniqueConstraint("word", name=op.f("uq_pseudonyms_word")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "role_grants",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("region_id", Id, nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_role_grants_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_role_grants_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint("person_id", "role", "region_id", name=op.f("uq_role_grants_person_id_role_region_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grants_role"), ["role"], unique=False)

    op.create_table(
        "rsvps",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_rsvps_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rsvps_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rsvps")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_rsvps_event_id_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rsvps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rsvps_person_id"), ["person_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("update_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("answers", Json, nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_uploads_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("platform", "update_id", name=op.f("uq_uploads_platform_update_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_person_id"), ["person_id"], unique=False)

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
        sqlite_autoincrement=True,
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
        sa.Column("file", Json, nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("scheduled_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("confirmed_by", Id, nullable=True),
        sa.Column("frozen_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("progress_at", Instant(), nullable=True),
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
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_announcements_consultation_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_announcements_event_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcements_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcements_status"), ["status"], unique=False)

    op.create_table(
        "ballot_traces",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("voice_key", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("by_person", Id, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_person"], ["people.id"], name=op.f("fk_ballot_traces_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_ballot_traces_consultation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_traces")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ballot_traces", schema=None) as batch_op:
        batch_op.create_index("ix_ballot_traces_voice", ["consultation_id", "voice_key", "id"], unique=False)

    op.create_table(
        "ballots",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("voice_key", sa.String(), nullable=False),
        sa.Column("submitted_by", Id, nullable=True),
        sa.Column("validated_by", Id, nullable=True),
        sa.Column("entered_by", Id, nullable=True),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_ballots_consultation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_ballots_entered_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["people.id"], name=op.f("fk_ballots_submitted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["validated_by"], ["people.id"], name=op.f("fk_ballots_validated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("consultation_id", "voice_key", name=op.f("uq_ballots_consultation_id_voice_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_ballots_receipt")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("edits", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("not_before", sa.Float(precision=53), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.Float(precision=53), nullable=False),
        sa.Column("send_at", sa.Float(precision=53), nullable=False),
        sa.Column("message_ref", sa.String(), nullable=False),
        sa.Column("parts_sent", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_deliveries_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_deliveries_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("about", name=op.f("uq_deliveries_about")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index("ix_deliveries_claim", ["state", "platform", "priority", "due_at", "id"], unique=False)
        batch_op.create_index("ix_deliveries_expiry", ["state", "expires_at"], unique=False)
        batch_op.create_index("ix_deliveries_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_deliveries_sent", ["platform", "send_at", "chat"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("ticks", Json, nullable=False),
        sa.Column("at_question", sa.Integer(), nullable=True),
        sa.Column("entered_by", Id, nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_drafts_consultation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_drafts_entered_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("consultation_id", "person_id", name=op.f("uq_drafts_consultation_id_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import_changes",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_import_changes_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_import_changes_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_changes_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_changes_run_id"), ["run_id"], unique=False)

    op.create_table(
        "link_codes",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("issuer_id", Id, nullable=True),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["accounts.id"], name=op.f("fk_link_codes_issuer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_link_codes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_codes_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("link_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "participations",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("voice_key", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_participations_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
        sa.UniqueConstraint("consultation_id", "voice_key", name=op.f("uq_participations_consultation_id_voice_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "proposals",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("voice_key", sa.String(), nullable=False),
        sa.Column("proposed_by", Id, nullable=True),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_proposals_consultation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["people.id"], name=op.f("fk_proposals_proposed_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("consultation_id", "voice_key", name=op.f("uq_proposals_consultation_id_voice_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "questions",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("min_choices", sa.Integer(), nullable=True),
        sa.Column("max_choices", sa.Integer(), nullable=True),
        sa.Column("config", Json, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_questions_consultation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("consultation_id", "key", name=op.f("uq_questions_consultation_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sealed_ballots",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_sealed_ballots_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_ballots")),
    )
    with op.batch_alter_table("sealed_ballots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_ballots_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "secret_ballots",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_secret_ballots_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_ballots")),
    )
    with op.batch_alter_table("secret_ballots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secret_ballots_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("account_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("kept_as", sa.String(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_tickets_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["people.id"], name=op.f("fk_tickets_answered_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tickets_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_tickets_state_id", ["state", "id"], unique=False)

    op.create_table(
        "unnudged",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_unnudged_consultation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_unnudged_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unnudged")),
        sa.UniqueConstraint("consultation_id", "person_id", name=op.f("uq_unnudged_consultation_id_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("unnudged", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unnudged_person_id"), ["person_id"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("link_id", Id, nullable=False),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["personal_links.id"], name=op.f("fk_web_sessions_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_web_sessions_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_sessions_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_sessions_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "wrong_tries",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_wrong_tries_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_tries")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.create_index("ix_wrong_tries_account_at", ["account_id", "at"], unique=False)

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
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("announcement_reads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_reads_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attempts",
        sa.Column("delivery_id", Id, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("started", sa.Float(precision=53), nullable=False),
        sa.Column("ended", sa.Float(precision=53), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "choices",
        sa.Column("question_id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("asks_text", sa.Boolean(), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_choices_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sa.UniqueConstraint("question_id", "key", name=op.f("uq_choices_question_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "link_proposals",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("shown_as", sa.String(), nullable=False),
        sa.Column("code_id", Id, nullable=True),
        sa.Column("invitation_id", Id, nullable=True),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_link_proposals_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["link_codes.id"], name=op.f("fk_link_proposals_code_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_link_proposals_invitation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_link_proposals_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_proposals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("link_proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_proposals_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_proposals_person_id"), ["person_id"], unique=False)

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
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("web_messages", schema=None) as batch_op:
        batch_op.create_index("ix_web_messages_chat_id_version", ["chat_id", "version"], unique=False)

    op.create_table(
        "answers",
        sa.Column("ballot_id", Id, nullable=False),
        sa.Column("question_id", Id, nullable=False),
        sa.Column("choice_id", Id, nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("number", sa.Float(precision=53), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_answers_ballot_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["choice_id"], ["choices.id"], name=op.f("fk_answers_choice_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_answers_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_ballot_id"), ["ballot_id"], unique=False)
        batch_op.create_index("ix_answers_question_id_choice_id", ["question_id", "choice_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index("ix_answers_question_id_choice_id")
        batch_op.drop_index(batch_op.f("ix_answers_ballot_id"))

    op.drop_table("answers")
    with op.batch_alter_table("web_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_web_messages_chat_id_version")

    op.drop_table("web_messages")
    with op.batch_alter_table("link_proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_proposals_person_id"))
        batch_op.drop_index(batch_op.f("ix_link_proposals_account_id"))

    op.drop_table("link_proposals")
    op.drop_table("choices")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_delivery_id"))

    op.drop_table("attempts")
    with op.batch_alter_table("announcement_reads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_reads_person_id"))

    op.drop_table("announcement_reads")
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.drop_index("ix_wrong_tries_account_at")

    op.drop_table("wrong_tries")
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_sessions_person_id"))
        batch_op.drop_index(batch_op.f("ix_web_sessions_link_id"))

    op.drop_table("web_sessions")
    with op.batch_alter_table("unnudged", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unnudged_person_id"))

    op.drop_table("unnudged")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_tickets_state_id")
        batch_op.drop_index(batch_op.f("ix_tickets_person_id"))

    op.drop_table("tickets")
    with op.batch_alter_table("secret_ballots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secret_ballots_consultation_id"))

    op.drop_table("secret_ballots")
    with op.batch_alter_table("sealed_ballots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_ballots_consultation_id"))

    op.drop_table("sealed_ballots")
    op.drop_table("questions")
    op.drop_table("proposals")
    op.drop_table("participations")
    with op.batch_alter_table("link_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_codes_person_id"))

    op.drop_table("link_codes")
    with op.batch_alter_table("import_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_changes_run_id"))
        batch_op.drop_index(batch_op.f("ix_import_changes_person_id"))

    op.drop_table("import_changes")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafts_person_id"))

    op.drop_table("drafts")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_sent")
        batch_op.drop_index(batch_op.f("ix_deliveries_person_id"))
        batch_op.drop_index("ix_deliveries_lease")
        batch_op.drop_index("ix_deliveries_expiry")
        batch_op.drop_index("ix_deliveries_claim")
        batch_op.drop_index(batch_op.f("ix_deliveries_announcement_id"))

    op.drop_table("deliveries")
    op.drop_table("ballots")
    with op.batch_alter_table("ballot_traces", schema=None) as batch_op:
        batch_op.drop_index("ix_ballot_traces_voice")

    op.drop_table("ballot_traces")
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcements_status"))
        batch_op.drop_index(batch_op.f("ix_announcements_author_id"))

    op.drop_table("announcements")
    op.drop_table("web_chats")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_person_id"))
        batch_op.drop_index(batch_op.f("ix_uploads_expires_at"))

    op.drop_table("uploads")
    with op.batch_alter_table("rsvps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rsvps_person_id"))

    op.drop_table("rsvps")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grants_role"))

    op.drop_table("role_grants")
    op.drop_table("pseudonyms")
    with op.batch_alter_table("personal_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_links_person_id"))

    op.drop_table("personal_links")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_person_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("interview_slots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_slots_starts_at"))
        batch_op.drop_index(batch_op.f("ix_interview_slots_person_id"))
        batch_op.drop_index(batch_op.f("ix_interview_slots_host_id"))

    op.drop_table("interview_slots")
    with op.batch_alter_table("import_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_runs_by"))

    op.drop_table("import_runs")
    with op.batch_alter_table("consultations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultations_status"))

    op.drop_table("consultations")
    op.drop_table("calendar_feeds")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_person_id"))

    op.drop_table("accounts")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_zone"))
        batch_op.drop_index(batch_op.f("ix_people_structure_id"))
        batch_op.drop_index(batch_op.f("ix_people_region_id"))
        batch_op.drop_index(batch_op.f("ix_people_quiet_begins"))
        batch_op.drop_index(batch_op.f("ix_people_email"))

    op.drop_table("people")
    op.drop_table("next_reminders")
    with op.batch_alter_table("structures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_structures_region_id"))
        batch_op.drop_index(batch_op.f("ix_structures_kind"))

    op.drop_table("structures")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_starts_on"))
        batch_op.drop_index(batch_op.f("ix_events_region_id"))

    op.drop_table("events")
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unanswered_at"))

    op.drop_table("unanswered")
    op.drop_table("topics")
    op.drop_table("terms")
    op.drop_table("send_limits")
    op.drop_table("regions")
    op.drop_table("organisations")
    op.drop_table("network_settings")
    op.drop_table("leases")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_state_id")
        batch_op.drop_index("ix_inbox_sender_state")

    op.drop_table("inbox")
    op.drop_table("import_layouts")
    op.drop_table("forgotten")
    op.drop_table("conversations")
    op.drop_table("contacts")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_actor"))

    op.drop_table("audit_entries")
    op.drop_table("announcement_files")
