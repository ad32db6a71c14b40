"""An event of a pack that repeats, as the events it becomes: one for each date (see docs/decisions/0026). Pure."""

from datetime import UTC, date, datetime, timedelta

from bot.pack import schema
from bot.pack.values import Moment
from handlers.calendar.recurring import HORIZON, BadRule, dates_of, until_of
from handlers.calendar.repeating import read_series
from storage.agenda import Precision


def occurrences(event: schema.Event, holidays: str = "") -> list[schema.Event]:
    """The event itself, or one for each of its dates, at the same hour on the clock, keyed by their dates.

    `repeats` is in plain words (« tous les mardis ») or a rule of RFC 5545 (`FREQ=WEEKLY;BYDAY=TU`). Raises BadRule.
    """
    if event.repeats is None:
        return [event]
    if event.starts.precision is Precision.MONTH:
        raise BadRule("ce qui se répète commence un jour connu", "écrivez « starts » au jour ou à la minute")
    first = event.starts.first
    found = []
    for on in _dates(event, holidays):
        starts, ends = _later(event.starts, on - first), event.ends and _later(event.ends, on - first)
        found.append(event.model_copy(update={"key": f"{event.key}-{on:%Y%m%d}", "starts": starts, "ends": ends}))
    return found


def occurrence_of(event: schema.Event, zone: str) -> str:
    """What distinguishes a date of a series from the others, as `storage.agenda.Event` has it."""
    instant = event.starts.instant(zone)
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}" if instant else f"{event.starts.first:%Y%m%d}"


def _dates(event: schema.Event, holidays: str) -> list[date]:
    first, until = event.starts.first, event.until
    if until is not None and until < first:
        raise BadRule("la fin est avant le début", "« until » est le dernier jour de la série")
    words = event.repeats or ""
    if words.startswith("FREQ="):
        last = min(until or date.max, _day(until_of(words)) or date.max, first + HORIZON)
        begin, end = (datetime(on.year, on.month, on.day) for on in (first, last))  # noqa: DTZ001 – days
        dates = [on.date() for on in dates_of(words, begin, end)]
    else:
        said = f"x {words} à partir du {first:%d/%m/%Y}" + (f" jusqu’au {until:%d/%m/%Y}" if until else "")
        series = read_series(said, first, holidays)
        if series is None or series.rest.strip() != f"x le {series.dates[0]:%d/%m/%Y}":
            right = "par exemple « tous les mardis », ou FREQ=WEEKLY;BYDAY=TU"
            raise BadRule(f"« {words} » ne dit pas quand cela revient", right)
        dates = list(series.dates)
    kept = [on for on in dates if on not in event.without]
    if not kept:
        raise BadRule("aucune date ne correspond", "corrigez « starts », « until » ou « without »")
    return kept


def _later(moment: Moment, by: timedelta) -> Moment:
    return Moment(moment.precision, moment.first + by, moment.last + by, moment.wall + by if moment.wall else None)


def _day(until: date | datetime | None) -> date | None:
    return until.date() if isinstance(until, datetime) else until
