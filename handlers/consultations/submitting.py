"""« Envoyer » and « Valider »: the answers leave the draft, under the rule of the voice.

Whoever submits holds the voice's lock, so of two colleagues who press at once the second sees what the first sent
and is asked again; nothing is replaced by someone who has not seen it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import behalf, notices, question_wording, receipt_wording, screens, steps, wording
from handlers.consultations.admitting import Admitted, closed_sentence
from handlers.consultations.casting import Cast, cast, cast_secretly, end_draft
from handlers.consultations.questionnaire import Answers
from handlers.consultations.receipts import (
    after_sending,
    already_sent,
    describe,
    outcome_for,
    proposal_screen,
    receipt,
    secret_receipt,
    with_way,
)
from handlers.consultations.standing import Standing, next_proposal_revision, standing_of
from handlers.consultations.telling import tell
from handlers.consultations.timing import state_at
from handlers.consultations.voice import Effect
from handlers.consultations.witnessing import witness
from handlers.messages import Reply, say
from handlers.request import Request
from storage.ballots import Ballot, BallotTrace, Proposal, TraceStep
from storage.base import insert_or_ignore
from storage.consultations import Consultation, Draft, Status, Voice, draft_of
from storage.conversations import Conversation
from storage.voices import Member, lock_voice, members


async def send(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, seen: tuple[int, int]
) -> Reply:
    """Submit the draft. `seen` are the revisions the person was shown beside the button."""
    if seat.trial:
        return await _end_trial(session, conversation, seat)
    standing = await _under_lock(request, session, seat)
    if standing is None:
        conversation.close_form()
        return say(f"{closed_sentence(request, seat.consultation)} {receipt_wording.DRAFT_LOST}", replace=True)
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    if draft is None:
        return already_sent(request, seat, standing)
    answers: Answers = draft.answers
    missing = steps.next_step(seat.items, answers)
    if missing is not None:
        draft.at_question = missing.id
        message = screens.question(
            seat.items, answers, missing, (), lead=question_wording.REQUIRED if missing.required else ""
        )
        return Reply(messages=(message,), replace=True)
    if all(given.get("skipped") for given in answers.values()):
        # The structure's one voice is not spent on saying nothing.
        message = screens.review(
            seat.items, answers, seat.consultation.id, standing.revisions, question_wording.NOTHING_SAID
        )
        return Reply(messages=(message,), replace=True)
    outcome = outcome_for(seat, standing)
    if outcome == Effect.REFUSE and seat.secret:
        await end_draft(session, seat.consultation.id, seat.person.id)
        return already_sent(request, seat, standing)
    if outcome == Effect.REFUSE:
        text = f"{describe(request, seat, standing)}\n\n{receipt_wording.kept_not_sent()}"
        return say(text, (screens.button(wording.SEE, "mine", seat.consultation.id),), replace=True)
    if seen != standing.revisions:
        lead = receipt_wording.meanwhile(describe(request, seat, standing))
        message = screens.review(seat.items, answers, seat.consultation.id, standing.revisions, lead)
        return Reply(messages=(message,), replace=True)
    if seat.secret:
        reply = await _send_secretly(request, session, seat, answers)
    elif outcome == Effect.PROPOSE:
        reply = await propose(request, session, seat, answers)
    else:
        ballot = await cast(
            session,
            standing,
            Cast.of(seat, answers, seat.person.id, request.received_at, entered_by=request.typed_by),
        )
        await tell_others(request, session, seat, standing, ballot)
        reply = receipt(request, seat, ballot, answers)
        if request.typed_by is not None:
            reply = await behalf.entered(request, session, seat, ballot.receipt, ballot.revision, answers)
    await end_draft(session, seat.consultation.id, seat.person.id)
    await witness(request, session, seat)
    conversation.close_form()
    return reply


async def _end_trial(session: AsyncSession, conversation: Conversation, seat: Admitted) -> Reply:
    """What would have been sent; nothing of it is kept."""
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    answers: Answers = draft.answers if draft is not None else {}
    await end_draft(session, seat.consultation.id, seat.person.id)
    conversation.close_form()
    row = (screens.button(wording.TRY_AGAIN, "begin", seat.consultation.id),)
    back = (screens.button(wording.TO_FOLLOW, "follow", seat.consultation.id),)
    return say(f"{wording.TRIED}\n\n{screens.copy(seat.items, answers)}", row, back, replace=True)


async def _send_secretly(request: Request, session: AsyncSession, seat: Admitted, answers: Answers) -> Reply:
    """Into the box; the receipt is in the reply and nowhere else."""
    what = Cast.of(seat, answers, seat.person.id, request.received_at)
    return secret_receipt(seat, await cast_secretly(session, what), answers)


async def approve(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, revision: int
) -> Reply:
    """A director of the structure makes a colleague's proposal the answer that counts."""
    standing = await _under_lock(request, session, seat)
    if standing is None:
        return say(closed_sentence(request, seat.consultation), replace=True)
    if not seat.speaker.is_director:
        return say(receipt_wording.only_directors())
    proposal = standing.proposal
    if proposal is None:
        return say(
            receipt_wording.no_proposal(), (screens.button(wording.SEE, "mine", seat.consultation.id),), replace=True
        )
    if proposal.revision != revision:
        return Reply(
            messages=(proposal_screen(request, seat, standing, receipt_wording.proposal_changed()),), replace=True
        )
    ballot = await cast(
        session,
        standing,
        Cast.of(seat, proposal.content, proposal.proposed_by, request.received_at, validated_by=seat.person.id),
    )
    title, at = seat.consultation.title, request.received_at
    await witness(request, session, seat)
    await tell(
        session,
        await _colleagues(session, seat),
        f"consult:validated:{seat.consultation.id}:{seat.voice_key}:{ballot.revision}",
        lambda zone: with_way(
            seat, notices.told_validated(seat.person.name, seat.structure, title, wording.moment(at, zone))
        ),
        request.zone,
        at,
    )
    text = receipt_wording.validated(ballot.receipt, wording.moment(at, request.tz))
    return say(
        f"{text}\n\n{receipt_wording.copy(seat.structure)}\n\n{screens.copy(seat.items, proposal.content)}",
        after_sending(seat),
        replace=True,
    )


