"""How many messages of a platform one message is: its limits count those, not ours. Pure.

About: what the channels make of it is told from the text alone, generously, so that a limit is never passed.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from handlers.richtext import Block, read, split

_CHARACTERS = {"telegram": 4096, "slack": 12_000}  # of one text; Telegram counts those of its HTML, in UTF-16
_CAPTION = 1024  # of a text that goes with a file on Telegram
_STYLE = 7  # « <b></b> »
_LINK = 15  # and the address
_LONGEST_ESCAPE = 5  # « &amp; »


def weight(payload: Mapping[str, Any], platform: str) -> int:
    """How many messages of that platform a message is; 1 where no limit counts them."""
    limit = _CHARACTERS.get(platform)
    if limit is None:
        return 1
    text = str(payload.get("text", ""))
    if len(text) * _LONGEST_ESCAPE <= limit:
        texts = 1 if text else 0
    else:
        texts = (_texts.__wrapped__ if payload.get("secret") else _texts)(text, limit)
    more = 0
    if payload.get("attachment") or payload.get("file"):
        more += platform != "telegram" or texts > 1 or _length(read(text)) > _CAPTION
    if payload.get("contact"):
        more += platform == "telegram"
    return max(1, texts + more)


@lru_cache(maxsize=8)  # an announcement is the same for everybody
def _texts(text: str, limit: int) -> int:
    blocks = read(text)
    if _length(blocks) <= limit:
        return 1
    return len(split(blocks, lambda piece: "x" * _length(piece), limit))


def _length(blocks: tuple[Block, ...]) -> int:
    """As long as a text may become, with all that marks it."""
    length = 0
    for block in blocks:
        length += 4 + block.depth + len(block.marker)
        for span in block.spans:
            length += len(span.text.encode("utf-16-le")) // 2
            length += 4 * sum(span.text.count(mark) for mark in "&<>")
            length += _STYLE * (span.bold + span.italic) + (_LINK + len(span.href) if span.href else 0)
    return length


def lasting(lanes: Mapping[tuple[str, str], int], rates: Mapping[str, float], payload: Mapping[str, Any]) -> float:
    """Seconds that sending takes at the pace the platforms allow, when nobody has to be waited for.

    `lanes` says how many are reached by platform and workspace: the pace of a platform is each workspace's.
    """
    took = (count * weight(payload, name) / rates[name] for (name, _), count in lanes.items() if rates.get(name))
    return max(took, default=0.0)
