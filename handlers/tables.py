"""Tables for spreadsheets, as CSV and XLSX: a cell that could be taken for a formula is made inert."""

import csv
import io
from dataclasses import dataclass

Cell = str | int | float

_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
_LONGEST = 32_000  # characters of a cell; spreadsheets hold 32,767


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of the same length."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def inert(cell: Cell) -> Cell:
    """The cell as a spreadsheet shows it and never computes it; control characters are dropped."""
    if not isinstance(cell, str):
        return cell
    clean = "".join(c for c in cell if c in "\n\t" or c.isprintable() or c in "\u00a0\u202f")[:_LONGEST]
    # What is dropped may have stood before a sign, or be one itself.
    risky = any(one.lstrip(" \u00a0\u202f\ufeff").startswith(_RISKY) or one.startswith(_RISKY) for one in (cell, clean))
    return f"'{clean}" if risky else clean


def as_csv(table: Table) -> bytes:
    """Comma-separated for a French spreadsheet: semicolons, every cell quoted, UTF-8 with its mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (table.header, *table.rows):
        writer.writerow([inert(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """One sheet; texts are cells of text whatever they begin with."""
    # Imported here: it is slow to load, and few processes ever export.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "".join(c for c in table.name if c not in r"[]:*?/\'")[:31] or "Réponses"
    for number, row in enumerate((table.header, *table.rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            safe = inert(value)
            cell.value = safe
            if isinstance(safe, str):
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for index in range(1, len(table.header) + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 28
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
