"""The dates that a recurrence rule gives (RFC 5545, 3.3.10), as wall-clock times. Pure.

A series is kept as its dates, each an event (see docs/decisions/0026), so there is an end to all of them: a year from
the day on which they are made.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from handlers.typography import shortened

HORIZON = timedelta(days=366)  # how far ahead the dates of a rule are kept
MOST = 400  # dates to come of one series: every day for a year, and more
_MOST_LOOKED_AT = 20_000  # dates since the first one, which may be long ago
_EARLIEST = 1970
_TOO_OFTEN = frozenset(("SECONDLY", "MINUTELY", "HOURLY"))


class BadRule(ValueError):
    """A rule that cannot be followed. Carries what is wrong and what would be right, in French."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(f"{wrong} — {right}")
        self.wrong, self.right = wrong, right


def dates_of(
    rule: str,
    first: datetime,
    last: datetime,
    *,
    until: datetime | None = None,
    extra: Collection[datetime] = (),
    without: Collection[datetime] = (),
    without_days: Collection[date] = (),
) -> list[datetime]:
    """The dates from `first` to `last` by the rule (may be empty) and the extra ones, in order, less those taken out.

    All are wall-clock times without a zone; `until` takes the place of the rule's own UNTIL. Raises BadRule.
    """
    if first.year < _EARLIEST:
        raise BadRule(f"la série commence en {first.year}", f"faites-la commencer après {_EARLIEST}")
    found = {first, *(one for one in extra if one <= last)}
    if rule:
        given, count = given_by(rule, first, min(until, last) if until else last), count_of(rule)
        # A first date that the rule does not give is one of the series all the same, and counts.
        found.update(given[: count - 1] if count and first not in given else given)
    taken_out = set(without)
    return sorted(one for one in found if one not in taken_out and one.date() not in without_days)


def ends(rule: str) -> bool:
    """Whether a rule says itself when it ends. Raises BadRule."""
    parsed = _parsed(rule)
    return "COUNT" in parsed or "UNTIL" in parsed


def until_of(rule: str) -> date | datetime | None:
    """The UNTIL of a rule. Raises BadRule."""
    found = _parsed(rule).get("UNTIL")
    until: date | datetime | None = found[0] if found else None
    return until


def count_of(rule: str) -> int | None:
    """The COUNT of a rule. Raises BadRule."""
    found = _parsed(rule).get("COUNT")
    return int(found[0]) if found else None


def given_by(rule: str, first: datetime, last: datetime) -> list[datetime]:
    """The dates that the rule alone gives from `first` to `last`, whatever its UNTIL. Raises BadRule."""
    parsed = _parsed(rule)
    count = int(parsed.pop("COUNT", [_MOST_LOOKED_AT + 1])[0])
    parsed.pop("UNTIL", None)
    written = parsed.to_ical().decode()  # type: ignore[no-untyped-call]
    bounded = f"{written};UNTIL={last:%Y%m%dT%H%M%S}"  # a rule that never matches ends there too
    try:
        found = list(islice(rrulestr(bounded, dtstart=first), min(count, _MOST_LOOKED_AT + 1)))
    except (ValueError, TypeError, KeyError, IndexError):
        raise BadRule(f"la règle « {shortened(rule, 60)} » n’est pas lisible", _LIKE) from None
    if len(found) > _MOST_LOOKED_AT:
        raise BadRule(
            f"la règle « {shortened(rule, 60)} » donne trop de dates", "espacez-les, ou faites-la commencer plus tard"
        )
    return found


def _parsed(rule: str) -> vRecur:
    try:
        parsed: vRecur = vRecur.from_ical(rule)
        frequency = str(parsed["FREQ"][0])
    except (ValueError, KeyError, IndexError, TypeError):
        raise BadRule(f"la règle « {shortened(rule, 60)} » n’est pas lisible", _LIKE) from None
    if frequency in _TOO_OFTEN:
        raise BadRule(f"« {frequency} » revient plus d’une fois par jour", "au plus tous les jours\u00a0: FREQ=DAILY")
    if "RSCALE" in parsed:
        raise BadRule("« RSCALE » demande un autre calendrier que le nôtre", "retirez cette partie de la règle")
    return parsed


_LIKE = "par exemple FREQ=WEEKLY;BYDAY=TU;UNTIL=20240625"
