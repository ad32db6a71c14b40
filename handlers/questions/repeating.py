"""What was said last, kept so that « répète » and « pardon ? » find it: how it was understood, told anew each time."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from handlers.questions.knowledge import Knowledge
from handlers.questions.periods import Period
from handlers.questions.reading import Reading

_MOST = 20  # keys kept of a long list
_NEVER = ("because",)
_NOTHING_SAID = frozenset(("act", "again", "empty"))
_PERIOD = {f.name for f in fields(Period)}
_READING = {f.name for f in fields(Reading)}


def kept(reading: Reading) -> tuple[dict[str, Any], ...]:
    """A reading as plain JSON, empty for what is not worth saying again."""
    if reading.intent in _NOTHING_SAID:
        return ()
    values: dict[str, Any] = {}
    for name, value in asdict(reading).items():
        if name in _NEVER or not value:
            continue
        values[name] = list(value[:_MOST]) if isinstance(value, tuple) else value
    if reading.period is not None:
        days = {"first": reading.period.first.isoformat(), "last": reading.period.last.isoformat()}
        values["period"] = {name: value for name, value in values["period"].items() if value} | days
    return (values,)


def restored(values: Mapping[str, Any], knowledge: Knowledge) -> Reading | None:
    """The reading that was kept; None when what it was about is gone, or when another version has written it."""
    try:
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in _READING and name != "period"
        }
        reading = Reading(**plain, period=_period(values.get("period")))
    except (TypeError, ValueError, KeyError):
        return None
    gone = (
        any(key not in knowledge.event for key in reading.events)
        or any(key not in knowledge.contact for key in reading.contacts)
        or (reading.topic and reading.topic not in knowledge.topic)
    )
    return None if gone else reading


def _period(values: Mapping[str, Any] | None) -> Period | None:
    if not values:
        return None
    days = {"first": date.fromisoformat(values["first"]), "last": date.fromisoformat(values["last"])}
    said = {"start": 0, "end": 0, "month_given": False}
    return Period(**({**said, **{k: v for k, v in values.items() if k in _PERIOD}} | days))
