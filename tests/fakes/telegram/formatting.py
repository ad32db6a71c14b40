"""Telegram's HTML: parsed as the real server does, with its error wording and byte offsets.

https://core.telegram.org/bots/api#html-style. Custom emoji and dates are left out: Concerte uses neither.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.telegram.refusal import Json, bad

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
ATTRIBUTES = {"a": {"href"}, "code": {"class"}, "blockquote": {"expandable"}, "span": {"class"}}
NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}

TOKEN = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*+>|<|&(?:\#[0-9]+|\#x[0-9a-fA-F]+|[a-z]+);|&|[^<&]+""")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)\s*(?:=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]+))?""")


def units(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts offsets and this fake counts limits."""
    return len(text.encode("utf-16-le")) // 2


def link_fault(url: str) -> str:
    """Why Telegram takes no such link; empty when it does."""
    parts = urlsplit(url if "://" in url or ":" in url else f"http://{url}")
    if parts.scheme in ("tg", "ton"):
        return ""
    if parts.scheme not in ("http", "https"):
        return "Unsupported URL protocol"
    return "" if "." in (parts.hostname or "") else "Wrong HTTP URL"


@dataclass(slots=True)
class Formatted:
    """Text as the reader sees it, its entities, and what the real server would have let pass in silence."""

    text: str
    entities: list[Json] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int
    start: int


def parse_html(source: str) -> Formatted:
    """The formatted text, or a `Refused` that says where it is wrong."""
    if "<" not in source and "&" not in source:
        return Formatted(source)
    result = Formatted("")
    pieces: list[str] = []
    length = 0
    stack: list[_Open] = []
    for match in TOKEN.finditer(source):
        token = match[0]
        if token[0] == "<":
            byte = len(source[: match.start()].encode())
            if token.startswith("</") or source.startswith("</", match.start()):
                _close(token, byte, stack, pieces, length, result)
            else:
                stack.append(_open(token, byte, length, len(pieces), result))
            continue
        if token[0] == "&":
            token = _character(token, result)
        pieces.append(token)
        length += units(token)
    if stack:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    result.text = "".join(pieces)
    result.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return result


def _cannot_parse(reason: str) -> Exception:
    return bad(f"can't parse entities: {reason}")


def _open(token: str, byte: int, offset: int, start: int, result: Formatted) -> _Open:
    if not token.endswith(">"):
        raise _cannot_parse(f"Unclosed start tag at byte offset {byte}")
    name, _, rest = token[1:-1].partition(" ")
    name = name.lower()
    if name not in KINDS:
        raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {byte}')
    attributes: dict[str, str] = {}
    for attribute in ATTRIBUTE.finditer(rest):
        key, value = attribute[1].lower(), attribute[2]
        if value is None and key != "expandable":
            where = f'in declaration of an attribute of the tag "{name}" at byte offset {byte}'
            raise _cannot_parse(f"Expected equal sign {where}")
        if key not in ATTRIBUTES.get(name, ()):
            result.complaints.append(f'attribute "{key}" of the tag "{name}" means nothing to Telegram')
        value = (value or "").strip("\"'")
        attributes[key] = re.sub(r"&[^;]*;", lambda entity: _character(entity[0], result), value)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    return _Open(name, attributes, offset, start)


def _close(token: str, byte: int, stack: list[_Open], pieces: list[str], length: int, result: Formatted) -> None:
    if not stack:
        raise _cannot_parse(f"Unexpected end tag at byte offset {byte}")
    if not token.endswith(">"):
        raise _cannot_parse(f"Unclosed end tag at byte offset {byte}")
    name, opened = token[2:-1].strip().lower(), stack.pop()
    if name and name != opened.name:
        found = f'expected "</{opened.name}>", found "</{name}>"'
        raise _cannot_parse(f"Unmatched end tag at byte offset {byte}, {found}")
    if length == opened.offset:
        return
    entity: Json = {"type": KINDS[opened.name], "offset": opened.offset, "length": length - opened.offset}
    if opened.name == "a":
        entity["url"] = opened.attributes.get("href") or "".join(pieces[opened.start :])
        if fault := link_fault(entity["url"]):
            # The real server drops such a link without a word, and the reader sees plain text.
            result.complaints.append(f"link {entity['url']!r} is lost: {fault}")
            return
    if opened.name == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    language = opened.attributes.get("class", "")
    if opened.name == "code" and language.startswith("language-") and stack and stack[-1].name == "pre":
        entity["language"] = language.removeprefix("language-")
    result.entities.append(entity)


def _character(token: str, result: Formatted) -> str:
    if token in NAMED:
        return NAMED[token]
    if token.startswith("&#"):
        code = int(token[3:-1], 16) if token[2] == "x" else int(token[2:-1])
        if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000:
            return chr(code)
    # The real server shows it as it stands; its documentation asks for &amp;.
    result.complaints.append(f"{token!r} is not escaped")
    return token
