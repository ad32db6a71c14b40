"""What Concerte does not know goes to staff, if the asker wants; the answer comes back, and may be kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.errors import Refusal
from handlers.messages import Button, Reply, plain, say
from handlers.questions import ticket_wording as words
from handlers.request import Request
from handlers.telling import tell_account, tell_staff
from storage.conversations import Conversation
from storage.directory import Topic
from storage.network import bump_knowledge
from storage.people import Account
from storage.tickets import Ticket, TicketState, open_tickets

ASKED = "asked"  # where a conversation's memory keeps the last question, …
TOLD = "told"  # … and what was answered
FORM = "questions:reply"
SHOWN = 5

ASK_STAFF = (Button(label=words.ASK_STAFF, action="ticket:ask"),)
WRONG = Button(label=words.WRONG, action="ticket:wrong")


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The buttons of tickets: `ticket:<verb>[:<number>]`."""
    verb = request.press.action.split(":")[1] if request.press and ":" in request.press.action else ""
    match verb:
        case "ask":
            return await _open(request, session, conversation, wrong=False)
        case "wrong":
            return await _open(request, session, conversation, wrong=True)
        case "reply":
            return await _begin_reply(request, session, conversation)
        case "keep":
            return await _keep(request, session)
        case "close":
            return await _close(request, session)
    return Reply(notice=words.STALE)


async def list_tickets(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« tickets »: the questions that wait for staff, oldest first."""
    request.staff()
    waiting = await open_tickets(session)
    if not waiting:
        return say(words.NONE_WAITING)
    lines = "\n".join(f"- {words.numbered(ticket.id, plain(ticket.question))}" for ticket in waiting[:SHOWN])
    rows = [
        (Button(label=words.reply_to(ticket.id), action=f"ticket:reply:{ticket.id}"),) for ticket in waiting[:SHOWN]
    ]
    return say(f"**{words.waiting(len(waiting))}**\n\n{lines}", *rows)


async def _open(request: Request, session: AsyncSession, conversation: Conversation, *, wrong: bool) -> Reply:
    question = str(conversation.memory.get(ASKED, ""))
    if not question:
        return say(words.FORGOTTEN)
    told = str(conversation.memory.get(TOLD, "")) if wrong else ""
    if wrong and request.person is not None and request.person.is_staff:
        # Whoever may answer corrects at once: no ticket to oneself.
        conversation.open_form(FORM, {"question": question})
        return say(words.correct_it(plain(question)))
    ticket = Ticket(
        account_id=request.account_id,
        person_id=request.person.id if request.person else None,
        question=question,
        told=told,
        asked_at=request.received_at,
    )
    session.add(ticket)
    await session.flush()
    conversation.memory = {key: value for key, value in conversation.memory.items() if key not in (ASKED, TOLD)}
    who = request.person.name if request.person else ""
    buttons = (
        Button(label=words.REPLY, action=f"ticket:reply:{ticket.id}", style="primary"),
        Button(label=words.CLOSE, action=f"ticket:close:{ticket.id}"),
    )
    text = words.to_staff(ticket.id, plain(who), plain(question), plain(told))
    reached = await tell_staff(session, f"ticket:{ticket.id}", text, request.received_at, buttons)
    return say(words.SENT if reached else words.SENT_NOBODY)


async def _begin_reply(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    ticket = await _waiting(request, session)
    conversation.open_form(FORM, {"ticket": ticket.id})
    return say(words.write_reply(plain(ticket.question)))


async def reply_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The text typed by staff after « Répondre » or « Corriger cette réponse »."""
    state = dict(conversation.form_state)
    conversation.close_form()
    author = request.staff()
    if request.text.lower().strip(" .!") in ("annuler", "stop"):
        return say(words.GIVEN_UP)
    if "question" in state:
        await keep_answer(session, str(state["question"]), request.text, request.received_at)
        return say(words.CORRECTED)
    ticket = await session.get(Ticket, int(state.get("ticket", 0)), with_for_update=True)
    if ticket is None or ticket.state != TicketState.OPEN:
        return say(words.ALREADY_ANSWERED)
    ticket.state, ticket.answer = TicketState.ANSWERED, request.text
    ticket.answered_by, ticket.answered_at = author.id, request.received_at
    account = await session.get(Account, ticket.account_id) if ticket.account_id else None
    if account is not None:
        text = words.from_staff(plain(ticket.question), plain(request.text))
        await tell_account(session, account, f"answer:{ticket.id}", text, request.received_at)
    keep = (Button(label=words.KEEP, action=f"ticket:keep:{ticket.id}", style="primary"),)
    return say(words.REPLIED if account is not None else words.ASKER_GONE, keep)


async def _keep(request: Request, session: AsyncSession) -> Reply:
    request.staff()
    ticket = await _of(request, session)
    if ticket.state != TicketState.ANSWERED:
        raise Refusal(words.ALREADY_ANSWERED)
    if not ticket.kept_as:
        ticket.kept_as = await keep_answer(session, ticket.question, ticket.answer, request.received_at)
    return say(words.KEPT, replace=True)


async def _close(request: Request, session: AsyncSession) -> Reply:
    ticket = await _waiting(request, session)
    ticket.state, ticket.answered_at = TicketState.CLOSED, request.received_at
    return say(words.CLOSED, replace=True)


async def keep_answer(session: AsyncSession, question: str, answer: str, now: datetime) -> str:
    """Make a known answer of it, or replace the one to the same question; returns its key.

    It is a topic that staff have edited, so no loading of a pack touches it, and every process learns of it.
    """
    version = await bump_knowledge(session)
    known = await session.scalar(select(Topic).where(Topic.title == question, Topic.key.startswith("faq-")))
    if known is None:
        known = Topic(key=f"faq-{version}", title=question, phrases=[question], details={"faq": True})
        session.add(known)
    known.body, known.source, known.source_date = plain(answer), words.SOURCE, now.date()
    known.edited_at = known.updated_at = now
    return known.key


async def _of(request: Request, session: AsyncSession) -> Ticket:
    number = request.number(0)
    found = await session.get(Ticket, number, with_for_update=True) if number is not None else None
    if found is None:
        raise Refusal(words.STALE, audit="forged ticket")
    return found


async def _waiting(request: Request, session: AsyncSession) -> Ticket:
    request.staff()
    ticket = await _of(request, session)
    if ticket.state != TicketState.OPEN:
        raise Refusal(words.ALREADY_ANSWERED)
    return ticket
