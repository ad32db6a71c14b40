"""« aide » and the first word of welcome."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import wording
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.conversations import Conversation
from storage.network import setting


async def help_me(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """What can be asked and done here, by whom one is."""
    network = str((await setting(session, "network")).get("name", ""))
    person = request.person
    text = wording.welcome(person.given_name if person else "", network)
    if person is None:
        return say(text + "\n\n" + wording.UNKNOWN, _ASK)
    if person.is_staff:
        return say(text + "\n\n" + wording.STAFF, _ASK, _STAFF)
    return say(text, _ASK)


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The button « Aide », wherever it stands."""
    return await help_me(request, session, conversation)


_ASK = (
    Button(label="L’agenda", action="calendar:agenda"),
    Button(label="Les consultations", action="consult:list"),
)
_STAFF = (
    Button(label="Écrire une annonce", action="announce:new"),
    Button(label="Suivre les réponses", action="consult:follow"),
)
