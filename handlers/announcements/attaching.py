"""The image or file of an announcement: sent by its author while composing, kept once for all recipients."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import attachment_wording
from handlers.announcements.composing import newest_draft, typed
from handlers.announcements.drafts import FORM, draft, still_draft
from handlers.announcements.previewing import preview
from handlers.announcements.rights import Rights, allowed, rights
from handlers.errors import Refusal
from handlers.messages import Reply, StoredFile, say
from handlers.request import Request
from storage.announcement_files import drop_file, keep_file
from storage.announcements import Announcement
from storage.conversations import Conversation
from storage.uploads import Upload, content_of, upload_of

MOST = 8 * 1024 * 1024  # bytes: less than what every platform takes
_TAKES = ("text", "file")


async def received(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """A file has come while an announcement is being written: it goes with it. None where it is for another.

    Sent with a caption as the answer to « écrivez le texte », the caption is the text.
    """
    state = conversation.form_state
    if conversation.form != FORM or state.get("asks", "text") not in _TAKES:
        return None
    upload = await upload_of(session, request.inbound.platform, request.inbound.update_id)
    if upload is None:
        return say(attachment_wording.FILE_UNREADABLE)
    content = await content_of(session, upload)
    await session.delete(upload)
    number = state.get("id")
    if number is None:
        may = await rights(request, session)
        if not request.text:
            return say(attachment_wording.FILE_WITHOUT_TEXT)
        _bounded(content)
        reply = await typed(request, session, conversation)
        announcement = await newest_draft(session, may.person.id)
        if announcement is None or conversation.form == FORM:
            return reply  # the caption was no text for an announcement
        return await _attach(request, session, conversation, may, announcement, upload, content)
    may, announcement = await allowed(request, session, int(number))
    still_draft(announcement)
    if state.get("asks", "text") == "text" and request.text:
        await typed(request, session, conversation)
    return await _attach(request, session, conversation, may, announcement, upload, content)


async def ask_file(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:file:<id>`: the file is sent next; `announce:file:<id>:none` takes it away."""
    may, announcement = await draft(request, session)
    if request.arguments[1:2] == ["none"]:
        await _drop(session, announcement)
        return await preview(request, session, may, announcement)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "file"})
    return say(attachment_wording.FILE_ASK)


async def _attach(
    request: Request,
    session: AsyncSession,
    conversation: Conversation,
    may: Rights,
    announcement: Announcement,
    upload: Upload,
    content: bytes,
) -> Reply:
    _bounded(content)
    await _drop(session, announcement)
    name = upload.name.replace("/", "_").replace("\\", "_").strip() or "fichier"
    row = await keep_file(session, name, upload.media_type or "application/octet-stream", content, request.received_at)
    announcement.file = StoredFile(number=row.id, filename=row.name, type=row.media_type, size=row.size).model_dump()
    announcement.updated_at = request.received_at
    conversation.close_form()
    return await preview(request, session, may, announcement)


async def _drop(session: AsyncSession, announcement: Announcement) -> None:
    if announcement.file:
        await drop_file(session, int(announcement.file["number"]))
    announcement.file = {}
    announcement.revision += 1


def _bounded(content: bytes) -> None:
    if not content:
        raise Refusal(attachment_wording.FILE_UNREADABLE)
    if len(content) > MOST:
        raise Refusal(attachment_wording.FILE_TOO_LARGE)
