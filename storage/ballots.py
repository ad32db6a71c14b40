"""What was answered: ballots and the facts they are counted by, answers that wait for a director, who has answered.

Never two ballots for one voice: `(consultation, voice_key)` is unique, and who submits holds a lock on the voice (see
`storage.voices`). Anonymous ballots are elsewhere (`storage.secret_ballots`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Row


class Ballot(Row):
    """The submitted answers of one voice (`structure:12`, `person:5`). `entered_by` is staff who typed for someone."""

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("consultation_id", "voice_key"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    voice_key: Mapped[str]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    validated_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    submitted_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    receipt: Mapped[str] = mapped_column(unique=True)


class Answer(Row):
    """One counted fact of a ballot: a choice, a text or a number; `rank` from 1 in a ranking.

    Of a slot the number says how it suits: 2 yes, 1 if need be, 0 no.
    """

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_question_id_choice_id", "question_id", "choice_id"),)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    choice_id: Mapped[int | None] = mapped_column(ForeignKey("choices.id", ondelete="CASCADE"))
    text: Mapped[str | None]
    number: Mapped[float | None] = mapped_column(Float(53))
    rank: Mapped[int | None]


class Proposal(Row):
    """Answers that wait for a director of the structure; they count for nothing until validated."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("consultation_id", "voice_key"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    voice_key: Mapped[str]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Participation(Row):
    """That a voice has answered, and when; kept apart from what it answered."""

    __tablename__ = "participations"
    __table_args__ = (UniqueConstraint("consultation_id", "voice_key"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    voice_key: Mapped[str]
    at: Mapped[datetime]


class TraceStep(StrEnum):
    """What happened to the answer of a voice."""

    SUBMITTED = "submitted"
    REPLACED = "replaced"
    PROPOSED = "proposed"
    VALIDATED = "validated"


class BallotTrace(Row):
    """One step in the life of a voice's answer; `before` is what a replacement put aside."""

    __tablename__ = "ballot_traces"
    __table_args__ = (Index("ix_ballot_traces_voice", "consultation_id", "voice_key", "id"),)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    voice_key: Mapped[str]
    step: Mapped[str]
    revision: Mapped[int]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
