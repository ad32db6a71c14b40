"""« relier »: how a second account becomes a person's, and how nobody else's does.

A link is never made by opening an address: both identities are shown and the person says yes. A code proves that the
person holds the other account. An invitation may have been forwarded, so for directors and elected people somebody
else must agree as well: another account of the person, or staff. Everyone concerned is told, and « ce n'est pas moi »
undoes it.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import wording
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage import linking
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.people import WEB, Account, Person, Role, roles_of
from storage.roles import RANKED, SPEAKING

_SENSITIVE = SPEAKING | RANKED


async def link(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The command « relier »: alone it gives a code, with a code it proposes the link."""
    if request.inbound.chat_kind != "private":
        raise Refusal(wording.PRIVATELY)
    if request.rest:
        return await _code_typed(request, session, request.rest)
    if request.person is None:
        conversation.open_form("account:code", {})
        return say(wording.TYPE_YOUR_CODE)
    code = linking.new_code()
    session.add(
        linking.LinkCode(
            digest=linking.digest(code),
            person_id=request.person.id,
            issuer_id=request.account_id,
            until=request.machine + linking.CODE_LIFE,
        )
    )
    return say(wording.your_code(code))


async def code_typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The text typed after « relier »; what does not look like a code is a question again."""
    conversation.close_form()
    if not 6 <= sum(c.isalnum() for c in request.text) <= 10 or " " in request.text.strip():
        return None
    return await _code_typed(request, session, request.text)


async def _code_typed(request: Request, session: AsyncSession, code: str) -> Reply:
    if await linking.wrong_tries(session, request.account_id, request.machine) >= linking.WRONG_TRIES:
        await link_refused(request, session, "too many wrong codes")
        return say(wording.TOO_MANY_TRIES)
    found = await linking.find_code(session, code, request.machine)
    if found is None or found.issuer_id == request.account_id:
        session.add(linking.WrongTry(account_id=request.account_id, at=request.machine))
        await link_refused(request, session, "wrong code")
        return say(wording.WRONG_CODE)
    if request.person is not None:
        await link_refused(request, session, "already linked")
        return say(wording.ALREADY_LINKED)
    found.used = True
    # A page is opened with a link, which may have been forwarded: a code from there proves no more than the link.
    from_page = await session.scalar(select(Account.platform).where(Account.id == found.issuer_id)) == WEB
    way = linking.Way.INVITATION if from_page else linking.Way.CODE
    return await _propose(request, session, found.person_id, way, code_id=found.id)


async def invited(request: Request, session: AsyncSession, token: str) -> Reply:
    """Somebody opened a personal invitation (`/start <token>` or its like): both identities are shown, no more."""
    if await linking.wrong_tries(session, request.account_id, request.machine) >= linking.WRONG_TRIES:
        await link_refused(request, session, "too many wrong codes")
        return say(wording.TOO_MANY_TRIES)
    invitation = await linking.find_invitation(session, token, request.machine)
    if invitation is None or invitation.platform not in ("", request.inbound.platform):
        session.add(linking.WrongTry(account_id=request.account_id, at=request.machine))
        await link_refused(request, session, "invitation not valid")
        return say(wording.INVITATION_GONE)
    if request.person is not None:
        mine = request.person.id == invitation.person_id
        return say(wording.ALREADY_YOURS if mine else wording.ALREADY_LINKED)
    # What was put into the hands of the account that the platform itself names by e-mail cannot have been forwarded.
    way = linking.Way.EMAIL if invitation.platform else linking.Way.INVITATION
    return await _propose(request, session, invitation.person_id, way, invitation_id=invitation.id)


async def open_here(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:open:<token>`: the button of an invitation that was written to this account."""
    return await invited(request, session, request.arguments[0] if request.arguments else "")


async def recognise(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """What a channel says of an account it has looked up: nothing is answered unless its e-mail is somebody's."""
    if not request.inbound.email:
        raise Refusal(wording.NO_LONGER_OPEN, audit="forged look-up")
    return await recognised(request, session) or Reply()


async def recognised(request: Request, session: AsyncSession) -> Reply | None:
    """An unknown account whose e-mail the platform itself reports: the link is proposed, once an account."""
    if request.person is not None or not request.inbound.email or request.inbound.chat_kind != "private":
        return None
    asked = select(linking.LinkProposal.id).where(linking.LinkProposal.account_id == request.account_id).limit(1)
    if await session.scalar(asked) is not None:
        return None
    people = (
        await session.scalars(
            select(Person).where(func.lower(Person.email) == request.inbound.email.strip().lower()).limit(2)
        )
    ).all()
    if len(people) != 1:
        return None
    return await _propose(request, session, people[0].id, linking.Way.EMAIL)


async def _propose(
    request: Request,
    session: AsyncSession,
    person_id: int,
    way: linking.Way,
    *,
    code_id: int | None = None,
    invitation_id: int | None = None,
) -> Reply:
    person = await session.get_one(Person, person_id)
    proposal = linking.LinkProposal(
        account_id=request.account_id,
        person_id=person_id,
        way=way,
        shown_as=request.inbound.display_name,
        code_id=code_id,
        invitation_id=invitation_id,
        approver=await _approver(session, person_id, way),
        until=request.machine + (linking.CODE_LIFE if way == linking.Way.CODE else linking.INVITATION_LIFE),
    )
    session.add(proposal)
    await session.flush()
    return say(
        wording.is_it_you(request.inbound.platform, request.inbound.display_name, person.name, person.function or ""),
        (
            Button(label=wording.YES_ITS_ME, action=f"account:yes:{proposal.id}", style="primary"),
            Button(label=wording.NOT_ME, action=f"account:no:{proposal.id}"),
        ),
    )


async def _approver(session: AsyncSession, person_id: int, way: linking.Way) -> str:
    """Who else must agree. A code comes from a chat account of the person; the platform vouches for an e-mail."""
    if way != linking.Way.INVITATION:
        return ""
    if not any(Role(grant.role) in _SENSITIVE for grant in await roles_of(session, person_id)):
        return ""
    chats = select(Account.id).where(Account.person_id == person_id, Account.platform != WEB).limit(1)
    return "account" if await session.scalar(chats) is not None else "staff"


def actor(request: Request) -> int | str:
    """Who acts, for the audit trail."""
    return request.person.id if request.person else f"account:{request.inbound.platform}"


async def link_refused(request: Request, session: AsyncSession, why: str) -> None:
    """Record that a link was not made, and why."""
    await note(session, Act.LINK_REFUSED, request.received_at, by=actor(request), reason=why)
