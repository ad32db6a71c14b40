"""The handler: a question typed, or a button of an answer pressed."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import Button, ContactCard, Message, Reply
from handlers.questions.answering import Answer, answer, tell
from handlers.questions.knowledge import Knowledge, load
from handlers.questions.memory import Memory, recall
from handlers.questions.normalising import fold
from handlers.questions.reading import Reading
from handlers.questions.ticketing import ASK_STAFF, ASKED, TOLD, WRONG
from handlers.request import Request
from storage.conversations import Conversation
from storage.network import Region, knowledge_version
from storage.tickets import Unanswered

LONGEST_KEPT = 500  # characters of a question that staff may be asked about
HANDLED = "question"  # the first word of the actions of our buttons

Rows = tuple[tuple[Button, ...], ...]
EventRows = Callable[[Request, AsyncSession, str], Awaitable[Rows]]
"""The buttons beside an answer about the event of a key: another capability's, handed in where all are wired."""


async def no_rows(request: Request, session: AsyncSession, key: str) -> Rows:
    """An answer without buttons of others."""
    return ()


class KnowledgeCache:
    """The picture in memory, made again when the database says that what may be told has changed."""

    def __init__(self) -> None:
        self._knowledge: Knowledge | None = None
        self._version = -1
        self._making = asyncio.Lock()
        self._settled: dict[str, str] = {}

    async def current(self, session: AsyncSession) -> Knowledge:
        """The knowledge at the version that the session sees."""
        version = await knowledge_version(session)
        if self._knowledge is None or version != self._version:
            async with self._making:
                if self._knowledge is None or version != self._version:
                    self._knowledge, self._version = await load(session), version
                    topics = self._knowledge.topic.values()
                    self._settled = {_as_asked(topic.title): topic.key for topic in topics if topic.details.get("faq")}
        return self._knowledge

    def settled(self, question: str) -> str:
        """The topic with which staff have answered that very question, whatever else could be read in it."""
        return self._settled.get(_as_asked(question), "")


class Questions:
    """Answers questions; holds the knowledge for as long as it is current."""

    def __init__(self, beside_event: EventRows = no_rows) -> None:
        self._cache = KnowledgeCache()
        self._beside_event = beside_event

    async def answer(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        """The reply to a question or to a press of one of our buttons; writes what is to be remembered."""
        knowledge = await self._cache.current(session)
        home = await _home(request, session)
        memory = recall(conversation.memory, conversation.memory_at, request.received_at, home)
        if request.press is not None:
            said = _pressed(request, knowledge, memory)
        elif settled := self._cache.settled(request.text):
            said = tell(Reading("topic", topic=settled), memory, knowledge, request.received_at, request.tz)
        else:
            said = answer(request.text, memory, knowledge, request.received_at, request.tz)
        conversation.memory = said.memory.to_json()
        conversation.memory_at = request.received_at
        beside = await self._beside_event(request, session, said.event.key) if said.event is not None else ()
        reply = Reply(messages=(_message(said, beside),))
        return reply if request.press is not None else _with_staff(request, session, conversation, said, reply)


def _as_asked(question: str) -> str:
    return " ".join(re.findall(r"\w+", fold(question)))


def _with_staff(
    request: Request, session: AsyncSession, conversation: Conversation, said: Answer, reply: Reply
) -> Reply:
    """What was not answered can go to staff, who may correct what was."""
    question = request.text[:LONGEST_KEPT]
    if said.reading.intent in ("act", "empty"):  # a greeting, thanks: nothing to ask anybody
        return reply
    conversation.memory = {**conversation.memory, ASKED: question, TOLD: said.text[:LONGEST_KEPT]}
    if not said.understood:
        session.add(Unanswered(question=question, at=request.received_at))
        return _with_row(reply, ASK_STAFF)
    return _with_row(reply, (WRONG,)) if request.person is not None and request.person.is_staff else reply


def _with_row(reply: Reply, row: tuple[Button, ...]) -> Reply:
    last = reply.messages[-1]
    return Reply(messages=(*reply.messages[:-1], last.model_copy(update={"buttons": (*last.buttons, row)})))


def _pressed(request: Request, knowledge: Knowledge, memory: Memory) -> Answer:
    """« question:contact:<handle>:<what> », « question:event:<handle>:<what> »."""
    assert request.press is not None
    _, verb, named, asked = [*request.press.action.split(":"), "", "", ""][:4]
    key = knowledge.by_handle.get(named, "")
    asks = tuple(a for a in asked.split("-") if a)
    if verb == "contact" and key in knowledge.contact:
        reading = Reading("contact", contacts=(key,), asks=asks or ("card",))
    elif verb == "event" and key in knowledge.event:
        reading = Reading("event", events=(key,), asks=asks)
    else:
        reading = Reading("unknown")
    return tell(reading, memory, knowledge, request.received_at, request.tz)


def _message(said: Answer, beside: Rows) -> Message:
    card = None
    if said.contact is not None and said.contact.phone:
        person = said.contact
        card = ContactCard(given_name=person.given, family_name=person.family, phone=person.phone, email=person.email)
    return Message(text=said.text, buttons=(*said.buttons, *beside), contact=card)


async def _home(request: Request, session: AsyncSession) -> str:
    """The code of the asker's region, empty when they have none."""
    if request.person is None or request.person.region_id is None:
        return ""
    region = await session.get(Region, request.person.region_id)
    return region.code if region is not None else ""
