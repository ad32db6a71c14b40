"""A copy of an earlier consultation: the same questions, a draft again, with no answer and no date."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations.slots import slot_of
from storage.consultations import Choice, Consultation, Question, QuestionKind, Status


def copy_of(earlier: Consultation, slug: str, now: datetime) -> Consultation:
    """A draft that asks the same of the same, loaded whole; not added to any session."""
    return Consultation(
        slug=slug,
        title=earlier.title,
        introduction=earlier.introduction,
        voice=earlier.voice,
        rule=earlier.rule,
        secrecy=earlier.secrecy,
        status=Status.DRAFT,
        audience=dict(earlier.audience),
        nudge_days=list(earlier.nudge_days),
        nudge_limit=earlier.nudge_limit,
        escalate_days=earlier.escalate_days,
        live_results=earlier.live_results,
        source=earlier.source,
        source_date=earlier.source_date,
        updated_at=now,
        edited_at=now,
        created_by=earlier.created_by,
        questions=[_question(one, now) for one in earlier.questions],
    )


def _question(earlier: Question, now: datetime) -> Question:
    return Question(
        key=earlier.key,
        position=earlier.position,
        section=earlier.section,
        kind=earlier.kind,
        wording=earlier.wording,
        help=earlier.help,
        required=earlier.required,
        min_choices=earlier.min_choices,
        max_choices=earlier.max_choices,
        config=dict(earlier.config),
        choices=[
            Choice(
                key=choice.key,
                position=choice.position,
                label=choice.label,
                aliases=list(choice.aliases),
                asks_text=choice.asks_text,
            )
            for choice in earlier.choices
            if earlier.kind != QuestionKind.SLOTS or slot_of(choice.key)[0] >= now.date()
        ],
    )


async def free_slug(session: AsyncSession, stem: str) -> str:
    """The stem if nobody has it, else `-2`, `-3`…"""
    taken = set(await session.scalars(select(Consultation.slug).where(Consultation.slug.startswith(stem))))
    return next(slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


async def copied(session: AsyncSession, earlier: Consultation, now: datetime, zone: ZoneInfo) -> Consultation:
    """The copy, kept, under a name of its own."""
    made = copy_of(earlier, await free_slug(session, f"{earlier.slug[:60]}-{now.astimezone(zone):%Y-%m-%d}"), now)
    session.add(made)
    await session.flush()
    return made
