"""A ballot is cast: the rows that change when the answer of a voice becomes the one that counts."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.admitting import Admitted
from handlers.consultations.questionnaire import Answers, Item, to_facts
from handlers.consultations.standing import Standing
from handlers.consultations.steps import to_submit
from storage.ballots import Answer, Ballot, BallotTrace, Participation, Proposal, TraceStep
from storage.base import insert_or_ignore
from storage.consultations import Draft
from storage.outbox import Delivery, Kind, State, cancel_waiting
from storage.secret_ballots import drop_in
from storage.web import clear_secrets

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is mistaken for another when read aloud


@dataclass(frozen=True, slots=True)
class Cast:
    """Answers about to count: whose voice, which answers, from whom, and when."""

    consultation_id: int
    voice_key: str
    items: Sequence[Item]
    answers: Answers
    submitted_by: int | None
    at: datetime
    validated_by: int | None = None
    entered_by: int | None = None

    @classmethod
    def of(cls, seat: Admitted, answers: Answers, by: int | None, at: datetime, **others: int | None) -> "Cast":
        """What `by` answers with the voice of a seat; `others` are who validated or entered it."""
        return cls(seat.consultation.id, seat.voice_key, seat.items, answers, by, at, **others)


def new_receipt() -> str:
    """A short code that says nothing of whom it was given to."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


async def cast(session: AsyncSession, standing: Standing, what: Cast) -> Ballot:
    """Make these answers the voice's ballot, in place of the one that stands. Only under `lock_voice`.

    The trace keeps what was replaced; a proposal that waited is settled; nudges that have not left are cancelled.
    """
    ballot = standing.ballot
    if ballot is None:
        return (await cast_new(session, [what]))[0]
    step = TraceStep.VALIDATED if what.validated_by else TraceStep.REPLACED
    await session.execute(delete(Answer).where(Answer.ballot_id == ballot.id))
    ballot.submitted_by, ballot.validated_by = what.submitted_by, what.validated_by
    ballot.entered_by, ballot.submitted_at = what.entered_by, what.at
    ballot.revision, ballot.receipt = ballot.revision + 1, new_receipt()
    await session.flush()
    await _write_answers(session, [(ballot.id, what)])
    await _settle(session, [(ballot, what, step, standing.answers)])
    return ballot


async def cast_new(session: AsyncSession, casts: Sequence[Cast]) -> list[Ballot]:
    """Ballots of voices that have none yet, in that order, all of one consultation. Only under their locks."""
    number = casts[0].consultation_id
    rows: list[dict[str, Any]] = [
        {
            "consultation_id": number,
            "voice_key": what.voice_key,
            "submitted_by": what.submitted_by,
            "validated_by": what.validated_by,
            "entered_by": what.entered_by,
            "submitted_at": what.at,
            "revision": 1,
            "receipt": new_receipt(),
        }
        for what in casts
    ]
    await session.flush()
    await session.execute(insert(Ballot).execution_options(render_nulls=True), rows)
    keys = [what.voice_key for what in casts]
    query = select(Ballot).where(Ballot.consultation_id == number, Ballot.voice_key.in_(keys))
    made = {ballot.voice_key: ballot for ballot in await session.scalars(query)}
    ballots = [made[key] for key in keys]
    pairs = list(zip(ballots, casts, strict=True))
    await _write_answers(session, [(ballot.id, what) for ballot, what in pairs])
    await _settle(
        session,
        [
            (ballot, what, TraceStep.VALIDATED if what.validated_by else TraceStep.SUBMITTED, {})
            for ballot, what in pairs
        ],
    )
    return ballots


async def _settle(session: AsyncSession, cast: Sequence[tuple[Ballot, Cast, TraceStep, Answers]]) -> None:
    """The register, the trace, what waited for a director, the nudges."""
    number = cast[0][1].consultation_id
    keys = [what.voice_key for _, what, _, _ in cast]
    await insert_or_ignore(
        session,
        Participation,
        [{"consultation_id": number, "voice_key": what.voice_key, "at": what.at} for _, what, _, _ in cast],
    )
    await session.execute(
        insert(BallotTrace).execution_options(render_nulls=True),
        [
            {
                "consultation_id": number,
                "voice_key": what.voice_key,
                "step": step,
                "revision": ballot.revision,
                "by_person": what.validated_by or what.entered_by or what.submitted_by,
                "at": what.at,
                "before": dict(before),
            }
            for ballot, what, step, before in cast
        ],
    )
    await session.execute(delete(Proposal).where(Proposal.consultation_id == number, Proposal.voice_key.in_(keys)))
    waits = exists().where(
        Delivery.state == State.WAITING, Delivery.kind == Kind.NUDGE, Delivery.about.startswith(f"nudge:{number}:")
    )
    if await session.scalar(select(waits)):
        for _, what, _, _ in cast:
            await stop_nudges(session, number, what.voice_key, what.at)
    await session.flush()


async def cast_secretly(session: AsyncSession, what: Cast) -> str:
    """Put these answers into the box and the voice on the register; returns the receipt, which is kept nowhere else.

    Only under `lock_voice`, for a voice that has not taken part. The register bears the day, not the hour. What the
    person's page shows of the way there goes too.
    """
    receipt = new_receipt()
    shown = {key: dict(given) for key, given in to_submit(what.items, what.answers).items()}
    await drop_in(session, what.consultation_id, receipt, shown)
    day = what.at.replace(hour=0, minute=0, second=0, microsecond=0)
    session.add(Participation(consultation_id=what.consultation_id, voice_key=what.voice_key, at=day))
    if what.submitted_by is not None:
        await clear_secrets(session, what.submitted_by)
    await stop_nudges(session, what.consultation_id, what.voice_key, what.at)
    await session.flush()
    return receipt


async def _write_answers(session: AsyncSession, cast: Sequence[tuple[int, Cast]]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "ballot_id": ballot_id,
            "question_id": fact.question_id,
            "choice_id": fact.choice_id,
            "text": fact.text,
            "number": fact.number,
            "rank": fact.rank,
        }
        for ballot_id, what in cast
        for fact in to_facts(what.items, to_submit(what.items, what.answers))
    ]
    if rows:
        await session.execute(insert(Answer).execution_options(render_nulls=True), rows)


async def stop_nudges(session: AsyncSession, consultation_id: int, voice_key: str, now: datetime) -> int:
    """Cancel the nudges of a voice that have not left; returns how many."""
    prefix = nudge_prefix(consultation_id, voice_key)
    return await cancel_waiting(session, Delivery.about.startswith(prefix), reason="answered", now=now)


def nudge_prefix(consultation_id: int, voice_key: str) -> str:
    """What the `about` of every nudge to a voice begins with."""
    return f"nudge:{consultation_id}:{voice_key}:"


async def end_draft(session: AsyncSession, consultation_id: int, person_id: int) -> None:
    """The draft has become a ballot or a proposal."""
    await session.execute(delete(Draft).where(Draft.consultation_id == consultation_id, Draft.person_id == person_id))
