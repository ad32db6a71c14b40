"""« sondage »: staff make a poll in three messages: the question, the choices, until when.

The third is followed by a preview as those asked will see it, with who is asked and who will see what; nothing
opens before « Ouvrir maintenant ». The poll is a consultation with one question, a draft until then.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import making, posting, reporting, wording
from handlers.consultations.acting_notes import note_change
from handlers.consultations.copying import free_slug
from handlers.consultations.drafting import CHANGES, FORM, ask, give_up, is_poll_draft, preview
from handlers.consultations.polling import (
    LONGEST_QUESTION,
    Offer,
    is_other,
    read_deadline,
    read_offer,
    split_at_once,
)
from handlers.consultations.screens import button
from handlers.consultations.slots import read_slots
from handlers.consultations.timing import state_at
from handlers.consultations.understanding import seems_asked
from handlers.messages import Reply, say
from handlers.request import Request
from storage.consultations import (
    Choice,
    Consultation,
    Question,
    QuestionKind,
    Rule,
    Secrecy,
    Status,
    Voice,
    whole_consultation,
)
from storage.conversations import Conversation


async def compose(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« sondage », alone or with the question, and even the choices under it. In a channel the poll that was made."""
    request.staff()
    if request.inbound.chat_kind != "private":
        return say(making.PRIVATE) if request.rest else await posting.post_here(request, session)
    conversation.open_form(FORM, {"step": "question"})
    if not request.rest:
        return ask(conversation)
    question, choices = split_at_once(request.rest)
    reply = await _question(request, session, conversation, question)
    if choices and conversation.form_state.get("step") == "choices":
        return await _choices(request, session, conversation, choices)
    return reply


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The next of the three messages. A right that was taken away ends it."""
    step = _STEPS.get(str(conversation.form_state.get("step", "")))
    if step is None or not request.text:
        return None
    if request.person is None or not request.person.is_staff:
        conversation.close_form()
        return None
    if _is_asked(conversation, request):
        return None
    return await step(request, session, conversation, request.text)


def _is_asked(conversation: Conversation, request: Request) -> bool:
    """Whether a text where choices or a date are due is somebody's question to the assistant."""
    return conversation.form_state.get("step") != "question" and "\n" not in request.text and seems_asked(request.text)


async def _question(request: Request, session: AsyncSession, conversation: Conversation, text: str) -> Reply:
    if len(text) > LONGEST_QUESTION:
        return say(making.too_long(LONGEST_QUESTION), give_up())
    consultation = await _edited(session, conversation)
    if consultation is not None:
        if not is_poll_draft(consultation, request.received_at):
            return _frozen(conversation)
        consultation.title = consultation.questions[0].wording = text
        return await preview(request, session, conversation, consultation)
    conversation.open_form(FORM, {**conversation.form_state, "step": "choices", "question": text})
    return ask(conversation)


async def _choices(request: Request, session: AsyncSession, conversation: Conversation, text: str) -> Reply:
    offer = _offered(conversation, text, request)
    if isinstance(offer, str):
        return say(making.choices_trouble(offer), give_up())
    if offer.kind == QuestionKind.SLOTS and not offer.labels:
        conversation.open_form(FORM, {**conversation.form_state, "slots": True})
        return say(making.ask_slots(str(conversation.form_state.get("question", ""))), give_up())
    consultation = await _edited(session, conversation)
    if consultation is not None:
        if not is_poll_draft(consultation, request.received_at):
            return _frozen(conversation)
        question = consultation.questions[0]
        question.kind = offer.kind
        question.choices.clear()
        await session.flush()  # the old choices leave before the new ones take their keys
        question.choices.extend(_made(offer))
        return await preview(request, session, conversation, consultation)
    state = {**conversation.form_state, "step": "deadline", "kind": offer.kind, "labels": list(offer.labels)}
    state["keys"] = list(offer.keys)
    conversation.open_form(FORM, state)
    return ask(conversation)


def _offered(conversation: Conversation, text: str, request: Request) -> Offer | str:
    """The choices typed; slots where a date is to be found."""
    if not conversation.form_state.get("slots"):
        return read_offer(text)
    found = read_slots(text, request.received_at.astimezone(request.tz).date())
    if isinstance(found, str):
        return found
    return Offer(QuestionKind.SLOTS, tuple(label for _, label in found), tuple(key for key, _ in found))


async def _deadline(request: Request, session: AsyncSession, conversation: Conversation, text: str) -> Reply:
    until = read_deadline(text, request.received_at, request.tz)
    if isinstance(until, str):
        return say(making.deadline_trouble(until), give_up())
    return await _until(request, session, conversation, until)


