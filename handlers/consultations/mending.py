"""A typo in what is asked: mended with a trace, also once people have answered; what would mean something else is not.

While it is a draft every word may change. Once it has opened what is asked is frozen, and only what reads nearly the
same passes.
"""

from collections.abc import Callable

from rapidfuzz.distance import OSA
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import reporting, wording
from handlers.consultations.acting_notes import note_change
from handlers.consultations.screens import button
from handlers.consultations.timing import state_at
from handlers.consultations.understanding import fold
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.consultations import Consultation, Status, whole_consultation
from storage.conversations import Conversation

FORM = "consultations:mend"
_MOST = 4  # letters that may differ, fewer in a short text
_WEIGHTY = {"ne", "n", "pas", "non", "oui", "plus", "moins", "sans", "avec", "jamais", "aucun", "aucune"}
LONGEST = 2000

MEND = "Corriger une coquille"
WHICH = "**Que faut-il corriger\u202f?**"
THE_TITLE, THE_INTRODUCTION, THE_QUESTION, THE_HELP = "Le titre", "L’introduction", "La question", "L’aide"
TOO_LONG = f"C’est trop long\u00a0: {LONGEST} caractères au plus."
NOT_A_TYPO = (
    "Ce serait plus qu’une coquille\u00a0: des personnes ont pu répondre à la phrase d’avant, elle ne change donc "
    "plus. Vous pouvez copier la consultation et corriger la copie."
)


def ask_text(text: str) -> str:
    """The text as it is."""
    return f"Voici le texte actuel\u00a0:\n\n{plain(text) or '–'}\n\nÉcrivez-le tel qu’il doit être."


def mended(before: str, after: str) -> str:
    """It is done, and known to have been."""
    return (
        f"C’est corrigé, et la correction est notée\u00a0: «\u00a0{plain(before)}\u00a0» → "
        f"«\u00a0{plain(after)}\u00a0»."
    )


def is_typo(before: str, after: str) -> bool:
    """Whether the new words say what the old ones said: few letters differ, and no number, no « ne … pas »."""
    old, new = fold(before), fold(after)
    if not new or [c for c in old if c.isdigit()] != [c for c in new if c.isdigit()]:
        return False
    if _WEIGHTY & set(old.split()) != _WEIGHTY & set(new.split()):
        return False
    return OSA.distance(old, new) <= max(1, min(_MOST, max(len(old), len(new)) // 6))


async def ask_which(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """What has a typo: the title, the introduction, or one of the questions."""
    rows: list[tuple[Button, ...]] = [(button(THE_TITLE, "mend-text", consultation.id, 0, 0),)]
    if consultation.introduction:
        rows.append((button(THE_INTRODUCTION, "mend-text", consultation.id, 0, 1),))
    rows += [
        (button(wording.shortened(f"{n}. {one.wording}"), "mend-question", consultation.id, one.id),)
        for n, one in enumerate(consultation.questions, start=1)
    ]
    return say(WHICH, *rows)


async def press(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`mend-question:<consultation>:<question>` and `mend-text:<consultation>:<question or 0>:<which>`."""
    request.staff()
    number, question_id, which = (request.number(place) for place in range(3))
    consultation = await whole_consultation(session, number) if number is not None else None
    if consultation is None or question_id is None:
        return Reply(notice=wording.STALE)
    if which is None:
        question = next((one for one in consultation.questions if one.id == question_id), None)
        if question is None:
            return Reply(notice=wording.STALE)
        rows = [(button(THE_QUESTION, "mend-text", consultation.id, question.id, 0),)]
        if question.help:
            rows.append((button(THE_HELP, "mend-text", consultation.id, question.id, 1),))
        rows += [
            (button(wording.shortened(choice.label), "mend-text", consultation.id, question.id, choice.id + 1),)
            for choice in question.choices
        ]
        return say(WHICH, *rows)
    place = _place(consultation, question_id, which)
    if place is None:
        return Reply(notice=wording.STALE)
    state = {"consultation": consultation.id, "question": question_id, "which": which}
    conversation.open_form(FORM, state)
    return say(ask_text(place[0]))


async def typed(request: Request, session: AsyncSession, conversation: Conversation) -> Reply | None:
    """The text as it must be."""
    state = conversation.form_state
    conversation.close_form()
    if request.person is None or not request.person.is_staff or not request.text:
        return None
    consultation = await whole_consultation(session, int(state.get("consultation", 0)))
    place = _place(consultation, int(state["question"]), int(state["which"])) if consultation is not None else None
    if consultation is None or place is None:
        return say(wording.STALE)
    before, change = place
    after = request.text
    if len(after) > LONGEST:
        return say(TOO_LONG)
    back = (button(reporting.PARTICIPATION, "follow", consultation.id),)
    if state_at(consultation, request.received_at) != Status.DRAFT and not is_typo(before, after):
        return say(NOT_A_TYPO, back)
    change(after)
    now = request.received_at
    mend = {
        "at": now.isoformat(),
        "day": now.astimezone(request.tz).date().isoformat(),
        "question": int(state["question"]),
        "before": before,
        "after": after,
    }
    consultation.mends = [*consultation.mends, mend]
    consultation.updated_at = consultation.edited_at = now
    await note_change(request, session, consultation, "mended")
    return say(mended(before, after), back)


def _place(consultation: Consultation, question_id: int, which: int) -> tuple[str, Callable[[str], None]] | None:
    """A text and what changes it: of the consultation without a question; else 0 the question, 1 its help, a choice."""
    row: object
    if not question_id:
        row, name = consultation, "introduction" if which else "title"
    else:
        question = next((one for one in consultation.questions if one.id == question_id), None)
        if question is None:
            return None
        row, name = question, "help" if which == 1 else "wording"
        if which > 1:
            row, name = next((one for one in question.choices if one.id == which - 1), None), "label"
    if row is None:
        return None
    return str(getattr(row, name)), lambda text: setattr(row, name, text)
