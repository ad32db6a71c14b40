"""Readings of questions about the phases of an undertaking: where it stands, what comes next, the third one."""

from handlers.questions.case import Case
from handlers.questions.facts import EventFact
from handlers.questions.reading import Reading
from storage.agenda import Precision

_RANKS = {
    name: rank
    for rank, names in enumerate(
        (
            "premier premiere 1er",
            "deuxieme second seconde deux",
            "troisieme trois",
            "quatrieme quatre",
            "cinquieme cinq",
            "sixieme six",
            "septieme sept",
        ),
        start=1,
    )
    for name in names.split()
}


_FOLLOWING = frozenset(("suit", "suivra", "suivrait", "suivront", "succede", "succedera", "succederont"))
_CARDINALS = frozenset(("deux", "trois", "quatre", "cinq", "six", "sept"))


def phase(case: Case) -> Reading | None:
    """A question about phases, if the network has any."""
    phases = case.knowledge.phases
    if not phases:
        return None
    asks = case.event_asks
    if case.has("whole_agenda"):
        return None
    if (after := _after(case)) is not None:
        return after
    if case.has("penultimate") and len(phases) > 1:
        return Reading("phase", events=(phases[-2].key,), asks=asks)
    named = tuple(k for k in case.events if case.event(k).position is not None)
    if (
        named
        and not case.asks_fact
        and case.fit >= 0.6
        and (case.marks.loose or {"purpose", "programme", "audience"} & set(asks))
    ):
        return case.on_topic(events=named)
    if named and any(word.folded in _FOLLOWING for word in case.marks.words):
        place = [p.key for p in phases].index(named[0]) + 1
        return Reading("phase", events=tuple(p.key for p in phases[place : place + 1]), asks=asks)
    if named:
        current = all(case.event(k).starts_on <= case.today <= case.event(k).ends_on for k in named)
        verdict = ("yes" if current else "no") if case.has("now") and len(named) == 1 and not asks else ""
        return (
            _part_of(case, named) or _done_in(case, named) or Reading("phase", events=named, asks=asks, verdict=verdict)
        )
    here = any(w.folded == "où" for c in case.marks.cues.get("phase", ()) for w in case.marks.words[c.start : c.end])
    if here and case.marks.regions:
        return None  # « on se voit où en Normandie ? »
    if (held := _held_in(case)) is not None:
        return held
    if case.marks.periods and case.has("phase") and _said(case) <= case.knowledge.lexicon.calendars:
        return None  # « mon planning de la semaine 41 » is the agenda
    if not (case.has("phase") or _of_undertaking(case) or _during(case)) or (case.events and not case.has("next")):
        return None
    if number := _number(case):
        if _said_after(case):
            number += 1
        return Reading("phase", events=tuple(p.key for p in phases if p.position == number), asks=asks, number=number)
    return _by_place(case, phases)


def _part_of(case: Case, named: tuple[str, ...]) -> Reading | None:
    """« le premier rendez-vous de la concertation »: the first or last thing that is held in a phase."""
    steps = [step for step in ("first", "next", "last") if case.has(step)]
    if not steps or len(named) != 1 or not (case.marks.gatherings or case.has("agenda")):
        return None
    held = case.knowledge.children.get(named[0], ())
    dated = [e for e in held if e.precision != Precision.MONTH] or list(held)
    dated = [e for e in dated if e.ends_on >= case.today] if steps[0] == "next" else dated
    chosen = dated[-1:] if steps[0] == "last" else dated[:1]
    return Reading("event", events=tuple(e.key for e in chosen), asks=case.event_asks) if chosen else None


def _done_in(case: Case, named: tuple[str, ...]) -> Reading | None:
    """« quand valide-t-on le plan de mise en œuvre ? » names a phase and means what is held in it to do that."""
    m, one = case.marks, case.described
    if len(named) != 1 or not case.has("when") or not m.loose or not one or case.event(one).parent != named[0]:
        return None
    done = {m.words[p].stem for p in m.loose}
    return Reading("event", events=(one,), asks=("when",)) if case.knowledge.event_texts.holds(one, done) else None


def _held_in(case: Case) -> Reading | None:
    """« à quelle étape se rattachent les ateliers ? »: the phase that they are part of."""
    words = case.marks.words
    asked = any(c.start and words[c.start - 1].stem == "quel" for c in case.marks.cues.get("phase", ()))
    calendar = _said(case) <= case.knowledge.lexicon.calendars
    if not asked or calendar or len(case.events) != 1 or case.marks.periods:
        return None
    whole = case.event(case.events[0])
    while whole.position is None and whole.parent in case.knowledge.event:
        whole = case.event(whole.parent)
    return Reading("phase", events=(whole.key,), asks=("when",)) if whole.position is not None else None


def numbered_phase(case: Case) -> Reading | None:
    """« et la 3 ? », when a phase was spoken of."""
    spoken_of = [k for k in case.memory.events if k in case.knowledge.event and case.event(k).position is not None]
    if not spoken_of or not case.again or case.marks.cues or len(case.marks.words) > 4:
        return None
    ranks = [rank(word.folded, word.kind) for word in case.marks.words]
    found = tuple(p.key for p in case.knowledge.phases if p.position in ranks)
    return Reading("phase", events=found) if found else None


