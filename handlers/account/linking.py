"""« relier »: how a second account becomes a person's, and how nobody else's does.

A link is never made by opening an address: both identities are shown and the person says yes. A code proves that the
person holds the other account. An invitation may have been forwarded, so for directors and elected people somebody
else must agree as well: another account of the person, or staff. Everyone concerned is told, and « ce n'est pas moi »
undoes it.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import wording
from handlers.account.telling import tell_account, tell_staff
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage import linking
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.people import Account, Person, Role, roles_of

_SENSITIVE = {Role.DIRECTOR, Role.ELECTED, Role.REGIONAL_STAFF, Role.STAFF, Role.ADMIN}


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
        await _refused(request, session, "too many wrong codes")
        return say(wording.TOO_MANY_TRIES)
    found = await linking.find_code(session, code, request.machine)
    if found is None or found.issuer_id == request.account_id:
        session.add(linking.WrongTry(account_id=request.account_id, at=request.machine))
        await _refused(request, session, "wrong code")
        return say(wording.WRONG_CODE)
    if request.person is not None:
        await _refused(request, session, "already linked")
        return say(wording.ALREADY_LINKED)
    found.used = True
    return await _propose(request, session, found.person_id, linking.Way.CODE, code_id=found.id)


async def invited(request: Request, session: AsyncSession, token: str) -> Reply:
    """Somebody opened a personal invitation (`/start <token>` or its like): both identities are shown, no more."""
    if await linking.wrong_tries(session, request.account_id, request.machine) >= linking.WRONG_TRIES:
        await _refused(request, session, "too many wrong codes")
        return say(wording.TOO_MANY_TRIES)
    invitation = await linking.find_invitation(session, token, request.machine)
    if invitation is None:
        session.add(linking.WrongTry(account_id=request.account_id, at=request.machine))
        await _refused(request, session, "invitation not valid")
        return say(wording.INVITATION_GONE)
    if request.person is not None:
        mine = request.person.id == invitation.person_id
        return say(wording.ALREADY_YOURS if mine else wording.ALREADY_LINKED)
    return await _propose(request, session, invitation.person_id, linking.Way.INVITATION, invitation_id=invitation.id)


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
    """Who else must agree. A code comes from an account of the person; the platform vouches for an e-mail."""
    if way != linking.Way.INVITATION:
        return ""
    if not any(Role(grant.role) in _SENSITIVE for grant in await roles_of(session, person_id)):
        return ""
    chats = select(Account.id).where(Account.person_id == person_id, Account.platform != "web").limit(1)
    return "account" if await session.scalar(chats) is not None else "staff"


async def confirmed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Oui, c'est moi », pressed by the account that is to be linked."""
    proposal = await _own_proposal(request, session)
    if proposal.invitation_id is not None:
        invitation = await session.get_one(linking.Invitation, proposal.invitation_id, with_for_update=True)
        if invitation.used or invitation.revoked or invitation.until <= request.machine:
            await _refused(request, session, "invitation used meanwhile")
            return say(wording.INVITATION_GONE, replace=True)
        invitation.used = True
    proposal.confirmed = True
    if not proposal.approver:
        return await _link(request, session, proposal)
    person = await session.get_one(Person, proposal.person_id)
    buttons = (
        Button(label=wording.APPROVE, action=f"account:approve:{proposal.id}", style="primary"),
        Button(
            label=wording.NOT_ME if proposal.approver == "account" else wording.DENY,
            action=f"account:deny:{proposal.id}",
        ),
    )
    text = wording.please_approve(request.inbound.platform, proposal.shown_as, person.name)
    if proposal.approver == "account":
        for account in await _chats(session, person.id):
            await tell_account(session, account, f"link:{proposal.id}", text, request.received_at, buttons)
        return say(wording.WAIT_FOR_YOUR_OTHER_ACCOUNT, replace=True)
    await tell_staff(session, f"link:{proposal.id}", text, request.received_at, buttons)
    return say(wording.WAIT_FOR_STAFF, replace=True)


