"""The refused rows as a file that a spreadsheet opens and does not obey."""

import csv
import io
import re
from collections.abc import Sequence

from handlers.directory.faults import CellFault

_NUMBER = re.compile(r"[+-]?[\d .()]+")


def refusals_csv(faults: Sequence[CellFault]) -> bytes:
    """File, line, column, what is wrong and right; UTF-8 with BOM and semicolons, as a French Excel reads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(("fichier", "ligne", "colonne", "ce qui ne va pas", "ce qui serait juste"))
    for fault in faults:
        writer.writerow([safe(str(cell)) for cell in (fault.file, fault.line, fault.within, fault.wrong, fault.right)])
    return buffer.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell) else cell
