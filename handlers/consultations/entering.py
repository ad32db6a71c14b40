"""The ways in: the list of what is open, the opening of one consultation, the answer that stands, correcting it."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import (
    behalf_wording,
    exporting,
    moves,
    question_wording,
    receipt_wording,
    receipts,
    screens,
    steps,
    wording,
)
from handlers.consultations.admitting import Admitted, admit, speaker_for
from handlers.consultations.questionnaire import mended_on, read
from handlers.consultations.sitting import Sitting, begin_draft
from handlers.consultations.standing import Standing, standing_of
from handlers.consultations.submitting import approve, send
from handlers.consultations.timing import state_at
from handlers.consultations.voice import Effect, obstacle, voice_key
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request
from storage.consultations import (
    Consultation,
    Draft,
    Secrecy,
    Status,
    Voice,
    consultations_with,
    draft_of,
    whole_consultation,
)
from storage.conversations import Conversation

Entry = Callable[[Request, AsyncSession, Conversation, Admitted, list[int]], Awaitable[Reply]]


async def open_ones(request: Request, session: AsyncSession) -> Reply:
    """Every consultation open to the person, with where they stand in it."""
    lines: list[str] = []
    buttons: list[tuple[Button, ...]] = []
    for consultation in await consultations_with(session, Status.OPEN, Status.DRAFT):
        seat = await admit(request, session, consultation)
        if isinstance(seat, str) or seat.trial:
            continue
        draft = await draft_of(session, consultation.id, seat.person.id)
        standing = await standing_of(session, consultation.id, seat.items, seat.voice_key, secret=seat.secret)
        lines.append(_line(request, seat, draft, standing))
        buttons.append((screens.button(wording.shortened(consultation.title), "open", consultation.id),))
    if not lines:
        return say(wording.NONE_OPEN)
    return say("\n\n".join([wording.OPEN_ONES, *lines]), *buttons)


def _line(request: Request, seat: Admitted, draft: Draft | None, standing: Standing) -> str:
    consultation = seat.consultation
    parts = [f"**{plain(consultation.title)}** · {wording.questions(len(seat.items))}"]
    if consultation.closes_at is not None:
        until = wording.deadline(consultation.closes_at, ZoneInfo(request.zone), request.tz)
        parts.append(wording.open_until(until))
    if draft is not None:
        place = steps.place(seat.items, draft.answers, draft.at_question)
        number, total = steps.progress(seat.items, draft.answers, place) if place else (0, 0)
        parts.append(wording.begun(number, total))
    else:
        parts.append(receipts.describe(request, seat, standing) or wording.NOT_ANSWERED)
    return "\n".join(part for part in parts if part)


async def opening(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """What it is about, who will see what, how much there is, and the way in."""
    consultation = seat.consultation
    standing = await standing_of(session, consultation.id, seat.items, seat.voice_key, secret=seat.secret)
    draft = await draft_of(session, consultation.id, seat.person.id)
    parts = [f"**{plain(consultation.title)}**", consultation.introduction]
    if (mended := mended_on(consultation, 0)) is not None:
        parts.append(question_wording.mended(mended))
    parts.append(wording.who_sees(consultation.secrecy, consultation.voice, seat.structure, request.inbound.platform))
    parts.append(wording.rule(consultation.voice, consultation.rule, secret=seat.secret))
    parts.append(wording.introduction(len(seat.items)))
    if consultation.closes_at is not None:
        until = wording.deadline(consultation.closes_at, ZoneInfo(request.zone), request.tz)
        parts.append(wording.open_until(until))
    parts.append(receipts.describe(request, seat, standing))
    rows = _ways_in(seat, draft, standing)
    return say("\n\n".join(part for part in parts if part), *rows, replace=True)


def _ways_in(seat: Admitted, draft: Draft | None, standing: Standing) -> list[tuple[Button, ...]]:
    number = seat.consultation.id
    rows: list[tuple[Button, ...]] = []
    if standing.took_part:
        return [receipts.list_button(seat)]
    stands = standing.taken
    refused = receipts.outcome_for(seat, standing) == Effect.REFUSE
    if draft is not None and not refused:
        place = steps.place(seat.items, draft.answers, draft.at_question)
        label = wording.resume_at(*steps.progress(seat.items, draft.answers, place)) if place else wording.REREAD
        rows.append((screens.button(label, "begin", number, style="primary"),))
    if stands:
        row = [screens.button(wording.SEE, "mine", number)]
        if draft is None and not refused:
            own = standing.ballot is not None and standing.ballot.submitted_by == seat.person.id
            row.append(screens.button(wording.CORRECT if own else wording.REPLACE, "redo", number))
        rows.append(tuple(row))
    elif draft is None:
        rows.append((screens.button(wording.BEGIN, "begin", number, style="primary"),))
    rows.append((screens.button(wording.READ_ALL, "all", number),))
    return rows


async def begin(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """« Commencer » and « Reprendre ». Where an answer stands already, one sees it first."""
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    if draft is None:
        standing = await standing_of(session, seat.consultation.id, seat.items, seat.voice_key, secret=seat.secret)
        if standing.taken:
            return await opening(request, session, conversation, seat, [])
        draft = await begin_draft(session, seat, request.received_at)
    return await Sitting(request, session, conversation, seat, draft).show()


async def redo(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """Correct or replace what stands, beginning with a copy of it."""
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    if draft is None:
        standing = await standing_of(session, seat.consultation.id, seat.items, seat.voice_key, secret=seat.secret)
        if receipts.outcome_for(seat, standing) == Effect.REFUSE:
            return await opening(request, session, conversation, seat, [])
        answers = standing.proposal.content if standing.proposal is not None else standing.answers
        draft = await begin_draft(session, seat, request.received_at, answers)
    return await Sitting(request, session, conversation, seat, draft).show()


async def everything(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """All questions, to read before answering."""
    return say(screens.all_questions(seat.items), (screens.button(wording.BEGIN, "begin", seat.consultation.id),))


async def mine(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """The answer of one's voice, with who gave it and when; a proposal with the director's button."""
    standing = await standing_of(session, seat.consultation.id, seat.items, seat.voice_key, secret=seat.secret)
    messages: list[Message] = []
    if standing.ballot is not None:
        may = receipts.outcome_for(seat, standing) != Effect.REFUSE
        row = (screens.button(wording.CORRECT, "redo", seat.consultation.id),)
        text = _standing_text(
            request, standing, seat.structure, seat.person.id, screens.copy(seat.items, standing.answers)
        )
        messages.append(Message(text=text, buttons=(row,) if may else ()))
    if standing.proposal is not None:
        messages.append(receipts.proposal_screen(request, seat, standing))
    if not messages:
        return await opening(request, session, conversation, seat, [])
    return Reply(messages=tuple(messages))


def _standing_text(request: Request, standing: Standing, structure: str, reader: int, copy: str) -> str:
    assert standing.ballot is not None
    at = wording.moment(standing.ballot.submitted_at, request.tz)
    said = receipt_wording.standing(standing.author, structure, at, standing.ballot.submitted_by == reader)
    if standing.ballot.entered_by is not None:
        said += f" ({behalf_wording.BY_PHONE})"
    return (
        f"{said} {receipt_wording.receipt_code(standing.ballot.receipt)}\n\n{receipt_wording.copy(structure)}\n\n{copy}"
    )


async def after_the_close(request: Request, session: AsyncSession, consultation: Consultation, why: str) -> Reply:
    """One's own copy stays readable when nothing can be answered any more."""
    person = request.known()
    speaker = await speaker_for(session, consultation, person)
    if obstacle(consultation.voice, consultation.audience, speaker) is not None:
        return say(why)
    if consultation.secrecy == Secrecy.ANONYMOUS:
        return say(why, (screens.button(receipt_wording.BALLOTS, "box", consultation.id),))
    items = read(consultation)
    standing = await standing_of(session, consultation.id, items, voice_key(consultation.voice, speaker))
    if standing.ballot is None:
        return say(why)
    structure = person.structure if consultation.voice == Voice.STRUCTURE else ""
    copy = screens.copy(items, standing.answers)
    return say(f"{why}\n\n{_standing_text(request, standing, structure, person.id, copy)}")


