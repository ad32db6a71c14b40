"""Erasing oneself: a word to type, a button to press, one transaction."""

import asyncio
import secrets
import unicodedata

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import data_wording as wording
from handlers.account.mydata import privately
from handlers.errors import NotYet
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request, Someone
from handlers.telling import tell_staff
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.people import Person, Role, RoleGrant
from storage.privacy import erase, holdings, may_still_leave

FORM = "data:erase"
CONFIRM_WITHIN = 10 * 60.0  # seconds of the machine's clock between the word and the press
_MOMENT = 0.1  # seconds: slots are claimed 60 ms ahead
_KEEP = Button(label=wording.KEEP, action="data:keep")


async def begin(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Tout effacer »: what it means, and the word to type."""
    privately(request)
    conversation.open_form(FORM, {})
    return say(wording.BEFORE_ERASING, (_KEEP,))


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The word, and then the last button; anything else ends it, and is answered as if nothing had been begun."""
    privately(request)
    if _bare(request.text) != wording.WORD.casefold():
        conversation.close_form()
        return None
    nonce = secrets.token_hex(8)
    conversation.open_form(FORM, {"nonce": nonce, "at": request.machine})
    button = Button(label=wording.ERASE_NOW, action=f"data:erased:{nonce}", style="danger")
    return say(wording.LAST_STEP, (button,), (_KEEP,))


async def confirmed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The last button. It works once, after the word, for ten minutes, and only for whom it was made.

    What was on its way to them at that moment goes first, for five seconds at most: nothing arrives once it is done.
    """
    person = privately(request)
    state = conversation.form_state if conversation.form == FORM else {}
    nonce = request.arguments[0] if request.arguments else ""
    fresh = state.get("nonce") and request.machine - float(state.get("at", 0)) <= CONFIRM_WITHIN
    if not fresh or not secrets.compare_digest(nonce.encode(), str(state["nonce"]).encode()):
        return say(wording.CONFIRM_AGAIN)
    if await may_still_leave(session, person.id, request.machine):
        raise NotYet(_a_moment)
    await forget_everything(request, session, person)
    return Reply(messages=(Message(text=wording.ERASED),), notice=wording.ERASED_NOTICE, goodbye=True)


async def forget_everything(request: Request, session: AsyncSession, person: Someone) -> None:
    """Erase a person; staff learn that a structure has lost somebody, and never who."""
    published = len((await holdings(session, person.id)).get("contacts", ()))
    directors_left = await _others_direct(session, person)
    text = wording.told_erased(person.structure, directors_left, published)
    await tell_staff(session, f"erased:{secrets.token_hex(8)}", text, request.received_at)
    await note(session, Act.ERASED, request.received_at, by=person.id, about=person.id)
    await erase(session, person.id, request.received_at)


async def _a_moment(session: AsyncSession) -> None:
    """For what is on its way."""
    await asyncio.sleep(_MOMENT)


async def _others_direct(session: AsyncSession, person: Someone) -> bool:
    """Whether the structure still has a director when this person is gone; True where they were none."""
    if Role.DIRECTOR not in person.roles or person.structure_id is None:
        return True
    query = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(Person.structure_id == person.structure_id, Person.id != person.id, RoleGrant.role == Role.DIRECTOR)
    )
    return await session.scalar(query.limit(1)) is not None


def _bare(text: str) -> str:
    """What was typed without accents, quotes and stops."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isalnum())
