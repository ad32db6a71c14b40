"""Correcting one's own data: what a person may change is changed, the rest is asked of staff."""

import re

import phonenumbers
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import data_wording as wording
from handlers.account.mydata import privately
from handlers.messages import Button, Reply, say
from handlers.request import Request, Someone
from handlers.telling import tell_staff
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.directory import Contact
from storage.network import Region, bump_knowledge, home
from storage.people import Person

FORM = "data:correct"
LONGEST = 80
LONGEST_WISH = 500
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_CANCEL = Button(label=wording.CANCEL, action="data:keep")


class _Wrong(Exception):
    """What was typed cannot be taken; carries the sentence that says why."""


async def choose(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Corriger »: which of them?"""
    privately(request)
    words = list({**wording.FIELDS, **wording.ASKED_OF_STAFF}.items())
    buttons = [Button(label=label, action=f"data:field:{field}") for field, label in words]
    rows = [tuple(buttons[first : first + 2]) for first in range(0, len(buttons), 2)]
    return say(wording.WHAT_TO_CORRECT, *rows, (Button(label=wording.BACK, action="data:show"),), replace=True)


async def ask(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A field was chosen: the next text is its value, or what staff are asked to put there."""
    person = privately(request)
    field = request.arguments[0] if request.arguments else ""
    if field in wording.ASKED_OF_STAFF:
        conversation.open_form(FORM, {"field": field})
        return say(wording.ask_staff(field), (_CANCEL,))
    if field not in wording.FIELDS:
        return await choose(request, session, conversation)
    conversation.open_form(FORM, {"field": field})
    row = await session.get_one(Person, person.id)
    return say(wording.ask_for(field, getattr(row, field) or ""), (_CANCEL,))


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The value typed. What cannot be taken is asked again; a question in the middle is answered."""
    person = privately(request)
    field, text = str(conversation.form_state.get("field", "")), request.text
    if text.casefold().strip(" .!«»\u00a0\u202f") == "annuler":
        conversation.close_form()
        return say(wording.NOTHING_CHANGED)
    if text.endswith("?"):
        return None
    if field in wording.ASKED_OF_STAFF:
        conversation.close_form()
        return await _ask_staff(request, session, person, field, text)
    try:
        value = await _value(session, person, field, text)
    except _Wrong as wrong:
        return say(str(wrong), (_CANCEL,))
    conversation.close_form()
    row = await session.get_one(Person, person.id)
    if getattr(row, field) == value:
        return say(wording.UNCHANGED)
    if field == "email" and await _is_anothers(session, person.id, value):
        await _ask_staff(request, session, person, field, text)
        return say(wording.EMAIL_TAKEN)
    setattr(row, field, value)
    await _publish(session, row)
    await note(session, Act.CORRECTED, request.received_at, by=person.id, about=person.id, field=field)
    await tell_staff(
        session, f"corrected:{_once(request)}", wording.told_corrected(person.name, field), request.received_at
    )
    return say(wording.CHANGED, (Button(label=wording.BACK, action="data:show"),))


async def keep(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Annuler »: the form is closed and nothing changes."""
    conversation.close_form()
    return say(wording.NOTHING_CHANGED, replace=True)


async def _ask_staff(request: Request, session: AsyncSession, person: Someone, field: str, wish: str) -> Reply:
    text = wording.told_requested(person.name, field, wish[:LONGEST_WISH])
    await tell_staff(session, f"wish:{_once(request)}", text, request.received_at)
    await note(session, Act.CORRECTED, request.received_at, by=person.id, about=person.id, asked=field)
    return say(wording.REQUESTED)


async def _value(session: AsyncSession, person: Someone, field: str, text: str) -> str:
    """The value to keep; raises _Wrong."""
    if field == "email":
        if not _EMAIL.fullmatch(text) or len(text) > 254:
            raise _Wrong(wording.BAD_EMAIL)
        return text.lower()
    if field == "phone":
        return await _phone(session, person, text)
    if not text or "\n" in text or len(text) > LONGEST:
        raise _Wrong(wording.BAD_NAME)
    return " ".join(text.split())


async def _phone(session: AsyncSession, person: Someone, text: str) -> str:
    """The number in E.164, read as written in the person's territory, else in the network's country."""
    region = await session.get(Region, person.region_id) if person.region_id else None
    calendars = [(region.holidays if region else ""), (await home(session))[1], "FR"]
    for country in [part for code in calendars for part in reversed(code.partition("/")[0].split("-")) if part]:
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise _Wrong(wording.BAD_PHONE)


async def _is_anothers(session: AsyncSession, person_id: int, email: str) -> bool:
    query = select(Person.id).where(func.lower(Person.email) == email, Person.id != person_id).limit(1)
    return await session.scalar(query) is not None


async def _publish(session: AsyncSession, row: Person) -> None:
    """What an import published of the person follows; it is what others are shown."""
    contact = await session.scalar(select(Contact).where(Contact.key == f"membre-{row.id}"))
    if contact is not None:
        contact.given_name, contact.family_name = row.given_name, row.family_name
        contact.email, contact.phone, contact.function = row.email, row.phone, row.function or ""
        await bump_knowledge(session)


def _once(request: Request) -> str:
    """A name for what this request does, so that handled again it does nothing more."""
    return f"{request.inbound.platform}:{request.inbound.update_id}"
