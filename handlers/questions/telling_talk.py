"""Answers to what asks nothing of the network, and to what is not understood."""

from handlers.questions import wording as w
from handlers.questions.telling import Answer, Telling


def act(t: Telling) -> Answer:
    """A greeting for a greeting."""
    return t.say(w.ACTS[t.reading.said])


def deadline(t: Telling) -> Answer:
    """Until when a consultation may be answered: it says so itself."""
    return t.say(w.DEADLINE)


def answers(t: Telling) -> Answer:
    """Who has answered a consultation, or has not: told where staff ask it, by whoever keeps the register."""
    return t.refuse(w.FOLLOWED_BY_STAFF)


def empty(t: Telling) -> Answer:
    """Nothing was said."""
    return t.refuse(w.EMPTY)


def unknown(t: Telling) -> Answer:
    """Nothing fitted."""
    return t.refuse(w.UNKNOWN)


def foreign(t: Telling) -> Answer:
    """Something that is not our matter."""
    return t.refuse(w.FOREIGN)


def whose(t: Telling) -> Answer:
    """Coordinates of whom?"""
    return t.refuse(w.WHOSE, asks=t.reading.asks)


def which(t: Telling) -> Answer:
    """Which of them, or which event at all?"""
    if rows := t.offers():
        names = [w.bold(button.label) for row in rows for button in row]
        return t.refuse(
            f"Plusieurs réponses sont possibles{w.SP}: {w.listed(names)}. Laquelle voulez-vous{w.NB}?", *rows
        )
    return t.refuse(w.WHICH_EVENT, asks=t.reading.asks)