async def ballots(request: Request, session: AsyncSession, number: int) -> Reply:
    """« Liste des bulletins »: every anonymous ballot under its receipt, for those who could vote and for staff."""
    person = request.known()
    consultation = await whole_consultation(session, number)
    if consultation is None or consultation.secrecy != Secrecy.ANONYMOUS:
        return Reply(notice=wording.STALE)
    if not person.is_staff:
        kept_out = obstacle(consultation.voice, consultation.audience, await speaker_for(session, consultation, person))
        if kept_out is not None:
            return say(wording.obstacle(kept_out, consultation.title))
    if state_at(consultation, request.received_at) != Status.CLOSED:
        return say(receipt_wording.BALLOTS_LATER)
    table = await exporting.table_of(session, consultation, request.tz, request.received_at)
    file = Attachment(
        filename=f"{consultation.slug}-bulletins.csv",
        media_type="text/csv",
        content=exporting.as_csv(table),
        alt=receipt_wording.ballots_alt(consultation.title),
    )
    return Reply(messages=(Message(text=receipt_wording.ballots(len(table.rows)), attachment=file),))


async def sending(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, numbers: list[int]
) -> Reply:
    """« Envoyer mes réponses »."""
    return await send(request, session, conversation, seat, (numbers[0], numbers[1]))


async def approving(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, numbers: list[int]
) -> Reply:
    """« Valider au nom de la structure »."""
    return await approve(request, session, conversation, seat, numbers[0])


async def resting(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, _: list[int]
) -> Reply:
    """« Faire une pause » at the review."""
    draft = await draft_of(session, seat.consultation.id, seat.person.id)
    if draft is None:
        return Reply(notice=wording.STALE)
    return moves.rest(Sitting(request, session, conversation, seat, draft))


ENTRIES: dict[str, tuple[Entry, int]] = {  # each with the number of its arguments, the consultation included
    "open": (opening, 1),
    "begin": (begin, 1),
    "redo": (redo, 1),
    "all": (everything, 1),
    "mine": (mine, 1),
    "send": (sending, 3),
    "approve": (approving, 2),
    "rest": (resting, 1),
}
