"""Every table, imported once, so that the metadata is whole for migrations and tests."""

from storage import agenda, consultations, conversations, directory, inbox, leases, network, outbox, people, web
from storage.base import Base

__all__ = [
    "Base",
    "agenda",
    "consultations",
    "conversations",
    "directory",
    "inbox",
    "leases",
    "network",
    "outbox",
    "people",
    "web",
]
