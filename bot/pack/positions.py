"""YAML with the line of everything in it: a small, strict dialect without surprises.

Plain words are texts, except null, true, false and whole numbers: dates, « no » and « 01 » stay as they were written.
Anchors, tags, duplicate keys and a second document are faults. Nothing here recurses deeper than MAX_DEPTH.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.pack.faults import Fault, Loc

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 20
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
# What YAML does not admit in a stream; found here, for the parsers report it without a line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(slots=True)
class Content:
    """What a file holds, the line (from 1) of every key and item, and what is wrong with it as YAML."""

    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _Refused(Exception):
    """Reading cannot go on after this fault."""

    def __init__(self, line: int, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong, self.right = line, wrong, right


def read_content(path: Path) -> Content:
    """The content of a YAML file; faults are collected, never raised."""
    content = Content()
    try:
        text = _text(path)
        content.data = _Reading(path.name, content).document(text)
    except _Refused as refused:
        content.faults.append(Fault(path.name, refused.line, refused.wrong, refused.right))
    except yaml.YAMLError as error:
        wrong = "ce n’est pas du YAML à partir d’ici"
        right = "vérifiez les retraits, les deux-points, les tirets et les guillemets"
        content.faults.append(Fault(path.name, _line(error), wrong, right))
    return content


def _line(error: yaml.YAMLError) -> int:
    """Where the error begins: a quote never closed is found at the end of the file, but lies where it opens."""
    marks = (getattr(error, "context_mark", None), getattr(error, "problem_mark", None))
    opened = "quoted scalar" in str(getattr(error, "context", ""))
    mark = next((mark for mark in (marks if opened else reversed(marks)) if mark is not None), None)
    return mark.line + 1 if mark else 1


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _Refused(1, "le fichier est trop gros", f"{MAX_BYTES // 1024 // 1024} Mo au plus")
        raw = path.read_bytes()
    except OSError:
        raise _Refused(
            1, "le fichier ne peut pas être lu", "vérifiez que c’est un fichier et qu’il est lisible"
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(line, "le fichier n’est pas en UTF-8", "enregistrez-le en UTF-8") from None
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _Refused(line, "il y a ici un caractère invisible que YAML n’admet pas", "retirez-le")
    return text


class _Reading:
    """Builds the data from the parser's events, noting lines on the way."""

    def __init__(self, file: str, content: Content) -> None:
        self.file, self.content = file, content

    def document(self, text: str) -> Any:
        events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        next(events)  # the stream begins
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        data = self._value(events, next(events), ())
        next(events)  # the document ends
        if not isinstance(after := next(events), yaml.StreamEndEvent):
            raise _Refused(after.start_mark.line + 1, "un second document commence ici", "retirez la ligne « --- »")
        return data

    def _value(self, events: Iterator[Any], event: Any, loc: Loc) -> Any:
        line = event.start_mark.line + 1
        self.content.lines.setdefault(loc, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _Refused(line, "les ancres et les alias (&, *) ne sont pas admis", "écrivez la valeur en entier")
        if event.tag is not None:
            raise _Refused(line, "les étiquettes (!) ne sont pas admises", "écrivez la valeur seule")
        if len(loc) > MAX_DEPTH:
            raise _Refused(line, "les données sont trop imbriquées", f"{MAX_DEPTH} niveaux au plus")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._value(events, event, (*loc, len(items))))
            return items
        return self._mapping(events, loc)

    def _mapping(self, events: Iterator[Any], loc: Loc) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
                raise _Refused(line, "cette clé n’est pas un mot", "écrivez « clé: valeur »")
            key = str(event.value)
            if key in mapping:
                wrong = f"la clé « {key} » est écrite deux fois"
                right = f"gardez-en une ; la première est à la ligne {self.content.lines[(*loc, key)]}"
                self.content.faults.append(Fault(self.file, line, wrong, right))
            self.content.lines.setdefault((*loc, key), line)
            mapping[key] = self._value(events, next(events), (*loc, key))
        return mapping


def _scalar(event: Any) -> str | int | bool | None:
    text = str(event.value)
    if event.implicit[0]:  # written plainly, without quotes
        if text in _PLAIN:
            return _PLAIN[text]
        if _INTEGER.fullmatch(text):
            return int(text)
    return text
