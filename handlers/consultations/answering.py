"""Answering a consultation: what the command, a press and a text do.

Nothing trusts a button: each press is admitted anew, and an old one counts for the question it bears.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import (
    behalf,
    composing,
    entering,
    following,
    publishing,
    question_wording,
    receipt_wording,
    screens,
    slots,
    steps,
    wording,
)
from handlers.consultations.admitting import Admitted, admit
from handlers.consultations.entering import ENTRIES
from handlers.consultations.moves import MOVES, WORDS, rest
from handlers.consultations.nudging import leave_alone
from handlers.consultations.questionnaire import WRITTEN, wants_text
from handlers.consultations.receipts import already_sent
from handlers.consultations.secret import blinded
from handlers.consultations.sitting import FORM, Sitting, begin_draft, leave
from handlers.consultations.standing import standing_of
from handlers.consultations.submitting import send
from handlers.consultations.understanding import form_word, seems_asked, understand
from handlers.consultations.voting import vote
from handlers.errors import Refusal
from handlers.messages import Message, Reply, say
from handlers.request import Request
from storage.consultations import Consultation, QuestionKind, consultation_of_question, draft_of, whole_consultation
from storage.conversations import Conversation

STALE = Reply(notice=wording.STALE)


async def list_consultations(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« consultations »: those open to the person, where they stand in each, and the way in."""
    in_private(request)
    request.known()
    return await entering.open_ones(request, session)


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Every action of consultations: `consult:<verb>:<numbers>`."""
    assert request.press is not None
    verb, *rest_of_it = request.press.action.split(":")[1:] or [""]
    if verb in following.VERBS:
        return await following.press(request, session, conversation)
    if verb in composing.VERBS:
        return await composing.press(request, session, conversation)
    if verb == "vote":
        return (await vote([request], session))[0]
    in_private(request)
    if verb == "list":
        return await list_consultations(request, session, conversation)
    if verb == "resume":
        return await _resume(request, session, conversation)
    if verb == "outcome" and (number := request.number(0)) is not None:
        return await publishing.outcome(request, session, number)
    if verb == "quiet" and (number := request.number(0)) is not None:
        return await _quiet(request, session, number)
    if verb == "for":
        return await behalf.begin(request, session, conversation)
    if verb == "box" and (number := request.number(0)) is not None:
        return await entering.ballots(request, session, number)
    if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in rest_of_it):
        return STALE
    numbers = [int(word) for word in rest_of_it]
    if verb in ENTRIES and len(numbers) == ENTRIES[verb][1]:
        return await _enter(request, session, conversation, verb, numbers)
    if verb in MOVES and len(numbers) == MOVES[verb][1]:
        return await _move(request, session, conversation, verb, numbers)
    return STALE


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """A text while a consultation is being answered: its answer, a word of the form, or None for a question."""
    if not request.text or request.inbound.chat_kind != "private" or request.person is None:
        return None
    at = await _sitting(request, session, conversation)
    if at is None:
        return None
    if isinstance(at, str):
        return say(f"{at} {question_wording.NOT_RECORDED}")
    reply = await _typed_at(request, conversation, at)
    return blinded(reply, at.seat.consultation) if reply is not None else None


async def _typed_at(request: Request, conversation: Conversation, at: Sitting) -> Reply | None:
    item = at.place
    if item is None:
        return await _typed_at_review(at)
    given = at.answers.get(str(item.id), {})
    other = wants_text(item, given)
    if (other or item.kind in WRITTEN) and not form_word(request.text):
        if seems_asked(request.text) and not at.seat.secret:  # else it would be kept beside the person's name
            conversation.open_form(FORM, {**conversation.form_state, "held": request.text})
            return None
        return await at.record(item, {**given, "text": request.text} if other else {"text": request.text})
    if item.kind == QuestionKind.SLOTS and (suits := slots.typed(item, request.text)) is not None:
        return await at.record(item, {"slots": dict(suits)})
    understood = understand(item, request.text, request.received_at.astimezone(request.tz).date())
    if understood is None:
        return None
    if understood.answer is not None:
        return await at.record(item, understood.answer)
    if understood.trouble:
        return await at.show(lead=question_wording.trouble(understood.trouble, item.min_choices, item.most))
    move = WORDS.get(understood.word)
    return await move(at, item, 0) if move else await at.show()


async def _typed_at_review(at: Sitting) -> Reply | None:
    word = form_word(at.request.text)
    if word in ("send", "valid"):
        seen = at.conversation.form_state.get("seen") or [-1, -1]  # never shown: ask before sending
        return await send(at.request, at.session, at.conversation, at.seat, (int(seen[0]), int(seen[1])))
    if word == "back":
        at.move(steps.previous_step(at.items, at.answers, None))
    if word in ("back", "show"):
        return await at.show()
    return rest(at) if word == "pause" else None


async def _sitting(request: Request, session: AsyncSession, conversation: Conversation) -> Sitting | str | None:
    """The place the open form leads to; why it cannot be taken; or None when there is none. The last two close it."""
    consultation = await whole_consultation(session, int(conversation.form_state.get("consultation", 0)))
    if conversation.form != FORM or consultation is None:
        leave(conversation)
        return None
    request = await behalf.stand_in(request, session, conversation, consultation)
    seat = await admit(request, session, consultation)
    if isinstance(seat, str):
        leave(conversation)
        return seat
    draft = await draft_of(session, consultation.id, seat.person.id)
    if draft is None:  # sent from elsewhere
        leave(conversation)
        return None
    return Sitting(request, session, conversation, seat, draft)


async def _resume(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Reprendre » under the answer to an unrelated question: the place, and the text that may have been for it."""
    at = await _sitting(request, session, conversation)
    if at is None:
        return await list_consultations(request, session, conversation)
    if isinstance(at, str):
        return say(at)
    held = str(conversation.form_state.get("held", ""))
    shown_again = blinded(await at.show(), at.seat.consultation)
    reply = shown_again.model_copy(update={"replace": False})  # the answer above stays readable
    item = at.place
    if not held or item is None:
        return reply
    conversation.open_form(FORM, {**conversation.form_state, "held": held})
    shown = reply.messages[0]
    message = Message(
        text=f"{question_wording.held(held)}\n\n{shown.text}",
        buttons=((screens.button(question_wording.HELD_YES, "held", item.id),), *shown.buttons),
    )
    return reply.model_copy(update={"messages": (message,)})