async def declined(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Ce n'est pas moi », pressed by the account that was asked: nothing is linked, and the person is told."""
    proposal = await _own_proposal(request, session)
    proposal.ended = "refused"
    await note(session, Act.LINK_REFUSED, request.received_at, by=_actor(request), about=proposal.person_id)
    for account in await _chats(session, proposal.person_id):
        await tell_account(
            session,
            account,
            f"link-no:{proposal.id}",
            wording.somebody_declined(request.inbound.platform),
            request.received_at,
        )
    return say(wording.NOTHING_LINKED, replace=True)


async def approved(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The second agreement, by another account of the person or by staff."""
    proposal = await _proposal_to_judge(request, session)
    return await _link(request, session, proposal)


async def denied(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The second agreement is withheld: nothing is linked."""
    proposal = await _proposal_to_judge(request, session)
    proposal.ended = "refused"
    await note(session, Act.LINK_REFUSED, request.received_at, by=_actor(request), about=proposal.person_id)
    account = await session.get(Account, proposal.account_id)
    if account is not None:
        await tell_account(session, account, f"link-denied:{proposal.id}", wording.NOT_APPROVED, request.received_at)
    return say(wording.NOTHING_LINKED, replace=True)


async def disputed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Ce n'est pas moi », pressed by another account of the person after a link: it is undone at once."""
    person = request.known()
    proposal = await _proposal(request, session)
    if proposal.person_id != person.id or proposal.ended != "linked":
        raise Refusal(wording.NO_LONGER_OPEN, audit="forged dispute")
    account = await session.get(Account, proposal.account_id, with_for_update=True)
    proposal.ended = "disputed"
    if account is not None and account.person_id == person.id:
        account.person_id = None
        await tell_account(session, account, f"unlinked:{proposal.id}", wording.UNLINKED_BY_OTHER, request.received_at)
    await note(session, Act.UNLINKED, request.received_at, by=person.id, about=person.id, way="disputed")
    await tell_staff(session, f"disputed:{proposal.id}", wording.disputed(person.name), request.received_at)
    return say(wording.LINK_UNDONE, replace=True)


async def unlink(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The account from which this is asked no longer belongs to the person; the others are told."""
    person = request.known()
    account = await session.get_one(Account, request.account_id, with_for_update=True)
    account.person_id = None
    await note(session, Act.UNLINKED, request.received_at, by=person.id, about=person.id, way="asked")
    for other in await _chats(session, person.id):
        await tell_account(
            session,
            other,
            f"unlink:{account.id}:{request.inbound.update_id}",
            wording.account_left(request.inbound.platform),
            request.received_at,
        )
    return say(wording.UNLINKED)


async def _link(request: Request, session: AsyncSession, proposal: linking.LinkProposal) -> Reply:
    account = await session.get_one(Account, proposal.account_id, with_for_update=True)
    if account.person_id is not None:
        proposal.ended = "refused"
        await _refused(request, session, "linked meanwhile")
        return say(wording.ALREADY_LINKED, replace=True)
    before = await _chats(session, proposal.person_id)
    account.person_id = proposal.person_id
    account.unreachable = None
    proposal.ended = "linked"
    await note(session, Act.LINKED, request.received_at, by=_actor(request), about=proposal.person_id, way=proposal.way)
    person = await session.get_one(Person, proposal.person_id)
    undo = (Button(label=wording.NOT_ME, action=f"account:dispute:{proposal.id}", style="danger"),)
    for other in before:
        await tell_account(
            session,
            other,
            f"linked:{proposal.id}",
            wording.linked_elsewhere(account.platform),
            request.received_at,
            undo,
        )
    if account.id != request.account_id:
        await tell_account(
            session, account, f"welcome:{proposal.id}", wording.linked_here(person.given_name), request.received_at
        )
        return say(wording.LINK_DONE, replace=True)
    return say(wording.linked_here(person.given_name), replace=True)


async def _proposal(request: Request, session: AsyncSession) -> linking.LinkProposal:
    number = request.arguments[0] if request.arguments else ""
    found = await session.get(linking.LinkProposal, int(number), with_for_update=True) if number.isdigit() else None
    if found is None:
        raise Refusal(wording.NO_LONGER_OPEN, audit="forged proposal")
    return found


async def _own_proposal(request: Request, session: AsyncSession) -> linking.LinkProposal:
    found = await _proposal(request, session)
    if found.account_id != request.account_id:
        raise Refusal(wording.NO_LONGER_OPEN, audit="another account's proposal")
    if found.ended or found.until <= request.machine:
        raise Refusal(wording.NO_LONGER_OPEN)
    return found


async def _proposal_to_judge(request: Request, session: AsyncSession) -> linking.LinkProposal:
    found = await _proposal(request, session)
    allowed = (
        request.person is not None
        and found.account_id != request.account_id
        and (
            (found.approver == "account" and request.person.id == found.person_id)
            or (found.approver in ("staff", "account") and request.person.is_staff)
        )
    )
    if not allowed:
        raise Refusal(wording.NO_LONGER_OPEN, audit="may not approve this link")
    if found.ended or not found.confirmed or found.until <= request.machine:
        raise Refusal(wording.NO_LONGER_OPEN)
    return found


async def _chats(session: AsyncSession, person_id: int) -> list[Account]:
    return list(
        await session.scalars(
            select(Account).where(Account.person_id == person_id, Account.platform != "web").order_by(Account.id)
        )
    )


def _actor(request: Request) -> int | str:
    return request.person.id if request.person else f"account:{request.inbound.platform}"


async def _refused(request: Request, session: AsyncSession, why: str) -> None:
    await note(session, Act.LINK_REFUSED, request.received_at, by=_actor(request), reason=why)
