"""A press proves that a message arrived, and where: what a process that was killed after sending could not record.

Without this the poll would be posted a second time once the lease of its delivery has run out, and the first message,
the one everybody presses, would show « aucune voix » for ever.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import channel_wording as said
from handlers.consultations.posting import row_for
from handlers.messages import Message
from handlers.request import Request
from storage.channel_polls import Place
from storage.consultations import Consultation
from storage.outbox import enqueue, settle_arrival


async def note_where_they_stand(
    session: AsyncSession, presses: Iterable[tuple[Request, Consultation]], places: Sequence[Place]
) -> None:
    """Learn from presses of polls where their messages are. A message that is there a second time, for its first try
    was in doubt, says once that the poll goes on in the other."""
    known = {(one.consultation_id, one.platform, one.workspace, one.chat): one for one in places}
    seen: set[tuple[int, str]] = set()
    for request, consultation in presses:
        inbound = request.inbound
        message = inbound.press.message if inbound.press else ""
        place = known.get((consultation.id, inbound.platform, inbound.workspace, inbound.chat))
        if place is None or message in ("", place.message_ref) or (place.poll_id, message) in seen:
            continue
        seen.add((place.poll_id, message))
        if place.message_ref:
            await _point_elsewhere(session, place, message, request)
        elif place.delivery_id is not None:
            await settle_arrival(session, place.delivery_id, message, request.received_at)


async def _point_elsewhere(session: AsyncSession, place: Place, message: str, request: Request) -> None:
    about, said_there = f"poll:{place.poll_id}:twin:{message}", Message(text=said.ELSEWHERE)
    await enqueue(session, [row_for(place, about, said_there, request.received_at, edits=message)])
