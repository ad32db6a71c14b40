"""Exports: one row for each ballot of a named consultation, else the count; as CSV, XLSX or JSON.

A cell that a spreadsheet could take for a formula is made inert in every format.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import behalf_wording, screens, wording
from handlers.consultations.promise import withheld
from handlers.consultations.questionnaire import CHOSEN, Answers, Item, from_facts, read
from handlers.consultations.secret import listed
from handlers.consultations.standing import facts_of_consultation, names_of, voice_names
from handlers.consultations.tally import QuestionTally, tally
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from handlers.tables import Cell, Table
from handlers.tables import as_csv as as_csv
from handlers.tables import as_xlsx as as_xlsx
from handlers.tables import inert as inert
from storage.ballots import Ballot
from storage.consultations import Consultation, QuestionKind, Secrecy
from storage.voices import expected_voices


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One ballot with what is known of its voice."""

    voice: str
    region: str
    kind: str
    by: str
    at: datetime
    answers: Answers


def ballot_table(name: str, items: Sequence[Item], ballots: Sequence[BallotRow], zone: ZoneInfo) -> Table:
    """One row a ballot, one column a question. Only of a named consultation."""
    header = ("Réponse de", "Région", "Type", "Envoyée par", "Envoyée le", *_columns(items))
    rows = [
        (
            row.voice,
            row.region,
            row.kind,
            row.by,
            row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            *_cells(items, row.answers),
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
            for word, others in zip(reversed(wording.SUITS[:2]), one.grid.get(key, ())[1:], strict=False):
                rows.append((number, question, f"{_choice(one.item, key)} ({word})", others, one.answered, ""))
        if one.mean is not None:
            rows.append((number, question, "Moyenne", round(one.mean, 3), one.answered, ""))
        rows.extend((number, question, text, "", one.answered, "") for text in one.texts)
    header = ("N°", "Question", "Réponse", "Nombre", f"Réponses à la question (sur {ballots})", "Rang moyen")
    return Table(name, header, tuple(rows))


def _choice(item: Item, key: int) -> str:
    if item.kind in CHOSEN or item.kind == QuestionKind.SLOTS:
        option = item.option(key)
        return option.label if option else ""
    if item.kind == QuestionKind.YES_NO:
        return wording.YES if key else wording.NO
    return str(key)


def _columns(items: Sequence[Item]) -> list[str]:
    """One column a question; of finding a date one a slot: the grid."""
    return [
        f"{item.wording} {option.label}" if option is not None else item.wording
        for item in items
        for option in (item.options if item.kind == QuestionKind.SLOTS else (None,))
    ]


def _cells(items: Sequence[Item], answers: Answers) -> list[Cell]:
    cells: list[Cell] = []
    for item in items:
        if item.kind == QuestionKind.SLOTS:
            given = answers.get(str(item.id), {}).get("slots", {})
            cells += [wording.SUITS[given[str(o.id)]] if str(o.id) in given else "" for o in item.options]
        else:
            cells.append(_cell(item, answers))
    return cells


def _cell(item: Item, answers: Answers) -> Cell:
    given = answers.get(str(item.id))
    if not given or given.get("skipped"):
        return ""
    if item.kind in (QuestionKind.SCALE, QuestionKind.NUMBER):
        return float(given["number"]) if given["number"] != int(given["number"]) else int(given["number"])
    if item.kind == QuestionKind.DATE:
        return str(given["text"])
    return screens.spoken(item, given)


def as_json(table: Table) -> bytes:
    """The rows as a list of lists under their header: two questions may bear the same words."""
    content = {"name": table.name, "header": table.header, "rows": table.rows}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


async def table_of(session: AsyncSession, consultation: Consultation, zone: ZoneInfo, now: datetime) -> Table:
    """The export that the promise to the voters allows: ballots of a named consultation, else the count.

    Raises Refusal where nothing may be shown yet.
    """
    items = read(consultation)
    if consultation.secrecy == Secrecy.ANONYMOUS:
        listed_ballots, _ = await listed(session, consultation)
        if why := withheld(consultation, state_at(consultation, now), len(listed_ballots)):
            raise Refusal(why)
        rows_of_list = tuple((code, *_cells(items, answers)) for code, answers in listed_ballots)
        return Table(consultation.title, ("Reçu", *_columns(items)), rows_of_list)
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
            by=people.get(ballot.submitted_by or 0, "")
            + (f" ({behalf_wording.BY_PHONE})" if ballot.entered_by else ""),
            at=ballot.submitted_at,
            answers=from_facts(items, facts[ballot.id]),
        )
        for ballot in ballots
    ]
    return ballot_table(consultation.title, items, sorted(rows, key=lambda row: (row.region, row.voice)), zone)
