"""From what somebody types (« Cayenne », « heure de la Réunion », `Indian/Reunion`) to a time zone. No I/O."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location
from rapidfuzz import fuzz, process

NEAR = 80.0  # of 100: below, two names are not the same one misspelt
MOST = 4
_SMALL_WORDS = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "fuseau", "heure", "horaire", "l", "la", "le", "les"]
)
# The seats of territories of which neither the zone's name nor its French one is the town people live in.
_TOWNS = {
    "Saint-Denis": "Indian/Reunion",
    "Saint-Pierre de La Réunion": "Indian/Reunion",
    "Fort-de-France": "America/Martinique",
    "Pointe-à-Pitre": "America/Guadeloupe",
    "Basse-Terre": "America/Guadeloupe",
    "Mamoudzou": "Indian/Mayotte",
    "Nouméa": "Pacific/Noumea",
    "Papeete": "Pacific/Tahiti",
    "Saint-Pierre-et-Miquelon": "America/Miquelon",
    "Mata-Utu": "Pacific/Wallis",
    "Marigot": "America/Marigot",
    "Gustavia": "America/St_Barthelemy",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The zone that was surely meant, else those that may have been, the likeliest first."""

    zone: str = ""
    near: tuple[str, ...] = ()


def find_zone(text: str, places: Mapping[str, str]) -> Found:
    """What the words mean. `places` are names of the network's own, regions first of all, with their zones."""
    asked = bare(text)
    if not asked:
        return Found()
    named = {**_world(), **{bare(name): zone for name, zone in places.items()}}
    if zone := named.get(asked):
        return Found(zone)
    close = process.extract(asked, named.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=12)
    whole = [name for name in named if f" {asked} " in f" {name} "] if len(asked) > 3 else []
    return Found(near=_distinct(named[name] for name in [*(match[0] for match in close), *whole]))


def bare(text: str) -> str:
    """The words that name a place: no accents, no capitals, no « heure de »."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", " ").replace("'", " "))
    words = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c)).split()
    return " ".join(word for word in words if word not in _SMALL_WORDS)


def _distinct(zones: Iterable[str]) -> tuple[str, ...]:
    """Without repeats; two names of one clock (`Europe/Paris`, `Europe/Monaco`) stay two, for they are two places."""
    return tuple(dict.fromkeys(zones))[:MOST]


@lru_cache(maxsize=1)
def _world() -> Mapping[str, str]:
    """Every zone by its IANA name, its last part, and its French name."""
    found: dict[str, str] = {}
    aliases = get_global("zone_aliases")
    for zone in sorted(available_timezones()):
        if "/" not in zone or zone.startswith(("Etc/", "SystemV/", "posix/", "right/")):
            continue
        found[bare(zone)] = zone
        found.setdefault(bare(zone.rpartition("/")[2]), zone)
        if zone not in aliases:  # « Londres » is London's; Belfast only follows it
            found.setdefault(bare(get_timezone_location(ZoneInfo(zone), locale="fr", return_city=True)), zone)
    return found | {bare(town): zone for town, zone in _TOWNS.items()}