async def _until(request: Request, session: AsyncSession, conversation: Conversation, until: datetime) -> Reply:
    """The end is known: of a new poll, of a draft, or of one that is open and prolonged."""
    consultation = await _edited(session, conversation)
    if consultation is None:
        consultation = await _make(request, session, conversation.form_state, until)
        return await preview(request, session, conversation, consultation)
    consultation.closes_at, consultation.updated_at = until, request.received_at
    if is_poll_draft(consultation, request.received_at):
        return await preview(request, session, conversation, consultation)
    conversation.close_form()
    if state_at(consultation, request.received_at) == Status.DRAFT:
        stated = wording.deadline(until, ZoneInfo(request.zone), request.tz)
        back = (button(reporting.PARTICIPATION, "follow", consultation.id),)
        return say(making.will_close(consultation.title, stated), back)
    await note_change(request, session, consultation, "prolonged")
    stated = wording.deadline(until, ZoneInfo(request.zone), request.tz)
    return say(
        making.prolonged(consultation.title, stated), (button(reporting.PARTICIPATION, "follow", consultation.id),)
    )


async def _edited(session: AsyncSession, conversation: Conversation) -> Consultation | None:
    """The consultation that this step changes; None while there is only a form."""
    number = conversation.form_state.get("consultation")
    return await whole_consultation(session, int(number)) if number else None


async def _make(request: Request, session: AsyncSession, state: dict[str, Any], until: datetime) -> Consultation:
    text = str(state["question"])
    now = request.received_at
    question = Question(key="question", position=1, kind=str(state["kind"]), wording=text, required=True)
    question.choices = _made(
        Offer(QuestionKind(str(state["kind"])), tuple(state.get("labels", ())), tuple(state.get("keys", ())))
    )
    consultation = Consultation(
        slug=await free_slug(session, f"sondage-{now.astimezone(request.tz):%Y-%m-%d}"),
        title=text,
        voice=Voice.PERSON,
        rule=Rule.LAST,
        secrecy=Secrecy.NAMED,
        status=Status.DRAFT,
        closes_at=until,
        audience={},
        updated_at=now,
        edited_at=now,
        created_by=request.known().id,
        questions=[question],
    )
    session.add(consultation)
    await session.flush()
    await note_change(request, session, consultation, "drafted")
    return consultation


def _frozen(conversation: Conversation) -> Reply:
    """It opened while somebody was still changing it."""
    conversation.close_form()
    return say(making.FROZEN)


def _made(offer: Offer) -> list[Choice]:
    return [
        Choice(
            key=offer.keys[position - 1] if offer.keys else f"c{position}",
            position=position,
            label=label,
            asks_text=is_other(label),
        )
        for position, label in enumerate(offer.labels, start=1)
    ]


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A button of the making of a poll."""
    request.staff()
    assert request.press is not None
    _, verb, *rest = request.press.action.split(":")
    if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in rest):
        return Reply(notice=wording.STALE)
    numbers = [int(word) for word in rest]
    if verb in _AT_STEP and len(numbers) == _AT_STEP[verb][1]:
        if conversation.form != FORM:
            return Reply(notice=wording.STALE)
        return await _AT_STEP[verb][0](request, session, conversation, numbers)
    if verb not in CHANGES or len(numbers) != CHANGES[verb][1]:
        return Reply(notice=wording.STALE)
    consultation = await whole_consultation(session, numbers[0])
    if consultation is None:
        return Reply(notice=wording.STALE)
    if verb != "until" and not is_poll_draft(consultation, request.received_at):
        return say(making.FROZEN, (button(reporting.PARTICIPATION, "follow", consultation.id),))
    return await CHANGES[verb][0](request, session, conversation, consultation, numbers[1:])


async def _offer(request: Request, session: AsyncSession, conversation: Conversation, numbers: list[int]) -> Reply:
    """A kind of answer by its button."""
    if conversation.form_state.get("step") != "choices" or numbers[0] >= len(making.KINDS):
        return Reply(notice=wording.STALE)
    return await _choices(request, session, conversation, making.KINDS[numbers[0]])


async def _days(request: Request, session: AsyncSession, conversation: Conversation, numbers: list[int]) -> Reply:
    """An end in so many days by its button."""
    if conversation.form_state.get("step") != "deadline" or not 1 <= numbers[0] <= 366:
        return Reply(notice=wording.STALE)
    return await _deadline(request, session, conversation, f"dans {numbers[0]} jours")


async def _abandon(request: Request, session: AsyncSession, conversation: Conversation, _: list[int]) -> Reply:
    """« Abandonner » before there is a draft."""
    conversation.close_form()
    return say(making.GIVEN_UP, replace=True)


async def _resume(request: Request, session: AsyncSession, conversation: Conversation, _: list[int]) -> Reply:
    """« Reprendre le sondage » after a question in the middle."""
    return ask(conversation)


_STEPS: dict[str, Callable[[Request, AsyncSession, Conversation, str], Awaitable[Reply]]] = {
    "question": _question,
    "choices": _choices,
    "deadline": _deadline,
}
_AT_STEP: dict[str, tuple[Callable[[Request, AsyncSession, Conversation, list[int]], Awaitable[Reply]], int]] = {
    "offer": (_offer, 1),
    "days": (_days, 1),
    "abandon": (_abandon, 0),
    "compose": (_resume, 0),
}
VERBS = frozenset({*_AT_STEP, *CHANGES})
