"""Finding a date: slots, each of which suits, would do if need be, or does not. No I/O.

A slot is a choice whose key is its date, with an hour or without: `2024-05-16`, `2024-05-16T09:30`. An answer to such a
question is `{"slots": {choice id as a string: FITS | IF_NEED | UNFIT}}`; what is left out does not suit.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from handlers.consultations.questionnaire import FITS, IF_NEED, UNFIT, Item
from handlers.consultations.understanding import fold, read_date
from handlers.dates import day

MOST = 20
_HOUR = re.compile(r"[\s,]*(?:à|a|vers|de)?\s*(?<!\d)(\d{1,2})\s*(?:h|:)\s*(\d{2})?\s*$", re.IGNORECASE)
_WORDS = {
    FITS: {"oui", "ok", "o", "yes"},
    IF_NEED: {"si besoin", "si necessaire", "au besoin", "peut etre", "si vraiment besoin"},
    UNFIT: {"non", "n", "no"},
}
_ALL = {"tout", "tous", "toutes", "toutes les dates", "tous les creneaux", "tout me va"}
_NONE = {"aucun", "aucune", "aucune date", "aucun creneau", "rien"}


def slot_of(key: str) -> tuple[date, time | None]:
    """The day and the hour that a choice stands for. Raises ValueError for a choice that is no slot."""
    on, _, at = key.partition("T")
    return date.fromisoformat(on), time.fromisoformat(at) if at else None


def label_of(on: date, at: time | None) -> str:
    """« jeudi 16 mai 2024 à 9 h 30 »."""
    if at is None:
        return day(on)
    minutes = f"\u00a0{at.minute:02}" if at.minute else ""
    return f"{day(on)} à {at.hour}\u00a0h{minutes}"


def read_slots(text: str, today: date) -> list[tuple[str, str]] | str:
    """Slots typed one a line (or between semicolons), as (key, label), in the order of time.

    Else the name of what is wrong: "slot-few", "slot-many", "slot-unclear" with the line after a colon, "slot-past".
    """
    lines = [line for part in re.split(r"[\n;]", text) if (line := part.strip(" -–•*\t"))]
    found: set[tuple[date, time | None]] = set()
    for line in lines:
        match, at = _HOUR.search(line), None
        rest = line
        if match and int(match[1]) < 24 and int(match[2] or 0) < 60:
            at, rest = time(int(match[1]), int(match[2] or 0)), line[: match.start()]
        on = read_date(rest.strip(), today)
        if on is None:
            return f"slot-unclear:{line}"
        if on < today:
            return "slot-past"
        found.add((on, at))
    if len(found) < 2:
        return "slot-few"
    if len(found) > MOST:
        return "slot-many"
    ordered = sorted(found, key=lambda slot: (slot[0], slot[1] or time.min))
    return [(f"{on}T{at:%H:%M}" if at else f"{on}", label_of(on, at)) for on, at in ordered]


def typed(item: Item, text: str) -> Mapping[str, int] | None:
    """« 1 et 3 », « 1 oui, 2 si besoin », « oui, non » in order, « aucune »; the rest does not suit. Else None."""
    folded = fold(text)
    if folded in _ALL | _NONE:
        return {str(option.id): FITS if folded in _ALL else UNFIT for option in item.options}
    parts = re.split(r"[,;\n]+|\bet\b", text)
    in_order = [value for part in parts for value, words in _WORDS.items() if fold(part) in words]
    if len(in_order) == len(parts) == len(item.options):
        return {str(option.id): value for option, value in zip(item.options, in_order, strict=True)}
    said: dict[str, int] = {}
    for part in parts:
        match = re.fullmatch(r"(\d{1,2})(?:\s+(.+))?", fold(part))
        if not match or not 1 <= int(match[1]) <= len(item.options):
            return None
        value = next((value for value, words in _WORDS.items() if (match[2] or "oui") in words), None)
        if value is None:
            return None
        said[str(item.options[int(match[1]) - 1].id)] = value
    return {str(option.id): said.get(str(option.id), UNFIT) for option in item.options} if said else None


def best(grid: Mapping[int, Sequence[int]]) -> Iterable[int]:
    """The slots from the best to the worst: those that suit most, then those that would do for most."""
    return sorted(grid, key=lambda key: (-grid[key][0], -grid[key][1]))
