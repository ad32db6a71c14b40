"""The date that was found becomes an event's: which event, and one button for each slot.

The button is the agenda's own (`calendar:fix:…`): what an event is and who may move it is not known here.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import reporting, wording
from handlers.consultations.screens import button
from handlers.consultations.slots import best, slot_of
from handlers.consultations.tally import QuestionTally
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.agenda import Event, Status, events_between
from storage.consultations import Consultation, Question, QuestionKind

_EVENTS = 12  # offered at most
_SLOTS = 5

WHICH_EVENT = "**Quel événement** recevra la date retenue\u202f?"
NO_EVENT = "Il n’y a aucun événement à venir\u00a0: ajoutez-le d’abord à l’agenda («\u00a0ajoute …\u00a0»)."
ATTACH = "Rattacher à un événement"


def question_of(consultation: Consultation) -> Question | None:
    """The question that looks for a date."""
    return next((one for one in consultation.questions if one.kind == QuestionKind.SLOTS), None)


async def which_event(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """« Rattacher à un événement »: which of those to come."""
    if question_of(consultation) is None:
        return Reply(notice=wording.STALE)
    today = request.received_at.astimezone(request.tz).date()
    events = await events_between(session, today, today.replace(year=today.year + 2, day=1))
    offered = [event for event in events if event.status != Status.CANCELLED and event.kind != "phase"][:_EVENTS]
    if not offered:
        return say(NO_EVENT)
    rows = [(button(wording.shortened(event.name), "attach", consultation.id, event.id),) for event in offered]
    return say(WHICH_EVENT, *rows)


async def attach(request: Request, session: AsyncSession, consultation: Consultation, number: int | None) -> Reply:
    """The event was chosen."""
    question, event = question_of(consultation), await session.get(Event, number) if number is not None else None
    if question is None or event is None:
        return Reply(notice=wording.STALE)
    question.config = {**question.config, "event": event.key}
    back = button(reporting.RESULTS, "results", consultation.id)
    return say(f"La date retenue sera celle de «\u00a0{plain(event.name)}\u00a0».", (back,), replace=True)


async def ways_to_fix(
    session: AsyncSession, consultation: Consultation, tallies: list[QuestionTally]
) -> list[tuple[Button, ...]]:
    """Under the results: a button for each slot, the best first; nothing where no date is looked for."""
    tally = next((one for one in tallies if one.item.kind == QuestionKind.SLOTS), None)
    if tally is None:
        return []
    key = str(tally.item.config.get("event", ""))
    event = await session.scalar(select(Event).where(Event.key == key)) if key else None
    if event is None:
        return [(button(ATTACH, "event", consultation.id),)]
    rows: list[tuple[Button, ...]] = []
    for option_id in list(best(tally.grid))[:_SLOTS]:
        option = tally.item.option(option_id)
        if option is not None:
            on, at = slot_of(option.key)
            action = f"calendar:fix:{event.id}:{on:%Y%m%d}:{f'{at:%H%M}' if at else '-'}:{event.sequence}"
            rows.append((Button(label=f"Retenir {option.label}", action=action),))
    return [*rows, (button(ATTACH, "event", consultation.id),)]
