"""Messages as HTML: the small rich text through our own tags, everything else escaped."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from bot.vcards import described, named, vcard
from handlers import dates, richtext
from handlers.messages import Days, Message, StoredFile
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
            # A paragraph that is italic all through is said aside: where an answer comes from.
            aside = Markup(' class="aside"') if all(span.italic for span in block.spans) else Markup("")
            out.append(Markup("<p{}>{}</p>").format(aside, inside))
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
        "leaf": None,
        "file": None,
    }
    if shown["incoming"]:
        return {**shown, "body": as_typed(str(row.payload.get("text", "")))}
    message = Message.model_validate(row.payload)
    shown |= {"body": rich(message.text), "buttons": message.buttons}
    if (card := message.contact) is not None:
        shown["contact"] = {
            "name": named(card),
            "what": described(card),
            "initials": "".join(word[0] for word in (card.given_name, card.family_name) if word).upper(),
            "phone": card.phone,
            "dialled": "".join(c for c in card.phone if c in "+0123456789"),
            "email": card.email,
            "shown_email": Markup("@<wbr>").join(escape(part) for part in card.email.split("@")),
            "file": f"{files}/{row.id}",
        }
    if message.days is not None:
        shown["leaf"] = leaf(message.days)
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


def leaf(days: Days) -> dict[str, str]:
    """The leaf of a calendar: « oct. », « 9 » or « 8–9 », « mer. »; of a longer stretch its two ends."""
    first, last = days.first, days.last
    months = [_SHORT_MONTHS[first.month - 1]]
    if (first.year, first.month) != (last.year, last.month):
        months.append(_SHORT_MONTHS[last.month - 1])
    number = str(first.day) if first == last else f"{first.day}–{last.day}"
    weekday = dates.WEEKDAYS[first.weekday()][:3] + "." if first == last else ""
    return {"month": "–".join(months), "number": number, "weekday": weekday}


_SHORT_MONTHS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


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
    """Name, media type and content of a message's attachment, or of the card it shows; None when it has neither."""
    if not (row.payload.get("attachment") or row.payload.get("contact")):
        return None
    try:
        message = Message.model_validate(row.payload)
    except ValueError:
        return None
    file = message.attachment
    if file is None:
        assert message.contact is not None
        return f"{named(message.contact)}.vcf", "text/vcard", vcard(message.contact).encode()
    return file.filename, file.media_type, file.content


def kept_file_of(row: WebMessage) -> StoredFile | None:
    """The file that a message refers to, kept elsewhere."""
    return Message.model_validate(row.payload).file if row.payload.get("file") else None


def moment(instant: datetime, tz: ZoneInfo) -> str:
    """« vendredi 15 mars 2024, 10 h 00 »: the clock always shows its minutes."""
    local = instant.astimezone(tz)
    return f"{dates.day(local.date())}, {local.hour}\u00a0h\u00a0{local.minute:02}"
