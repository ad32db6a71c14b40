"""Text as Slack treats it: what people would read, and who would be pinged."""

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.blocks import texts
from tests.fakes.slack.refusal import Json

_PING = re.compile(r"<(!(?:channel|here|everyone)|!subteam\^\w+|@[UW]\w+)(?:\|[^<>]*)?>")
_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def escaped(text: str) -> str:
    """What Slack makes of the three characters it reserves in what people type."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """The text a person reads: links by their label, reserved characters as themselves."""
    plain = _REFERENCE.sub(lambda match: match.group(2) or match.group(1), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pinged(text: str | None, blocks: list[Json] | None) -> Iterator[str]:
    """Who would be notified: `!channel`, `!here`, `!everyone`, `!subteam^…` or `@U…`, once for each mention."""
    parts = [text or "", *(part["text"] for part in texts(blocks or []) if part["type"] == "mrkdwn")]
    for part in parts:
        yield from (match.group(1) for match in _PING.finditer(part))


def shown(text: str | None, blocks: list[Json] | None) -> str:
    """What is seen in the conversation: the text of the blocks if there are any, else the text."""
    if not blocks:
        return unescaped(text or "")
    lines = (unescaped(part["text"]) if part["type"] == "mrkdwn" else part["text"] for part in texts(blocks))
    return "\n".join(lines)


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block that holds it."""
    for block in blocks:
        inside: list[Any] = []
        if block["type"] == "actions":
            inside = block["elements"]
        elif block["type"] == "section" and "accessory" in block:
            inside = [block["accessory"]]
        elif block["type"] == "input":
            inside = [block["element"]]
        for element in inside:
            if element["type"] != "image":
                yield block, element
