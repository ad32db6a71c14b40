"""The buttons of announcements: `announce:<verb>[:…]`. Whoever presses is checked again, each time."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import audience_wording, wording
from handlers.announcements.addressing import show_addresses, show_nowhere
from handlers.announcements.attaching import ask_file
from handlers.announcements.choosing import change, show_choices, show_values, tick
from handlers.announcements.composing import compose, drop, edit, resume
from handlers.announcements.correcting import ask_correction, correct, keep, recall
from handlers.announcements.drafts import FORM, draft
from handlers.announcements.exporting import export
from handlers.announcements.linking import join, show_links
from handlers.announcements.managing import pause, repeat, resume_sending, stop
from handlers.announcements.naming import ask_names, drop_names
from handlers.announcements.previewing import panel, preview, show_as
from handlers.announcements.reporting import show_latest, show_report
from handlers.announcements.rights import rights
from handlers.announcements.scheduling import ask_time, set_expiry, set_time, show_times
from handlers.announcements.sending import confirm, try_out
from handlers.announcements.stopping import halt, restart
from handlers.messages import Reply
from handlers.request import Request
from storage.announcement_deliveries import was_meant
from storage.announcements import mark_read
from storage.audiences import Audience
from storage.conversations import Conversation


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Do what the button says, if the one who presses may."""
    verb = request.press.action.split(":")[1] if request.press and ":" in request.press.action else ""
    if verb in _VERBS:
        return await _VERBS[verb](request, session, conversation)
    await rights(request, session)
    return Reply(notice=wording.GONE)


async def _audience(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The screens on which one chooses who is meant."""
    may, announcement = await draft(request, session)
    assert request.press is not None
    today = request.received_at.astimezone(request.tz).date()
    criterion = request.arguments[1] if len(request.arguments) > 1 else ""
    match request.press.action.split(":")[1]:
        case "all":
            change(announcement, may.within(Audience()))
        case "pick" if criterion in audience_wording.CRITERIA:
            return await show_values(session, may, announcement, criterion, today)
        case "tick" if criterion in audience_wording.CRITERIA and len(request.arguments) > 2:
            return await tick(session, may, announcement, criterion, request.arguments[2], today)
    return await show_choices(session, may, announcement)


async def _panel(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    may, announcement = await draft(request, session)
    if conversation.form == FORM and conversation.form_state.get("asks") == "when":
        conversation.close_form()
    return Reply(messages=(await panel(request, session, may, announcement),), replace=True)


async def _ack(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """With or without « J’ai lu »."""
    may, announcement = await draft(request, session)
    announcement.ack_wanted = not announcement.ack_wanted
    announcement.revision += 1
    return await preview(request, session, may, announcement)


async def _read(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """« J’ai lu », pressed by a recipient."""
    person, number = request.known(), request.number(0)
    if number is None or not await was_meant(session, number, person.id):
        return Reply(notice=wording.ONLY_PREVIEW)
    new = await mark_read(session, number, person.id, request.received_at)
    return Reply(notice=wording.NOTED if new else wording.NOTED_ALREADY)


_VERBS = {
    "new": compose,
    "resume": resume,
    "edit": edit,
    "drop": drop,
    "panel": _panel,
    "ack": _ack,
    "to": _audience,
    "all": _audience,
    "pick": _audience,
    "tick": _audience,
    "names": ask_names,
    "unname": drop_names,
    "file": ask_file,
    "link": show_links,
    "join": join,
    "as": show_as,
    "try": try_out,
    "when": show_times,
    "at": set_time,
    "say": ask_time,
    "until": set_expiry,
    "send": confirm,
    "pause": pause,
    "go": resume_sending,
    "stop": stop,
    "again": repeat,
    "fix": ask_correction,
    "correct": correct,
    "keep": keep,
    "recall": recall,
    "halt": halt,
    "restart": restart,
    "addresses": show_addresses,
    "nowhere": show_nowhere,
    "export": export,
    "report": show_report,
    "refresh": show_report,
    "list": show_latest,
    "read": _read,
}
