"""The audit trail of what staff do with announcements."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.request import Request
from storage.audit import Act, note


async def note_act(request: Request, session: AsyncSession, announcement_id: int, what: str, **detail: int) -> None:
    """Put into the audit trail who did what to an announcement."""
    about = f"announcement:{announcement_id}"
    await note(session, Act.ANNOUNCED, request.received_at, by=request.known().id, about=about, what=what, **detail)


async def note_stop(request: Request, session: AsyncSession, *, on: bool) -> None:
    """Put into the audit trail who held everything that is not a reply, or let it go again."""
    what = "stopped" if on else "let go"
    await note(session, Act.ANNOUNCED, request.received_at, by=request.known().id, about="everything", what=what)


async def note_export(request: Request, session: AsyncSession, about: str, rows: int) -> None:
    """Put into the audit trail who took a file of people away."""
    await note(session, Act.EXPORTED, request.received_at, by=request.known().id, about=about, rows=rows)
