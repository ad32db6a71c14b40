"""« mes données »: what is held on the one who asks, at a glance and as files."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import data_wording as wording
from handlers.account.exporting import Holdings, as_json, as_text, names_in
from handlers.account.preference_wording import summary
from handlers.account.wording import PRIVATELY
from handlers.dates import day
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, plain, say
from handlers.request import Request, Someone
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.outbox import State
from storage.people import Person, Role
from storage.privacy import holdings

BUTTONS = (
    (Button(label=wording.AS_JSON, action="data:json"), Button(label=wording.AS_TEXT, action="data:text")),
    (Button(label=wording.CORRECT, action="data:correct"), Button(label=wording.PREFER, action="prefer:show")),
    (
        Button(label=wording.PRIVACY, action="data:privacy"),
        Button(label=wording.ERASE, action="data:erase", style="danger"),
    ),
)


def privately(request: Request) -> Someone:
    """The person, in a private chat: nobody's data are shown where others read."""
    if request.inbound.chat_kind != "private":
        raise Refusal(PRIVATELY)
    return request.known()


async def show_my_data(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The command « mesdonnees »: an overview in a few lines, and what can be done about it."""
    person = privately(request)
    held = await holdings(session, person.id)
    row = await session.get_one(Person, person.id)
    lines = [
        (wording.IDENTITY, _identity(row)),
        (wording.ACCOUNTS, wording.accounts([(a["platform"], bool(a["unreachable"])) for a in held["accounts"]])),
        (wording.STRUCTURE, _structure(person)),
        (wording.ROLES_HELD, wording.listed(_roles(held), wording.NO_ROLE)),
        (wording.PREFERENCES, summary(row, person.zone)),
        (wording.ANSWERS, wording.answers(len(held.get("ballots", ())), len(held.get("drafts", ())))),
        (wording.MESSAGES, _messages(request, held.get("deliveries", ()))),
        *((wording.PUBLISHED, _published(one)) for one in held.get("contacts", ())),
        (wording.TRAIL, wording.TRAIL_KEPT),
    ]
    shown = "\n".join(wording.entry(title, text) for title, text in lines)
    return say(f"{wording.TITLE}\n\n{shown}\n\n{wording.WHOLE}", *BUTTONS)


async def export_json(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Télécharger (JSON) »."""
    held = await _exported(request, session)
    return _file("mes-donnees.json", "application/json", as_json(held, request.received_at))


async def export_text(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Télécharger (texte) »."""
    held = await _exported(request, session)
    text = as_text(held, await names_in(session, held), request.received_at, request.tz)
    return _file("mes-donnees.txt", "text/plain", text)


async def _exported(request: Request, session: AsyncSession) -> Holdings:
    person = privately(request)
    await note(session, Act.EXPORTED, request.received_at, by=person.id, about=person.id, what="own data")
    await session.flush()
    return await holdings(session, person.id)


def _file(name: str, media_type: str, content: bytes) -> Reply:
    file = Attachment(filename=name, media_type=media_type, content=content)
    return Reply(messages=(Message(text=wording.EXPORTED, attachment=file),))


def _identity(row: Person) -> str:
    return ", ".join(plain(word) for word in (row.name, row.function, row.email, row.phone) if word)


def _structure(person: Someone) -> str:
    where = f" ({plain(person.region)})" if person.region else ""
    return (plain(person.structure) or wording.NO_STRUCTURE) + where


def _roles(held: Holdings) -> list[str]:
    return sorted({wording.ROLES[Role(grant["role"])] for grant in held.get("role_grants", ())})


def _messages(request: Request, deliveries: Sequence[Mapping[str, Any]]) -> str:
    sent = [one for one in deliveries if one["state"] == State.DELIVERED]
    waiting = [one for one in deliveries if one["state"] == State.WAITING]
    ended = [one["ended_at"] for one in sent if one["ended_at"] is not None]
    last = day(max(ended).astimezone(request.tz).date()) if ended else ""
    return wording.messages(len(sent), len(waiting), last)


def _published(contact: Mapping[str, Any]) -> str:
    facts = (contact["given_name"] + " " + contact["family_name"], contact["function"], contact["email"])
    words = [plain(word.strip()) for word in (*facts, contact["phone"]) if word and word.strip()]
    return wording.published(", ".join(words), plain(contact["source"]))
