"""« contact » and « contact <mots> »: the public contacts, listed or found, and one card in full."""

from math import ceil

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.contacts import wording
from handlers.contacts.matching import Entry, entry, search
from handlers.errors import Refusal
from handlers.messages import Button, ContactCard, Message, Reply, plain, say
from handlers.request import Request
from storage.conversations import Conversation
from storage.directory import Contact, Organisation

PAGE = 6


async def find_contact(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Everybody, or whom the words after the command mean."""
    entries = await _entries(session)
    if not request.rest:
        return _page(_current(entries), 0)
    found = search(entries, request.rest)
    if len(found.exact) == 1:
        return Reply(messages=(_card(found.exact[0]),))
    if found.exact:
        return say(wording.SEVERAL, *_buttons(found.exact))
    text = wording.unknown(plain(request.rest[:80]))
    if found.near:
        return say(f"{text} {wording.PERHAPS}", *_buttons(found.near))
    return say(text, (Button(label=wording.ALL, action="contact:page:0"),))


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`contact:page:<n>` turns the list, `contact:show:<id>` shows a card."""
    entries = await _entries(session)
    verb = request.press.action.split(":")[1:2] if request.press else []
    number = request.number(0)
    if verb == ["show"]:
        for one in entries:
            if one.contact.id == number:
                return Reply(messages=(_card(one),))
        hidden = number is not None and await session.get(Contact, number) is not None
        raise Refusal(wording.GONE, audit="private contact" if hidden else "")
    return _page(_current(entries), number or 0).model_copy(update={"replace": verb == ["page"]})


async def _entries(session: AsyncSession) -> list[Entry]:
    houses = {house.key: house for house in await session.scalars(select(Organisation))}
    contacts = await session.scalars(
        select(Contact)
        .where(Contact.public)
        .order_by(Contact.organisation, Contact.family_name, Contact.given_name, Contact.id)
    )
    found = [entry(contact, houses.get(contact.organisation)) for contact in contacts]
    return sorted(found, key=lambda one: not (one.contact.phone or one.contact.email))  # whom one can reach comes first


def _current(entries: list[Entry]) -> list[Entry]:
    """Those one may turn to today; former functions are only found by name."""
    return [one for one in entries if not _until(one.contact)]


def _page(entries: list[Entry], number: int) -> Reply:
    if not entries:
        return say(wording.NONE)
    number = min(number, ceil(len(entries) / PAGE) - 1)
    shown = entries[number * PAGE : (number + 1) * PAGE]
    text = "\n\n".join([wording.TITLE, "\n".join(f"- **{_name(one)}**{_role(one, ' — ')}" for one in shown)])
    turns = []
    if number:
        turns.append(Button(label=wording.EARLIER, action=f"contact:page:{number - 1}"))
    if (number + 1) * PAGE < len(entries):
        turns.append(Button(label=wording.LATER, action=f"contact:page:{number + 1}"))
    return say(text, *_buttons(shown), *([tuple(turns)] if turns else []))


def _buttons(entries: tuple[Entry, ...] | list[Entry]) -> list[tuple[Button, ...]]:
    made = [
        Button(
            label=f"{one.contact.given_name} {one.contact.family_name}".strip(), action=f"contact:show:{one.contact.id}"
        )
        for one in entries
    ]
    return [tuple(made[first : first + 2]) for first in range(0, len(made), 2)]


def _card(one: Entry) -> Message:
    contact = one.contact
    lines = [f"**{_name(one)}**"]
    if role := _role(one):
        lines.append(role)
    if contact.phone:
        lines.append(
            f"{wording.PHONE}[{plain(contact.phone)}](tel:{''.join(c for c in contact.phone if c in '+0123456789')})"
        )
    if contact.email:
        lines.append(f"{wording.EMAIL}[{plain(contact.email)}](mailto:{contact.email})")
    if not (contact.phone or contact.email):
        lines.append(wording.NO_COORDINATES)
    if contact.responsibilities:
        lines.append(wording.ABOUT + plain(", ".join(contact.responsibilities)))
    text = "\n".join(lines)
    if contact.source:
        text += f"\n\n*{plain(wording.source(contact.source, contact.source_date))}*"
    card = ContactCard(
        given_name=contact.given_name,
        family_name=contact.family_name,
        phone=contact.phone or "",
        email=contact.email or "",
        function=contact.function,
        organisation=one.organisation,
    )
    return Message(text=text, contact=card if contact.phone or contact.email else None)


def _name(one: Entry) -> str:
    return plain(f"{one.contact.given_name} {one.contact.family_name}".strip())


def _role(one: Entry, before: str = "") -> str:
    role = ", ".join(part for part in (one.contact.function, one.organisation) if part)
    if role and (until := _until(one.contact)):
        role = f"{role} ({wording.in_year(until)})"
    return before + plain(role) if role else ""


def _until(contact: Contact) -> str:
    """The year a function was last held, for one that is over."""
    return str(contact.details.get("until") or "")[:4]
