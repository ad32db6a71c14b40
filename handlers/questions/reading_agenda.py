"""Readings of questions about what is on: over a period, in a region, next."""

from dataclasses import replace

from handlers.questions.case import Case
from handlers.questions.dates import Period
from handlers.questions.periods import FAR_FUTURE, FEAST, SEASONS
from handlers.questions.reading import Reading

_AT_THAT_TIME = frozenset(
    ("a", "des", "pour", "avant", "apres", "depuis", "jusqu", "durant", "pendant", "vers", "dans")
)
_ONE = frozenset(("prochain", "prochaine", "premier", "premiere", "dernier", "derniere"))
_MANY = frozenset(("quels", "quelles", "les", "des", "tous", "toutes"))


def agenda(case: Case) -> Reading | None:
    """What is on the agenda."""
    m = case.marks
    if m.people or (m.roles and not case.has("next", "agenda")):
        return None
    region = m.regions[0].name if m.regions else (case.memory.home if case.has("mine") else "")
    general = [p for p in m.gatherings if m.words[p].stem in case.knowledge.lexicon.general]
    listed = bool(general) or case.has("agenda")
    if m.periods:
        if any(p.label == FEAST for p in m.periods) and case.has("when") and not listed:
            return None  # « c’est quand, Noël ? »: of a calendar, not of ours
        if case.has("when") and not listed and _season_itself(case):
            return None
        during = next((p.anchor for p in m.periods if p.anchor and not p.open), "")
        if during and case.has("where", "hour", "how") and not case.has("agenda", "happens"):
            # « où déposer mes valises pendant les Rencontres ? »
            return Reading("absent", absent=("unknown",), events=(during,))
        asked = listed or case.has("purpose") or not case.stray_nouns
        if case.stray and (case.fit >= 0.6 or case.told or not asked):
            return None
        return Reading("agenda", period=_while_there(case, _together(m.periods)), region=region)
    if case.stray:
        return None
    steps = [step for step in ("next", "previous", "last", "first") if case.has(step)]
    if steps and listed:
        if steps[0] == "next" and not _single(case):
            return Reading("agenda", asks=("ahead",), region=region)
        return Reading("step", said=steps[0], asks=case.event_asks)
    if listed and case.fit < 0.8:
        return Reading("agenda", asks=("ahead",), region=region)
    if "next" in steps and case.event_asks and not _single(case) and set(case.event_asks) <= {"when", "what"}:
        return Reading("agenda", asks=("ahead",), region=region)
    if "next" in steps and case.event_asks:
        return Reading("step", said="next", asks=case.event_asks)
    if region and case.fit < 0.6 and not case.has("count") and (case.event_asks or not m.cues):
        return Reading("agenda", asks=("ahead",), region=region)
    return None


def _season_itself(case: Case) -> bool:
    """« date de la rentrée », « c’est quand, l’été ? » asks when that is; « à la rentrée » says when."""
    words = case.marks.words
    seasons = [p for p, w in enumerate(words) if w.folded in SEASONS and p]
    of_it = [p for p in seasons if words[p - 1].folded in ("la", "le", "l", "d", "de")]
    then = [p for p in of_it if p > 1 and words[p - 2].folded in _AT_THAT_TIME]
    return len(of_it) > len(then) and not case.events


def whole_agenda(case: Case) -> Reading | None:
    """« tout le calendrier 2024 de la démarche »: every date, not the phases alone."""
    m = case.marks
    if not case.has("whole_agenda") or m.regions or case.events or case.people or m.roles or case.stray_nouns:
        return None
    whole_year = len(m.periods) == 1 and m.periods[0].kind == "year" and m.periods[0].first.year == case.today.year
    if m.periods and not whole_year:
        return None
    return Reading("agenda", asks=("ahead",))


def _together(periods: list[Period]) -> Period:
    """« après les ateliers et avant l’AG », « cet été, en juillet-août »: both at once; else the first period."""
    after = [p for p in periods if p.open == "after"]
    before = [p for p in periods if p.open == "before"]
    if len(periods) == 2 and after and before and after[0].first <= before[0].last:
        return Period(
            after[0].first, before[0].last, "range", 0, 0, year_given=True, open="before", anchor=before[0].anchor
        )
    first, last = max(p.first for p in periods), min(p.last for p in periods)
    if len(periods) > 1 and first <= last and not any(p.open for p in periods):
        return min(periods, key=lambda p: p.last - p.first)
    return periods[0]


def _while_there(case: Case, period: Period) -> Period:
    """« je pars le 1er octobre, qu’est-ce qu’il y aura encore ? »: until that day, from it on if one comes back."""
    m, lexicon = case.marks, case.knowledge.lexicon
    if period.kind != "day" or period.open or period.anchor or period.first <= case.today:
        return period
    clause = m.clause(period.start)
    if clause == max(m.clause(p) for p in range(len(m.words))):
        return period  # what is asked is asked of that day
    said = {w.stem for p, w in enumerate(m.words) if m.clause(p) == clause}
    leaving, returning = bool(said & lexicon.leaving), bool(said & lexicon.returning)
    if leaving == returning:
        return period
    missed = not lexicon.missing.isdisjoint(w.stem for w in m.words)
    if leaving != missed:
        return replace(period, first=case.today, kind="range", open="before", label="d’ici là")
    return replace(period, last=FAR_FUTURE, kind="range", open="after", label="à partir de là")


def _single(case: Case) -> bool:
    """Is one thing asked for (« la prochaine date »), and not several (« les prochaines réunions »)?"""
    words = case.marks.words
    spoken = [words[c.start].folded for name in ("next", "first", "last") for c in case.marks.cues.get(name, ())]
    if any(word in _ONE for word in spoken):
        return True
    return not any(word.endswith("s") for word in spoken) and not _MANY & {w.folded for w in words}
