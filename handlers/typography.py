"""How a text is set, wherever it comes from: the spaces that French never breaks, and the end of what is too long."""

import re

_NARROW = re.compile(r" (?=[;!?]+(?:[\s»)\]…,.]|$))")
_BROAD = re.compile(r" (?=:(?:\s|$))|(?<=«) | (?=»)")


def french(text: str) -> str:
    """The text with a no-break space where one was typed before : ; ! ? » and after «; none is added or taken away."""
    return _BROAD.sub("\u00a0", _NARROW.sub("\u202f", text))


def shortened(text: str, most: int) -> str:
    """The text, or as much of its beginning as fits `most` characters with « … »."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
