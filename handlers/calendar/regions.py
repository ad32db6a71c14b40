"""Which region some words are about. Pure."""

from collections.abc import Sequence

from handlers.calendar.understanding import fold
from storage.network import Region


def region_named(regions: Sequence[Region], words: str) -> Region | None:
    """The region named in the words; the longest name when several are."""
    said = f" {fold(words)} "
    found = [
        (len(word), region)
        for region in regions
        for word in (region.name, *region.aliases)
        if f" {fold(word)} " in said
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None
