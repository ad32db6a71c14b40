"""Exports: one row for each ballot of a named consultation, else the count; as CSV, XLSX or JSON.

A cell that a spreadsheet could take for a formula is made inert in every format.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import screens, wording
from handlers.consultations.promise import withheld
from handlers.consultations.questionnaire import CHOSEN, Answers, Item, from_facts, read
from handlers.consultations.standing import facts_of_consultation, names_of, voice_names
from handlers.consultations.tally import QuestionTally, tally
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from storage.consultations import Ballot, Consultation, QuestionKind, Secrecy
from storage.voices import expected_voices

Cell = str | int | float

_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
_LONGEST = 32_000  # characters of a cell; spreadsheets hold 32,767


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of the same length."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One ballot with what is known of its voice."""

    voice: str
    region: str
    kind: str
    by: str
    at: datetime
    answers: Answers


def inert(cell: Cell) -> Cell:
    """The cell as a spreadsheet shows it and never computes it; control characters are dropped."""
    if not isinstance(cell, str):
        return cell
    risky = cell.lstrip(" \u00a0\u202f\ufeff").startswith(_RISKY) or cell.startswith(_RISKY)
    clean = "".join(c for c in cell if c in "\n\t" or c.isprintable() or c in "\u00a0\u202f")[:_LONGEST]
    return f"'{clean}" if risky else clean


def ballot_table(name: str, items: Sequence[Item], ballots: Sequence[BallotRow], zone: ZoneInfo) -> Table:
    """One row a ballot, one column a question. Only of a named consultation."""
    header = ("Réponse de", "Région", "Type", "Envoyée par", "Envoyée le", *(item.wording for item in items))
    rows = [
        (
            row.voice,
            row.region,
            row.kind,
            row.by,
            row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            *(_cell(item, row.answers) for item in items),
        )
        for row in ballots
    ]
    return Table(name, header, tuple(rows))


def tally_table(name: str, tallies: Sequence[QuestionTally], ballots: int) -> Table:
    """The count, one row a choice, degree or text. It names nobody, and texts stand in no order of arrival."""
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(tallies, start=1):
        question = one.item.wording
        for key, count in one.counts.items():
            rank = round(one.mean_ranks[key], 3) if one.mean_ranks and key in one.mean_ranks else ""
            rows.append((number, question, _choice(one.item, key), count, one.answered, rank))
        if one.mean is not None:
            rows.append((number, question, "Moyenne", round(one.mean, 3), one.answered, ""))
        rows.extend((number, question, text, "", one.answered, "") for text in one.texts)
    header = ("N°", "Question", "Réponse", "Nombre", f"Réponses à la question (sur {ballots})", "Rang moyen")
    return Table(name, header, tuple(rows))


def _choice(item: Item, key: int) -> str:
    if item.kind in CHOSEN:
        option = item.option(key)
        return option.label if option else ""
    if item.kind == QuestionKind.YES_NO:
        return wording.YES if key else wording.NO
    return str(key)


def _cell(item: Item, answers: Answers) -> Cell:
    given = answers.get(str(item.id))
    if not given or given.get("skipped"):
        return ""
    if item.kind in (QuestionKind.SCALE, QuestionKind.NUMBER):
        return float(given["number"]) if given["number"] != int(given["number"]) else int(given["number"])
    if item.kind == QuestionKind.DATE:
        return str(given["text"])
    return screens.spoken(item, given)


def as_csv(table: Table) -> bytes:
    """Comma-separated for a French spreadsheet: semicolons, every cell quoted, UTF-8 with its mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (table.header, *table.rows):
        writer.writerow([inert(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_json(table: Table) -> bytes:
    """The rows as a list of lists under their header: two questions may bear the same words."""
    content = {"name": table.name, "header": table.header, "rows": table.rows}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


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


async def table_of(session: AsyncSession, consultation: Consultation, zone: ZoneInfo, now: datetime) -> Table:
    """The export that the promise to the voters allows: ballots of a named consultation, else the count.

    Raises Refusal where nothing may be shown yet.
    """
    items = read(consultation)
    facts = await facts_of_consultation(session, consultation.id)
    if why := withheld(consultation, state_at(consultation, now), len(facts)):
        raise Refusal(why)
    if consultation.secrecy != Secrecy.NAMED:
        return tally_table(consultation.title, tally(items, facts.values()), len(facts))
    ballots = (await session.scalars(select(Ballot).where(Ballot.consultation_id == consultation.id))).all()
    known = {voice.key: voice for voice in await expected_voices(session, consultation)}
    names = await voice_names(session, consultation)
    people = await names_of(session, {ballot.submitted_by for ballot in ballots if ballot.submitted_by is not None})
    rows = [
        BallotRow(
            voice=names.get(ballot.voice_key, ""),
            region=known[ballot.voice_key].region if ballot.voice_key in known else "",
            kind=known[ballot.voice_key].kind if ballot.voice_key in known else "",
            by=people.get(ballot.submitted_by or 0, ""),
            at=ballot.submitted_at,
            answers=from_facts(items, facts[ballot.id]),
        )
        for ballot in ballots
    ]
    return ballot_table(consultation.title, items, sorted(rows, key=lambda row: (row.region, row.voice)), zone)
