"""The buttons of the account capability."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import agreeing, granting, inviting, linking, personal, succeeding
from handlers.account.helping import help_me
from handlers.messages import Reply
from handlers.request import Request
from storage.conversations import Conversation

_VERBS = {
    "yes": agreeing.confirmed,
    "no": agreeing.declined,
    "approve": agreeing.approved,
    "deny": agreeing.denied,
    "dispute": agreeing.disputed,
    "unlink": agreeing.unlink,
    "code": linking.link,
    "open": linking.open_here,
    "recognise": linking.recognise,
    "role": granting.show,
    "role-give": granting.give,
    "role-take": granting.take,
    "invite": inviting.invite_this,
    "merge": inviting.merge_file,
    "pending": inviting.pending,
    "revoke": inviting.revoke_this,
    "links-off": personal.links_off,
    "handover": succeeding.hand_over,
    "cancel": succeeding.cancel,
    "help": help_me,
}


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A press of `account:<verb>:…`; an unknown verb, from an old message, shows the help."""
    assert request.press is not None
    verb = request.press.action.split(":")[1] if ":" in request.press.action else ""
    return await _VERBS.get(verb, help_me)(request, session, conversation)


async def start(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`/start`, what Telegram sends when a chat begins; with a token it is a personal invitation."""
    if request.rest:
        return await linking.invited(request, session, request.rest.split()[0])
    return await help_me(request, session, conversation)
