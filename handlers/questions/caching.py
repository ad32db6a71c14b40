"""The knowledge in memory, made again when the database says that what may be told has changed.

Of a large network that takes seconds. Then the question is put back, the index is built beside everything else, and the
question is answered from it: nobody is told what is no longer so, and nobody else waits.
"""

import asyncio
import re

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.collecting import uncollected
from handlers.errors import NotYet
from handlers.questions.knowledge import Knowledge
from handlers.questions.loading import load, size
from handlers.questions.normalising import fold
from storage.network import knowledge_version

LARGE = 2000  # people and events; the index of fewer is built in a tenth of a second, while the question waits

Update = tuple[str, str]
"""The platform and number of the update that a question came by."""


class KnowledgeCache:
    """The knowledge as it stands; an index over more than `large` people and events is built beside."""

    def __init__(self, large: int = LARGE) -> None:
        self._large = large
        self._knowledge: Knowledge | None = None
        self._version = -1
        self._making = asyncio.Lock()
        self._waited: set[Update] = set()
        self._failed: Exception | None = None
        self._settled: dict[str, str] = {}

    async def current(self, session: AsyncSession, asked: Update = ("", "")) -> Knowledge:
        """The knowledge at the version that the session sees; raises NotYet where it takes long to make.

        A question that has waited is answered from what was made for it, even if something has changed since: in a
        network that changes all the time it would never be answered otherwise.
        """
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        version, waited = await knowledge_version(session), asked in self._waited
        self._waited.discard(asked)
        if self._knowledge is not None and (waited or version == self._version):
            return self._knowledge
        if await size(session) > self._large:
            self._waited.add(asked)
            raise NotYet(self._prepare)
        return self._take(await load(session), version)

    def settled(self, question: str) -> str:
        """The topic with which staff have answered that very question, whatever else could be read in it."""
        return self._settled.get(_as_asked(question), "")

    async def _prepare(self, session: AsyncSession) -> None:
        async with self._making:
            version = await knowledge_version(session)
            if self._knowledge is not None and version == self._version:
                return  # it was made for another question
            try:
                # Of millions of objects a search takes a third of a second, again and again.
                with uncollected():
                    self._take(await load(session), version)
            except (DBAPIError, OSError):
                raise  # it will be asked for again
            except Exception as error:
                self._failed = error  # whoever asks is to be told that something went wrong
                raise

    def _take(self, knowledge: Knowledge, version: int) -> Knowledge:
        self._knowledge, self._version = knowledge, version
        topics = knowledge.topic.values()
        self._settled = {_as_asked(topic.title): topic.key for topic in topics if topic.details.get("faq")}
        return knowledge


def _as_asked(question: str) -> str:
    return " ".join(re.findall(r"\w+", fold(question)))