async def _under_lock(request: Request, session: AsyncSession, seat: Admitted) -> Standing | None:
    """What stands for the voice, which is ours until the commit; None when the consultation closed meanwhile."""
    consultation = seat.consultation
    if not await still_open(session, consultation, request.received_at):
        return None
    await lock_voice(session, seat.voice_key)
    return await standing_of(session, consultation.id, seat.items, seat.voice_key, secret=seat.secret)


async def still_open(session: AsyncSession, consultation: Consultation, now: datetime) -> bool:
    """Whether answers may be counted until our commit: the shared lock makes a close wait for us, or us see it."""
    await session.flush()
    await session.refresh(consultation, ["status", "opens_at", "closes_at"], with_for_update={"read": True})
    return state_at(consultation, now) == Status.OPEN


async def propose(request: Request, session: AsyncSession, seat: Admitted, answers: Answers) -> Reply:
    """Keep the answers for a director of the structure, who is told."""
    consultation, now = seat.consultation, request.received_at
    revision = await next_proposal_revision(session, consultation.id, seat.voice_key)
    content = steps.to_submit(seat.items, answers)
    new = {
        "consultation_id": consultation.id,
        "voice_key": seat.voice_key,
        "proposed_by": seat.person.id,
        "proposed_at": now,
        "revision": revision,
        "content": content,
    }
    if not await insert_or_ignore(session, Proposal, [new]):
        standing = await standing_of(session, consultation.id, seat.items, seat.voice_key, secret=seat.secret)
        assert standing.proposal is not None
        standing.proposal.proposed_by, standing.proposal.proposed_at = seat.person.id, now
        standing.proposal.revision, standing.proposal.content = revision, content
    session.add(
        BallotTrace(
            consultation_id=consultation.id,
            voice_key=seat.voice_key,
            step=TraceStep.PROPOSED,
            revision=revision,
            by_person=seat.person.id,
            at=now,
            before={},
        )
    )
    directors = [member for member in await _colleagues(session, seat) if member.is_director]
    await tell(
        session,
        directors,
        f"consult:proposed:{consultation.id}:{seat.voice_key}:{revision}",
        lambda _: with_way(seat, notices.told_proposed(seat.person.name, seat.structure, consultation.title)),
        request.zone,
        now,
    )
    text = receipt_wording.proposal_sent(seat.person.given_name, bool(directors))
    return say(
        f"{text}\n\n{receipt_wording.copy(seat.structure)}\n\n{screens.copy(seat.items, answers)}",
        (screens.button(wording.CORRECT, "redo", consultation.id),),
        replace=True,
    )


async def tell_others(
    request: Request, session: AsyncSession, seat: Admitted, standing: Standing, ballot: Ballot
) -> None:
    """A replacement is told to all colleagues, a first answer to those who had begun one."""
    if seat.consultation.voice != Voice.STRUCTURE:
        return
    colleagues = await _colleagues(session, seat)
    title, at = seat.consultation.title, request.received_at
    replaced = standing.ballot is not None and ballot.revision > 1
    if not replaced:
        colleagues = await _with_drafts(session, seat, colleagues)
    told = notices.told_replaced if replaced else notices.told_answered
    await tell(
        session,
        colleagues,
        f"consult:answered:{seat.consultation.id}:{seat.voice_key}:{ballot.revision}",
        lambda zone: with_way(seat, told(seat.person.name, seat.structure, title, wording.moment(at, zone))),
        request.zone,
        at,
    )


async def _colleagues(session: AsyncSession, seat: Admitted) -> list[Member]:
    found = await members(session, seat.consultation, [seat.voice_key])
    return [member for member in found if member.id != seat.person.id]


async def _with_drafts(session: AsyncSession, seat: Admitted, colleagues: Sequence[Member]) -> list[Member]:
    query = select(Draft.person_id).where(Draft.consultation_id == seat.consultation.id)
    begun = set(await session.scalars(query.where(Draft.person_id.in_([member.id for member in colleagues]))))
    return [member for member in colleagues if member.id in begun]
