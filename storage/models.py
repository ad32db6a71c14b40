"""Every table, imported once, so that the metadata is whole for migrations and tests."""

from storage import (
    agenda,
    announcements,
    consultations,
    conversations,
    directory,
    forgetting,
    inbox,
    leases,
    network,
    outbox,
    people,
    reminders,
    web,
)
from storage.base import Base

__all__ = [
    "Base",
    "agenda",
    "announcements",
    "consultations",
    "conversations",
    "directory",
    "forgetting",
    "inbox",
    "leases",
    "network",
    "outbox",
    "people",
    "reminders",
    "web",
]
