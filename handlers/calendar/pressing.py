"""The buttons of the agenda: `calendar:<verb>[:…]`."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.calendar import dossier, interview_booking, interview_offers, series, series_changing
from handlers.calendar.agenda import show_agenda, show_event, show_page
from handlers.calendar.changing import drop, keep
from handlers.calendar.feeding import event_file, stop_feed
from handlers.calendar.fixing import fix
from handlers.calendar.offering import remind_me
from handlers.calendar.receiving import drop_it, import_it
from handlers.calendar.remembering import forget, moment, snooze
from handlers.calendar.reminding import pause_reminders, resume_reminders, show_reminders
from handlers.calendar.replying import ask_needs, export_replies, list_replies, mute_event, reply
from handlers.messages import Reply
from handlers.request import Request
from storage.conversations import Conversation

_VERBS = {
    "agenda": show_agenda,
    "page": show_page,
    "show": show_event,
    "open": show_event,
    "remind": remind_me,
    "reminders": show_reminders,
    "pause": pause_reminders,
    "resume": resume_reminders,
    "keep": keep,
    "drop": drop,
    "fix": fix,
    "keep-series": series.keep_new,
    "keep-one": series_changing.keep_one,
    "keep-following": series_changing.keep_following,
    "drop-series": series.drop,
    "import": import_it,
    "forget-file": drop_it,
    "ics": event_file,
    "feed-off": stop_feed,
    "reply": reply,
    "needs": ask_needs,
    "moment": moment,
    "snooze": snooze,
    "forget": forget,
    "mute": mute_event,
    "unmute": mute_event,
    "dossier-keep": dossier.keep,
    "slots": interview_booking.show,
    "slot": interview_booking.ask,
    "slot-others": interview_booking.others,
    "slot-take": interview_booking.take_it,
    "slot-back": interview_booking.ask_back,
    "slot-free": interview_booking.free,
    "slot-keep": interview_offers.keep_offer,
    "slot-withdraw": interview_offers.withdraw,
    "slots-export": interview_offers.export,
    "replies": list_replies,
    "replies-csv": export_replies,
    "replies-xlsx": export_replies,
}


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """Do what the button says; an unknown one leads to the agenda."""
    verb = request.press.action.split(":")[1] if request.press and ":" in request.press.action else ""
    return await _VERBS.get(verb, show_agenda)(request, session, conversation)
