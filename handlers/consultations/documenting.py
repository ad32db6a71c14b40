"""The results as a Word document: the chart, every question with its count, the texts without names."""

import io
from collections.abc import Sequence
from datetime import date

from handlers.consultations import charting, reporting, wording
from handlers.consultations.counting import Count
from handlers.consultations.tally import QuestionTally
from handlers.dates import day
from storage.consultations import QuestionKind

_WIDTH = 16.0  # centimetres between the margins


def as_docx(title: str, introduction: str, count: Count) -> bytes:
    """The document. It names nobody, whatever the consultation is: the rows of a named one are in the other formats."""
    # Imported here: it is slow to load, and few processes ever export.
    from docx import Document
    from docx.shared import Cm

    document = Document()
    document.core_properties.title, document.core_properties.author = _clean(title), ""
    document.add_heading(_clean(title), level=0)
    if introduction:
        document.add_paragraph(_clean(introduction))
    document.add_paragraph(reporting.ballots_counted(count.ballots))
    picture = charting.chart(title, count.tallies)
    if picture is not None:
        shape = document.add_picture(io.BytesIO(picture), width=Cm(_WIDTH))
        shape._inline.docPr.set(
            "descr", _clean(charting.alternative(title, count.tallies))
        )  # python-docx has no setter
    for number, tally in enumerate(count.tallies, start=1):
        document.add_heading(_clean(f"{number}. {tally.item.wording}"), level=2)
        rows = _rows(tally)
        if not tally.answered:
            document.add_paragraph(reporting.NO_ANSWERS)
        if tally.answered and rows:
            table = document.add_table(rows=0, cols=len(rows[0]), style="Light Grid Accent 1")
            for row in (_header(tally), *rows):
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = _clean(words)
        for words in _texts(tally):
            document.add_paragraph(_clean(words), style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _header(tally: QuestionTally) -> tuple[str, ...]:
    return (wording.COLUMN_ANSWER, wording.COLUMN_RANK if tally.mean_ranks is not None else wording.COLUMN_COUNT)


def _rows(tally: QuestionTally) -> list[tuple[str, str]]:
    if tally.mean_ranks is not None:
        ranks = sorted(tally.mean_ranks.items(), key=lambda one: one[1])
        return [(charting.label_of(tally, key), reporting.decimal(rank)) for key, rank in ranks]
    if tally.grid:
        return [(charting.label_of(tally, key), reporting.suits(grid)) for key, grid in tally.grid.items()]
    rows = [
        (charting.label_of(tally, key), f"{count} ({reporting.share(count, tally.answered)})")
        for key, count in tally.counts.items()
    ]
    if tally.mean is not None:
        rows.append((wording.MEAN, reporting.decimal(tally.mean)))
    return rows


def _texts(tally: QuestionTally) -> Sequence[str]:
    if tally.item.kind == QuestionKind.DATE:
        return [day(date.fromisoformat(text)) for text in tally.texts]
    return tally.texts


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable() or c in "\u00a0\u202f")
