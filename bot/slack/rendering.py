"""From a message to Block Kit: mrkdwn sections, rows of buttons, within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks – section 3000, label 75, value 2000, 50 blocks; all texts of
a message's blocks together about 13,200 characters.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.vcards import described, named
from handlers.messages import Attachment, Button, ContactCard, Message
from handlers.richtext import Block, Span, join, read, split, visible

SECTION = 3000
LABEL = 75
ROW = 5
BLOCKS = 50
BLOCK_TEXT = 13_000
FALLBACK = 1000  # characters of the notification; chat.update takes at most 4000 bytes
_STYLES = ("primary", "danger")
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack may read these as calls to everybody even without its own brackets.
_CALL = re.compile(r"(?<!\w)@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
# A mark at the edge of a word would begin or end a style.
_MARK = re.compile(r"(?<!\w)([*_~`])(?=\S)|(?<=\S)([*_~`])(?!\w)")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Slack: its blocks with a text for notifications, or a file."""

    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachment: Attachment | None = None


def parts_of(message: Message) -> list[Part]:
    """The messages that together say it, in order: texts, with the buttons after them, then the file."""
    blocks = read(message.text)
    sections = [
        ({"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn(piece)}}, visible(piece))
        for piece in split(blocks, mrkdwn, SECTION)
        if visible(piece).strip()
    ]
    parts = _packed([*sections, *_card(message.contact, blocks), *_rows(message.buttons)])
    if message.attachment is not None:
        parts.append(Part(attachment=message.attachment))
    return parts


def mrkdwn(blocks: tuple[Block, ...]) -> str:
    """Blocks in Slack's mrkdwn."""
    return join(blocks, _block)


def escaped(text: str) -> str:
    """Text that pings nobody: `<!channel>` or `@channel` in somebody's words stays words."""
    return _CALL.sub("@\u200b", text.translate(_SPECIAL))


def _block(block: Block) -> str:
    lead = "\u2003" * block.depth + (f"{block.marker} " if block.marker else "")
    return lead + "".join(_span(span) for span in block.spans)


def _span(span: Span) -> str:
    text = escaped(_MARK.sub(lambda mark: f"\u200b{mark[0]}\u200b", span.text))
    if span.href:
        target = span.href.translate(_SPECIAL).replace("|", "%7C")
        text = f"<{target}|{escaped(span.text).replace('|', '¦').replace(chr(10), ' ')}>"
    for mark, wanted in (("_", span.italic), ("*", span.bold)):
        if wanted and (inner := text.strip()):
            # A style does not span lines, nor begin or end with a blank.
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            styled = "\n".join(f"{mark}{line}{mark}" if line.strip() else line for line in inner.split("\n"))
            text = before + styled + after
    return text


def _card(card: ContactCard | None, said: tuple[Block, ...]) -> list[tuple[Json, str]]:
    """The card of a person: who they are, then their coordinates to be touched. None where the text has all of that."""
    if card is None:
        return []
    links = {span.href for block in said for span in block.spans if span.href}
    given = (("Téléphone", f"tel:{_dialled(card.phone)}", card.phone), ("Courriel", f"mailto:{card.email}", card.email))
    missing = [one for one in given if one[2] and one[1] not in links]
    if not missing:
        return []
    lines = [Span(f"{named(card)}\n", bold=True), Span(described(card))]
    fields = [
        mrkdwn((Block((Span(f"{label}\n", bold=True), Span(shown, href=href))),)) for label, href, shown in missing
    ]
    block: Json = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": mrkdwn((Block(tuple(lines)),)).strip()},
        "fields": [{"type": "mrkdwn", "text": text} for text in fields],
    }
    return [(block, " · ".join([named(card), *(shown for _, _, shown in missing)]))]


def _dialled(phone: str) -> str:
    return "".join(c for c in phone if c in "+0123456789")


def _rows(buttons: tuple[tuple[Button, ...], ...]) -> list[tuple[Json, str]]:
    elements = [[_button(button) for button in row] for row in buttons]
    number = 0
    rows: list[tuple[Json, str]] = []
    for given in elements:
        for start in range(0, len(given), ROW):
            row = given[start : start + ROW]
            for element in row:
                element["action_id"] = f"b{number}"
                number += 1
            rows.append(({"type": "actions", "elements": row}, " · ".join(e["text"]["text"] for e in row)))
    return rows


def _button(button: Button) -> Json:
    label = button.label if len(button.label) <= LABEL else button.label[: LABEL - 1] + "…"
    element: Json = {"type": "button", "text": {"type": "plain_text", "text": label, "emoji": True}}
    if button.url:
        element["url"] = button.url
    elif button.action:
        element["value"] = button.action
    else:
        raise ValueError("a button needs an action or an address")
    if button.style in _STYLES:
        element["style"] = button.style
    return element


def _packed(blocks: list[tuple[Json, str]]) -> list[Part]:
    """Blocks in as few messages as the limits allow, in order."""
    parts: list[Part] = []
    page: list[tuple[Json, str]] = []
    size = 0
    for block, shown in blocks:
        weight = sum(len(text) for text in _texts(block))
        if page and (len(page) == BLOCKS or size + weight > BLOCK_TEXT):
            parts.append(_part(page))
            page, size = [], 0
        page.append((block, shown))
        size += weight
    if page:
        parts.append(_part(page))
    return parts


def _part(page: list[tuple[Json, str]]) -> Part:
    told = [shown for block, shown in page if block["type"] == "section"] or [shown for _, shown in page]
    text = "\n".join(told)
    return Part(escaped(text if len(text) <= FALLBACK else text[:FALLBACK] + "…"), tuple(block for block, _ in page))


def _texts(block: Json) -> list[str]:
    if block["type"] == "section":
        return [block["text"]["text"], *(field["text"] for field in block.get("fields", ()))]
    return [element["text"]["text"] for element in block["elements"]]