async def _enter(
    request: Request, session: AsyncSession, conversation: Conversation, verb: str, numbers: list[int]
) -> Reply:
    """A press that bears a consultation."""
    consultation = await whole_consultation(session, numbers[0])
    if consultation is None:
        return STALE
    if verb in ("send", "rest"):
        request = await behalf.stand_in(request, session, conversation, consultation)
    seat = await admit(request, session, consultation)
    if isinstance(seat, str):
        if verb == "mine":
            return await entering.after_the_close(request, session, consultation, seat)
        return await _turned_away(request, session, conversation, consultation, seat)
    return blinded(await ENTRIES[verb][0](request, session, conversation, seat, numbers[1:]), consultation)


async def _move(
    request: Request, session: AsyncSession, conversation: Conversation, verb: str, numbers: list[int]
) -> Reply:
    """A press that bears a question: admitted, and given the draft it belongs to."""
    consultation = await consultation_of_question(session, numbers[0])
    if consultation is None:
        return STALE
    request = await behalf.stand_in(request, session, conversation, consultation)
    seat = await admit(request, session, consultation)
    if isinstance(seat, str):
        return await _turned_away(request, session, conversation, consultation, seat)
    return blinded(await _moved(request, session, conversation, seat, verb, numbers), consultation)


async def _moved(
    request: Request, session: AsyncSession, conversation: Conversation, seat: Admitted, verb: str, numbers: list[int]
) -> Reply:
    consultation = seat.consultation
    draft = await draft_of(session, consultation.id, seat.person.id)
    if draft is None:
        standing = await standing_of(session, consultation.id, seat.items, seat.voice_key, secret=seat.secret)
        if standing.taken:
            return already_sent(request, seat, standing)
        draft = await begin_draft(session, seat, request.received_at)
    at = Sitting(request, session, conversation, seat, draft)
    item = next((item for item in steps.visible(seat.items, draft.answers) if item.id == numbers[0]), None)
    if item is None:
        return await at.show(lead=question_wording.NO_LONGER)
    return await MOVES[verb][0](at, item, numbers[1] if len(numbers) > 1 else 0)


async def _quiet(request: Request, session: AsyncSession, number: int) -> Reply:
    """« Ne plus me relancer »."""
    consultation = await whole_consultation(session, number)
    if consultation is None:
        return STALE
    await leave_alone(session, consultation, request.known().id, request.received_at)
    return say(wording.left_alone(consultation.title), (screens.button(wording.ANSWER, "open", consultation.id),))


async def _turned_away(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, why: str
) -> Reply:
    """Why not, and the truth about answers that were begun and never sent."""
    draft = await draft_of(session, consultation.id, request.known().id)
    leave(conversation, consultation.id)
    return say(f"{why} {receipt_wording.DRAFT_LOST}" if draft is not None else why)


def in_private(request: Request) -> None:
    """Answers are given face to face; refuses in a group or channel."""
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATE)
