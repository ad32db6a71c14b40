"""The audit trail of what staff do with a consultation."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.request import Request
from storage.audit import Act, note
from storage.consultations import Consultation


async def note_change(request: Request, session: AsyncSession, consultation: Consultation, what: str) -> None:
    """Put into the audit trail who did what to it."""
    await _note(request, session, consultation, Act.CONSULTATION_CHANGED, what=what)


async def note_export(request: Request, session: AsyncSession, consultation: Consultation, kind: str) -> None:
    """Put into the audit trail who took which file of it."""
    await _note(request, session, consultation, Act.EXPORTED, format=kind)


async def _note(request: Request, session: AsyncSession, consultation: Consultation, act: Act, **details: str) -> None:
    about = f"consultation:{consultation.slug}"
    await note(session, act, request.received_at, by=request.known().id, about=about, **details)
