"""A poll that is not open yet: its preview as those asked will see it, and every change before it opens."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import acting_wording, channel_wording, dating, making, rhythm_wording, screens, wording
from handlers.consultations.board import the_question
from handlers.consultations.questionnaire import read
from handlers.consultations.screens import button
from handlers.consultations.timing import state_at
from handlers.messages import Button, Reply, say
from handlers.request import Request
from storage.consultations import Consultation, QuestionKind, Secrecy, Status, Voice
from storage.conversations import Conversation
from storage.network import Region, all_regions
from storage.voices import expected_voices

FORM = "consultations:compose"
STEPS = ("question", "choices", "deadline")
Change = Callable[[Request, AsyncSession, Conversation, Consultation, list[int]], Awaitable[Reply]]


def is_poll_draft(consultation: Consultation, now: datetime) -> bool:
    """Whether it has one question and may still be changed here."""
    return state_at(consultation, now) == Status.DRAFT and len(consultation.questions) == 1


def give_up() -> tuple[Button, ...]:
    """The way out of the three messages."""
    return (button(making.GIVE_UP, "abandon"),)


def ask(conversation: Conversation) -> Reply:
    """What the step that the form is at wants to know."""
    state = conversation.form_state
    if state.get("step") == "choices":
        kinds = tuple(button(label, "offer", number) for number, label in enumerate(making.KINDS))
        return say(making.ask_choices(str(state.get("question", ""))), kinds, give_up())
    if state.get("step") == "deadline":
        days = tuple(button(label, "days", number) for number, label in making.DAYS)
        return say(making.ASK_DEADLINE, days, give_up())
    return say(making.ASK_QUESTION, give_up())


async def preview(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation
) -> Reply:
    """The poll as those asked will see it, and what can be changed before it opens."""
    if conversation.form == FORM:
        conversation.close_form()
    await session.flush()
    number, audience = consultation.id, consultation.audience
    voices = len(await expected_voices(session, consultation))
    codes = audience.get("regions") or []
    regions = list(await session.scalars(select(Region.name).where(Region.code.in_(codes)))) if codes else []
    item = read(consultation)[0]
    by_structure = consultation.voice == Voice.STRUCTURE
    until = ""
    if consultation.closes_at is not None:
        until = wording.deadline(consultation.closes_at, ZoneInfo(request.zone), request.tz)
    text = making.preview(
        question=screens.question([item], {}, item, ()).text,
        choices=[option.label for option in item.options] or [making.kind_word(item.kind)],
        sees=wording.who_sees(consultation.secrecy, consultation.voice, "", ""),
        asked=making.asked(audience.get("roles") or [], regions, voices, by_structure),
        until=until,
    )
    rows: tuple[tuple[Button, ...], ...] = (
        (button(making.OPEN_GO, "opened", number, style="primary"),),
        (button(making.BY_PERSON if by_structure else making.BY_STRUCTURE, "per", number, int(not by_structure)),),
        tuple(
            button(label, "secret", number, index)
            for index, (secrecy, label) in enumerate(making.SECRECIES)
            if secrecy != consultation.secrecy
        ),
        tuple(button(label, "roles", number, index) for index, (label, _) in enumerate(making.ROLES)),
        (button(making.REGION, "where", number),),
        *_channel(consultation),
        *_shuffling(consultation),
        (button(wording.TRY, "begin", number), button(acting_wording.COPY, "copy", number)),
        (button(rhythm_wording.RHYTHM, "rhythm", number),),
        *([(button(dating.ATTACH, "event", number),)] if dating.question_of(consultation) else []),
        tuple(button(label, "edit", number, index) for index, label in enumerate(making.EDITS)),
        (button(making.GIVE_UP, "drop", number, style="danger"),),
    )
    return say(text, *rows, replace=request.press is not None)


def _channel(consultation: Consultation) -> list[tuple[Button, ...]]:
    """Where a press can be the whole answer: into a channel, with the count shown as it grows or not."""
    if the_question(consultation) is None or consultation.secrecy == Secrecy.ANONYMOUS:
        return []
    label = channel_wording.HIDE if consultation.live_results else channel_wording.SHOW
    return [
        (button(label, "live", consultation.id, int(not consultation.live_results)),),
        (button(channel_wording.POST, "post", consultation.id),),
    ]


def _shuffling(consultation: Consultation) -> list[tuple[Button, ...]]:
    """Where there are choices: in one order for everybody, or each in their own."""
    question = consultation.questions[0]
    if question.kind not in (QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.RANKING):
        return []
    shuffled = bool(question.config.get("shuffle"))
    label = making.IN_ORDER if shuffled else making.SHUFFLE
    return [(button(label, "shuffle", consultation.id, int(not shuffled)),)]


async def _shuffle(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Each reader in an order of their own (1), or everybody in the same (0)."""
    question = consultation.questions[0]
    kept = {key: value for key, value in question.config.items() if key != "shuffle"}
    question.config = {**kept, "shuffle": True} if numbers[0] else kept
    return await preview(request, session, conversation, consultation)


