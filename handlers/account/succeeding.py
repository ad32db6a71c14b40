"""« remplacer »: a structure changes its director. What the structure did is the structure's, and stays."""

import re

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import staff_wording as wording
from handlers.account.hands import hand_of, meant, reached
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from handlers.telling import tell_person
from storage.audit import Act, note
from storage.consultations import Consultation, Draft, Voice
from storage.conversations import Conversation
from storage.outbox import Delivery, Kind, cancel_waiting
from storage.people import Person, Role
from storage.roles import Entry, give_role, take_role

_BY = re.compile(r"^(?P<old>.+?)\s+par\s+(?P<new>.+)$", re.IGNORECASE | re.DOTALL)


async def replace(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« remplacer Ancien Nom par Nouveau Nom »: shows what would change, and asks."""
    hand_of(request)
    said = _BY.match(request.rest)
    if said is None:
        return say(wording.HOW_TO_HAND_OVER)
    both: list[Entry] = []
    for words in (said["old"], said["new"]):
        found = await meant(request, session, words, "help")
        if isinstance(found, Reply):
            # Buttons would lose the other name: a full name or an e-mail settles it.
            return say(found.messages[0].text + "\n\n" + wording.HOW_TO_HAND_OVER)
        both.append(found)
    old, new = both
    structure = _check(old, new)
    leaves = new.structure.name if new.structure and new.structure.id != structure else ""
    assert old.structure is not None
    buttons = (
        Button(
            label=wording.HAND_OVER,
            action=f"account:handover:{old.person.id}:{new.person.id}:{structure}",
            style="primary",
        ),
        Button(label=wording.CANCEL, action="account:cancel"),
    )
    return say(wording.sure_to_hand_over(old.person.name, new.person.name, old.structure.name, leaves), buttons)


async def hand_over(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:handover:<old>:<new>:<structure>`: done if it is still what was shown."""
    first, second = sorted((request.number(0) or 0, request.number(1) or 0))
    locked = {one: await reached(request, session, one, lock=True) for one in (first, second)}
    old, new = locked[request.number(0) or 0], locked[request.number(1) or 0]
    structure = _check(old, new)
    if structure != request.number(2) or old.structure is None:
        raise Refusal(wording.NOT_A_DIRECTOR, audit="handover of another structure")
    name, now, me = old.structure.name, request.received_at, request.known()
    for held in old.held:
        if held.role is Role.DIRECTOR:
            await take_role(session, held.grant_id)
    await give_role(session, new.person.id, Role.DIRECTOR)
    if not old.roles - {Role.DIRECTOR}:
        await give_role(session, old.person.id, Role.PARTICIPANT)
    _move(old.person, None)
    _move(new.person, structure)
    await _forget_unfinished(session, old.person.id)
    await cancel_waiting(
        session, Delivery.person_id == old.person.id, Delivery.kind == Kind.NUDGE, reason="handed over", now=now
    )
    role = {"role": str(Role.DIRECTOR), "structure": structure}
    await note(session, Act.ROLE_TAKEN, now, by=me.id, about=old.person.id, **role)
    await note(session, Act.ROLE_GIVEN, now, by=me.id, about=new.person.id, **role)
    about = f"handover:{request.inbound.platform}:{request.inbound.update_id}"
    await tell_person(session, old.person.id, about, wording.told_old_director(name), now)
    await tell_person(session, new.person.id, about, wording.told_new_director(name), now)
    return say(wording.handed_over(old.person.name, new.person.name, name), replace=True)


async def cancel(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Annuler »."""
    return say(wording.CANCELLED, replace=True)


def _check(old: Entry, new: Entry) -> int:
    """The structure that is handed over; refuses what makes no sense."""
    if old.person.id == new.person.id:
        raise Refusal(wording.SAME_PERSON)
    if Role.DIRECTOR not in old.roles or old.structure is None:
        raise Refusal(wording.NOT_A_DIRECTOR)
    return old.structure.id


def _move(person: Person, structure: int | None) -> None:
    """Into a structure, or out of theirs: its region and what one was called there go with it."""
    if person.structure_id != structure:
        person.structure_id, person.region_id, person.function = structure, None, None


async def _forget_unfinished(session: AsyncSession, person_id: int) -> None:
    """Answers begun for the structure; those of the person's own voice stay."""
    theirs = select(Consultation.id).where(Consultation.voice == Voice.STRUCTURE)
    await session.execute(
        delete(Draft)
        .where(Draft.person_id == person_id, Draft.consultation_id.in_(theirs))
        .execution_options(synchronize_session="fetch")
    )
