"""A file that somebody sent in chat to have it imported: who may, and which file a button under it is about."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.errors import Refusal
from handlers.messages import Reply, say
from handlers.request import Request
from storage.audit import Act, note
from storage.uploads import Upload, upload_for


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a capability says of the files that it takes."""

    only_staff: str
    only_private: str
    not_received: str
    gone: str


async def not_admitted(
    request: Request, session: AsyncSession, upload: Upload, content: bytes, said: Sentences, *, may: bool, what: str
) -> Reply | None:
    """Why the file is not taken, and it is forgotten; None when it is, and it is its sender's from then on.

    `may`: whether the sender may have it imported. `what` it was is for the audit trail, where they may not.
    """
    person = request.person
    if person is not None and may and request.inbound.chat_kind == "private" and content:
        upload.person_id = person.id
        return None
    await session.delete(upload)  # nothing is kept of what nobody may use
    if person is None or not may:
        by = person.id if person else f"account:{request.inbound.platform}"
        await note(session, Act.RIGHT_REFUSED, request.received_at, by=by, reason=what)
        return say(said.only_staff)
    if request.inbound.chat_kind != "private":
        return say(said.only_private)
    return say(said.not_received)  # empty: too large for the channel, or it could not be fetched


async def pressed_file(request: Request, session: AsyncSession, sender_id: int, said: Sentences) -> Upload:
    """The file whose number a press brings, locked. Raises Refusal when it is not theirs or is gone."""
    number = request.number(0)
    upload = await upload_for(session, number, sender_id, request.received_at) if number else None
    if upload is None:
        raise Refusal(said.gone)
    return upload
