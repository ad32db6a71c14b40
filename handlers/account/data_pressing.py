"""The buttons of « mes données » and of the journal: `data:<verb>[:…]`."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import auditing, correcting, erasing, mydata
from handlers.account.informing import Notice
from handlers.messages import Reply
from handlers.request import Request
from storage.conversations import Conversation

Handler = Callable[[Request, AsyncSession, Conversation], Awaitable[Reply]]

_VERBS: Mapping[str, Handler] = {
    "show": mydata.show_my_data,
    "json": mydata.export_json,
    "text": mydata.export_text,
    "correct": correcting.choose,
    "field": correcting.ask,
    "keep": correcting.keep,
    "erase": erasing.begin,
    "erased": erasing.confirmed,
    "journal": auditing.show_journal,
    "journalcsv": auditing.export_journal,
}


def press_with(notice: Notice) -> Handler:
    """The handler of presses, with the privacy notice of this installation."""
    verbs = {**_VERBS, "privacy": notice.show}

    async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        """Do what the button says; an unknown verb, from an old message, shows the overview."""
        assert request.press is not None
        verb = request.press.action.partition(":")[2].partition(":")[0]
        return await verbs.get(verb, mydata.show_my_data)(request, session, conversation)

    return press
