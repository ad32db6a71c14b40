"""How the dates of a question stand to the events it names: what is counted from them, what is part of a name."""

from collections.abc import Sequence
from datetime import date

from handlers.questions.dates import Anchor, Period
from handlers.questions.facts import EventFact
from handlers.questions.knowledge import Knowledge
from handlers.questions.lexicon import Lexicon
from handlers.questions.linking import EventMention
from handlers.questions.normalising import Word
from handlers.questions.periods import Busy


def within_a_name(period: Period, events: list[EventMention], words: Sequence[Word], lexicon: Lexicon) -> bool:
    """« le séminaire du 5 avril » is a name: its date is no period asked about; « le séminaire est en avril » asks."""
    within = [m for m in events if m.start <= period.start and period.end <= m.end]
    return any(lexicon.copulas.isdisjoint(w.folded for w in words[m.start : period.start]) for m in within)


def says_today(period: Period, words: Sequence[Word], today: date) -> bool:
    """« on est le 15 mars : dans trois semaines… »: the date of today is no period asked about."""
    before = {w.folded for w in words[max(0, period.start - 3) : period.start]}
    return period.first == period.last == today and not before.isdisjoint(("est", "sommes"))


def busy_days(knowledge: Knowledge) -> Busy:
    def busy(first: date, last: date) -> bool:
        return bool(knowledge.between(first, last))

    return busy


def anchors(mentions: list[EventMention], knowledge: Knowledge, today: date) -> dict[int, Anchor]:
    """The events named, as dates that a period may be counted from: the next one where a name has several."""
    anchors = {}
    for mention in mentions:
        event = nearest([knowledge.event[key] for key in mention.events], today)
        anchors[mention.start] = Anchor(mention.start, mention.end, event.starts_on, event.ends_on, event.key)
    return anchors


def nearest(events: list[EventFact], today: date) -> EventFact:
    """The next of several events, or the last one when all are over."""
    ahead = [event for event in events if event.ends_on >= today]
    return min(ahead, key=lambda e: e.starts_on) if ahead else max(events, key=lambda e: e.ends_on)
