"""Several reminders that one person is due at once, as one message. Pure."""

from collections.abc import Iterable, Sequence

from handlers.calendar import wording
from handlers.messages import Button, Message
from handlers.richtext import read, visible

MOST_TOGETHER = 8  # more would not fit one message on every platform, nor anybody's attention


def together(reminders: Sequence[tuple[str, Message]]) -> Message:
    """One message of several, each with what it is about (`reminder:<event>:…`), in the order of time.

    Of two reminders of one event the later one is true; a single one that remains is left as it is. The answers to an
    invitation are a press further, on the event's card.
    """
    latest = {_event(about): message for about, message in reminders}
    if len(latest) == 1:
        return next(iter(latest.values()))
    rows = [
        (Button(label=_name(message), action=f"calendar:show:{number}"),)
        for number, message in latest.items()
        if number
    ]
    later = _later(latest)
    mine = (Button(label=wording.MY_REMINDERS, action="calendar:reminders"),)
    text = "\n\n".join(message.text for message in latest.values())
    return Message(text=text, buttons=(*rows, *([later] if later else []), mine))


def _event(about: str) -> str:
    return about.split(":")[1]


def _name(message: Message) -> str:
    return visible(read(message.text.split("\n", 1)[0])).removeprefix(wording.REMINDER).strip() or wording.SEE_EVENT


def _later(reminders: dict[str, Message]) -> tuple[Button, ...]:
    """The ways to put them off that all of them offer."""
    offered: list[dict[str, str]] = [_snoozes(message.buttons) for message in reminders.values()]
    return tuple(
        Button(label=label, action=action)
        for word, label in offered[0].items()
        if all(word in one for one in offered) and len(action := f"calendar:snooze:{'.'.join(reminders)}:{word}") <= 64
    )


def _snoozes(rows: Iterable[Iterable[Button]]) -> dict[str, str]:
    buttons = [button for row in rows for button in row if button.action.startswith("calendar:snooze:")]
    return {button.action.rsplit(":", 1)[1]: button.label for button in buttons}