async def _live(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Show the count as it grows (1) or at the close only (0)."""
    consultation.live_results = bool(numbers[0])
    return await preview(request, session, conversation, consultation)


async def _per(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """One voice a structure (1) or a person (0)."""
    consultation.voice = Voice.STRUCTURE if numbers[0] else Voice.PERSON
    return await preview(request, session, conversation, consultation)


async def _secret(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Named (0), confidential (1) or anonymous (2)."""
    if numbers[0] >= len(making.SECRECIES):
        return Reply(notice=wording.STALE)
    consultation.secrecy = making.SECRECIES[numbers[0]][0]
    return await preview(request, session, conversation, consultation)


async def _roles(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Who is asked, by role."""
    if numbers[0] >= len(making.ROLES):
        return Reply(notice=wording.STALE)
    roles = [str(role) for role in making.ROLES[numbers[0]][1]]
    kept = {key: value for key, value in consultation.audience.items() if key != "roles"}
    consultation.audience = {**kept, "roles": roles} if roles else kept
    return await preview(request, session, conversation, consultation)


async def _where(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, _: list[int]
) -> Reply:
    """Which region is asked: the list."""
    buttons = [button(making.EVERYWHERE, "in", consultation.id, 0)]
    buttons += [button(region.name, "in", consultation.id, region.id) for region in await all_regions(session)]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return say(making.WHICH_REGION, *rows, replace=True)


async def _in(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Ask one region; 0 is all of them."""
    region = await session.get(Region, numbers[0]) if numbers[0] else None
    if numbers[0] and region is None:
        return Reply(notice=wording.STALE)
    kept = {key: value for key, value in consultation.audience.items() if key != "regions"}
    consultation.audience = {**kept, "regions": [region.code]} if region else kept
    return await preview(request, session, conversation, consultation)


async def _edit(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, numbers: list[int]
) -> Reply:
    """Say one of the three messages again."""
    if numbers[0] >= len(STEPS):
        return Reply(notice=wording.STALE)
    conversation.open_form(
        FORM,
        {
            "step": STEPS[numbers[0]],
            "consultation": consultation.id,
            "question": consultation.title,
            "slots": consultation.questions[0].kind == QuestionKind.SLOTS,
        },
    )
    return ask(conversation)


async def _look(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, _: list[int]
) -> Reply:
    """The preview again."""
    return await preview(request, session, conversation, consultation)


async def _until(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, _: list[int]
) -> Reply:
    """Prolong one that is open, or say when a draft will end."""
    if state_at(consultation, request.received_at) == Status.CLOSED:
        return say(acting_wording.NOT_OPEN_NOW)
    conversation.open_form(FORM, {"step": "deadline", "consultation": consultation.id})
    return ask(conversation)


async def _drop(
    request: Request, session: AsyncSession, conversation: Conversation, consultation: Consultation, _: list[int]
) -> Reply:
    """Throw the draft away. Nobody has been asked yet."""
    await session.execute(delete(Consultation).where(Consultation.id == consultation.id))
    session.expunge(consultation)
    if conversation.form == FORM:
        conversation.close_form()
    return say(making.GIVEN_UP, replace=True)


CHANGES: dict[str, tuple[Change, int]] = {  # each with the number of its arguments, the consultation included
    "per": (_per, 2),
    "secret": (_secret, 2),
    "live": (_live, 2),
    "shuffle": (_shuffle, 2),
    "roles": (_roles, 2),
    "where": (_where, 1),
    "in": (_in, 2),
    "edit": (_edit, 2),
    "until": (_until, 1),
    "look": (_look, 1),
    "drop": (_drop, 1),
}
