"""« inviter »: a personal invitation for one person, a mail merge for many, what is pending, and its end.

An invitation is not a link between accounts: whoever opens it is shown whose it is and asked. People of a team are
invited by administrators only.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import dates
from handlers.account import link_wording as wording
from handlers.account.hands import Hand, hand_of, may_see, meant, reached
from handlers.account.merging import FILENAME, LIFE, merge
from handlers.account.personal import address, privately
from handlers.errors import Refusal
from handlers.messages import Attachment, Button, Message, Reply, say
from handlers.request import Request
from storage.audit import Act, note
from storage.channels import BY_EMAIL, bot_of, telegram_address
from storage.conversations import Conversation
from storage.forgetting import SECRET
from storage.linking import INVITATION_LIFE, make_invitations, pending_invitations, revoke_invitations
from storage.outbox import Kind, enqueue
from storage.people import WEB, Role
from storage.personal import PersonalLink, live_links_not_opened, make_link, revoke_links
from storage.roles import Entry, entries_of, people_with

PAGE = 6
_SLACK = "slack"
_WAITS = timedelta(days=7)  # for Slack, before an invitation is given up
_MERGES: dict[str, frozenset[Role]] = {
    Role.DIRECTOR: frozenset({Role.DIRECTOR}),
    Role.ELECTED: frozenset({Role.ELECTED}),
    "all": frozenset(),
}
_CHOICES = (
    (
        Button(label=wording.MERGE_DIRECTORS, action=f"account:merge:{Role.DIRECTOR}"),
        Button(label=wording.MERGE_ELECTED, action=f"account:merge:{Role.ELECTED}"),
        Button(label=wording.MERGE_ALL, action="account:merge:all"),
    ),
    (Button(label=wording.SEE_PENDING, action="account:pending:0"),),
)


async def invite(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« inviter Camille Exemple », or alone: what can be done."""
    hand_of(request)
    privately(request)
    if not request.rest:
        return say(wording.HOW_TO_INVITE, *_CHOICES)
    found = await meant(request, session, request.rest, "invite")
    return found if isinstance(found, Reply) else await _invite(request, session, found)


