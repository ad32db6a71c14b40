"""A named list: names and e-mail addresses, typed or pasted, one a line or separated by commas and semicolons.

Who is not found, or bears a name that several people bear, is said and left out; nobody is guessed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import audience_wording
from handlers.announcements.choosing import change, show_choices
from handlers.announcements.drafts import FORM, draft
from handlers.announcements.rights import Rights
from handlers.errors import Refusal
from handlers.messages import Message, Reply, say
from handlers.request import Request
from storage.announcements import Announcement
from storage.audiences import Audience, member_ids
from storage.conversations import Conversation
from storage.people import Person

MOST = 2000  # names of one list
_EMAIL = re.compile(r"[^\s<>,;:|()\"]+@[^\s<>,;:|()\"]+\.[^\s<>,;:|()\"]+")


@dataclass(slots=True)
class Found:
    """What a list named: people, words nobody bears, names that several people bear."""

    people: set[int] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)


def find(text: str, emails: Mapping[str, Collection[int]], names: Mapping[str, Collection[int]]) -> Found:
    """Who a list names. Pure; `emails` in lower case, `names` folded, in both orders.

    An address says more than the name beside it. A line that is no name as a whole is taken by its commas.
    """
    found = Found()

    def take(word: str) -> bool:
        email = _EMAIL.search(word)
        bearers = emails.get(email[0].lower(), ()) if email else names.get(folded(word), ())
        if len(bearers) == 1:
            found.people.update(bearers)
        elif bearers:
            found.several.append(word)
        return bool(bearers)

    for line in re.split(r"[\n;]", text):
        line = re.sub(r"^\s*(?:[-–•*]|\d+[.)])\s+", "", line).strip()
        whole = len(_EMAIL.findall(line)) < 2 and line.strip(" ,")
        if not whole or not take(line):
            found.unknown += [word.strip() for word in line.split(",") if word.strip() and not take(word.strip())]
    return found


def folded(name: str) -> str:
    """A name without case, accents, hyphens and commas."""
    bare = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return " ".join(re.sub(r"[^\w]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).split())


async def ask_names(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:names:<id>`: the list is written next."""
    _, announcement = await draft(request, session)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "names"})
    return say(audience_wording.NAMES_ASK)


async def names_typed(session: AsyncSession, may: Rights, announcement: Announcement, text: str) -> Reply:
    """Add those who were named; refuses a list that names nobody, so that it can be written again."""
    if text.count("\n") + text.count(";") + text.count(",") > MOST:
        raise Refusal(audience_wording.NAMES_TOO_MANY)
    within = member_ids(may.within(Audience()))  # of another region nobody is known here
    emails: dict[str, set[int]] = {}
    names: dict[str, set[int]] = {}
    rows = await session.execute(
        select(Person.id, Person.given_name, Person.family_name, Person.email).where(Person.id.in_(within))
    )
    for number, given, family, email in rows:
        if email:
            emails.setdefault(email.lower(), set()).add(number)
        for name in (f"{given} {family}", f"{family} {given}"):
            names.setdefault(folded(name), set()).add(number)
    found = find(text, emails, names)
    said = audience_wording.not_named(found.unknown, found.several)
    if not found.people:
        raise Refusal(f"{audience_wording.NAMES_NOBODY}\n\n{said}".strip())
    audience = Audience.of(announcement.audience)
    change(announcement, replace(audience, people=audience.people | found.people))
    shown = await show_choices(session, may, announcement)
    first = (Message(text=said),) if said else ()
    return Reply(messages=(*first, *shown.messages))


async def drop_names(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:unname:<id>`: nobody by name any more."""
    may, announcement = await draft(request, session)
    change(announcement, replace(Audience.of(announcement.audience), people=frozenset()))
    return await show_choices(session, may, announcement)
