"""Consultations: what is asked, of whom, until when; answers not finished yet.

A consultation goes draft → open → closed, once; what is asked is frozen when it opens.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from storage.base import Row
from storage.sealing import Sealable


class Voice(StrEnum):
    """Who counts as one."""

    PERSON = "person"
    STRUCTURE = "structure"


class Rule(StrEnum):
    """Which answer stands when several people may answer for one structure."""

    FIRST = "first"  # the first one; only its author may correct it
    LAST = "last"  # the last one, whoever of the structure sends it
    DIRECTOR = "director"  # the one a director of the structure sent or validated


class Secrecy(StrEnum):
    """Who may link an answer with the voice that gave it."""

    NAMED = "named"  # staff see who answered what
    CONFIDENTIAL = "confidential"  # staff see counts and texts without names, and who has answered
    ANONYMOUS = "anonymous"  # nobody, not even with the database in hand


class Status(StrEnum):
    """draft → open → closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class QuestionKind(StrEnum):
    """What an answer to a question is made of."""

    ONE = "one"
    SEVERAL = "several"
    YES_NO = "yes_no"
    SCALE = "scale"
    RANKING = "ranking"
    NUMBER = "number"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    SLOTS = "slots"  # finding a date: each choice is a slot that suits, would do if need be, or does not


class Readers(StrEnum):
    """Whom results were made known to, besides staff."""

    NOBODY = ""
    VOTERS = "voters"  # the people of the voices that have answered
    ASKED = "asked"  # everybody who could have answered


class Consultation(Row):
    """Something asked of the network; a poll has one question.

    `audience` is `{"roles": […], "regions": [codes], "kinds": […]}` like an event's: regions and kinds say which
    structures are expected, roles which of their people may answer; an empty or absent list means everybody.
    `nudge_days` are the days before the close on which voices that have not answered are nudged.
    `live_results` lets staff, and a channel, see the tally before the close. `nudge_limit` is how many nudges one
    person gets at most, None as many as are due; `escalate_days` before the close regional staff get the list of the
    silent structures of their region. `mends` are typos corrected: `{"at": ISO, "day": ISO, "question": its id or 0,
    "before", "after"}`.
    With `recurs` (RFC 5545, counted from `opens_at` in the network's zone) it opens again as the next wave of its
    `series`.
    """

    __tablename__ = "consultations"
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")
    voice: Mapped[str] = mapped_column(default=Voice.STRUCTURE)
    rule: Mapped[str] = mapped_column(default=Rule.LAST)
    secrecy: Mapped[str] = mapped_column(default=Secrecy.NAMED)
    status: Mapped[str] = mapped_column(default=Status.DRAFT, index=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    nudge_days: Mapped[list[Any]] = mapped_column(default=list)
    live_results: Mapped[bool] = mapped_column(default=True)
    published_to: Mapped[str] = mapped_column(default=Readers.NOBODY)
    mends: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    nudge_limit: Mapped[int | None]
    escalate_days: Mapped[int | None]
    recurs: Mapped[str] = mapped_column(default="", server_default="")
    series: Mapped[str] = mapped_column(default="", server_default="", index=True)
    wave: Mapped[int] = mapped_column(default=1, server_default="1")
    source: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]
    seed_digest: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    frozen_at: Mapped[datetime | None]
    questions: Mapped[list["Question"]] = relationship(
        lazy="raise", order_by="Question.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Question(Row):
    """One question. `key` names it in files and in `only_if`; `min_choices` and `max_choices` bound « several ».

    `config` by kind: scale `{"low", "high", "low_label", "high_label"}`; number `{"low", "high", "unit"}`; any kind
    `{"only_if": {"question": key, "any_of": [choice keys, or "yes" / "no"]}}`; slots `{"event": key}`, the event that
    is to get the date; their choices have dates for keys (`2024-05-16`, `2024-05-16T09:30`).
    """

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("consultation_id", "key"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    section: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    wording: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    min_choices: Mapped[int | None]
    max_choices: Mapped[int | None]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    choices: Mapped[list["Choice"]] = relationship(
        lazy="raise", order_by="Choice.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Choice(Row):
    """One choice of a question; `asks_text` makes it « autre : précisez »."""

    __tablename__ = "choices"
    __table_args__ = (UniqueConstraint("question_id", "key"),)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    label: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(default=list)
    asks_text: Mapped[bool] = mapped_column(default=False)


class Draft(Row):
    """A person's unfinished answers, wherever they were typed.

    `answers` maps a question's id (a string, as JSON wants) to `{"choices": […], "text", "number"}` or
    `{"skipped": true}`; `ticks` are choices ticked but not validated yet. Both bear `secret` and are sealed
    where the consultation is anonymous. `at_question` is the place: None is the review.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("consultation_id", "person_id"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(Sealable(), default=dict)
    ticks: Mapped[dict[str, Any]] = mapped_column(Sealable(), default=dict)
    at_question: Mapped[int | None]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # staff, by phone
    trial: Mapped[bool] = mapped_column(default=False, server_default=false())  # staff try it out before it opens
    updated_at: Mapped[datetime]


class Unnudged(Row):
    """A person who does not want to be reminded of a consultation any more."""

    __tablename__ = "unnudged"
    __table_args__ = (UniqueConstraint("consultation_id", "person_id"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


_WHOLE = selectinload(Consultation.questions).selectinload(Question.choices)


async def whole_consultation(session: AsyncSession, consultation_id: int) -> Consultation | None:
    """A consultation with its questions and choices, in order."""
    found: Consultation | None = await session.scalar(
        select(Consultation).where(Consultation.id == consultation_id).options(_WHOLE)
    )
    return found


async def consultation_by_slug(session: AsyncSession, slug: str) -> Consultation | None:
    """The same by its slug."""
    found: Consultation | None = await session.scalar(
        select(Consultation).where(Consultation.slug == slug).options(_WHOLE)
    )
    return found


async def consultations_with(session: AsyncSession, *statuses: str) -> Sequence[Consultation]:
    """The consultations in those states with their questions; those that close first come first."""
    return (
        await session.scalars(
            select(Consultation)
            .where(Consultation.status.in_(statuses))
            .options(_WHOLE)
            .order_by(Consultation.closes_at.is_(None), Consultation.closes_at, Consultation.id)
        )
    ).all()


async def consultation_of_question(session: AsyncSession, question_id: int) -> Consultation | None:
    """The whole consultation a question belongs to."""
    found: Consultation | None = await session.scalar(
        select(Consultation)
        .where(Consultation.id == select(Question.consultation_id).where(Question.id == question_id).scalar_subquery())
        .options(_WHOLE)
    )
    return found


async def draft_of(session: AsyncSession, consultation_id: int, person_id: int) -> Draft | None:
    """The person's draft, locked until the end of the transaction."""
    found: Draft | None = await session.scalar(
        select(Draft).where(Draft.consultation_id == consultation_id, Draft.person_id == person_id).with_for_update()
    )
    return found
