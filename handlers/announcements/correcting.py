"""Correcting what was sent, or taking it back: what arrived is edited in place, what waits leaves corrected."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import managing_wording, wording
from handlers.announcements.drafts import FORM
from handlers.announcements.noting import note_act
from handlers.announcements.personalising import merge_fields
from handlers.announcements.previewing import as_sent
from handlers.announcements.reporting import report
from handlers.announcements.rights import allowed
from handlers.errors import Refusal
from handlers.messages import Button, Message, Reply, say
from handlers.request import Request
from handlers.richtext import read, visible
from handlers.weighing import weight
from storage.announcement_corrections import correct as correct_deliveries
from storage.announcement_corrections import to_correct
from storage.announcement_deliveries import cancel
from storage.announcements import RECALL, Announcement, AnnouncementStatus
from storage.conversations import Conversation
from storage.outbox import stopped_by


async def ask_correction(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:fix:<id>`: the new text is written next."""
    announcement = await _sent(request, session)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "correction"})
    return say(managing_wording.FIX_TEXT)


async def correction_typed(
    session: AsyncSession, conversation: Conversation, announcement: Announcement, text: str
) -> Reply:
    """Show the correction; nothing changes before it is confirmed. Refuses a text that cannot replace the old one."""
    text = text.strip()
    if not visible(read(text)).strip():
        raise Refusal(wording.NO_TEXT)
    before, after = (as_sent(announcement, words).model_dump() for words in ("", text))
    longer = any(weight(after, platform) > weight(before, platform) for platform in wording.PLATFORMS)
    if longer or len(text) > wording.MOST:  # an edit makes no new message, which would ring at night
        raise Refusal(managing_wording.FIX_TOO_LONG)
    conversation.open_form(FORM, {"id": announcement.id, "asks": "correction", "text": text})
    arrived, waiting = await to_correct(session, announcement.id)
    row = (
        Button(label=managing_wording.FIX, action=f"announce:correct:{announcement.id}", style="primary"),
        Button(label=managing_wording.KEEP, action=f"announce:keep:{announcement.id}"),
    )
    asked = managing_wording.fix_ask(arrived, waiting)
    if unfilled := merge_fields(text):
        asked = f"{wording.merge_warning(unfilled)}\n\n{asked}"
    return Reply(messages=(as_sent(announcement, text), Message(text=asked, buttons=(row,))))


async def correct(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:correct:<id>`: apply the correction shown last."""
    announcement = await _sent(request, session)
    state = conversation.form_state
    if conversation.form != FORM or state.get("id") != announcement.id or not state.get("text"):
        return Reply(notice=wording.GONE)
    conversation.close_form()
    announcement.text = str(state["text"])
    return await _replace(request, session, announcement, as_sent(announcement), "corrected")


async def keep(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:keep:<id>`: leave it as it is."""
    announcement = await _sent(request, session)
    if conversation.form == FORM:
        conversation.close_form()
    return Reply(messages=(await report(request, session, announcement),), replace=True)


async def recall(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:recall:<id>` asks, `announce:recall:<id>:yes` takes the announcement back."""
    announcement = await _sent(request, session)
    if request.arguments[1:2] != ["yes"]:
        sure = Button(
            label=managing_wording.RECALL_SURE, action=f"announce:recall:{announcement.id}:yes", style="danger"
        )
        return say(
            managing_wording.recall_ask(filed=bool(announcement.file)),
            (sure, Button(label=managing_wording.KEEP, action=f"announce:keep:{announcement.id}")),
        )
    now = request.received_at
    await cancel(session, announcement.id, now)
    announcement.status, announcement.pause_reason = AnnouncementStatus.CANCELLED, RECALL
    announcement.ended_at = announcement.ended_at or now
    message = Message(text=managing_wording.RECALLED)
    return await _replace(request, session, announcement, message, "recalled")


async def _sent(request: Request, session: AsyncSession) -> Announcement:
    _, announcement = await allowed(request, session, request.number(0))
    if announcement.frozen_at is None:
        raise Refusal(wording.GONE)
    if announcement.pause_reason == RECALL:
        raise Refusal(managing_wording.ALREADY_RECALLED)
    return announcement


async def _replace(
    request: Request, session: AsyncSession, announcement: Announcement, message: Message, what: str
) -> Reply:
    now: datetime = request.received_at
    announcement.updated_at = now
    announcement.revision += 1
    payload = message.model_dump(mode="json", exclude_defaults=True)
    recalled = announcement.pause_reason == RECALL
    arrived = await correct_deliveries(session, announcement.id, announcement.revision, payload, now, recalled=recalled)
    await note_act(request, session, announcement.id, what, arrived=arrived)
    stopped = bool(await stopped_by(session))
    shown = await report(request, session, announcement)
    return Reply(messages=(Message(text=managing_wording.fixed(arrived, stopped=stopped)), shown), replace=True)
