"""Results made known after the close, to whom staff choose: the count with its chart, never a text nor a name."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import acting_wording, charting, reporting, wording
from handlers.consultations.acting_notes import note_change
from handlers.consultations.counting import Count, counted
from handlers.consultations.screens import button
from handlers.consultations.tally import MINIMUM
from handlers.consultations.telling import tell
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, say
from handlers.request import Request
from storage.ballots import Participation
from storage.consultations import Consultation, Readers, Status, whole_consultation
from storage.voices import Member, members


async def ask_to_publish(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """What would be read, and by whom."""
    count = await _count(request, session, consultation)
    rows: list[tuple[Button, ...]] = []
    for verb, readers in (("tovoters", Readers.VOTERS), ("toasked", Readers.ASKED)):
        people = len(await _readers(session, consultation, readers))
        rows.append((button(acting_wording.publish_to(readers, people), verb, consultation.id),))
    return Reply(
        messages=(_results(consultation, count), Message(text=acting_wording.PUBLISH_WHOM, buttons=tuple(rows)))
    )


async def publish_to_voters(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """To the people of the voices that have answered."""
    return await _publish(request, session, consultation, Readers.VOTERS)


async def publish_to_asked(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """To everybody who could have answered."""
    return await _publish(request, session, consultation, Readers.ASKED)


async def _publish(request: Request, session: AsyncSession, consultation: Consultation, readers: Readers) -> Reply:
    """Tell each reader once; wider readers may be chosen later, narrower ones take nothing back."""
    await _count(request, session, consultation)
    if consultation.published_to != Readers.ASKED:
        consultation.published_to = readers
    see = button(reporting.RESULTS, "outcome", consultation.id, style="primary")
    told = await tell(
        session,
        await _readers(session, consultation, readers),
        f"consult:published:{consultation.id}",
        lambda _: Message(text=acting_wording.are_published(consultation.title), buttons=((see,),)),
        request.zone,
        request.received_at,
    )
    await note_change(request, session, consultation, f"published to {readers}")
    return say(acting_wording.published(told), replace=True)


async def outcome(request: Request, session: AsyncSession, number: int) -> Reply:
    """« Voir les résultats » under the notice: for those they were published to, and for staff."""
    person = request.known()
    consultation = await whole_consultation(session, number)
    if consultation is None:
        return Reply(notice=wording.STALE)
    if not person.is_staff:
        if not consultation.published_to:
            return say(acting_wording.NOT_PUBLISHED)
        readers = await _readers(session, consultation, Readers(consultation.published_to))
        if person.id not in {member.id for member in readers}:
            return say(acting_wording.NOT_PUBLISHED)
    return Reply(messages=(_results(consultation, await _count(request, session, consultation)),))


async def _count(request: Request, session: AsyncSession, consultation: Consultation) -> Count:
    """The count without texts: those were written for the staff. Refused before the close, and of a few."""
    if state_at(consultation, request.received_at) != Status.CLOSED:
        raise Refusal(reporting.AFTER_CLOSE)
    count = await counted(session, consultation, request.received_at)
    if count.ballots < MINIMUM:
        raise Refusal(reporting.too_few(MINIMUM))
    counts = [replace(one, texts=()) for one in count.tallies if one.counts or one.mean is not None]
    return Count(counts, count.ballots)


def _results(consultation: Consultation, count: Count) -> Message:
    text = reporting.results(consultation.title, count.tallies, count.ballots, None)
    picture = charting.chart(consultation.title, count.tallies)
    if picture is None:
        return Message(text=text)
    alt = charting.alternative(consultation.title, count.tallies)
    file = Attachment(filename=f"{consultation.slug}.png", media_type="image/png", content=picture, alt=alt)
    return Message(text=text, attachment=file)


async def _readers(session: AsyncSession, consultation: Consultation, readers: Readers) -> Sequence[Member]:
    if readers == Readers.ASKED:
        return await members(session, consultation)
    answered = select(Participation.voice_key).where(Participation.consultation_id == consultation.id)
    return await members(session, consultation, (await session.scalars(answered)).all())