async def invite_this(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:invite:<person>`, chosen among several of that name."""
    privately(request)
    return await _invite(request, session, await reached(request, session, request.number(0)))


async def _invite(request: Request, session: AsyncSession, one: Entry) -> Reply:
    _no_secrets_on_a_page(request)
    me, number = request.known(), one.person.id
    lines: list[str] = []
    if one.chats:
        lines.append(wording.linked_already(", ".join(sorted({chat.platform.capitalize() for chat in one.chats}))))
    if await telegram_address(session):
        token = (await make_invitations(session, [number], me.id, request.machine + INVITATION_LIFE))[number]
        lines.append(wording.by_telegram(await telegram_address(session, token)))
    if await _write_on_slack(request, session, one):
        lines.append(wording.by_slack(one.person.email or ""))
    if request.public_url:
        token = await make_link(session, number, me.id, request.machine, INVITATION_LIFE)
        await note(session, Act.LINK_ISSUED, request.received_at, by=me.id, about=number)
        lines.append(wording.by_web(address(request.public_url, token)))
    if len(lines) == bool(one.chats):
        return say(wording.NOWHERE_TO_INVITE)
    await note(session, Act.INVITED, request.received_at, by=me.id, about=number)
    text = wording.invitation(one.person.name, lines, _day(request, request.machine + INVITATION_LIFE))
    revoke = Button(label=wording.REVOKE, action=f"account:revoke:{number}", style="danger")
    return Reply(messages=(Message(text=text, buttons=((revoke,),)),), secret=True)


async def _write_on_slack(request: Request, session: AsyncSession, one: Entry) -> bool:
    """A direct message to the member for whom Slack itself names the person's e-mail."""
    bot = await bot_of(session, _SLACK)
    if not bot or not one.person.email or any(chat.platform == _SLACK for chat in one.chats):
        return False
    me, number = request.known(), one.person.id
    until = request.machine + INVITATION_LIFE
    token = (await make_invitations(session, [number], me.id, until, _SLACK))[number]
    message = Message(
        text=wording.slack_invitation(one.person.given_name, me.name),
        buttons=((Button(label=wording.LINK_THIS_ACCOUNT, action=f"account:open:{token}", style="primary"),),),
    )
    row = {
        "about": f"{SECRET}invitation:{request.inbound.platform}:{request.inbound.update_id}:{number}",
        "kind": Kind.NOTICE,
        "platform": _SLACK,
        "workspace": bot.get("workspace", ""),
        "chat": f"{BY_EMAIL}{one.person.email}",
        "person_id": number,
        "payload": message.model_dump(mode="json", exclude_defaults=True),
        "due_at": request.received_at,
        "expires_at": request.received_at + _WAITS,
        "created_at": request.received_at,
    }
    await enqueue(session, [row])
    return True


async def merge_file(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:merge:<role|all>`: the file of a mail merge, for those who have no chat account yet."""
    hand = hand_of(request)
    privately(request)
    _no_secrets_on_a_page(request)
    roles = _MERGES.get(request.arguments[0] if request.arguments else "")
    if roles is None:
        return say(wording.HOW_TO_INVITE, *_CHOICES)
    people = [one for one in await people_with(session, roles, hand.regions, unreached=True) if _invitable(hand, one)]
    if not people:
        return say(wording.NOBODY_TO_INVITE)
    me = request.known()
    made = await merge(session, people, me.id, request.machine, request.public_url, request.tz, LIFE)
    if not (made.web or made.telegram):
        return say(wording.NOWHERE_TO_INVITE)
    await note(session, Act.INVITED, request.received_at, by=me.id, about="mail merge", people=made.people)
    file = Attachment(filename=FILENAME, media_type="text/csv", content=made.content)
    text = wording.merged(made.people, dates.day(made.until.date()), made.web, made.telegram)
    return Reply(messages=(Message(text=text, attachment=file),), secret=True)


def _invitable(hand: Hand, one: Entry) -> bool:
    """Invented people have nowhere to go, and people of a team are invited by administrators, one by one."""
    return hand.reaches(one) and not one.is_ranked and not one.person.fictional


async def pending(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« invitations »: what has been given out and not used yet, person by person."""
    hand = hand_of(request)
    number = request.number(0) or 0
    invitations = await pending_invitations(session, request.machine)
    links = await live_links_not_opened(session, request.machine)
    ends: dict[int, list[float]] = {}
    given = [(one.person_id, one.until) for one in invitations] + [(one.person_id, one.until) for one in links]
    for person_id, until in given:
        ends.setdefault(person_id, []).append(until)
    people = [one for one in await entries_of(session, list(ends)) if may_see(hand, one)]
    if not people:
        return say(wording.NONE_PENDING)
    number = min(number, (len(people) - 1) // PAGE)
    shown = people[number * PAGE : (number + 1) * PAGE]
    lines, rows = [], []
    for one in shown:
        key = one.person.id
        what = wording.kinds(sum(i.person_id == key for i in invitations), _count(links, key))
        lines.append(f"- {wording.pending(one.person.name, what, _day(request, max(ends[key])))}")
        if hand.reaches(one):
            rows.append((Button(label=wording.revoke_label(one.person.name), action=f"account:revoke:{key}"),))
    turns = []
    if number:
        turns.append(Button(label=wording.EARLIER, action=f"account:pending:{number - 1}"))
    if (number + 1) * PAGE < len(people):
        turns.append(Button(label=wording.LATER, action=f"account:pending:{number + 1}"))
    text = "\n\n".join([wording.PENDING, "\n".join(lines)])
    return say(text, *rows, *([tuple(turns)] if turns else []), replace=request.press is not None)


async def revoke(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« révoquer Camille Exemple »: every invitation and personal link of hers ends now."""
    hand_of(request)
    if not request.rest:
        return say(wording.WHOM_TO_REVOKE)
    found = await meant(request, session, request.rest, "revoke")
    return found if isinstance(found, Reply) else await _revoke(request, session, found)


async def revoke_this(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`account:revoke:<person>`."""
    return await _revoke(request, session, await reached(request, session, request.number(0)))


async def _revoke(request: Request, session: AsyncSession, one: Entry) -> Reply:
    me, number = request.known(), one.person.id
    invitations = await revoke_invitations(session, number, request.machine)
    links = await revoke_links(session, number, request.machine)
    if invitations or links:
        detail = {"invitations": invitations, "links": links}
        await note(session, Act.LINK_REVOKED, request.received_at, by=me.id, about=number, **detail)
    return say(wording.revoked(one.person.name, invitations, links))


def _no_secrets_on_a_page(request: Request) -> None:
    """What the browser shows is kept in the database, and links are not: only invented people play it there."""
    if request.inbound.platform == WEB and not request.known().fictional:
        raise Refusal(wording.NOT_ON_A_PAGE)


def _count(links: Sequence[PersonalLink], person_id: int) -> int:
    return sum(link.person_id == person_id for link in links)


def _day(request: Request, machine: float) -> str:
    return dates.day(datetime.fromtimestamp(machine, UTC).astimezone(request.tz).date())
