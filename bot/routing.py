"""The router of this installation: which capability answers what."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import (
    agreeing,
    auditing,
    correcting,
    data_pressing,
    erasing,
    granting,
    helping,
    inviting,
    linking,
    mydata,
    pausing,
    personal,
    preferring,
    showing,
    succeeding,
)
from handlers.account import pressing as account
from handlers.account.informing import Notice
from handlers.account.recognising import and_recognise
from handlers.announcements import addressing, attaching, composing, reporting
from handlers.announcements import pressing as announcements
from handlers.calendar import (
    agenda,
    changing,
    dossier,
    feeding,
    interview_booking,
    interview_offers,
    offering,
    previewing,
    remembering,
    reminding,
    replying,
    series,
    series_changing,
)
from handlers.calendar import pressing as calendar
from handlers.calendar import receiving as calendar_files
from handlers.calendar import wording as calendar_wording
from handlers.consultations import answering, behalf, closing, following, mending, rhythm, rhythm_wording, voting
from handlers.consultations import composing as polls
from handlers.contacts import finding
from handlers.directory import receiving
from handlers.messages import Button, Reply
from handlers.questions import ticket_answering, ticketing
from handlers.questions.asking import Questions
from handlers.request import Request
from handlers.router import Form, Router
from schedules.forecasting import forecast
from storage.conversations import Conversation

_RESUME_CONSULTATION = Button(label="Reprendre la consultation", action="consult:resume", style="primary")
_RESUME_ANNOUNCEMENT = Button(label="Reprendre l’annonce", action="announce:resume", style="primary")
_RESUME_ENTERING = Button(label="Reprendre la saisie", action="consult:for")
_RESUME_POLL = Button(label="Reprendre le sondage", action="consult:compose", style="primary")
_RESUME_RHYTHM = Button(label=rhythm_wording.RESUME, action=f"consult:{rhythm.SHOW}", style="primary")
_RESUME_DATA = Button(label="Mes données", action="data:show")
_RESUME_PREFERENCES = Button(label="Mes préférences", action="prefer:show")
_STAFF_SPOKEN = frozenset({"rôles", "roles", "inviter", "révoquer", "revoquer", "remplacer"})
_AGENDA_SPOKEN = frozenset(
    {*dossier.WORDS, *interview_booking.WORDS, *remembering.WORDS, *remembering.LATER_WORDS, *remembering.NO_MORE_WORDS}
)
_AGENDA_FORMS = (changing.FORM, dossier.FORM, interview_offers.FORM, series_changing.FORM)
_RESUME_TICKETS = Button(label="Reprendre la réponse", action="ticket:resume")
_RESUME_NEEDS = Button(label=calendar_wording.NEEDS_RESUME, action="calendar:agenda")
_RESUME_CODE = Button(label="Saisir un code", action="account:code")


async def _received(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """A file goes with the announcement being written; else it is one to import: an agenda, or members."""
    taken = await attaching.received(request, session, conversation)
    taken = taken if taken is not None else await calendar_files.received(request, session, conversation)
    return taken if taken is not None else await receiving.receive(request, session, conversation)


def build_router(questions: Questions | None = None, notice: Notice | None = None) -> Router:
    """Every command, button and form there is."""
    asked = questions or Questions(offering.rows_beside, closing.open_until, following.asked_in_words)
    notice = notice or Notice()
    sends = previewing.preview_with(forecast)
    return Router(
        commands={
            "start": account.start,
            "aide": and_recognise(helping.help_me),
            "agenda": agenda.show_agenda,
            **dict.fromkeys(changing.WORDS, series.understand),
            "agenda ics": feeding.show_feed,
            "contact": finding.find_contact,
            "consultations": answering.list_consultations,
            **dict.fromkeys(interview_booking.WORDS, interview_booking.interviews),
            **dict.fromkeys(previewing.WORDS, sends),
            **dict.fromkeys(dossier.WORDS, dossier.understand),
            "rappels": reminding.show_reminders,
            **dict.fromkeys(remembering.WORDS, remembering.understand),
            **dict.fromkeys(remembering.LATER_WORDS, remembering.later),
            **dict.fromkeys(remembering.NO_MORE_WORDS, remembering.no_more),
            "relier": linking.link,
            "lien": personal.my_link,
            **dict.fromkeys(("rôles", "roles"), granting.roles),
            "inviter": inviting.invite,
            "invitations": inviting.pending,
            **dict.fromkeys(("révoquer", "revoquer"), inviting.revoke),
            "remplacer": succeeding.replace,
            "qr": showing.qr,
            "délier": agreeing.unlink,
            "delier": agreeing.unlink,
            "annonce": composing.compose,
            "annonces": reporting.show_latest,
            **dict.fromkeys(("adresses", "suivi des adresses"), addressing.show_addresses),
            **dict.fromkeys(("tickets", "tickets ici", "tickets en privé", "tickets en prive"), ticketing.list_tickets),
            "suivi": following.follow_up,
            "sondage": polls.compose,
            **dict.fromkeys(("mesdonnees", "mesdonnées", "mes données", "mes donnees"), mydata.show_my_data),
            **dict.fromkeys(("preferences", "préférences", "mes préférences"), preferring.show_preferences),
            "confidentialite": notice.show,
            "confidentialité": notice.show,
            "journal": auditing.show_journal,
            "stop": pausing.stop,
            "reprendre": pausing.resume,
        },
        spoken=frozenset({"annonce", "contact", "relier", "sondage", "suivi", *changing.WORDS})
        | _STAFF_SPOKEN
        | _AGENDA_SPOKEN,
        presses={
            "account": account.press,
            "announce": announcements.press,
            "calendar": calendar.press,
            "consult": answering.press,
            "contact": finding.press,
            "data": data_pressing.press_with(notice),
            "directory": receiving.press,
            "prefer": preferring.press,
            "sends": sends,
            "question": asked.answer,
            "ticket": ticketing.press,
        },
        forms={
            "consultations:answer": Form(answering.typed, _RESUME_CONSULTATION),
            "consultations:for": Form(behalf.typed, _RESUME_ENTERING),
            mending.FORM: Form(mending.typed, _RESUME_POLL),
            rhythm.FORM: Form(rhythm.typed, _RESUME_RHYTHM),
            "consultations:compose": Form(polls.typed, _RESUME_POLL),
            "announcements:compose": Form(composing.typed, _RESUME_ANNOUNCEMENT),
            ticket_answering.FORM: Form(ticket_answering.reply_typed, _RESUME_TICKETS),
            **dict.fromkeys(_AGENDA_FORMS, Form(changing.typed, _RESUME_NEEDS)),
            replying.FORM: Form(replying.needs_typed, _RESUME_NEEDS),
            "account:code": Form(linking.code_typed, _RESUME_CODE),
            correcting.FORM: Form(correcting.typed, _RESUME_DATA),
            erasing.FORM: Form(erasing.typed, _RESUME_DATA),
            **dict.fromkeys(preferring.FORMS, Form(preferring.typed, _RESUME_PREFERENCES)),
        },
        questions=and_recognise(asked.answer),
        files=_received,
        together={voting.ACTION: voting.vote},
    )
