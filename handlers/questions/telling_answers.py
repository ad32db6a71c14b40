"""Who has answered a consultation, or has not: what was asked is handed to whoever keeps the register of that."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import Reply
from handlers.questions.indexing import content_stems
from handlers.questions.lexicon import Lexicon
from handlers.questions.normalising import stem
from handlers.questions.reading import Reading
from handlers.questions.reading_answers import SILENT
from handlers.request import Request


class Following(Protocol):
    """The reply to staff who ask who has answered: another capability's, handed in where all are wired."""

    async def __call__(
        self,
        request: Request,
        session: AsyncSession,
        *,
        silent: bool,
        named: Callable[[str], int],
        strange: bool,
        region: str,
    ) -> Reply:
        """Who has not answered (`silent`) or who has, in a region or everywhere. Raises Refusal where nobody may know.

        `named` counts the asker's words that a title has; `strange` says that there are any.
        """


async def followed(
    reading: Reading, following: Following, request: Request, session: AsyncSession, lexicon: Lexicon
) -> Reply:
    """The reply to a reading of who has answered."""
    words = {stem(word) for word in reading.said.split()}
    return await following(
        request,
        session,
        silent=SILENT in reading.asks,
        named=lambda title: len(words & set(content_stems(title, lexicon))),
        strange=bool(words),
        region=reading.region,
    )
