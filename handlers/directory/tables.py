"""A file as it was received, as rows of text with their line numbers, within bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: the number its reader sees, and its cells without surrounding blanks."""

    number: int
    cells: tuple[str, ...]

    def cell(self, index: int) -> str:
        """The cell at that place, empty beyond the end."""
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that are not empty, in order; at least one."""

    file: str
    lines: Sequence[Line]


def clean(cell: str) -> str:
    """Without blanks around, invisible marks inside, and several blanks in a row."""
    if cell.isascii() and cell.isalnum():
        return cell
    return " ".join(cell.translate(_INVISIBLE).split())


_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"
_CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _BLANKS]
_MARKS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_INVISIBLE = {ord(mark): None for mark in (*_CONTROLS, *_MARKS)}
