"""« En son nom »: staff enter what somebody told them by phone; it is marked as such and told to them.

Nothing is entered for a voice that has answered, over answers that somebody has begun, or anonymously.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import behalf_wording, receipts, screens, wording
from handlers.consultations.admitting import Admitted, admit
from handlers.consultations.casting import end_draft
from handlers.consultations.questionnaire import Answers
from handlers.consultations.sitting import FORM, Sitting, begin_draft
from handlers.consultations.standing import names_of, standing_of
from handlers.consultations.telling import tell
from handlers.consultations.understanding import fold
from handlers.knowing import someone
from handlers.messages import Reply, say
from handlers.request import Request
from storage.audit import Act, note
from storage.consultations import Consultation, Secrecy, draft_of, whole_consultation
from storage.conversations import Conversation
from storage.network import Structure
from storage.people import Person
from storage.voices import members

WHOM = "consultations:for"
_SHOWN = 8  # people among whom one can choose


def ask_whom(request: Request, conversation: Conversation, consultation: Consultation) -> Reply:
    """« Saisir une réponse »: whose?"""
    request.staff()
    if consultation.secrecy == Secrecy.ANONYMOUS:
        return say(behalf_wording.NOT_FOR_OTHERS)
    conversation.open_form(WHOM, {"consultation": consultation.id})
    return say(behalf_wording.WHOM)


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The name of the person, or of the structure."""
    consultation = await whole_consultation(session, int(conversation.form_state.get("consultation", 0)))
    if consultation is None or request.person is None or not request.person.is_staff or not request.text:
        conversation.close_form()
        return None
    wanted = set(fold(request.text).split())
    may = {member.id for member in await members(session, consultation)}
    rows = await session.execute(
        select(Person, Structure.name)
        .outerjoin(Structure, Structure.id == Person.structure_id)
        .where(Person.id.in_(may))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found = [
        (person, structure or "")
        for person, structure in rows
        if wanted <= set(fold(f"{person.name} {structure or ''}").split())
    ]
    if not wanted or not found:
        return say(behalf_wording.NOBODY_FOUND)
    buttons = [
        (
            screens.button(
                wording.shortened(f"{person.name} – {structure}" if structure else person.name),
                "for",
                consultation.id,
                person.id,
            ),
        )
        for person, structure in found[:_SHOWN]
    ]
    return say(behalf_wording.TOO_MANY if len(found) > _SHOWN else behalf_wording.WHICH_ONE, *buttons)


async def begin(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """The person was chosen: the first question, in their name. Without numbers, the way back to the choice."""
    staff = request.staff()
    if not request.arguments and conversation.form == WHOM:
        return say(behalf_wording.WHOM)
    number, person_id = request.number(0), request.number(1)
    consultation = await whole_consultation(session, number) if number is not None else None
    person = await someone(session, person_id) if person_id is not None else None
    if consultation is None or person is None:
        return Reply(notice=wording.STALE)
    if consultation.secrecy == Secrecy.ANONYMOUS:
        return say(behalf_wording.NOT_FOR_OTHERS)
    theirs = request.model_copy(update={"person": person, "typed_by": staff.id})
    seat = await admit(theirs, session, consultation)
    if isinstance(seat, str):
        return say(seat)
    standing = await standing_of(session, consultation.id, seat.items, seat.voice_key)
    if standing.taken:
        return say(behalf_wording.ALREADY)
    draft = await draft_of(session, consultation.id, person.id)
    if draft is not None and draft.entered_by is None:
        return say(behalf_wording.OWN_DRAFT)
    if draft is not None:  # somebody of the staff broke off
        await end_draft(session, consultation.id, person.id)
        session.expunge(draft)
    draft = await begin_draft(session, seat, request.received_at, entered_by=staff.id)
    return await Sitting(theirs, session, conversation, seat, draft).show()


async def stand_in(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation
) -> Request:
    """The request as the person's in whose name staff are answering this consultation; else as it came."""
    state = conversation.form_state
    person_id = state.get("for") if conversation.form == FORM else None
    if person_id is None or state.get("consultation") != consultation.id:
        return request
    staff = request.staff()
    person = await someone(session, int(person_id))
    draft = await draft_of(session, consultation.id, int(person_id))
    if person is None or draft is None or draft.entered_by is None:
        conversation.close_form()
        return request
    return request.model_copy(update={"person": person, "typed_by": staff.id})


async def entered(
    request: Request, session: AsyncSession, seat: Admitted, receipt: str, revision: int, answers: Answers
) -> Reply:
    """It is sent: staff see the receipt and the copy, the person is told, the trail keeps who typed."""
    staff = request.typed_by
    assert staff is not None
    consultation, now = seat.consultation, request.received_at
    who = (await names_of(session, {staff})).get(staff, "")
    about = f"consult:entered:{consultation.id}:{seat.voice_key}:{revision}"
    mine = [one for one in await members(session, consultation, [seat.voice_key]) if one.id == seat.person.id]
    await tell(
        session,
        mine,
        about,
        lambda _: receipts.with_way(seat, behalf_wording.entered_for_you(who, consultation.title, receipt)),
        request.zone,
        now,
    )
    slug = f"consultation:{consultation.slug}"
    await note(session, Act.ANSWERED_FOR, now, by=staff, about=seat.person.id, consultation=slug)
    text = f"{behalf_wording.entered(seat.person.name, receipt)}\n\n{screens.copy(seat.items, answers)}"
    return say(text, (screens.button(behalf_wording.ANOTHER, "enter", consultation.id),), replace=True)
