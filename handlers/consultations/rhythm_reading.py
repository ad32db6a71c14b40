"""What staff type to set nudges, the word to the regions and the return of a consultation. No I/O."""

import re
from dataclasses import dataclass
from typing import TypedDict

from handlers.consultations.understanding import fold

MOST_NUDGES = 50
MOST_DAYS = 365
UNLIMITED = -1  # of `limit`
NEVER = -1  # of `regions`

_NUMBERS = {"une": 1, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6}
_N = rf"(\d{{1,4}}|{'|'.join(_NUMBERS)})"
_AT_MOST = r"(?:au plus|au maximum|maximum|max)"
_LIMITS = (
    rf"(?:au plus|maximum|pas plus de?|jamais plus de?) {_N} relances?(?: par personne)?",
    rf"{_N} relances?(?: {_AT_MOST})?(?: par personne)?(?: {_AT_MOST})?",
    rf"relances? (?:au plus |maximum |pas plus de )?{_N}(?: {_AT_MOST})?(?: par personne)?(?: {_AT_MOST})?",
)
_DAYS = r"((?:(?:et )?(?:a )?j ?\d{1,4} ?)+)"
_NUDGE_DAYS = rf"(?:relances?|relancer|relancez)(?: les silencieux| tout le monde)? (?:a )?{_DAYS}"
_NUDGE_DAYS_BEFORE = (
    r"(?:relances?|relancer|relancez) ((?:\d{1,4}(?: jours?)?(?: et)? )+)(?:jours? )?avant(?: la cloture| la fin)?"
)
_NO_NUDGES = {
    "aucune relance",
    "sans relance",
    "pas de relance",
    "ne pas relancer",
    "relances aucune",
    "relance aucune",
}
_NO_LIMIT = {"sans limite", "pas de limite", "relances sans limite", "autant de relances que prevu"}
_TELL = r"(?:prevenir|prevenez|avertir|avertissez|informer|informez) (?:les |la )?(?:equipes? )?regions?(?:ales?)?"
_REGIONS = (rf"(?:{_TELL}|regions?) (?:a )?j ?(\d{{1,4}})", rf"{_TELL} {_N} jours? avant(?: la cloture| la fin)?")
_NO_REGIONS = r"(?:ne pas|ne plus) (?:prevenir|avertir|informer) (?:les |la )?regions?"
_AGAIN = r"(?:rouvrir|rouvrez|rouvre|reouvrir|revenir|recommencer|recommence|revient|retour)"
_UNITS = {
    "semaine": ("WEEKLY", 1),
    "mois": ("MONTHLY", 1),
    "trimestre": ("MONTHLY", 3),
    "semestre": ("MONTHLY", 6),
    "an": ("YEARLY", 1),
    "annee": ("YEARLY", 1),
}
_UNIT = r"(semaine|mois|trimestre|semestre|annee|an)s?"
_RETURNS = (rf"(?:{_AGAIN} )?chaque {_UNIT}", rf"(?:{_AGAIN} )?tou(?:s|tes) les (?:{_N} )?{_UNIT}")
_ONCE = {"une seule fois", "ne plus rouvrir", "ne pas rouvrir", "ne rouvre plus", "ne plus recommencer"}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is to change; None stays as it is."""

    nudge_days: tuple[int, ...] | None = None
    limit: int | None = None  # UNLIMITED: as many as are planned
    regions: int | None = None  # days before the close; NEVER
    recurs: str | None = None  # RFC 5545; "" once


class _Changes(TypedDict, total=False):
    """What of a Rhythm a text changes."""

    nudge_days: tuple[int, ...]
    limit: int
    regions: int
    recurs: str


def read_rhythm(text: str) -> Rhythm | str | None:
    """« relances : 2 au plus », « prévenir les régions à J-3 », « rouvrir chaque trimestre », several lines together.

    "far" when a number is out of reach; None when any part of the text says something else.
    """
    found: _Changes = {}
    for clause in _clauses(text):
        change = _clause(clause)
        if change is None:
            return None
        found |= change
    if not found:
        return None
    days = (*found.get("nudge_days", ()), found.get("regions", 0))
    if found.get("limit", 0) > MOST_NUDGES or max(days) > MOST_DAYS or found.get("recurs") == "far":
        return "far"
    return Rhythm(**found)


def _clauses(text: str) -> list[str]:
    """The parts that stand between lines and semicolons; between commas where the whole makes no sense."""
    parts: list[str] = []
    for line in re.split(r"[\n;]+", text):
        whole = fold(line)
        if whole and _clause(whole) is None and "," in line:
            parts += [folded for part in line.split(",") if (folded := fold(part))]
        elif whole:
            parts.append(whole)
    return parts


def _clause(said: str) -> _Changes | None:
    if said in _NO_NUDGES:
        return {"nudge_days": ()}
    if said in _NO_LIMIT:
        return {"limit": UNLIMITED}
    if said in _ONCE:
        return {"recurs": ""}
    if re.fullmatch(_NO_REGIONS, said):
        return {"regions": NEVER}
    for pattern in (_NUDGE_DAYS, _NUDGE_DAYS_BEFORE):
        if match := re.fullmatch(pattern, said):
            return {"nudge_days": tuple(sorted({int(n) for n in re.findall(r"\d+", match[1])}, reverse=True))}
    for pattern in _LIMITS:
        if match := re.fullmatch(pattern, said):
            return {"limit": _number(match[1])}
    for pattern in _REGIONS:
        if match := re.fullmatch(pattern, said):
            return {"regions": _number(match[1])}
    if match := re.fullmatch(_RETURNS[0], said):
        return {"recurs": rule_of(1, match[1])}
    if match := re.fullmatch(_RETURNS[1], said):
        return {"recurs": rule_of(_number(match[1] or "1"), match[2])}
    return None


def rule_of(every: int, unit: str) -> str:
    """The rule of every so many weeks, months, quarters…; "far" for every none, or less than once in ten years."""
    frequency, times = _UNITS[unit]
    interval = every * times
    if not 1 <= interval <= {"WEEKLY": 520, "MONTHLY": 120, "YEARLY": 10}[frequency]:
        return "far"
    return f"FREQ={frequency}" + (f";INTERVAL={interval}" if interval > 1 else "")


def _number(said: str) -> int:
    return _NUMBERS.get(said) or int(said)
