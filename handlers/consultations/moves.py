"""What a press does at a question: pick, tick, validate, skip, go back, pause.

Buttons say the state they want (« coché », « décoché »), not « the other one »: a press that comes twice is harmless.
"""

from collections.abc import Awaitable, Callable

from handlers.consultations import behalf_wording, question_wording, steps, wording
from handlers.consultations.questionnaire import FITS, IF_NEED, SKIPPED, UNFIT, WRITTEN, Item, fault, wants_text
from handlers.consultations.screens import button
from handlers.consultations.sitting import Sitting, leave
from handlers.messages import Reply, say
from storage.consultations import QuestionKind

Move = Callable[[Sitting, Item, int], Awaitable[Reply]]


async def pick(at: Sitting, item: Item, option: int) -> Reply:
    """One choice."""
    if item.kind != QuestionKind.ONE or item.option(option) is None:
        return Reply(notice=wording.STALE)
    return await at.record(item, {"choices": [option]})


async def yes(at: Sitting, item: Item, _: int) -> Reply:
    """« Oui »."""
    return await number(at, item, 1)


async def no(at: Sitting, item: Item, _: int) -> Reply:
    """« Non »."""
    return await number(at, item, 0)


async def number(at: Sitting, item: Item, value: int) -> Reply:
    """A degree of a scale, or yes and no."""
    if item.kind not in (QuestionKind.YES_NO, QuestionKind.SCALE) or fault(item, {"number": value}):
        return Reply(notice=wording.STALE)
    return await at.record(item, {"number": value})


async def tick(at: Sitting, item: Item, option: int) -> Reply:
    """One more choice; the last one of a ranking completes it."""
    ticks = at.ticks(item)
    if item.option(option) is None or item.kind not in (QuestionKind.SEVERAL, QuestionKind.RANKING):
        return Reply(notice=wording.STALE)
    if option not in ticks:
        if len(ticks) >= item.most:
            return Reply(notice=question_wording.trouble("many", item.min_choices, item.most))
        ticks.append(option)
    if item.kind == QuestionKind.RANKING and len(ticks) == len(item.options):
        return await at.record(item, {"choices": ticks})
    return await _ticked(at, item, ticks)


async def untick(at: Sitting, item: Item, option: int) -> Reply:
    """One choice less."""
    return await _ticked(at, item, [chosen for chosen in at.ticks(item) if chosen != option])


async def clear(at: Sitting, item: Item, _: int) -> Reply:
    """Begin a ranking again."""
    return await _ticked(at, item, [])


async def choose(at: Sitting, item: Item, _: int) -> Reply:
    """From « précisez » back to the choices: the answer is forgotten, what was ticked is not."""
    at.set_ticks(item, at.ticks(item) if item.kind == QuestionKind.SEVERAL else None)
    at.draft.answers = {key: given for key, given in at.answers.items() if key != str(item.id)}
    at.move(item)
    return await at.show()


async def _ticked(at: Sitting, item: Item, ticks: list[int]) -> Reply:
    at.set_ticks(item, ticks)
    at.move(item)
    return await at.show()


async def fits(at: Sitting, item: Item, option: int) -> Reply:
    """A slot that suits."""
    return await _suits(at, item, option, FITS)


async def if_need(at: Sitting, item: Item, option: int) -> Reply:
    """A slot that would do."""
    return await _suits(at, item, option, IF_NEED)


async def unfit(at: Sitting, item: Item, option: int) -> Reply:
    """A slot that does not suit."""
    return await _suits(at, item, option, UNFIT)


async def _suits(at: Sitting, item: Item, option: int, value: int) -> Reply:
    if item.kind != QuestionKind.SLOTS or item.option(option) is None:
        return Reply(notice=wording.STALE)
    at.set_slots(item, {**at.slots(item), str(option): value})
    at.move(item)
    return await at.show()


async def validate(at: Sitting, item: Item, _: int) -> Reply:
    """What is ticked is the answer. The order of a choice of several is the question's, not that of the fingers."""
    if item.kind == QuestionKind.SLOTS:
        said = at.slots(item)
        return await at.record(item, {"slots": {str(o.id): said.get(str(o.id), UNFIT) for o in item.options}})
    if item.kind != QuestionKind.SEVERAL:
        return await at.show()
    ticks = set(at.ticks(item))
    chosen = [option.id for option in item.options if option.id in ticks]
    given = at.answers.get(str(item.id), {})
    text = {"text": given["text"]} if given.get("text") else {}
    answer = {"choices": chosen, **text}
    if not wants_text(item, {"choices": chosen}):
        answer.pop("text", None)
    return await at.record(item, answer)


async def skip(at: Sitting, item: Item, _: int) -> Reply:
    """No answer, on purpose."""
    if item.required:
        return (
            Reply(notice=question_wording.REQUIRED)
            if at.request.press
            else await at.show(lead=question_wording.REQUIRED)
        )
    return await at.record(item, SKIPPED)


async def keep(at: Sitting, item: Item, _: int) -> Reply:
    """The answer stays; go on."""
    at.set_ticks(item, None)
    at.move(steps.next_step(at.items, at.answers))
    return await at.show()


async def back(at: Sitting, item: Item, _: int) -> Reply:
    """To the question before; at the first one, one stays."""
    at.move(steps.previous_step(at.items, at.answers, item.id) or item)
    return await at.show()


async def mend(at: Sitting, item: Item, _: int) -> Reply:
    """« Modifier » at the review."""
    at.move(item)
    return await at.show()


async def held(at: Sitting, item: Item, _: int) -> Reply:
    """« C’était ma réponse »: a text taken for a question to the assistant was the answer after all."""
    text = str(at.conversation.form_state.get("held", ""))
    given = at.answers.get(str(item.id), {})
    if not text:
        return await at.show()
    if wants_text(item, given):
        return await at.record(item, {**given, "text": text})
    return await at.record(item, {"text": text}) if item.kind in WRITTEN else await at.show()


async def pause(at: Sitting, item: Item, _: int) -> Reply:
    """Leave; the draft stays where it is."""
    return rest(at)


def rest(at: Sitting) -> Reply:
    """The words one leaves with, and the way back."""
    leave(at.conversation)
    if at.request.typed_by is not None:  # the place is the other person's, and there is no way back to it from here
        return say(behalf_wording.ENTERING_LEFT, replace=at.request.press is not None)
    place = at.place
    label = wording.RESUME
    if place is not None:
        label = wording.resume_at(*steps.progress(at.items, at.answers, place))
    consultation = at.seat.consultation
    return say(
        wording.paused(consultation.title),
        (button(label, "begin", consultation.id),),
        replace=at.request.press is not None,
    )


MOVES: dict[str, tuple[Move, int]] = {  # each with the number of its arguments: the question, sometimes a choice
    "pick": (pick, 2),
    "yes": (yes, 1),
    "no": (no, 1),
    "num": (number, 2),
    "tick": (tick, 2),
    "untick": (untick, 2),
    "fits": (fits, 2),
    "ifneed": (if_need, 2),
    "unfit": (unfit, 2),
    "clear": (clear, 1),
    "choose": (choose, 1),
    "valid": (validate, 1),
    "skip": (skip, 1),
    "keep": (keep, 1),
    "back": (back, 1),
    "mend": (mend, 1),
    "held": (held, 1),
    "pause": (pause, 1),
}
WORDS: dict[str, Move] = {"skip": skip, "back": back, "pause": pause, "valid": validate}
