"""What a conversation was about, so that « et où ? » finds its event; forgotten after half an hour."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Memory:
    """The things last spoken of, by their keys, and what was asked about them.

    `region` is the region asked about; `home` the asker's own, which is not kept but known anew each time.
    `period` holds the first and last day of the period asked about, in ISO; `intent` and `asks` name the last reading.
    """

    events: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    organisation: str = ""
    region: str = ""
    topic: str = ""
    term: str = ""
    intent: str = ""
    asks: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()  # the coordinates last asked for: « et le sien ? »
    offers: tuple[str, ...] = ()
    period: tuple[str, str] | tuple[()] = ()
    told: tuple[dict[str, Any], ...] = ()  # how what was said last was understood: « répète »
    home: str = field(default="", metadata={"kept": False})

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the database."""
        kept = {f.name for f in fields(self) if f.metadata.get("kept", True)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if name in kept and value
        }

    def about(self, **changes: Any) -> "Memory":
        """The memory with other things in it."""
        return replace(self, **changes)


def recall(kept: dict[str, Any], kept_at: datetime | None, now: datetime, home: str = "") -> Memory:
    """The memory as kept in the database; empty when it is older than half an hour or from another time."""
    if kept_at is None or not kept or not timedelta(0) <= now - kept_at <= LASTS:
        return Memory(home=home)
    known = {f.name: f for f in fields(Memory) if f.metadata.get("kept", True)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.items() if name in known
    }
    return Memory(**(values | {"home": home}))
