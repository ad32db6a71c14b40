"""« annonce »: the text, typed after the command or next; its drafts, edited, resumed and dropped."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import attachment_wording, audience_wording, departure_wording, managing_wording, wording
from handlers.announcements.correcting import correction_typed
from handlers.announcements.drafts import FORM, draft, still_draft
from handlers.announcements.naming import names_typed
from handlers.announcements.previewing import preview
from handlers.announcements.reporting import report
from handlers.announcements.rights import Rights, allowed, rights
from handlers.announcements.scheduling import time_typed
from handlers.errors import Refusal
from handlers.messages import Button, Reply, say
from handlers.request import Request
from handlers.richtext import read, visible
from storage.announcements import Announcement, AnnouncementStatus
from storage.audiences import Audience
from storage.conversations import Conversation


async def compose(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Begin an announcement with the words after the command, or ask for them."""
    may = await rights(request, session)
    if request.press is None and request.rest:
        conversation.close_form()
        return await _written(request, session, may, request.rest, None)
    conversation.open_form(FORM, {})
    return say(wording.ASK_TEXT, (Button(label=wording.HISTORY, action="announce:list"),))


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """What the form asks for: the text of an announcement, when it leaves, or a correction of one that was sent.

    A text that cannot be used is asked for again; where nothing can be written any more the form is closed.
    """
    number, asks = conversation.form_state.get("id"), conversation.form_state.get("asks", "text")
    announcement = None
    try:
        may = await rights(request, session)
        if number is not None:
            may, announcement = await allowed(request, session, int(number))
            if asks != "correction":
                still_draft(announcement)
    except Refusal as refusal:
        conversation.close_form()
        return say(refusal.sentence)
    if request.text.lower() in wording.CANCEL_WORDS:
        conversation.close_form()
        if announcement is None:
            return say(wording.DROPPED)
        if announcement.frozen_at is not None:
            return Reply(messages=(await report(request, session, announcement),))
        return await preview(request, session, may, announcement)
    if asks == "correction" and announcement is not None:
        return await correction_typed(session, conversation, announcement, request.text)
    if asks == "file":
        return None  # words, while a file is waited for: whatever they mean elsewhere
    if asks == "names" and announcement is not None:
        reply = await names_typed(session, may, announcement, request.text)
    elif asks in ("time", "when") and announcement is not None:
        timed = await time_typed(request, session, may, announcement, request.text)
        if timed is None and asks == "when":
            return None  # words, while the instants to press are shown: whatever they mean elsewhere
        if timed is None:
            raise Refusal(departure_wording.TIME_NOT_READ)
        reply = timed
    else:
        reply = await _written(request, session, may, request.text, announcement)
    conversation.close_form()
    return reply


async def edit(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Ask for another text."""
    _, announcement = await draft(request, session)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "text"})
    return say(wording.EDIT_TEXT)


async def drop(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Give up an announcement that has not been confirmed."""
    _, announcement = await draft(request, session)
    announcement.status = AnnouncementStatus.CANCELLED
    announcement.updated_at = announcement.ended_at = request.received_at
    conversation.close_form()
    return say(wording.DROPPED, replace=True)


async def resume(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Back to where one was: the text asked for, or the last draft."""
    may = await rights(request, session)
    if conversation.form == FORM:
        return say(_ASKED.get(conversation.form_state.get("asks", ""), wording.ASK_TEXT))
    announcement = await newest_draft(session, may.person.id)
    if announcement is None:
        return say(wording.NO_DRAFT, (Button(label=wording.NEW, action="announce:new"),))
    return await preview(request, session, may, announcement)


async def newest_draft(session: AsyncSession, author_id: int) -> Announcement | None:
    """What somebody began to write last and has neither confirmed nor dropped."""
    found: Announcement | None = await session.scalar(
        select(Announcement)
        .where(Announcement.author_id == author_id, Announcement.status == AnnouncementStatus.COMPOSING)
        .order_by(Announcement.id.desc())
        .limit(1)
    )
    return found


async def _written(
    request: Request, session: AsyncSession, may: Rights, text: str, announcement: Announcement | None
) -> Reply:
    text = text.strip()
    if not visible(read(text)).strip():
        raise Refusal(wording.NO_TEXT)
    if len(text) > wording.MOST:
        raise Refusal(wording.TOO_LONG)
    now = request.received_at
    if announcement is None:
        announcement = Announcement(
            author_id=may.person.id,
            text=text,
            revision=1,
            audience=may.within(Audience()).as_json(),
            status=AnnouncementStatus.COMPOSING,
            ack_wanted=False,
            created_at=now,
            updated_at=now,
        )
        session.add(announcement)
        await session.flush()
    else:
        announcement.text, announcement.updated_at = text, now
        announcement.revision += 1
    return await preview(request, session, may, announcement)


_ASKED = {
    "text": wording.EDIT_TEXT,
    "time": departure_wording.TIME_AGAIN,
    "when": departure_wording.TIME_AGAIN,
    "correction": managing_wording.FIX_TEXT,
    "names": audience_wording.NAMES_ASK,
    "file": attachment_wording.FILE_ASK,
}
