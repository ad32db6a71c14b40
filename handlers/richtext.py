"""The small rich text that staff write: paragraphs, lists, bold, italic, links; everything else is plain.

It is a subset of CommonMark read by markdown-it; channels translate the blocks and escape the rest. Spaces that French
never breaks become no-break here, whoever wrote the text (decision 19).
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from handlers.typography import french

_JOINER = "\u200d"
_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))  # of skin
_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # letters of which two are a flag
_SAFE_SCHEMES = ("http://", "https://", "mailto:", "tel:")
_reader = MarkdownIt("zero", {"linkify": False}).enable(["emphasis", "link", "list", "escape", "newline", "entity"])
_reader.validateLink = lambda url: url.startswith(_SAFE_SCHEMES)  # type: ignore[method-assign]  # its documented hook


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of one style; `href` when it is a link."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or one item of a list with its `marker` (« • », « 1. ») and `depth` from 0.

    `continues` says that a block is the rest of one that was split.
    """

    spans: tuple[Span, ...]
    marker: str = ""
    depth: int = 0
    continues: bool = False


def read(text: str) -> tuple[Block, ...]:
    """The blocks of a rich text. Never fails: what is not markup is text."""
    blocks: list[Block] = []
    lists: list[int | None] = []  # for each open list its next number, None for bullets
    marker = ""
    for token in _reader.parse(text):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "•" if number is None else f"{number}."
                if number is not None:
                    lists[-1] = number + 1
            case "inline":
                spans = tuple(_spans(token.children or ()))
                if spans:
                    blocks.append(Block(spans, marker, max(0, len(lists) - 1)))
                marker = ""
    return tuple(blocks)


def _spans(tokens: Iterable[Token]) -> Iterable[Span]:
    bold = italic = 0
    href = ""
    for token in tokens:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                href = str(token.attrGet("href") or "")
            case "link_close":
                href = ""
            case "softbreak" | "hardbreak":
                yield Span("\n", bool(bold), bool(italic), href)
            case _ if token.content:
                yield Span(french(token.content), bool(bold), bool(italic), href)


def visible(blocks: Iterable[Block]) -> str:
    """The text alone, as a screen reader or a notification would give it."""
    return "\n".join(
        "  " * block.depth + (f"{block.marker} " if block.marker else "") + "".join(span.text for span in block.spans)
        for block in blocks
    )


def join(blocks: Iterable[Block], rendered: Callable[[Block], str]) -> str:
    """Rendered blocks in one text: items under each other, paragraphs apart."""
    out: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None:
            out.append("\n" if block.marker and before.marker else "\n\n")
        out.append(rendered(block))
        before = block
    return "".join(out)


def split(
    blocks: tuple[Block, ...], rendered: Callable[[tuple[Block, ...]], str], limit: int
) -> list[tuple[Block, ...]]:
    """Cut blocks into parts whose rendering has at most `limit` characters: between blocks, else words, else anywhere.

    Nothing is lost: the parts in order hold every visible character but the spaces at the cuts.
    """
    parts: list[tuple[Block, ...]] = []
    current: tuple[Block, ...] = ()
    todo = list(reversed(blocks))
    while todo:
        block = todo.pop()
        if len(rendered((*current, block))) <= limit:
            current = (*current, block)
        elif current:
            parts.append(current)
            current = ()
            todo.append(block)
        else:
            head, tail = _halve(block, lambda piece: len(rendered((piece,))) <= limit)
            parts.append((head,))
            if tail is not None:
                todo.append(tail)
    if current:
        parts.append(current)
    return parts


def _halve(block: Block, fits: Callable[[Block], bool]) -> tuple[Block, Block | None]:
    """The longest beginning of a block that fits, and the rest."""
    length = sum(len(span.text) for span in block.spans)
    low, high = 1, length
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_cut(block, middle)[0]):
            low = middle
        else:
            high = middle - 1
    text = "".join(span.text for span in block.spans)
    space = max(text.rfind(" ", 0, low + 1), text.rfind("\n", 0, low + 1))
    at = space if space > low // 2 else _between(text, low)
    head, tail = _cut(block, at)
    rest = "".join(span.text for span in tail.spans)
    kept = len(rest) - len(rest.lstrip(" \n"))
    tail = _cut(tail, kept)[1] if kept else tail
    return head, (replace(tail, marker="", continues=True) if tail.spans else None)


def _between(text: str, at: int) -> int:
    """The last place up to `at` where nothing that people see as one is taken apart: a flag, a family, an accent."""
    place = at
    while 0 < place < len(text) and _belongs(text, place):
        place -= 1
    return place or at


def _belongs(text: str, at: int) -> bool:
    """Whether the character at that place is seen as one with what stands before it."""
    c = text[at]
    if c in _FLAGS:
        before = len(text[:at]) - len(text[:at].rstrip(_FLAGS))
        return before % 2 == 1
    return text[at - 1] == _JOINER or c == _JOINER or c in _TONES or unicodedata.category(c) in ("Mn", "Me", "Cf")


def _cut(block: Block, at: int) -> tuple[Block, Block]:
    """The block before and after its `at`-th character."""
    before: list[Span] = []
    after: list[Span] = []
    for span in block.spans:
        if at >= len(span.text):
            before.append(span)
        elif at <= 0:
            after.append(span)
        else:
            before.append(replace(span, text=span.text[:at]))
            after.append(replace(span, text=span.text[at:]))
        at -= len(span.text)
    return replace(block, spans=tuple(before)), replace(block, spans=tuple(after))
