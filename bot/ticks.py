"""The lines of the timetable: what is looked at, how often."""

from handlers.calendar.series_ending import tell_ending
from handlers.consultations.escalating import escalate_due
from handlers.consultations.nudging import nudge_due
from handlers.consultations.recurring import open_waves
from handlers.consultations.refreshing import refresh_polls
from handlers.consultations.timing import any_to_close, any_to_open, close_due, open_due
from handlers.questions.digesting import weekly_digest
from schedules.announcements import follow
from schedules.looking import CALENDAR
from schedules.missed import tell_missed
from schedules.outage import Heartbeat
from schedules.own_reminders import remind_own
from schedules.purging import audit_purger, purger
from schedules.reminders import remind
from schedules.timetable import Line
from storage.announcement_corrections import ANYTHING_TO_FOLLOW
from storage.channel_polls import ANY_OPEN_POLL
from storage.own_reminders import any_own_due
from storage.reminders import any_due
from storage.retention import Retention


def lines(retention: Retention) -> list[Line]:
    """Every periodic look of this installation. Each may run in every process at once."""
    return [
        Line("consultations open", open_due, 5.0, any_to_open(CALENDAR)),
        Line("consultations close", close_due, 5.0, any_to_close(CALENDAR)),
        Line("polls in channels", refresh_polls, 1.0, ANY_OPEN_POLL),
        Line("nudges", nudge_due, 60.0),
        Line("escalation", escalate_due, 300.0),
        Line("waves", open_waves, 300.0),
        Line("weekly digest", weekly_digest, 300.0),
        Line("reminders", remind, 1.0, any_due(CALENDAR), at_least=60.0),  # what has changed waits that long
        Line("own reminders", remind_own, 1.0, any_own_due(CALENDAR), at_least=300.0),  # and whose zone has
        Line("series that end", tell_ending, 3600.0),
        Line("missed reminders", tell_missed, 300.0),
        Line("heartbeat", Heartbeat().tick, 30.0),
        Line("announcements", follow, 5.0, ANYTHING_TO_FOLLOW),
        Line("purge", purger(retention), 300.0),
        Line("audit purge", audit_purger(retention), 3600.0),
    ]
