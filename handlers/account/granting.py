"""« rôles »: who may do what, seen and changed by staff. Only an administrator makes or unmakes members of a team.

Every right is checked when the button is pressed. The last administrator cannot be removed.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import staff_wording as wording
from handlers.account.hands import described, is_admin, meant, reached
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from handlers.telling import tell_person
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.network import Region, all_regions
from storage.people import Role
from storage.roles import (
    RANKED,
    Entry,
    LastAdministrator,
    administrators,
    entry_of,
    give_role,
    ranked_people,
    take_role,
)


async def roles(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« rôles »: the team; « rôles Camille Exemple »: somebody's roles, with buttons to change them."""
    request.staff()
    if not request.rest:
        lines = [f"{described(one)} : {_held(one)}" for one in await ranked_people(session)]
        return say(wording.team(lines))
    found = await meant(request, session, request.rest, "role")
    return found if isinstance(found, Reply) else _card(request, found)


async def show(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:role:<person>`: their roles, in the place of the message pressed."""
    request.staff()
    return _card(request, await reached(request, session, request.number(0)), replace=True)


def _card(request: Request, one: Entry, *, lead: str = "", replace: bool = False) -> Reply:
    number, admin = one.person.id, is_admin(request.person)
    text = wording.card(described(one), [wording.role_of(held) for held in one.held])
    give = [
        Button(label=f"+ {wording.ROLES[role]}", action=f"account:role-give:{number}:{role}")
        for role in Role
        if (admin or role not in RANKED) and (role not in one.roles or role is Role.REGIONAL_STAFF)
    ]
    take = [
        Button(
            label=wording.take_label(held),
            action=f"account:role-take:{number}:{held.grant_id}",
        )
        for held in one.held
        if admin or held.role not in RANKED
    ]
    rows = [*(tuple(give[first : first + 3]) for first in range(0, len(give), 3)), *((button,) for button in take)]
    return say(f"{lead}\n\n{text}" if lead else text, *rows, replace=replace)


async def give(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:role-give:<person>:<role>[:<region>[:yes]]`: asks what is missing, then gives."""
    request.staff()
    other = await reached(request, session, request.number(0), lock=True)
    role, region = await _wanted(request, session)
    if role is Role.REGIONAL_STAFF and region is None:
        buttons = [
            Button(label=one.name, action=f"account:role-give:{other.person.id}:{role}:{one.id}")
            for one in await all_regions(session)
        ]
        rows = [tuple(buttons[first : first + 2]) for first in range(0, len(buttons), 2)]
        return say(wording.WHICH_REGION, *rows, replace=True)
    what = wording.role(role, region.name if region else "")
    if role in RANKED and request.arguments[-1] != "yes":
        place = region.id if region else 0
        sure = Button(
            label=wording.give_label(role),
            action=f"account:role-give:{other.person.id}:{role}:{place}:yes",
            style="primary",
        )
        back = Button(label=wording.CANCEL, action=f"account:role:{other.person.id}")
        return say(wording.sure_to_give(other.person.name, what), (sure, back), replace=True)
    if not await give_role(session, other.person.id, role, region.id if region else None):
        return await _again(request, session, other, wording.HAS_IT_ALREADY)
    await _changed(request, session, other, role, what, gave=True, region=region.code if region else "")
    return await _again(request, session, other, wording.given(other.person.name, what))


async def take(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:role-take:<person>:<grant>`: takes that role back."""
    request.staff()
    other = await reached(request, session, request.number(0), lock=True)
    held = next((one for one in other.held if one.grant_id == request.number(1)), None)
    if held is None:
        return await _again(request, session, other, wording.HAS_NOT)
    if held.role in RANKED and not is_admin(request.person):
        raise Refusal(wording.ONLY_ADMINS_GIVE, audit="not an administrator")
    try:
        await take_role(session, held.grant_id)
    except LastAdministrator:
        raise Refusal(wording.LAST_ADMIN, audit="last administrator") from None
    what = wording.role_of(held)
    await _changed(request, session, other, held.role, what, gave=False)
    return await _again(request, session, other, wording.taken(other.person.name, what))


async def _wanted(request: Request, session: AsyncSession) -> tuple[Role, Region | None]:
    word = request.arguments[1] if len(request.arguments) > 1 else ""
    if word not in set(Role):
        raise Refusal(wording.NOT_A_ROLE, audit="forged role")
    role = Role(word)
    if role in RANKED and not is_admin(request.person):
        raise Refusal(wording.ONLY_ADMINS_GIVE, audit="not an administrator")
    number = request.number(2) if role is Role.REGIONAL_STAFF else None
    return role, await session.get(Region, number) if number else None


async def _changed(
    request: Request, session: AsyncSession, other: Entry, role: Role, what: str, *, gave: bool, region: str = ""
) -> None:
    me, now, key = request.known(), request.received_at, request.inbound.update_id
    detail = {"role": str(role)} | ({"region": region} if region else {})
    await note(session, Act.ROLE_GIVEN if gave else Act.ROLE_TAKEN, now, by=me.id, about=other.person.id, **detail)
    about = f"role:{request.inbound.platform}:{key}"
    if other.person.id != me.id:
        told = wording.told_given if gave else wording.told_taken
        await tell_person(session, other.person.id, about, told(me.name, what), now)
    if role in RANKED:
        text = wording.told_administrators(me.name, other.person.name, what, gave=gave)
        for one in await administrators(session):
            if one.person.id not in (me.id, other.person.id):
                await tell_person(session, one.person.id, about, text, now)


async def _again(request: Request, session: AsyncSession, other: Entry, lead: str) -> Reply:
    fresh = await entry_of(session, other.person.id)
    assert fresh is not None
    still = request.known()
    if still.id == other.person.id:
        return say(lead, replace=True)  # what I may do has just changed: no buttons on the strength of before
    return _card(request, fresh, lead=lead, replace=True)


def _held(one: Entry) -> str:
    return ", ".join(wording.role_of(held) for held in one.held)
