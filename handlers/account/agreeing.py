"""The answers to a proposed link: yes and no, agreement by another account or staff, dispute, unlink."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import wording
from handlers.account.linking import actor, link_refused
from handlers.account.personal import links_off
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from handlers.telling import tell_account, tell_administrators, tell_staff
from storage import linking
from storage.audit import Act, note
from storage.conversations import Conversation
from storage.people import WEB, Account, Person, Role, roles_of
from storage.roles import RANKED


async def confirmed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Oui, c'est moi », pressed by the account that is to be linked."""
    proposal = await _own_proposal(request, session)
    if proposal.invitation_id is not None:
        invitation = await session.get_one(linking.Invitation, proposal.invitation_id, with_for_update=True)
        if invitation.used or invitation.revoked or invitation.until <= request.machine:
            await link_refused(request, session, "invitation used meanwhile")
            return say(wording.INVITATION_GONE, replace=True)
        invitation.used = True
    proposal.confirmed = True
    proposal.shown_as = proposal.shown_as or request.inbound.display_name
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
    ranked = await _is_ranked(session, person.id)
    tell = tell_administrators if ranked else tell_staff
    await tell(session, f"link:{proposal.id}", text, request.received_at, buttons)
    return say(wording.WAIT_FOR_STAFF, replace=True)


async def declined(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« Ce n'est pas moi », pressed by the account that was asked: nothing is linked, and the person is told."""
    proposal = await _own_proposal(request, session)
    proposal.ended = "refused"
    await note(session, Act.LINK_REFUSED, request.received_at, by=actor(request), about=proposal.person_id)
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
    await note(session, Act.LINK_REFUSED, request.received_at, by=actor(request), about=proposal.person_id)
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
    if request.inbound.platform == WEB:
        return await links_off(request, session, conversation)  # the page stays the person's; nobody can open it
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
        await link_refused(request, session, "linked meanwhile")
        return say(wording.ALREADY_LINKED, replace=True)
    before = await _chats(session, proposal.person_id)
    account.person_id = proposal.person_id
    account.unreachable = None
    proposal.ended = "linked"
    await note(session, Act.LINKED, request.received_at, by=actor(request), about=proposal.person_id, way=proposal.way)
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
    number = request.number(0)
    found = await session.get(linking.LinkProposal, number, with_for_update=True) if number is not None else None
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
    person = request.person
    if person is None or found.account_id == request.account_id or not found.approver:
        allowed = False
    elif person.id == found.person_id:
        # A page proves nothing here: the link to it may have been forwarded too.
        allowed = found.approver == "account" and request.inbound.platform != WEB
    elif await _is_ranked(session, found.person_id):
        allowed = Role.ADMIN in person.roles
    else:
        allowed = person.is_staff
    if not allowed:
        raise Refusal(wording.NO_LONGER_OPEN, audit="may not approve this link")
    if found.ended or not found.confirmed or found.until <= request.machine:
        raise Refusal(wording.NO_LONGER_OPEN)
    return found


async def _is_ranked(session: AsyncSession, person_id: int) -> bool:
    return any(Role(grant.role) in RANKED for grant in await roles_of(session, person_id))


async def _chats(session: AsyncSession, person_id: int) -> list[Account]:
    return list(
        await session.scalars(
            select(Account).where(Account.person_id == person_id, Account.platform != WEB).order_by(Account.id)
        )
    )
