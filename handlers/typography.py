"""How a text is set, wherever it comes from: the spaces that French never breaks, and the end of what is too long."""

import re

_NARROW = re.compile(r" (?=[;!?]+(?:[\s»)\]…,.]|$))")
_BROAD = re.compile(r" (?=:(?:\s|$))|(?<=«) | (?=»)|(?<=\d) (?=%(?:\W|$))")


def french(text: str) -> str:
    """The text with no-break spaces where some were typed before : ; ! ? % » and after «; none is added or taken."""
    return _BROAD.sub("\u00a0", _NARROW.sub("\u202f", text))


def percent(number: float) -> str:
    """« 40 % », with the space that French has before any unit (CLDR's pattern has it too)."""
    return f"{number:.0f}\u00a0%"


def shortened(text: str, most: int) -> str:
    """The text, or as much of its beginning as fits `most` characters with « … »."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
