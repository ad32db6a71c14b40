"""What Concerte does not know goes to staff, if the asker wants: to their room, else to each of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, plain, say
from handlers.questions import ticket_wording as words
from handlers.questions.knowledge import handle
from handlers.questions.ticket_answering import begin_correction, begin_reply, close, drop, keep, resume, send
from handlers.request import Request
from handlers.telling import tell_staff
from storage.conversations import Conversation
from storage.outbox import Kind, enqueue
from storage.tickets import Room, Ticket, count_open, is_lost, open_tickets, room_of_staff, write_room

ASKED = "asked"  # where a conversation's memory keeps the last questions: [handle, question, answer, ticket]
KEPT_QUESTIONS = 5
SHOWN = 5
_HERE, _PRIVATELY = ("ici", "tickets ici"), ("en privé", "en prive", "tickets en privé", "tickets en prive")


def with_asked(memory: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The memory with the last questions of the one before: what was asked can still be sent to staff."""
    return {**memory, ASKED: before[ASKED]} if before.get(ASKED) else memory


def remember_asked(memory: dict[str, Any], question: str, told: str) -> tuple[dict[str, Any], str]:
    """The memory with this question among the last ones, and its handle, which the buttons carry.

    Somebody else's button names a question that one's own memory does not hold: nothing is sent in another's name.
    """
    name = handle(question)
    others = [entry for entry in _asked(memory) if entry[0] != name]
    return {**memory, ASKED: [*others, [name, question, told, 0]][-KEPT_QUESTIONS:]}, name


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The buttons of tickets: `ticket:<verb>[:<what>]`."""
    verb = request.press.action.split(":")[1] if request.press and ":" in request.press.action else ""
    match verb:
        case "ask":
            return await _open(request, session, conversation, wrong=False)
        case "wrong":
            return await _open(request, session, conversation, wrong=True)
        case "reply" | "write":  # under the ticket itself, or in a list of them
            return await begin_reply(request, session, conversation)
        case "resume":
            return await resume(request, session, conversation)
        case "send":
            return await send(request, session, conversation)
        case "drop":
            return await drop(request, conversation)
        case "keep":
            return await keep(request, session)
        case "close":
            return await close(request, session)
    return Reply(notice=words.STALE)


async def list_tickets(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« tickets »: the questions that wait for staff, oldest first; « tickets ici »: this channel is where they go."""
    request.staff()
    where = " ".join((request.rest or request.command).lower().split()).rstrip(" .!")
    if where in _HERE or where in _PRIVATELY:
        return await _settle(request, session, here=where in _HERE)
    waiting = await open_tickets(session, SHOWN)
    if not waiting:
        return say(words.NONE_WAITING)
    lines = "\n".join(f"- {words.numbered(ticket.id, plain(ticket.question))}" for ticket in waiting)
    rows = [(Button(label=words.reply_to(ticket.id), action=f"ticket:write:{ticket.id}"),) for ticket in waiting]
    count = await count_open(session)
    more = f"\n\n{words.more_waiting(count - SHOWN)}" if count > SHOWN else ""
    return say(f"**{words.waiting(count)}**\n\n{lines}{more}", *rows)


async def _settle(request: Request, session: AsyncSession, *, here: bool) -> Reply:
    if not here:
        await write_room(session, None)
        return say(words.ROOM_NONE)
    inbound = request.inbound
    if inbound.chat_kind == "private":
        raise Refusal(words.ROOM_IS_A_CHANNEL)
    await write_room(session, Room(inbound.platform, inbound.workspace, inbound.chat))
    return say(words.ROOM_SET)


async def _open(request: Request, session: AsyncSession, conversation: Conversation, *, wrong: bool) -> Reply:
    name = request.arguments[0] if request.arguments else ""
    found = next((entry for entry in reversed(_asked(conversation.memory)) if name in ("", entry[0])), None)
    if found is None:
        return say(words.FORGOTTEN)
    _, question, told, sent = found
    if sent:
        return say(words.SENT_BEFORE)
    if wrong and request.person is not None and request.person.is_staff:
        # Whoever may answer corrects at once: no ticket to oneself.
        return begin_correction(conversation, question, request.received_at)
    private = request.inbound.chat_kind == "private"
    ticket = Ticket(
        account_id=request.account_id,
        person_id=request.person.id if request.person else None,
        question=question,
        told=told if wrong else "",
        chat="" if private else request.inbound.chat,
        asked_at=request.received_at,
    )
    session.add(ticket)
    await session.flush()
    asked = [[*entry[:3], ticket.id] if entry is found else entry for entry in _asked(conversation.memory)]
    conversation.memory = {**conversation.memory, ASKED: asked}
    reached = await _tell(request, session, ticket)
    sentence = words.SENT if reached else words.SENT_NOBODY
    return say(sentence if private else words.SENT_HERE)


async def _tell(request: Request, session: AsyncSession, ticket: Ticket) -> bool:
    """Show the ticket in the room of staff, or to each of them when there is none or it does not take it."""
    who = plain(request.person.name) if request.person else ""
    text = words.to_staff(ticket.id, who, plain(ticket.question), plain(ticket.told), before_others=bool(ticket.chat))
    row = ticket_row(ticket.id)
    room = await room_of_staff(session)
    if room is None or await is_lost(session, room):
        if room is not None:
            text += f"\n\n{words.ROOM_LOST}"
        return await tell_staff(session, f"ticket:{ticket.id}", text, request.received_at, row) > 0
    message = Message(text=text, buttons=(row,))
    delivery = {
        "about": f"ticket:{ticket.id}:room",
        "kind": Kind.NOTICE,
        "platform": room.platform,
        "workspace": room.workspace,
        "chat": room.chat,
        "payload": message.model_dump(mode="json", exclude_defaults=True),
        "due_at": request.received_at,
        "created_at": request.received_at,
    }
    return await enqueue(session, [delivery]) > 0


def ticket_row(number: int) -> tuple[Button, ...]:
    """What staff may do with a ticket."""
    return (
        Button(label=words.REPLY, action=f"ticket:reply:{number}", style="primary"),
        Button(label=words.CLOSE, action=f"ticket:close:{number}"),
    )


def _asked(memory: dict[str, Any]) -> Sequence[list[Any]]:
    """The last questions; what an older version kept is passed over."""
    kept = memory.get(ASKED)
    return [entry for entry in kept if len(entry) == 4] if isinstance(kept, list) else []
