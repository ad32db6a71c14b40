"""Staff answer: a ticket, whose answer goes back to the asker; or a wrong answer, which is put right at once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, plain, say
from handlers.questions import ticket_wording as words
from handlers.request import Request
from handlers.telling import tell_account
from storage.conversations import Conversation
from storage.directory import Topic
from storage.network import bump_knowledge
from storage.outbox import Delivery, Kind, by_about, enqueue
from storage.people import Account
from storage.tickets import Ticket, TicketState

FORM = "questions:reply"
AT_ONCE = timedelta(minutes=30)  # what is typed later may be meant otherwise: it is asked before it is sent


def begin_correction(conversation: Conversation, question: str, now: datetime) -> Reply:
    """What is typed next is the right answer; of a question that needs the one before, none can be kept."""
    if words.leans_on_another(question):
        return say(words.ASK_IN_FULL)
    conversation.open_form(FORM, {"question": question, "at": now.isoformat()})
    return say(words.correct_it(plain(question)))


async def begin_reply(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`ticket:reply:<id>`: what is typed next is the answer. From a room one is asked for it in private.

    The ticket then says in the room who answers it; a list of tickets (`ticket:write:<id>`) stays as it is.
    """
    author = request.staff()
    ticket = await _waiting(request, session)
    conversation.open_form(FORM, {"ticket": ticket.id, "at": request.received_at.isoformat()})
    ask = words.write_reply(plain(ticket.question))
    if request.inbound.chat_kind == "private":
        return say(ask)
    account = await session.get_one(Account, request.account_id)
    about = f"write:{ticket.id}:{request.inbound.update_id}"
    await tell_account(session, account, about, ask, request.received_at)
    shown = await _in_room(session, ticket)
    listed = request.press is None or request.press.action.startswith("ticket:write:")
    if listed or shown is None or shown.chat != request.inbound.chat or not shown.payload:
        return Reply(notice=words.WRITE_PRIVATELY)
    before = Message.model_validate(shown.payload)
    taken = before.model_copy(update={"text": f"{before.text}\n\n{words.taken_by(plain(author.name))}"})
    return Reply(messages=(taken,), replace=True, notice=words.WRITE_PRIVATELY)


