"""What `concerte admin` does: the same rules as in chat, by the hand of the command line."""

import time
from collections.abc import Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import CannotStart
from bot.opening import open_database
from bot.settings import Settings
from bot.terminal import say
from handlers.account import staff_wording as wording
from handlers.telling import tell_person
from schedules.clock import SystemClock
from storage.audit import Act, note
from storage.linking import CODE_LIFE, LinkCode, digest, new_code
from storage.network import Region
from storage.people import Person, Role
from storage.roles import (
    Entry,
    LastAdministrator,
    entries_of,
    entry_of,
    find_people,
    fold,
    give_role,
    ranked_people,
    take_role,
)

US = "command line"
WORDS: Mapping[str, Role] = {
    **{fold(str(role)): role for role in Role},
    "direction": Role.DIRECTOR,
    "elu": Role.ELECTED,
    "elue": Role.ELECTED,
    "equipe regionale": Role.REGIONAL_STAFF,
    "equipe nationale": Role.STAFF,
    "administrateur": Role.ADMIN,
    "administratrice": Role.ADMIN,
}


def role_called(word: str) -> Role:
    """The role of a word of the command line. Raises CannotStart."""
    found = WORDS.get(fold(word))
    if found is None:
        raise CannotStart(
            f"« {word} » is no role: write participant, direction, elu, equipe-regionale, staff or admin."
        )
    return found


async def region_called(session: AsyncSession, word: str) -> Region:
    """The region of a code or a name. Raises CannotStart."""
    query = select(Region).where(or_(Region.code == word, func.lower(Region.name) == word.lower()))
    found: Region | None = await session.scalar(query.limit(1))
    if found is None:
        raise CannotStart(f"« {word} » is no region; write its code as in the directory, for instance 28.")
    return found


async def person_called(session: AsyncSession, who: str) -> Entry:
    """The one person of the directory whom the words mean. Raises CannotStart."""
    found = await entries_of(session, await find_people(session, who))
    if not found:
        raise CannotStart(f"nobody in the directory is « {who} ».")
    if len(found) > 1:
        several = "\n".join(f"  {_line(one)}" for one in found)
        raise CannotStart(f"« {who} » may be several people; write the e-mail of one.\n{several}")
    return found[0]


async def give_role_to(settings: Settings, who: str, word: str, region: str, name: str) -> int:
    """Give a role and say what comes next; returns the exit code. Raises CannotStart."""
    role = role_called(word)
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            place = await _place(session, role, region)
            if name and not await find_people(session, who):
                one = await _newcomer(session, who, name)
            else:
                one = await person_called(session, who)
            locked = await entry_of(session, one.person.id, lock=True)
            assert locked is not None
            what = wording.role(role, place.name if place else "")
            if await give_role(session, one.person.id, role, place.id if place else None):
                await _changed(session, one, Act.ROLE_GIVEN, role, wording.told_given("", what))
                say(f"{one.person.name}: {what}.")
            else:
                say(f"{one.person.name} has the role already: {what}.")
            if not one.chats:
                say(f"No chat account is linked yet; « concerte admin code {who} » shows a code for « relier ».")
    finally:
        await database.close()
    return 0


async def take_role_from(settings: Settings, who: str, word: str, region: str) -> int:
    """Take a role back; returns the exit code. Raises CannotStart, also for the last administrator."""
    role = role_called(word)
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            place = await _place(session, role, region)
            one = await person_called(session, who)
            locked = await entry_of(session, one.person.id, lock=True)
            assert locked is not None
            region_id = place.id if place else None
            held = [grant for grant in locked.held if grant.role is role and grant.region_id == region_id]
            if not held:
                raise CannotStart(f"{one.person.name} does not have that role.")
            try:
                await take_role(session, held[0].grant_id)
            except LastAdministrator:
                raise CannotStart(
                    f"{one.person.name} is the last administrator; give the role to somebody else first."
                ) from None
            what = wording.role_of(held[0])
            await _changed(session, one, Act.ROLE_TAKEN, role, wording.told_taken("", what))
            say(f"{one.person.name}: no longer {what}.")
    finally:
        await database.close()
    return 0


async def list_team(settings: Settings) -> int:
    """A line for everybody of a team; returns the exit code. Raises CannotStart."""
    database = await open_database(settings)
    try:
        async with database.reading() as session:
            team = await ranked_people(session)
    finally:
        await database.close()
    for one in team:
        say(_line(one))
    if not any(Role.ADMIN in one.roles for one in team):
        say("There is no administrator yet: concerte admin give you@example.org admin --name « Given Family ».")
    return 0


async def show_code(settings: Settings, who: str) -> int:
    """A code for « relier »; returns the exit code. Raises CannotStart."""
    database = await open_database(settings)
    code = new_code()
    try:
        async with database.transaction() as session:
            one = await person_called(session, who)
            until = time.time() + CODE_LIFE
            session.add(LinkCode(digest=digest(code), person_id=one.person.id, issuer_id=None, until=until))
            await note(session, Act.INVITED, SystemClock().now(), by=US, about=one.person.id, what="code")
    finally:
        await database.close()
    say(f"For {one.person.name}, within ten minutes, in Slack or Telegram:  relier {code}")
    return 0


async def _place(session: AsyncSession, role: Role, region: str) -> Region | None:
    if role is not Role.REGIONAL_STAFF:
        if region:
            raise CannotStart("--region goes with equipe-regionale only.")
        return None
    if not region:
        raise CannotStart("equipe-regionale needs --region, with the code of the region.")
    return await region_called(session, region)


async def _newcomer(session: AsyncSession, email: str, name: str) -> Entry:
    given, _, family = name.strip().partition(" ")
    if "@" not in email or not family:
        raise CannotStart("to add somebody, write the e-mail first, and --name « Given Family ».")
    now = SystemClock().now()
    person = Person(given_name=given, family_name=family.strip(), email=email.strip().lower(), created_at=now)
    session.add(person)
    await session.flush()
    one = await entry_of(session, person.id)
    assert one is not None
    return one


async def _changed(session: AsyncSession, one: Entry, act: Act, role: Role, told: str) -> None:
    now = SystemClock().now()
    await note(session, act, now, by=US, about=one.person.id, role=str(role))
    await tell_person(session, one.person.id, f"{act}:{role}:{now.timestamp()}", told, now)


def _line(one: Entry) -> str:
    parts = [one.person.name, one.person.email or "no e-mail", one.structure.name if one.structure else one.region]
    roles = ", ".join(wording.role_of(held) for held in one.held)
    return " · ".join(part for part in (*parts, roles) if part)
