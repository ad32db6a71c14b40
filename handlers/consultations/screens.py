"""What the person sees: the opening, one question, the review, a copy. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from handlers.consultations import question_wording, steps, wording
from handlers.consultations.questionnaire import (
    CHOSEN,
    FITS,
    IF_NEED,
    UNFIT,
    WRITTEN,
    Answers,
    Given,
    Item,
    wants_text,
)
from handlers.dates import day
from handlers.messages import Button, Message, plain
from storage.consultations import QuestionKind

_LABEL = 40  # characters; a longer label is written in the message and its button bears its number
_NARROW = 5  # degrees of a scale in one row


def button(label: str, verb: str, *arguments: int, style: str = "") -> Button:
    """A button of this capability."""
    return Button(label=label, action=":".join(["consult", verb, *map(str, arguments)]), style=style)


def spoken(item: Item, given: Given | None) -> str:
    """An answer in words, not escaped."""
    if not given or given.get("skipped"):
        return question_wording.NO_ANSWER
    if item.kind in CHOSEN:
        labels = [option.label for chosen in given["choices"] if (option := item.option(chosen)) is not None]
        if item.kind == QuestionKind.RANKING:
            labels = [f"{rank}. {label}" for rank, label in enumerate(labels, start=1)]
        text = ", ".join(labels)
        return f"{text} : {given['text']}" if given.get("text") else text
    if item.kind == QuestionKind.SLOTS:
        suits = {option: given["slots"].get(str(option.id), UNFIT) for option in item.options}
        return "\n".join(f"{option.label}\u00a0: {wording.SUITS[value]}" for option, value in suits.items())
    if item.kind in WRITTEN:
        return str(given["text"])
    if item.kind == QuestionKind.DATE:
        return day(date.fromisoformat(given["text"]))
    if item.kind == QuestionKind.YES_NO:
        return wording.YES if given["number"] else wording.NO
    number = f"{given['number']:g}".replace(".", ",")
    unit = str(item.config.get("unit", ""))
    return f"{number} {unit}".strip()


def question(
    items: Sequence[Item],
    answers: Answers,
    item: Item,
    ticks: Sequence[int],
    lead: str = "",
    slots: Mapping[str, int] = MappingProxyType({}),
) -> Message:
    """One question with its buttons; `lead` is said first. `ticks` or `slots` are pressed and not validated."""
    number, total = steps.progress(items, answers, item)
    given = answers.get(str(item.id))
    writing_other = item.kind in CHOSEN and wants_text(item, given)
    lines = [lead] if lead else []
    if total > 1 or item.section:
        lines.append(question_wording.heading(number, total, item.section))
    lines.append(f"**{plain(item.wording)}**" + ("" if item.required else f" ({question_wording.OPTIONAL})"))
    if item.help:
        lines.append(f"*{plain(item.help)}*")
    if item.mended is not None:
        lines.append(question_wording.mended(item.mended))
    rows: list[tuple[Button, ...]] = []
    if writing_other:
        lines.append(question_wording.PRECISE)
        rows.append((button(question_wording.CHOOSE_AGAIN, "choose", item.id),))
    else:
        prompt, rows = _slots(item, slots) if item.kind == QuestionKind.SLOTS else _asked(item, given, ticks)
        lines.extend(prompt)
    answered = steps.stands(item, answers)
    if given is not None and answered:
        lines.append(question_wording.so_far(spoken(item, given)))
    rows.append(_ways(items, answers, item, answered))
    return Message(text="\n\n".join(lines), buttons=tuple(row for row in rows if row))


def _asked(item: Item, given: Given | None, ticks: Sequence[int]) -> tuple[list[str], list[tuple[Button, ...]]]:
    """What a question wants, in words and buttons."""
    match item.kind:
        case QuestionKind.YES_NO:
            return [], [(button(wording.YES, "yes", item.id), button(wording.NO, "no", item.id))]
        case QuestionKind.SCALE:
            low, high = item.bounds
            degrees = [button(str(n), "num", item.id, n) for n in range(low, high + 1)]
            rows = [tuple(degrees[i : i + _NARROW]) for i in range(0, len(degrees), _NARROW)]
            words = question_wording.scale(
                low, str(item.config.get("low_label", "")), high, str(item.config.get("high_label", ""))
            )
            return [words], rows
        case QuestionKind.SHORT_TEXT | QuestionKind.LONG_TEXT:
            return [question_wording.WRITE], []
        case QuestionKind.NUMBER:
            return [question_wording.WRITE_NUMBER], []
        case QuestionKind.DATE:
            return [question_wording.WRITE_DATE], []
    return _choices(item, ticks)


def _slots(item: Item, slots: Mapping[str, int]) -> tuple[list[str], list[tuple[Button, ...]]]:
    """The slots numbered in the text, and three buttons for each."""
    lines, rows = [], []
    for number, option in enumerate(item.options, start=1):
        value = slots.get(str(option.id))
        said = f"\u00a0: **{wording.SUITS[value]}**" if value is not None else ""
        lines.append(f"{number}. {plain(option.label)}{said}")
        rows.append(
            tuple(
                button(f"{'● ' if value == wanted else ''}{number} {wording.SUITS[wanted]}", verb, item.id, option.id)
                for wanted, verb in ((FITS, "fits"), (IF_NEED, "ifneed"), (UNFIT, "unfit"))
            )
        )
    rows.append((button(wording.VALIDATE, "valid", item.id, style="primary"),))
    return ["\n".join(lines), question_wording.SLOTS], rows


def _choices(item: Item, ticks: Sequence[int]) -> tuple[list[str], list[tuple[Button, ...]]]:
    """The choices, as buttons in full where they fit, else numbered in the text."""
    lines: list[str] = []
    numbered = any(len(option.label) > _LABEL for option in item.options)
    if numbered:
        lines.append("\n".join(f"{i}. {plain(option.label)}" for i, option in enumerate(item.options, start=1)))
    names = {option.id: str(i) if numbered else option.label for i, option in enumerate(item.options, start=1)}
    buttons: list[Button] = []
    if item.kind == QuestionKind.ONE:
        buttons = [button(names[option.id], "pick", item.id, option.id) for option in item.options]
    elif item.kind == QuestionKind.SEVERAL:
        lines.append(question_wording.how_many(item.kind, item.min_choices, item.most, len(item.options)))
        buttons = [
            button(f"☑ {names[option.id]}", "untick", item.id, option.id)
            if option.id in ticks
            else button(f"☐ {names[option.id]}", "tick", item.id, option.id)
            for option in item.options
        ]
    else:
        lines.append(question_wording.how_many(item.kind, 0, 0, len(item.options)))
        ranked = [option for chosen in ticks if (option := item.option(chosen)) is not None]
        if ranked:
            lines.append("\n".join(f"{i}. {plain(option.label)}" for i, option in enumerate(ranked, start=1)))
        buttons = [
            button(names[option.id], "tick", item.id, option.id) for option in item.options if option.id not in ticks
        ]
    width = 4 if numbered else 1
    rows = [tuple(buttons[i : i + width]) for i in range(0, len(buttons), width)]
    if item.kind == QuestionKind.SEVERAL:
        rows.append((button(wording.VALIDATE, "valid", item.id, style="primary"),))
    if item.kind == QuestionKind.RANKING and ticks:
        rows.append((button(question_wording.AGAIN, "clear", item.id),))
    return lines, rows


def _ways(items: Sequence[Item], answers: Answers, item: Item, answered: bool) -> tuple[Button, ...]:
    """Back, skip or keep, pause."""
    ways: list[Button] = []
    if steps.previous_step(items, answers, item.id) is not None:
        ways.append(button(question_wording.BACK, "back", item.id))
    if answered:
        ways.append(button(question_wording.KEEP, "keep", item.id))
    elif not item.required:
        ways.append(button(question_wording.SKIP, "skip", item.id))
    ways.append(button(question_wording.PAUSE, "pause", item.id))
    return tuple(ways)


def copy(items: Sequence[Item], answers: Answers) -> str:
    """Every question that applies with its answer, numbered."""
    return "\n\n".join(
        f"{number}\\. {plain(item.wording)}\n**{_lines(spoken(item, answers.get(str(item.id))))}**"
        for number, item in enumerate(steps.visible(items, answers), start=1)
    )


def _lines(text: str) -> str:
    """Escaped, on lines that a bold run may hold: an empty line would end the paragraph and the bold with it."""
    return plain("\n".join(line.strip() for line in text.splitlines() if line.strip()))


def review(
    items: Sequence[Item], answers: Answers, consultation_id: int, revisions: tuple[int, int], lead: str = ""
) -> Message:
    """All answers, a button to correct each, and the one that sends them; `revisions` is what stands meanwhile."""
    shown = steps.visible(items, answers)
    mends = [button(question_wording.mend(number), "mend", item.id) for number, item in enumerate(shown, start=1)]
    rows: list[tuple[Button, ...]] = [(button(wording.SEND, "send", consultation_id, *revisions, style="primary"),)]
    rows.extend(tuple(mends[i : i + 3]) for i in range(0, len(mends), 3))
    rows.append((button(question_wording.PAUSE, "rest", consultation_id),))
    parts = [lead, question_wording.REVIEW, copy(items, answers), question_wording.REVIEW_END]
    return Message(text="\n\n".join(part for part in parts if part), buttons=tuple(rows))


def all_questions(items: Sequence[Item]) -> str:
    """Every question to read beforehand, with its choices."""
    parts: list[str] = []
    for number, item in enumerate(items, start=1):
        lines = [
            f"{number}\\. **{plain(item.wording)}**" + ("" if item.required else f" ({question_wording.OPTIONAL})")
        ]
        lines.extend(f"– {plain(option.label)}" for option in item.options)
        if item.mended is not None:
            lines.append(question_wording.mended(item.mended))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
