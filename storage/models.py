"""Every table, imported once, so that the metadata is whole for migrations and tests."""

from storage import agenda, conversations, directory, inbox, leases, network, outbox, people
from storage.base import Base

__all__ = ["Base", "agenda", "conversations", "directory", "inbox", "leases", "network", "outbox", "people"]