async def resume(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`ticket:resume`: which answer is being written, once more."""
    request.staff()
    state = conversation.form_state if conversation.form == FORM else {}
    if "question" in state:
        return say(words.correct_it(plain(str(state["question"]))))
    ticket = await session.get(Ticket, int(state.get("ticket", 0)))
    return say(words.write_reply(plain(ticket.question))) if ticket is not None else say(words.STALE)


async def reply_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The text typed by staff after « Répondre » or « Corriger cette réponse »."""
    state = dict(conversation.form_state)
    request.staff()
    if request.text.lower().strip(" .!") in ("annuler", "stop"):
        conversation.close_form()
        return say(words.GIVEN_UP)
    if request.received_at - datetime.fromisoformat(str(state["at"])) > AT_ONCE:
        conversation.open_form(FORM, {**state, "typed": request.text})
        yes = Button(label=words.SEND_IT, action="ticket:send", style="primary")
        return say(
            words.is_it_meant(await _question(session, state)), (yes, Button(label=words.DROP, action="ticket:drop"))
        )
    return await _take(request, session, conversation, request.text)


async def send(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`ticket:send`: what was typed late was the answer."""
    request.staff()
    typed = str(conversation.form_state.get("typed", "")) if conversation.form == FORM else ""
    return await _take(request, session, conversation, typed) if typed else Reply(notice=words.STALE)


async def drop(request: Request, conversation: Conversation) -> Reply:
    """`ticket:drop`: what was typed late was something else."""
    request.staff()
    if conversation.form == FORM:
        conversation.close_form()
    return say(words.GIVEN_UP, replace=True)


async def _take(request: Request, session: AsyncSession, conversation: Conversation, typed: str) -> Reply:
    author = request.staff()
    state = dict(conversation.form_state)
    conversation.close_form()
    if "question" in state:
        await keep_answer(session, str(state["question"]), typed, request.received_at)
        return say(words.CORRECTED)
    ticket = await session.get(Ticket, int(state.get("ticket", 0)), with_for_update=True)
    if ticket is None or ticket.state != TicketState.OPEN:
        return say(words.ALREADY_ANSWERED)
    ticket.state, ticket.answer = TicketState.ANSWERED, typed
    ticket.answered_by, ticket.answered_at = author.id, request.received_at
    account = await session.get(Account, ticket.account_id) if ticket.account_id else None
    if account is not None:
        await _answer(session, ticket, account, request.received_at)
    rows = keep_rows(ticket)
    await _show_in_room(session, ticket, words.answered_by(plain(author.name), plain(typed)), rows, request)
    if not rows:
        return say(words.SENT_BACK if account is not None else words.ASKER_GONE)
    return say(words.REPLIED if account is not None else f"{words.ASKER_GONE} {words.KEEP_IT}", *rows)


def keep_rows(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """The button to keep an answer; none for a question that means nothing without the one before."""
    if words.leans_on_another(ticket.question):
        return ()
    return ((Button(label=words.KEEP, action=f"ticket:keep:{ticket.id}", style="primary"),),)


async def keep(request: Request, session: AsyncSession) -> Reply:
    """`ticket:keep:<id>`: the answer is known from now on."""
    request.staff()
    ticket = await _of(request, session)
    if ticket.state != TicketState.ANSWERED or not keep_rows(ticket):
        raise Refusal(words.ALREADY_ANSWERED)
    if not ticket.kept_as:
        ticket.kept_as = await keep_answer(session, ticket.question, ticket.answer, request.received_at)
    return say(words.kept(plain(ticket.question), plain(ticket.answer)), replace=True)


async def close(request: Request, session: AsyncSession) -> Reply:
    """`ticket:close:<id>`: it gets no answer."""
    ticket = await _waiting(request, session)
    ticket.state, ticket.answered_at = TicketState.CLOSED, request.received_at
    return say(words.closed(plain(ticket.question)), replace=True)


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


async def _answer(session: AsyncSession, ticket: Ticket, account: Account, now: datetime) -> None:
    """Bring the answer back to where it was asked: to the asker, or before those who saw the question asked."""
    question, told = plain(ticket.question), plain(ticket.answer)
    if not ticket.chat:
        await tell_account(session, account, f"answer:{ticket.id}", words.from_staff(question, told), now)
        return
    message = Message(text=words.from_staff(question, told))
    await enqueue(
        session, [_row(f"answer:{ticket.id}", account.platform, account.workspace, ticket.chat, message, now)]
    )


async def _show_in_room(
    session: AsyncSession, ticket: Ticket, said: str, rows: tuple[tuple[Button, ...], ...], request: Request
) -> None:
    """The ticket in the room of staff says that it is answered; nothing when it never arrived there."""
    shown = await _in_room(session, ticket)
    if shown is None or not shown.message_ref or not shown.payload:
        return
    before = Message.model_validate(shown.payload)
    message = Message(text=f"{before.text}\n\n{said}", buttons=rows)
    about = f"ticket:{ticket.id}:room:answered"
    row = _row(about, shown.platform, shown.workspace, shown.chat, message, request.received_at)
    await enqueue(session, [{**row, "edits": shown.message_ref}])


def _row(about: str, platform: str, workspace: str, chat: str, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "about": about,
        "kind": Kind.NOTICE,
        "platform": platform,
        "workspace": workspace,
        "chat": chat,
        "payload": message.model_dump(mode="json", exclude_defaults=True),
        "due_at": now,
        "created_at": now,
    }


async def _in_room(session: AsyncSession, ticket: Ticket) -> Delivery | None:
    """The ticket as it stands in the room of staff."""
    found = await by_about(session, [f"ticket:{ticket.id}:room"])
    return found[0] if found else None


async def _question(session: AsyncSession, state: dict[str, Any]) -> str:
    if "question" in state:
        return plain(str(state["question"]))
    ticket = await session.get(Ticket, int(state.get("ticket", 0)))
    return plain(ticket.question) if ticket is not None else ""


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
