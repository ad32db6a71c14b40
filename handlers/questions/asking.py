"""The handler: a question typed, or a button of an answer pressed."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.dates import days_of
from handlers.messages import Button, ContactCard, Message, Reply
from handlers.questions.answering import Answer, answer, tell
from handlers.questions.caching import LARGE, KnowledgeCache
from handlers.questions.knowledge import Knowledge
from handlers.questions.memory import Memory, recall
from handlers.questions.pressing import pressed, turns_a_page
from handlers.questions.reading import Reading
from handlers.questions.telling_answers import Following, followed
from handlers.questions.telling_deadlines import Closings, nothing_known, with_deadlines
from handlers.questions.ticket_wording import ASK_STAFF, NOT_WHAT_I_ASKED, WHOM_TO_ASK, WRONG, in_context
from handlers.questions.ticketing import remember_asked, with_asked
from handlers.request import Request
from storage.conversations import Conversation
from storage.network import Region
from storage.tickets import Unanswered

LONGEST_KEPT = 500  # characters of a question that staff may be asked about
DOUBTFUL = 0.7  # an answer that fits no better comes with a button to say that it is not what was asked

Rows = tuple[tuple[Button, ...], ...]
EventRows = Callable[[Request, AsyncSession, str], Awaitable[Rows]]
"""The buttons beside an answer about the event of a key: another capability's, handed in where all are wired."""


async def no_rows(request: Request, session: AsyncSession, key: str) -> Rows:
    """An answer without buttons of others."""
    return ()


class Questions:
    """Answers questions; holds the knowledge for as long as it is current."""

    def __init__(
        self,
        beside_event: EventRows = no_rows,
        closings: Closings = nothing_known,
        following: Following | None = None,
        *,
        large: int = LARGE,
    ) -> None:
        self._cache = KnowledgeCache(large)
        self._beside_event = beside_event
        self._closings = closings
        self._following = following

    async def answer(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        """The reply to a question or to a press of one of our buttons; writes what is to be remembered."""
        knowledge = await self._cache.current(session, (request.inbound.platform, request.inbound.update_id))
        home = await _home(request, session)
        memory = recall(conversation.memory, conversation.memory_at, request.received_at, home)
        if request.press is not None:
            said = pressed(request, knowledge, memory)
        else:
            said = self._read(request, memory, knowledge)
            if any(one.reading.intent == "deadline" for one in said.parts or (said,)):
                said = with_deadlines(said, await self._closings(request, session), knowledge.lexicon)
        if self._following is not None and said.reading.intent == "answers":
            return await followed(said.reading, self._following, request, session, knowledge.lexicon)
        conversation.memory = with_asked(said.memory.to_json(), conversation.memory)
        conversation.memory_at = request.received_at
        beside = await self._beside_event(request, session, said.event.key) if said.event is not None else ()
        if request.press is not None:
            return Reply(messages=(_message(said, beside, request.tz),), replace=turns_a_page(request.press.action))
        rows = self._to_people(request, session, conversation, said, memory, knowledge)
        return Reply(messages=(_message(said, (*beside, *rows), request.tz),))

    def _to_people(
        self,
        request: Request,
        session: AsyncSession,
        conversation: Conversation,
        said: Answer,
        memory: Memory,
        knowledge: Knowledge,
    ) -> Rows:
        """The buttons to people: what was not answered can go to staff, who correct what was; who else may be asked."""
        if said.reading.intent in ("act", "again", "empty"):  # a greeting, thanks: nothing to ask anybody
            return ()
        is_staff = request.person is not None and request.person.is_staff
        doubtful = said.understood and said.reading.confidence < DOUBTFUL
        if said.wholly and not doubtful and not is_staff:
            return ()
        question = self._in_full(request, said, memory, knowledge)
        conversation.memory, name = remember_asked(conversation.memory, question, said.text[:LONGEST_KEPT])
        row: list[Button] = []
        if not said.wholly:
            session.add(Unanswered(question=question, at=request.received_at))
            row.append(Button(label=ASK_STAFF, action=f"ticket:ask:{name}"))
            if knowledge.humans:
                row.append(Button(label=WHOM_TO_ASK, action="question:humans"))
        if is_staff:
            row.append(Button(label=WRONG, action=f"ticket:wrong:{name}"))
        elif doubtful:
            row.append(Button(label=NOT_WHAT_I_ASKED, action=f"ticket:wrong:{name}"))
        return (tuple(row),)

    def _in_full(self, request: Request, said: Answer, memory: Memory, knowledge: Knowledge) -> str:
        """The question as whoever did not hear the one before understands it: « et où ? (à propos de : l’AG) »."""
        question, subject = request.text[:LONGEST_KEPT], _subject(memory, knowledge)
        if not subject or self._read(request, Memory(home=memory.home), knowledge).reading == said.reading:
            return question
        return in_context(question, subject)

    def _read(self, request: Request, memory: Memory, knowledge: Knowledge) -> Answer:
        if settled := self._cache.settled(request.text):
            return tell(Reading("topic", topic=settled), memory, knowledge, request.received_at, request.tz)
        return answer(request.text, memory, knowledge, request.received_at, request.tz)


def _subject(memory: Memory, knowledge: Knowledge) -> str:
    """The names of what was spoken of."""
    names = [
        *(knowledge.event[key].name for key in memory.events if key in knowledge.event),
        *(knowledge.contact[key].name for key in memory.contacts if key in knowledge.contact),
        *(knowledge.organisation[key].name for key in (memory.organisation,) if key in knowledge.organisation),
        *(knowledge.topic[key].title for key in (memory.topic,) if key in knowledge.topic),
    ]
    return ", ".join(names[:2])


def _message(said: Answer, beside: Rows, tz: ZoneInfo) -> Message:
    card = None
    if (person := said.contact) is not None:
        card = ContactCard(
            given_name=person.given,
            family_name=person.family,
            phone=person.phone,
            email=person.email,
            function=person.function,
            organisation=said.employer,
        )
    days = days_of(said.event, tz) if said.event is not None and said.understood else None
    return Message(text=said.text, buttons=(*said.buttons, *beside), contact=card, days=days)


async def _home(request: Request, session: AsyncSession) -> str:
    """The code of the asker's region, empty when they have none."""
    if request.person is None or request.person.region_id is None:
        return ""
    region = await session.get(Region, request.person.region_id)
    return region.code if region is not None else ""
