"""Every table, imported once, so that the metadata is whole for migrations and tests."""

from storage import (
    agenda,
    announcements,
    audit,
    consultations,
    conversations,
    directory,
    forgetting,
    imports,
    inbox,
    leases,
    linking,
    network,
    outbox,
    people,
    reminders,
    uploads,
    web,
)
from storage.base import Base

__all__ = [
    "Base",
    "agenda",
    "announcements",
    "audit",
    "consultations",
    "conversations",
    "directory",
    "forgetting",
    "imports",
    "inbox",
    "leases",
    "linking",
    "network",
    "outbox",
    "people",
    "reminders",
    "uploads",
    "web",
]
