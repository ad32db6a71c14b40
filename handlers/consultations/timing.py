"""Opening and closing by time. Ticks are idempotent: any number of processes may run them at any moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.secret import broken_promise
from handlers.errors import Refusal
from storage.consultations import Consultation, Draft, Question, Secrecy, Status
from storage.secret_ballots import open_box

NO_END = (
    "Cette consultation revient d’elle-même\u00a0: fixez d’abord la clôture de cette vague\u202f; les suivantes "
    "dureront autant."
)
NO_QUESTION = "Cette consultation n’a aucune question : elle ne peut pas s’ouvrir."


def state_at(consultation: Consultation, now: datetime) -> Status:
    """The state a consultation is in at `now`, whether or not a tick has written it down yet.

    Closed is final. An anonymous one is open only once that was written down: the promise is looked at first.
    """
    if consultation.status == Status.CLOSED:
        return Status.CLOSED
    by_itself = consultation.secrecy != Secrecy.ANONYMOUS
    due = by_itself and consultation.opens_at is not None and consultation.opens_at <= now
    begun = consultation.status == Status.OPEN or due
    if not begun:
        return Status.DRAFT
    over = consultation.closes_at is not None and consultation.closes_at <= now
    return Status.CLOSED if over else Status.OPEN


async def open_consultation(session: AsyncSession, consultation: Consultation, now: datetime) -> None:
    """Open a draft now and freeze what it asks. Refuses what could not be answered, or not as promised."""
    if why := await broken_promise(session, consultation):
        raise Refusal(why)
    if await session.scalar(select(Question.id).where(Question.consultation_id == consultation.id).limit(1)) is None:
        raise Refusal(NO_QUESTION)
    if consultation.recurs and consultation.closes_at is None:
        raise Refusal(NO_END)
    if consultation.status == Status.DRAFT:
        consultation.status = Status.OPEN
        consultation.opens_at = min(consultation.opens_at or now, now)
        consultation.frozen_at = consultation.updated_at = now
        await forget_trials(session, consultation.id)


async def forget_trials(session: AsyncSession, consultation_id: int) -> None:
    """What staff answered to try it out goes when it opens."""
    await session.execute(delete(Draft).where(Draft.consultation_id == consultation_id, Draft.trial.is_(True)))


Moment = datetime | ColumnElement[datetime]


def any_to_open(now: Moment) -> ColumnElement[bool]:
    """Whether `open_due` would find a draft to look at, as a question to the database."""
    return exists().where(*_to_open(now))


def any_to_close(now: Moment) -> ColumnElement[bool]:
    """The same of `close_due`."""
    return exists().where(*_to_close(now))


def _to_open(now: Moment) -> tuple[ColumnElement[bool], ...]:
    asks = exists().where(Question.consultation_id == Consultation.id)
    return Consultation.status == Status.DRAFT, Consultation.opens_at <= now, asks


def _to_close(now: Moment) -> tuple[ColumnElement[bool], ...]:
    return Consultation.status == Status.OPEN, Consultation.closes_at <= now


async def open_due(session: AsyncSession, now: datetime) -> int:
    """Open every draft whose instant has come and that asks something; returns how many were opened."""
    due = await session.scalars(select(Consultation).where(*_to_open(now)).with_for_update(skip_locked=True))
    opened = 0
    for consultation in due:
        if await broken_promise(session, consultation):
            continue  # staff who open it by hand are told why
        consultation.status = Status.OPEN
        consultation.frozen_at = consultation.updated_at = now
        await forget_trials(session, consultation.id)
        opened += 1
    await session.flush()
    return opened


async def close_due(session: AsyncSession, now: datetime) -> int:
    """Close every open consultation whose instant has come; returns how many were closed.

    Answers under way hold a shared lock on the consultation (see `submitting`): each is either counted before the
    close or told that it came too late.
    """
    due = (
        await session.scalars(
            select(Consultation.id).where(*_to_close(now)).order_by(Consultation.id).with_for_update()
        )
    ).all()
    for consultation_id in due:
        await close(session, consultation_id, now)
    return len(due)


async def close(session: AsyncSession, consultation_id: int, now: datetime) -> None:
    """Close one consultation for good; closed early, its close is now."""
    early = or_(Consultation.closes_at.is_(None), Consultation.closes_at > now)
    await session.execute(
        update(Consultation)
        .where(Consultation.id == consultation_id)
        .values(status=Status.CLOSED, updated_at=now, closes_at=case((early, now), else_=Consultation.closes_at))
        .execution_options(synchronize_session="fetch")
    )
    secrecy = await session.scalar(select(Consultation.secrecy).where(Consultation.id == consultation_id))
    if secrecy == Secrecy.ANONYMOUS:
        await open_box(session, consultation_id)
        await session.execute(delete(Draft).where(Draft.consultation_id == consultation_id))
