"""The audit trail of what staff do with a consultation."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.request import Request
from storage.audit import Act, note
from storage.consultations import Consultation


async def note_change(request: Request, session: AsyncSession, consultation: Consultation, what: str) -> None:
    """Put into the audit trail who did what to it."""
    await note(
        session,
        Act.CONSULTATION_CHANGED,
        request.received_at,
        by=request.known().id,
        about=f"consultation:{consultation.slug}",
        what=what,
    )
