"""What a poll looks like in a channel: question, count so far, who counts, who sees what, one button an answer. No I/O.

The count is shown as it grows, or at the close only. Of a confidential poll it waits for the close whatever staff
wanted: each press in turn would show what somebody who is known to have just answered has said.
"""

from zoneinfo import ZoneInfo

from handlers.consultations import channel_wording as said
from handlers.consultations import question_wording, reporting, wording
from handlers.consultations.promise import withheld
from handlers.consultations.questionnaire import Item, read
from handlers.consultations.screens import button
from handlers.consultations.tally import QuestionTally
from handlers.messages import Button, Message, plain
from storage.consultations import Consultation, QuestionKind, Rule, Secrecy, Status, Voice

_ONE_PRESS = (QuestionKind.ONE, QuestionKind.YES_NO, QuestionKind.SCALE)
_LABEL = 40  # characters; a longer label has a number on its button
_IN_A_ROW = 5


def the_question(consultation: Consultation) -> Item | None:
    """The one question of a poll that a press answers; None of any other consultation."""
    items = read(consultation)
    return items[0] if len(items) == 1 and items[0].kind in _ONE_PRESS else None


def is_shown(consultation: Consultation, state: Status) -> bool:
    """Whether the count may stand in the channel now."""
    if state == Status.CLOSED:
        return True
    return consultation.live_results and consultation.secrecy == Secrecy.NAMED


def board(
    consultation: Consultation, tally: QuestionTally, ballots: int, state: Status, zone: ZoneInfo, platform: str
) -> Message:
    """The message as it stands; without buttons once the poll is closed."""
    item = tally.item
    parts = [f"**{plain(item.wording)}**"]
    if item.help:
        parts.append(f"*{plain(item.help)}*")
    if item.mended is not None:
        parts.append(question_wording.mended(item.mended))
    numbered = _numbered(item)
    why = withheld(consultation, state, ballots) if ballots else ""
    if is_shown(consultation, state) and not why:
        parts.append("\n".join(_lines(tally, numbered=numbered)))
    else:
        if numbered:
            parts.append("\n".join(f"{n}. {plain(option.label)}" for n, option in enumerate(item.options, start=1)))
        parts.append(why if state == Status.CLOSED else said.HIDDEN)
    parts.append(said.voices(ballots))
    if state == Status.CLOSED:
        parts.append(said.CLOSED)
        return Message(text="\n\n".join(part for part in parts if part))
    parts.append(_how(consultation))
    if consultation.closes_at is not None:
        parts.append(wording.open_until(wording.deadline(consultation.closes_at, zone, zone)))
    parts.append(wording.who_sees(consultation.secrecy, consultation.voice, "", platform))
    return Message(text="\n\n".join(parts), buttons=_buttons(item, numbered=numbered))


def _how(consultation: Consultation) -> str:
    if consultation.voice == Voice.PERSON:
        return said.HOW
    return {
        Rule.FIRST: said.FIRST_STAYS,
        Rule.LAST: said.LAST_COUNTS,
        Rule.DIRECTOR: said.DIRECTOR_VALIDATES,
    }[Rule(consultation.rule)]


def _numbered(item: Item) -> bool:
    return any(len(option.label) > _LABEL for option in item.options)


def _lines(tally: QuestionTally, *, numbered: bool) -> list[str]:
    lines = []
    for number, (key, count) in enumerate(tally.counts.items(), start=1):
        lead = f"{number}. " if numbered else ""
        share = f" ({reporting.share(count, tally.answered)})" if tally.answered else ""
        lines.append(
            f"{lead}{reporting.bar(count, tally.answered)} {reporting.label(tally, key)}\u00a0: {count}{share}"
        )
    if tally.mean is not None:
        lines.append(f"{wording.MEAN}\u00a0: {reporting.decimal(tally.mean)}")
    return lines


def _buttons(item: Item, *, numbered: bool) -> tuple[tuple[Button, ...], ...]:
    if item.kind == QuestionKind.YES_NO:
        return ((button(wording.YES, "vote", item.id, 1), button(wording.NO, "vote", item.id, 0)),)
    if item.kind == QuestionKind.SCALE:
        low, high = item.bounds
        row = [button(str(degree), "vote", item.id, degree) for degree in range(low, high + 1)]
    else:
        row = [
            button(str(number) if numbered else option.label, "vote", item.id, option.id)
            for number, option in enumerate(item.options, start=1)
        ]
    width = _IN_A_ROW if numbered or item.kind == QuestionKind.SCALE else 1
    return tuple(tuple(row[i : i + width]) for i in range(0, len(row), width))
