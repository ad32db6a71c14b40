"""From a message to what the Bot API sends: HTML within its limits, keyboards, files, cards.

Limits: https://core.telegram.org/bots/api – text 4096, caption 1024, 100 buttons, 8 in a row, callback data 64 bytes.
"""

from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.messages import ACTION_BYTES, Attachment, Button, ContactCard, Message
from handlers.richtext import Block, Span, join, read, split, visible

TEXT = 4096
CAPTION = 1024
MOST_BUTTONS = 100
ROW = 8
ROW_WIDTH = 40  # characters of label that fit side by side on a phone
LABEL = 60
_STYLES = {"primary": "primary", "danger": "danger"}


@dataclass(frozen=True, slots=True)
class Part:
    """One call of the Bot API: a text, a file with the text as its caption, or a contact card."""

    html: str = ""
    keyboard: InlineKeyboardMarkup | None = None
    attachment: Attachment | None = None
    contact: ContactCard | None = None


def parts_of(message: Message, *, editing: bool = False, file_first: bool = False) -> list[Part]:
    """The calls that together say the message, in order; the buttons are on the last. Always the same for the same.

    `editing`: the first part takes the place of a text, so a file gets a part of its own. `file_first`: a file that
    cannot bear the text goes before it, so that the last message is the one to correct.
    """
    links, rows = _rows(message.buttons)
    blocks = read(message.text)
    if links:
        blocks = (*blocks, *links)
    pieces = split(blocks, lambda piece: measured(html(piece)), TEXT)
    parts = [Part(html=html(piece)) for piece in pieces if visible(piece).strip()]
    if message.attachment is not None:
        if not editing and len(parts) == 1 and len(measured(parts[0].html)) <= CAPTION:
            parts = [replace(parts[0], attachment=message.attachment)]
        else:
            parts.insert(0 if file_first else len(parts), Part(attachment=message.attachment))
    if message.contact is not None and message.contact.phone:
        parts.append(Part(contact=message.contact))
    keyboards = list(_keyboards(rows))
    if keyboards and not parts:
        parts.append(Part(html="…"))
    for index, keyboard in enumerate(keyboards):
        if index == 0:
            parts[-1] = replace(parts[-1], keyboard=keyboard)
        else:
            parts.append(Part(html="…", keyboard=keyboard))
    return parts


def html(blocks: tuple[Block, ...]) -> str:
    """Blocks in Telegram's HTML."""
    return join(blocks, _block)


def _block(block: Block) -> str:
    lead = "\u2003" * block.depth + (f"{block.marker} " if block.marker else "")
    return lead + "".join(_span(span) for span in block.spans)


def _span(span: Span) -> str:
    text = escape(span.text, quote=False)
    if span.href:
        if openable(span.href):
            text = f'<a href="{escape(span.href)}">{text}</a>'
        else:
            # Telegram drops other links without a word; it makes numbers and addresses in the text active itself.
            address = span.href.partition(":")[2]
            if address.replace(" ", "") not in span.text.replace(" ", ""):
                text = f"{text} ({escape(address, quote=False)})"
    if span.italic:
        text = f"<i>{text}</i>"
    if span.bold:
        text = f"<b>{text}</b>"
    return text


def openable(url: str) -> bool:
    """Whether Telegram takes it as a link: the web, under a name with a dot."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return False


def measured(text: str) -> str:
    """As long as Telegram counts: in UTF-16, so that an emoji counts twice."""
    return "".join(c if c < "\U00010000" else "xx" for c in text)


def shortened(text: str, limit: int) -> str:
    """The text, cut to what Telegram counts as `limit` characters."""
    if len(measured(text)) <= limit:
        return text
    kept, room = [], limit - 1
    for c in text:
        room -= len(measured(c))
        if room < 0:
            break
        kept.append(c)
    return "".join(kept) + "…"


def _rows(buttons: tuple[tuple[Button, ...], ...]) -> tuple[list[Block], list[list[InlineKeyboardButton]]]:
    """Rows that fit, and as text the links that Telegram takes on no button."""
    links: list[Block] = []
    rows: list[list[InlineKeyboardButton]] = []
    for given in buttons:
        row: list[InlineKeyboardButton] = []
        width = 0
        for button in given:
            if button.url and not openable(button.url):
                links.append(Block((Span(f"{button.label} : {button.url}"),), marker="•"))
                continue
            width += len(button.label)
            if row and (width > ROW_WIDTH or len(row) == ROW):
                rows.append(row)
                row, width = [], len(button.label)
            row.append(_button(button))
        if row:
            rows.append(row)
    return links, rows


def _button(button: Button) -> InlineKeyboardButton:
    label = button.label if len(button.label) <= LABEL else button.label[: LABEL - 1] + "…"
    if button.url:
        return InlineKeyboardButton(label, url=button.url)
    if not button.action or len(button.action.encode()) > ACTION_BYTES:
        raise ValueError("a button needs an action of 1 to 64 bytes")
    return InlineKeyboardButton(label, callback_data=button.action, style=_STYLES.get(button.style))


def _keyboards(rows: list[list[InlineKeyboardButton]]) -> list[InlineKeyboardMarkup]:
    keyboards: list[InlineKeyboardMarkup] = []
    page: list[list[InlineKeyboardButton]] = []
    count = 0
    for row in rows:
        if count + len(row) > MOST_BUTTONS:
            keyboards.append(InlineKeyboardMarkup(page))
            page, count = [], 0
        page.append(row)
        count += len(row)
    if page:
        keyboards.append(InlineKeyboardMarkup(page))
    return keyboards
