"""Staff set how often people are nudged, when the regions are told, and whether a consultation comes back.

By a button or in words, while it is prepared and while it is open; what is asked does not change.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import acting_wording, reporting, wording
from handlers.consultations import rhythm_wording as said
from handlers.consultations.acting_notes import note_change
from handlers.consultations.drafting import is_poll_draft
from handlers.consultations.rhythm_reading import NEVER, UNLIMITED, Rhythm, read_rhythm
from handlers.consultations.screens import button
from handlers.consultations.timing import state_at
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.consultations import Consultation, Status, whole_consultation
from storage.conversations import Conversation

FORM = "consultations:rhythm"
SHOW, SET = "rhythm", "rhythm-set"
_DAYS, _LIMIT, _REGIONS, _RETURNS = range(4)  # what a button sets


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`rhythm:<consultation>` shows it, alone the one that is being set; `rhythm-set:<consultation>:<what>:<place>`."""
    request.staff()
    number = request.number(0)
    if number is None and not request.arguments and conversation.form == FORM:
        number = int(conversation.form_state["consultation"])
    consultation = await whole_consultation(session, number) if number is not None else None
    if consultation is None:
        return Reply(notice=wording.STALE)
    if state_at(consultation, request.received_at) == Status.CLOSED and not consultation.series:
        return say(acting_wording.NOT_OPEN_NOW, _back(consultation, request))
    if (what := request.number(1)) is not None:
        change = _pressed(what, request.number(2))
        if change is None:
            return Reply(notice=wording.STALE)
        await _set(request, session, consultation, change)
    return _shown(request, conversation, consultation)


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The same in words; anything else is a question to the assistant."""
    if request.person is None or not request.person.is_staff:
        conversation.close_form()
        return None
    change = read_rhythm(request.text) if request.text else None
    if change is None:
        return None
    consultation = await whole_consultation(session, int(conversation.form_state.get("consultation", 0)))
    if consultation is None:
        conversation.close_form()
        return say(wording.STALE)
    if isinstance(change, str):
        return say(said.TOO_FAR, (button(said.RHYTHM, SHOW, consultation.id),))
    await _set(request, session, consultation, change)
    return _shown(request, conversation, consultation)


def _pressed(what: int, place: int | None) -> Rhythm | None:
    choices: Sequence[Rhythm] = {
        _DAYS: [Rhythm(nudge_days=days) for days, _ in said.NUDGE_PRESETS],
        _LIMIT: [Rhythm(limit=limit) for limit, _ in said.LIMITS],
        _REGIONS: [Rhythm(regions=days) for days, _ in said.REGIONS],
        _RETURNS: [Rhythm(recurs=rule) for rule, _ in said.RETURNS],
    }.get(what, [])
    return choices[place] if place is not None and place < len(choices) else None


async def _set(request: Request, session: AsyncSession, consultation: Consultation, change: Rhythm) -> None:
    if change.nudge_days is not None:
        consultation.nudge_days = list(change.nudge_days)
    if change.limit is not None:
        consultation.nudge_limit = None if change.limit == UNLIMITED else change.limit
    if change.regions is not None:
        consultation.escalate_days = None if change.regions == NEVER else change.regions
    if change.recurs is not None:
        if change.recurs:
            consultation.series = consultation.series or consultation.slug
        if consultation.series:  # of all its waves: the newest opens the next, whichever one staff look at
            waves = update(Consultation).where(Consultation.series == consultation.series)
            await session.execute(waves.values(recurs=change.recurs))
        consultation.recurs = change.recurs
    consultation.updated_at = consultation.edited_at = request.received_at
    await note_change(request, session, consultation, "nudges and return set")


def _shown(request: Request, conversation: Conversation, consultation: Consultation) -> Reply:
    """How it stands, with the ways to change it; what is typed next may be one."""
    conversation.open_form(FORM, {"consultation": consultation.id})
    text = said.rhythm(
        consultation.title,
        consultation.nudge_days,
        consultation.nudge_limit,
        consultation.escalate_days,
        consultation.recurs,
        closes=consultation.closes_at is not None,
    )
    rows = [
        tuple(button(label, SET, consultation.id, what, place) for place, (_, label) in enumerate(choices))
        for what, choices in ((_DAYS, said.NUDGE_PRESETS), (_LIMIT, said.LIMITS), (_REGIONS, said.REGIONS))
    ]
    rows.append(tuple(button(label, SET, consultation.id, _RETURNS, n) for n, (_, label) in enumerate(said.RETURNS)))
    return say(text, *rows, _back(consultation, request), replace=request.press is not None)


def _back(consultation: Consultation, request: Request) -> tuple[Button, ...]:
    verb = "look" if is_poll_draft(consultation, request.received_at) else "follow"
    return (button(wording.TO_FOLLOW if verb == "look" else reporting.PARTICIPATION, verb, consultation.id),)
