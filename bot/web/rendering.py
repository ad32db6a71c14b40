"""Messages as HTML: the small rich text through our own tags, everything else escaped."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from handlers import dates, richtext
from handlers.messages import Message, StoredFile
from handlers.richtext import Block, Span
from storage.outbox import Kind
from storage.web import Direction, WebMessage

KINDS = {
    Kind.REMINDER: "Rappel",
    Kind.NUDGE: "Relance",
    Kind.ANNOUNCEMENT: "Annonce",
    Kind.NOTICE: "Information",
}
_SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}  # what a browser may show in the page itself


def kind_label(kind: str) -> str:
    """« Rappel », « Annonce »…; nothing for a reply."""
    return KINDS[Kind(kind)] if kind in KINDS else ""


def rich(text: str) -> Markup:
    """The HTML of a rich text: paragraphs, nested lists, bold, italic, links."""
    return blocks_to_html(richtext.read(text))


def blocks_to_html(blocks: Iterable[Block]) -> Markup:
    """The HTML of rich text blocks."""
    out: list[Markup] = []
    open_lists: list[str] = []

    def close(down_to: int) -> None:
        while len(open_lists) > down_to:
            out.append(Markup("</li></{}>").format(open_lists.pop()))

    for block in blocks:
        inside = _spans(block.spans)
        if not block.marker:
            close(0)
            out.append(Markup("<p>{}</p>").format(inside))
            continue
        tag = "ul" if block.marker == "•" else "ol"
        depth = block.depth + 1
        close(depth)
        if len(open_lists) == depth and open_lists[-1] != tag:
            close(depth - 1)
        elif len(open_lists) == depth:
            out.append(Markup("</li>"))
        while len(open_lists) < depth:
            out.append(Markup("<{}>").format(tag))
            open_lists.append(tag)
            if len(open_lists) < depth:
                out.append(Markup("<li>"))
        number = block.marker.rstrip(".")
        out.append(Markup('<li value="{}">').format(number) if tag == "ol" else Markup("<li>"))
        out.append(inside)
    close(0)
    return Markup("").join(out)


def _spans(spans: Iterable[Span]) -> Markup:
    out: list[Markup] = []
    for span in spans:
        html = Markup("<br>").join(escape(line) for line in span.text.split("\n"))
        if span.italic:
            html = Markup("<em>{}</em>").format(html)
        if span.bold:
            html = Markup("<strong>{}</strong>").format(html)
        if span.href:
            outside = Markup(' target="_blank"') if span.href.startswith("http") else Markup("")
            html = Markup('<a href="{}"{} rel="noopener noreferrer">{}</a>').format(span.href, outside, html)
        out.append(html)
    return Markup("").join(out)


def as_typed(text: str) -> Markup:
    """What a person typed, as typed: only the line breaks are kept."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def excerpt(payload: dict[str, Any], most: int = 200) -> str:
    """The first words of a message, without its blank lines."""
    lines = richtext.visible(richtext.read(str(payload.get("text", "")))).splitlines()
    text = "\n".join(line.strip() for line in lines if line.strip())
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.\n") + "…"


def view(row: WebMessage, tz: ZoneInfo, files: str) -> dict[str, Any]:
    """What the template of a message needs; `files` is the address under which attachments are found."""
    local = row.created_at.astimezone(tz)
    shown: dict[str, Any] = {
        "id": row.id,
        "incoming": row.direction == Direction.IN,
        "kind": row.kind if row.kind in KINDS else "",
        "kind_label": kind_label(row.kind),
        "edited": row.edited_at is not None and row.kind in KINDS,  # a form that moves on is no news
        "instant": row.created_at.isoformat(),
        "day": local.date().isoformat(),
        "day_label": dates.day(local.date()),
        "hour": dates.clock(row.created_at, tz),
        "buttons": (),
        "contact": None,
        "file": None,
    }
    if shown["incoming"]:
        return {**shown, "body": as_typed(str(row.payload.get("text", "")))}
    message = Message.model_validate(row.payload)
    shown |= {"body": rich(message.text), "buttons": message.buttons, "contact": message.contact}
    if message.attachment is not None:
        file = message.attachment
        shown["file"] = {
            "url": f"{files}/{row.id}",
            "name": file.filename,
            "size": size(len(file.content)),
            "alt": file.alt or file.filename,
            "image": file.media_type in _SHOWN,
        }
    elif (kept := message.file) is not None:
        shown["file"] = {
            "url": f"{files}/{row.id}",
            "name": kept.filename,
            "size": size(kept.size),
            "alt": kept.filename,
            "image": kept.type in _SHOWN,
        }
    return shown


def shown_inline(media_type: str) -> bool:
    """Whether a browser may show such a file in the page; every other one is saved."""
    return media_type in _SHOWN


def size(count: int) -> str:
    """« 512 octets », « 2 Ko », « 1,4 Mo »."""
    if count < 1000:
        return f"{count}\u00a0octet{'s' if count > 1 else ''}"
    if count < 1_000_000:
        return f"{round(count / 1000)}\u00a0Ko"
    return f"{count / 1_000_000:.1f}\u00a0Mo".replace(".", ",")


def file_of(row: WebMessage) -> tuple[str, str, bytes] | None:
    """Name, media type and content of a message's attachment; None when it has none."""
    if not row.payload.get("attachment"):
        return None
    try:
        file = Message.model_validate(row.payload).attachment
    except ValueError:
        return None
    assert file is not None
    return file.filename, file.media_type, file.content


def kept_file_of(row: WebMessage) -> StoredFile | None:
    """The file that a message refers to, kept elsewhere."""
    return Message.model_validate(row.payload).file if row.payload.get("file") else None


def moment(instant: datetime, tz: ZoneInfo) -> str:
    """« vendredi 15 mars 2024, 10 h 00 »: the clock always shows its minutes."""
    local = instant.astimezone(tz)
    return f"{dates.day(local.date())}, {local.hour}\u00a0h\u00a0{local.minute:02}"
