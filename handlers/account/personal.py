"""The personal link: a private address at which a browser acts as its person, until it ends or is revoked.

Whoever holds the address acts as the person, so every opening is told to the person's other accounts, where one press
ends it.
"""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers import dates
from handlers.account import link_wording as wording
from handlers.account import wording as account_wording
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request
from handlers.telling import tell_account, tell_staff
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.people import WEB, Account, Person, accounts_of
from storage.personal import LINK_LIFE, PersonalLink, make_link, open_session, revoke_links
from storage.web import chat_key, open_chat

_REVOKE = Button(label=wording.REVOKE_MINE, action="account:links-off", style="danger")
_NOT_ME = Button(label=wording.NOT_ME, action="account:links-off:alarm", style="danger")


def address(public_url: str, token: str) -> str:
    """Where a personal link leads."""
    return f"{public_url}/p/{token}"


def privately(request: Request) -> None:
    """Refuse to write a secret where others read."""
    if request.inbound.chat_kind != "private":
        raise Refusal(account_wording.PRIVATELY)


async def my_link(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« lien »: a new private address for the one who asks."""
    person = request.known()
    privately(request)
    if request.inbound.platform == WEB:
        return say(wording.HERE_ALREADY, (_REVOKE,))
    if not request.public_url:
        return say(wording.NO_WEB)
    token = await make_link(session, person.id, person.id, request.machine)
    await note(session, Act.LINK_ISSUED, request.received_at, by=person.id, about=person.id)
    url = address(request.public_url, token)
    until = dates.day(datetime.fromtimestamp(request.machine + LINK_LIFE, UTC).astimezone(request.tz).date())
    text = wording.your_link(url, until)
    rows = ((Button(label=wording.OPEN_MY_PAGE, url=url),), (_REVOKE,))
    return Reply(messages=(Message(text=text, buttons=rows),), secret=True)


async def links_off(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:links-off`: the person ends their links; with `:alarm` somebody else had one, and staff are told."""
    person = request.known()
    alarmed = request.arguments[:1] == ["alarm"]
    count = await revoke_links(session, person.id, request.machine)
    if count:
        await note(session, Act.LINK_REVOKED, request.received_at, by=person.id, about=person.id, links=count)
    if alarmed and count:
        key = f"disowned:{request.inbound.platform}:{request.inbound.update_id}"
        await tell_staff(session, key, wording.told_disowned(person.name), request.received_at)
        return say(wording.DISOWNED, replace=True)
    return say(wording.links_revoked(count) if count else wording.NOTHING_TO_REVOKE, replace=True)


async def enter(session: AsyncSession, link: PersonalLink, machine: float, now: datetime, at: str) -> str:
    """A browser was opened with the link: returns the secret of its session. `at` says when, to the person."""
    secret = await open_session(session, link, machine)
    await open_chat(session, link.person_id, now)
    page = await session.scalar(
        select(Account).where(Account.platform == WEB, Account.external_id == chat_key(link.person_id))
    )
    assert page is not None
    page.unreachable = None
    await session.flush()
    await note(session, Act.LINK_OPENED, now, by=link.person_id, about=link.person_id)
    for account in await _chats(session, link.person_id):
        about = f"link-opened:{link.id}:{secret[:8]}"
        await tell_account(session, account, about, wording.told_opened(at), now, (_NOT_ME,))
    return secret


async def sent_astray(session: AsyncSession, link: PersonalLink, machine: float, now: datetime) -> None:
    """Whoever opened the link said that it is not theirs: it ends, and the person and staff are told."""
    await revoke_links(session, link.person_id, machine)
    await note(session, Act.LINK_REVOKED, now, by=f"account:{WEB}", about=link.person_id, reason="not theirs")
    person = await session.get_one(Person, link.person_id)
    text = wording.told_sent_astray(person.name)
    for account in await _chats(session, person.id):
        await tell_account(session, account, f"link-astray:{link.id}", text, now)
    await tell_staff(session, f"link-astray:{link.id}", text, now)


async def _chats(session: AsyncSession, person_id: int) -> list[Account]:
    return [one for one in await accounts_of(session, [person_id]) if one.platform != WEB and one.unreachable is None]
