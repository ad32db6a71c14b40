"""Until when the consultations that are open to a person may be answered, for whoever is asked that in words."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import wording
from handlers.consultations.admitting import admit
from handlers.request import Request
from storage.consultations import Status, consultations_with


async def open_until(request: Request, session: AsyncSession) -> list[tuple[str, str]] | None:
    """For each consultation open to the asker its title and its close in words (« vendredi 22 mars 2024 à
    19 h »), empty where none is set; those that
    close first come first. None when nobody may be told here: an unknown person, or a chat that others read.
    """
    if request.person is None or request.inbound.chat_kind != "private":
        return None
    found = []
    for consultation in await consultations_with(session, Status.OPEN, Status.DRAFT):
        seat = await admit(request, session, consultation)
        if isinstance(seat, str) or seat.trial:
            continue
        closes = consultation.closes_at
        at = wording.deadline(closes, ZoneInfo(request.zone), request.tz) if closes is not None else ""
        found.append((consultation.title, at.removeprefix("le ")))
    return found
