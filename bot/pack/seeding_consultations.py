"""The consultations of a pack. Once one is open, or staff have edited it, the pack leaves it alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.pack.records import Columns, Record, audience_column, source_columns
from bot.pack.report import KindReport
from bot.pack.schema import Pack
from bot.pack.schema_consultations import Consultation as Entry
from bot.pack.schema_consultations import Question as QuestionEntry
from bot.pack.values import Moment
from handlers.consultations.slots import label_of
from storage.consultations import Choice, Consultation, Question, Status


async def seed_consultations(session: AsyncSession, pack: Pack, now: datetime, *, apply: bool = True) -> KindReport:
    """Make or change the consultations of the pack; with `apply=False` only say what would be."""
    report = KindReport()
    found = await session.scalars(
        select(Consultation).options(selectinload(Consultation.questions).selectinload(Question.choices))
    )
    rows = {row.slug: row for row in found}
    for entry in pack.consultations:
        wanted = consultation_record(pack, entry)
        row = rows.get(entry.key)
        if row is not None and row.seed_digest == wanted.digest and row.edited_at is None:
            report.unchanged.append(entry.key)
            continue
        if row is not None and (row.status != Status.DRAFT or row.edited_at is not None or row.seed_digest is None):
            report.kept.append(entry.key)
            continue
        (report.added if row is None else report.changed).append(entry.key)
        if not apply:
            continue
        if row is None:
            row = Consultation(slug=entry.key, status=Status.DRAFT, questions=[])
            session.add(row)
        _write(row, wanted, entry.questions)
        row.updated_at = now
        if entry.status == "open":  # with no closing time of its own: staff choose one
            row.status = Status.OPEN
            row.opens_at = row.opens_at or now
            row.frozen_at = now
    await session.flush()
    keys = {entry.key for entry in pack.consultations}
    report.gone += sorted(slug for slug, row in rows.items() if row.seed_digest is not None and slug not in keys)
    return report


def consultation_record(pack: Pack, entry: Entry) -> Record:
    """A consultation as its row; its questions count in the digest only."""
    zone = pack.network.zone
    columns: Columns = {
        "title": entry.title,
        "introduction": entry.introduction or "",
        "voice": entry.voice,
        "rule": entry.rule,
        "secrecy": entry.secrecy,
        "opens_at": entry.opens.instant(zone) if entry.opens else None,
        "closes_at": entry.closes.instant(zone) if entry.closes else None,
        "audience": audience_column(entry.audience),
        "nudge_days": list(entry.nudge_days),
        "live_results": entry.live_results,
        "nudge_limit": entry.nudge_limit,
        "escalate_days": entry.escalate_days,
        "recurs": entry.recurs or "",
        "series": entry.key if entry.recurs else "",
        **source_columns(pack, entry.source),
    }
    asked = [question.model_dump_json() for question in entry.questions]
    return Record(entry.key, columns, {"status": entry.status, "questions": "\n".join(asked)})


def _write(row: Consultation, wanted: Record, questions: Sequence[QuestionEntry]) -> None:
    for column, value in wanted.columns.items():
        setattr(row, column, value)
    row.seed_digest = wanted.digest
    known = {question.key: question for question in row.questions}
    row.questions = [
        _question(known.get(entry.key) or Question(key=entry.key, choices=[]), entry, position)
        for position, entry in enumerate(questions, start=1)
    ]


def _question(row: Question, entry: QuestionEntry, position: int) -> Question:
    row.position = position
    row.section = entry.section or ""
    row.kind = entry.kind
    row.wording = entry.wording
    row.help = entry.help or ""
    row.required = entry.required
    row.min_choices, row.max_choices = entry.min_choices, entry.max_choices
    row.config = _config(entry)
    known = {choice.key: choice for choice in row.choices}
    choices = []
    for place, choice in enumerate(entry.choices, start=1):
        written = known.get(choice.key) or Choice(key=choice.key)
        written.position, written.label = place, choice.label
        written.aliases, written.asks_text = list(choice.aliases), choice.asks_text
        choices.append(written)
    row.choices = choices or [
        _slot(known, slot, place) for place, slot in enumerate(sorted(entry.slots, key=_key_of), start=1)
    ]
    return row


def _key_of(slot: Moment) -> str:
    return slot.wall.strftime("%Y-%m-%dT%H:%M") if slot.wall else slot.first.isoformat()


def _slot(known: Mapping[str, Choice], slot: Moment, place: int) -> Choice:
    """A slot as the choice that it is."""
    written = known.get(_key_of(slot)) or Choice(key=_key_of(slot), aliases=[])
    written.position, written.label = place, label_of(slot.first, slot.wall.time() if slot.wall else None)
    return written


def _config(entry: QuestionEntry) -> Columns:
    config: Columns = {
        name: value
        for name in ("low", "high", "low_label", "high_label", "unit")
        if (value := getattr(entry, name)) is not None
    }
    if entry.shuffle:
        config["shuffle"] = True
    if entry.event:
        config["event"] = entry.event
    if entry.only_if:
        config["only_if"] = {"question": entry.only_if.question, "any_of": list(entry.only_if.any_of)}
    return config
