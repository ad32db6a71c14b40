"""XLSX files: values as they were saved, no formula evaluated, no archive that explodes."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from openpyxl import load_workbook

from handlers.directory.faults import UnreadableFile
from handlers.directory.tables import MOST_COLUMNS, MOST_ROWS, Line, clean

MOST_UNPACKED = 150 * 1024 * 1024
MOST_RATIO = 200  # a sheet of text packs 10 to 30 times; a bomb a thousand times
MOST_PARTS = 1000
MOST_SHEETS = 20
_CHUNK = 1 << 20
_FREE = 1 << 20  # below this many bytes a high ratio does no harm
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_LAST_ROW = 1_048_576
_RIGHT = "ouvrez-le dans le tableur et enregistrez-le de nouveau au format .xlsx, ou en CSV"


def read_spreadsheet(file: str, content: bytes) -> list[Line]:
    """The rows of the first sheet that has any; raises UnreadableFile and nothing else."""
    _check_archive(file, content)
    try:
        # Workbooks of other programs make openpyxl warn of styles and validations, which are nothing to us.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in workbook.worksheets[:MOST_SHEETS]:
                    sheet.reset_dimensions()  # what the file says of its size may be wrong
                    rows = sheet.iter_rows(max_row=_LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True)
                    if lines := list(_lines(rows)):
                        return lines
            finally:
                workbook.close()
    except Exception:  # a damaged workbook makes openpyxl raise errors of any class
        raise UnreadableFile(file, "ce classeur est abîmé ou n’est pas un .xlsx", _RIGHT) from None
    return []


def _lines(rows: Iterable[tuple[object, ...]]) -> Iterator[Line]:
    found = 0
    for number, row in enumerate(rows, 1):
        if all(value is None for value in row):
            continue
        last = max(index for index, value in enumerate(row) if value is not None)
        yield Line(number, tuple(clean(as_text(value)) for value in row[: last + 1]))
        found += 1
        if found > MOST_ROWS + 1:  # the reader of the table says so; no need to hold more
            return


def as_text(value: object) -> str:
    """A cell as a person reads it: whole numbers without « .0 », days as day/month/year, true as « oui »."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
        case datetime():
            return value.strftime("%d/%m/%Y" if value.time() == time(0) else "%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case timedelta() | time():
            return str(value)
    return str(value)


def _check_archive(file: str, content: bytes) -> None:
    """Refuse an archive that unpacks to too much, is locked, or declares XML entities."""
    bomb = UnreadableFile(file, "ce classeur se déplie en une taille démesurée", _RIGHT)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableFile(file, "ce classeur est protégé par un mot de passe", "retirez le mot de passe")
            if "xl/workbook.xml" not in names:
                raise UnreadableFile(file, "cette archive n’est pas un classeur .xlsx", _RIGHT)
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise bomb
            if any(part.file_size > max(_FREE, MOST_RATIO * part.compress_size) for part in parts):
                raise bomb
            unpacked = 0
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    unpacked += _scan(file, archive, part)
                    if unpacked > MOST_UNPACKED:
                        raise bomb
    except UnreadableFile:
        raise
    except Exception:  # zipfile and zlib raise errors of many classes for a damaged archive
        raise UnreadableFile(file, "ce classeur est abîmé", _RIGHT) from None


def _scan(file: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Unpack one part to nothing; returns its size. No workbook needs a document type, which entities come with."""
    size, tail = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if any(mark in tail + chunk for mark in _DOCTYPES):
                raise UnreadableFile(file, "ce classeur contient des déclarations interdites", _RIGHT)
            tail = chunk[-20:]
    return size
