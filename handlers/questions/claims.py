"""What is asked to be confirmed: « l’AG est bien le 9 ? », « les Rencontres sont à Tours ? » get a yes or a no."""

from datetime import timedelta

from handlers.questions.case import Case
from handlers.questions.dates import Period
from handlers.questions.facts import EventFact
from storage.agenda import Precision, Status

_DAYS = 7  # « du 9 au 10 octobre » names days, « en avril-mai » a time


def verdict_on_date(case: Case, events: tuple[str, ...], claims: list[Period]) -> str:
    """« yes » or « no » to the one date claimed of the one event, empty when none is or nobody can tell."""
    if len(events) != 1 or len(claims) != 1 or not _asserted(case):
        return ""
    event, claim = case.event(events[0]), claims[0]
    if event.status == Status.CANCELLED:
        return "no"
    if (
        claim.start and claim.kind == "day" and case.marks.words[claim.start - 1].folded == "un"
    ):  # « c’est un mercredi ? »
        known = event.precision != Precision.MONTH and event.starts_on == event.ends_on
        return "" if not known else "yes" if claim.first.weekday() == event.starts_on.weekday() else "no"
    if not claim.month_given:  # « c’est bien le 9 ? »
        held = [event.starts_on + timedelta(n) for n in range(min((event.ends_on - event.starts_on).days + 1, 31))]
        nobody_knows = event.precision == Precision.MONTH
        return "" if nobody_knows else "yes" if claim.first.day in {d.day for d in held} else "no"
    if not claim.touches(event.starts_on, event.ends_on):
        return "no"
    if event.precision == Precision.MONTH and (event.starts_on < claim.first or claim.last < event.ends_on):
        return ""  # somewhere in April or May: nobody knows the day
    if "ou" in {w.folded for w in case.marks.words[claim.start : claim.end]}:  # « le 8 ou le 9 » claims neither
        return ""
    if claim.kind == "range" and event.precision != Precision.MONTH and (claim.last - claim.first).days < _DAYS:
        return "yes" if (claim.first, claim.last) == (event.starts_on, event.ends_on) else "no"
    return "yes" if claim.kind != "range" or _covers(claim, event) else ""


def _covers(claim: Period, event: EventFact) -> bool:
    return claim.first <= event.starts_on and event.ends_on <= claim.last


def verdict_on_time(case: Case) -> str:
    """« le séminaire est-il déjà passé ? »."""
    if len(case.events) != 1:
        return ""
    already = "deja" in {w.folded for w in case.marks.words} and case.event(case.events[0]).ends_on >= case.today
    if already and not case.has("when", "length", "programme", "status", "agenda", "where"):
        return "no"  # « le CA a-t-il déjà tranché ? »: whatever is done there, it is still to come
    if not case.has("over"):
        return ""
    return "yes" if case.event(case.events[0]).ends_on < case.today else "no"


def verdict_on_place(case: Case) -> str:
    """The same of a place: one where something else is held, or one that the agenda does not have."""
    if len(case.events) != 1 or not _asserted(case):
        return ""
    place = case.event(case.events[0]).place
    claimed = _claimed_place(case)
    if not place or not claimed:
        return ""
    return "yes" if claimed <= set(case.knowledge.stems_of_place(case.events[0])) else "no"


def verdict_on_office(case: Case) -> str:
    """« X est bien président ? », « c’est X, la directrice ? »: of one person and one function."""
    named = [m for m in case.marks.roles if m.contacts]
    if len(case.people) != 1 or len(named) != 1 or not _asserted(case):
        return ""
    words = case.marks.words
    spans = sorted([(named[0].start, named[0].end), (case.marks.people[0].start, case.marks.people[0].end)])
    between = {w.folded for w in words[spans[0][1] : spans[1][0]]} | {w.folded for w in words[: spans[0][0]]}
    if not between & case.knowledge.lexicon.copulas:
        return ""
    person = case.people[0]
    return "yes" if person in named[0].contacts and not person.former else "no"


def _claimed_place(case: Case) -> set[str]:
    """The stems of the place claimed, empty when none is: where something is held, or a name after « à »."""
    words = case.marks.words
    for mention in case.marks.events:
        said = {w.stem for w in words[mention.start : mention.end]}
        for key in mention.events:
            stems = set(case.knowledge.stems_of_place(key))
            linked = mention.place or any(w.folded in ("a", "au", "aux") for w in words[mention.start : mention.end])
            if stems and stems <= said and linked:
                return stems
    return {words[p].stem for p in case.marks.loose if p > 0 and words[p - 1].folded in ("a", "au", "aux")}


def settled(case: Case) -> bool:
    """Does it want a yes or a no: does it end with « ok ? », « c’est ça ? », or is it a date and nothing else?"""
    m = case.marks
    last = m.words[-1].folded if m.words else ""
    if last in case.knowledge.lexicon.settling or (last in ("cela", "est", "pas") and case.has("same")):
        return True
    asking = case.knowledge.lexicon.around_words["asking"]
    bare = set(m.cues) <= {"filler", "status"} and not m.loose and asking.isdisjoint(w.folded for w in m.words)
    bare = bare and bool(m.words) and m.words[-1].asked
    return bare and any(p.kind in ("day", "range") and not p.open for p in m.periods) and bool(m.events)


def _asserted(case: Case) -> bool:
    words = {w.folded for w in case.marks.words}
    lexicon = case.knowledge.lexicon
    if settled(case):
        return True
    asking = lexicon.around_words["asking"] - {"que", "qu", "quoi", "pourquoi"} | {"quand"}  # « est-ce que… » claims
    return not words.isdisjoint(lexicon.copulas) and words.isdisjoint(asking)
