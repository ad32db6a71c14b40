"""A file as it was received → rows of text with their line numbers. Bounded; whatever the bytes, a table or a fault."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from handlers.directory.faults import UnreadableFile
from handlers.directory.spreadsheets import read_spreadsheet
from handlers.directory.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Line, Table, clean

_SEPARATORS = ";,\t"
_LOST = "enregistrez la liste de nouveau depuis le tableur, au format CSV UTF-8 ou XLSX"
_DECLARED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def read_table(file: str, content: bytes) -> Table:
    """The rows of a CSV or XLSX file, whatever its name says; raises UnreadableFile and nothing else."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            file,
            f"ce fichier dépasse {MOST_BYTES // 1024 // 1024} Mo",
            "retirez les images et les feuilles inutiles, ou coupez-le en plusieurs fichiers",
        )
    lines: Iterable[Line]
    if content.startswith(b"PK"):
        lines = read_spreadsheet(file, content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(file, "c’est un classeur de l’ancien format .xls", "enregistrez-le au format .xlsx ou CSV")
    else:
        lines = _csv_lines(file, _decoded(file, content))
    table = Table(file, tuple(_bounded(file, lines)))
    if not table.lines:
        raise UnreadableFile(file, "ce fichier est vide", "une ligne de titres, puis une ligne par personne")
    return table


def _decoded(file: str, content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(file, "ce n’est ni du texte CSV ni un classeur XLSX", _LOST)


def _csv_lines(file: str, text: str) -> Iterator[Line]:
    separator, start = _separator(text)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    skipped = 1 if start else 0
    line = 1 + skipped
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableFile(
                file,
                "un guillemet ouvert n’est pas refermé, ou une cellule est démesurée",
                "doublez les guillemets à l’intérieur d’une cellule, ou " + _LOST,
                line,
            ) from None
        yield Line(line, tuple(clean(cell) for cell in cells))
        line = reader.line_num + 1 + skipped


def _separator(text: str) -> tuple[str, int]:
    """The separator, and where the table begins: spreadsheets may write `sep=;` on a line of its own."""
    if (declared := _DECLARED.match(text)) and declared[1] in _SEPARATORS:
        return declared[1], declared.end()
    sample = [line for line in text[:20_000].splitlines() if line.strip()][:10]
    outside = [re.sub(r'"[^"]*"', "", line) for line in sample]
    return max(_SEPARATORS, key=lambda mark: _presence(mark, outside)), 0


def _presence(mark: str, lines: Sequence[str]) -> tuple[int, int, int]:
    """How many lines have the mark, how many as often as most do, how often in all.

    A comma inside some cells separates nothing, however many of them there are.
    """
    counts = [line.count(mark) for line in lines if mark in line]
    usual = max((counts.count(number) for number in counts), default=0)
    return len(counts), usual, sum(counts)


def _bounded(file: str, lines: Iterable[Line]) -> Iterator[Line]:
    count = 0
    for line in lines:
        if not any(line.cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise UnreadableFile(
                file, f"ce fichier a plus de {MOST_ROWS} lignes", "coupez-le en plusieurs fichiers", line.number
            )
        if len(line.cells) > MOST_COLUMNS and any(line.cells[MOST_COLUMNS:]):
            raise UnreadableFile(
                file, f"cette ligne a plus de {MOST_COLUMNS} colonnes", "retirez les colonnes inutiles", line.number
            )
        yield line