def _by_place(case: Case, phases: tuple[EventFact, ...]) -> Reading:
    """The next, last, first, previous or present phase, those of a period, or all of them."""
    today, asks = case.today, case.event_asks
    ahead = [p.key for p in phases if p.starts_on > today]
    past = [p.key for p in phases if p.ends_on < today]
    current = [p.key for p in phases if p.starts_on <= today <= p.ends_on]
    if case.has("next") or _suite(case):
        return Reading("phase", events=tuple(ahead[:1]), asks=("next",))
    if case.has("last"):
        return Reading("phase", events=(phases[-1].key,), asks=asks, number=phases[-1].position or 0)
    if case.has("first"):
        return Reading("phase", events=(phases[0].key,), asks=asks, number=phases[0].position or 0)
    if case.has("previous"):
        return Reading("phase", events=tuple(past[-1:]), asks=("previous",))
    if case.marks.periods:
        period = case.marks.periods[0]
        found = tuple(p.key for p in phases if period.touches(p.starts_on, p.ends_on))
        return Reading("phase", events=found, asks=("what",))
    where_it_stands = any(case.marks.words[c.start].folded == "où" for c in case.marks.cues.get("phase", ()))
    if (
        case.has("now")
        or where_it_stands
        or (case.has("phase") and not _said(case) & case.knowledge.lexicon.all_phases)
    ):
        return Reading("phase", events=tuple(current[:1]), asks=("now",))
    return Reading("phase", events=tuple(p.key for p in phases), asks=("all",))


def _after(case: Case) -> Reading | None:
    """« après la phase 1 »: the one that follows, unless events are asked for."""
    phases = [p.key for p in case.knowledge.phases]
    for period in case.marks.periods:
        if period.anchor in phases and period.open == "after" and not case.marks.gatherings:
            place = phases.index(period.anchor) + 1
            return Reading("phase", events=tuple(phases[place : place + 1]), asks=case.event_asks)
        if period.anchor in phases and period.open == "before" and case.has("phase"):
            place = phases.index(period.anchor)
            return Reading("phase", events=tuple(phases[max(0, place - 1) : place]), asks=case.event_asks)
    return None


def _of_undertaking(case: Case) -> bool:
    """« par quoi commence la démarche », « que se passe-t-il en ce moment dans le projet »: phases by another name."""
    m = case.marks
    spoken = any(word.stem in case.knowledge.lexicon.around for word in m.words)
    if case.has("now") and case.has("programme", "agenda") and not (m.loose or m.gatherings or m.events):
        return True
    ordered = case.has("first", "last", "now", "how") or (case.has("next") and not case.has("agenda"))
    return spoken and ordered and not m.loose and not m.gatherings and not m.events


def _during(case: Case) -> bool:
    """« en juin-juillet, on fait quoi dans le projet ? »: the phase of that time."""
    m = case.marks
    about = case.knowledge.titles.get(case.knowledge.main_topic, frozenset())
    spoken = any(word.stem in case.knowledge.lexicon.around - case.knowledge.own_name | about for word in m.words)
    spans = len(m.periods) == 1 and m.periods[0].kind in ("month", "range") and not m.periods[0].open
    loose = [p for p in m.loose if m.words[p].stem not in about]
    named = m.gatherings or m.events or loose or m.regions
    return spoken and spans and not named and case.has("programme", "what", "how", "agenda", "role")


def _said(case: Case) -> set[str]:
    return {case.marks.words[p].stem for c in case.marks.cues.get("phase", ()) for p in range(c.start, c.end)}


def _suite(case: Case) -> bool:
    """« la suite de la démarche »."""
    return "suit" in _said(case)


def _said_after(case: Case) -> bool:
    """« ce qui vient après la phase 1 »."""
    words = case.marks.words
    return any(
        "apres" in (w.folded for w in words[max(0, c.start - 3) : c.start]) for c in case.marks.cues.get("phase", ())
    )


def _number(case: Case) -> int:
    """The number of the phase said: « phase 2 », « la troisième étape »."""
    words = case.marks.words
    for cue in case.marks.cues.get("phase", ()):
        after = cue.end + 1 if cue.end < len(words) and words[cue.end].folded in ("numero", "n", "no") else cue.end
        if after < len(words) and (number := rank(words[after].folded, words[after].kind)):
            return number
        before = words[cue.start - 1] if cue.start else None  # « la troisième phase », not « les quatre phases »
        counted = before is None or before.kind == "number" or before.folded in _CARDINALS
        if before is not None and not counted and (number := rank(before.folded, before.kind)):
            return number
    return 0


def rank(folded: str, kind: str) -> int:
    """Which in order a word says: « 3 », « 3e », « troisième »; 0 when it says none."""
    if kind in ("number", "ordinal"):
        digits = "".join(c for c in folded if c.isdigit())
        return int(digits) if len(digits) <= 2 else 0
    return _RANKS.get(folded, 0)


def suite(case: Case) -> Reading | None:
    """« et la suite ? », « on passe à quoi ensuite ? » with nothing spoken of before: the next phase."""
    ends = case.has("first", "last") and not case.has("when", "where", "agenda", "who")
    elsewhere = case.marks.loose or case.marks.periods or case.marks.gatherings or case.events or case.people
    asked = ends and case.has("what", "programme", "last") and not case.memory.intent
    if asked and not elsewhere and case.knowledge.phases:
        return _by_place(case, case.knowledge.phases)  # « on finit par quoi ? »
    if not case.has("next") or case.marks.loose or case.marks.gatherings or case.events or not case.knowledge.phases:
        return None
    ahead = tuple(p.key for p in case.knowledge.phases if p.starts_on > case.today)
    return Reading("phase", events=ahead[:1], asks=("next",))
