"""An unknown account whose e-mail the platform reports: after the answer, the link is proposed."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account.linking import recognised
from handlers.messages import Reply
from handlers.request import Request
from storage.conversations import Conversation

_Handler = Callable[[Request, AsyncSession, Conversation], Awaitable[Reply]]


def and_recognise(handler: _Handler) -> _Handler:
    """The handler, followed by a proposal to link when the account is unknown and its e-mail is somebody's."""

    async def answer(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        reply = await handler(request, session, conversation)
        proposal = await recognised(request, session)
        if proposal is None:
            return reply
        return reply.model_copy(update={"messages": (*reply.messages, *proposal.messages)})

    return answer
