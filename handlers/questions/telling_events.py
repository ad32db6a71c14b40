"""Answers about one event, or a few that were named together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from handlers.messages import plain
from handlers.questions import wording as w
from handlers.questions.facts import EventFact
from handlers.questions.telling import Answer, Telling
from storage.agenda import Precision, Status

_MOST = 3
Told = tuple[str, bool]  # a sentence, and whether it tells what was asked


def event(t: Telling) -> Answer:
    """What was asked of the events named."""
    if not t.events:
        return t.refuse(w.UNKNOWN)
    told = [_about(t, one, t.reading.asks) for one in t.events[:_MOST]]
    body = w.VERDICTS.get(t.reading.verdict, "") + "\n\n".join(text for text, _ in told)
    about = {
        "events": tuple(e.key for e in t.events),
        "contacts": (),
        "topic": "",
        "organisation": "",
        "asks": t.reading.asks,
        "offers": (),
        "region": t.events[0].region,
    }
    known = any(found for _, found in told)
    answer = (
        t.say(body, sources=[one.source for one in t.events[:_MOST]], **about) if known else t.refuse(body, **about)
    )
    return replace(answer, event=t.events[0]) if len(t.events) == 1 else answer


def _about(t: Telling, one: EventFact, asks: tuple[str, ...]) -> Told:
    """« **Name** : » and a sentence for each thing asked, the date and the place in one."""
    asks = asks or ("when", "where") if one.place or one.remote else asks or ("when",)
    if one.status == Status.CANCELLED and "when" not in asks:
        asks = ("when", *asks)  # whatever is asked of it, it is cancelled
    sentences: list[Told] = []
    rest = [ask for ask in asks if ask not in ("when", "left", "where")]
    if "when" in asks or "left" in asks:
        place = f", {w.placed(one)}" if "where" in asks and (one.place or one.remote) else ""
        sentences.append((f"{w.dated(one, t.today, t.zone)}{place}.", True))
        if "left" in asks and (left := w.time_left(one, t.now, t.zone)):
            sentences.append((left, True))
        if "where" in asks and not place:
            sentences.append(where(t, one))
        elif w.undated(one) and asks == ("when",) and w.still_open(one):
            sentences.append((w.still_open(one), True))
    elif "where" in asks:
        sentences.append(where(t, one))
    sentences += [_TELLERS[ask](t, one) for ask in rest if ask in _TELLERS]
    sentences = list(dict.fromkeys(sentences))
    nothing = not any(known for _, known in sentences) or (not (one.place or one.remote) and asks == ("where",))
    if nothing and "when_text" not in one.details and one.position is None:
        sentences.append((w.known(one, t.today, t.zone, placed_too="where" not in asks), False))
    first, *others = [text for text, _ in sentences]
    lines = [f"{w.bold(one.name)}{w.SP}: {first}", *(w.capital(text) for text in others)]
    return "\n".join(lines), any(known for _, known in sentences)


def where(t: Telling, one: EventFact) -> Told:
    """The place, or what is known of there being none."""
    was = "c’était " if one.ends_on < t.today else ""
    if one.place or one.remote:
        open_ = w.still_open(one) if one.remote else ""
        return f"{was}{w.placed(one)}.{f' {open_}' if open_ else ''}", True
    return w.still_open(one) or f"le lieu n’est pas précisé {w.NOT_TOLD}.", True


def _address(t: Telling, one: EventFact) -> Told:
    text, known = where(t, one)
    return (f"{text} L’adresse exacte n’est pas précisée.", True) if one.place else (text, known)


def _hour(t: Telling, one: EventFact) -> Told:
    if one.precision == Precision.MINUTE:
        return f"{w.dated(one, t.today, t.zone)}.", True
    return f"l’heure n’est pas précisée {w.NOT_TOLD}.", False


def _length(t: Telling, one: EventFact) -> Told:
    told = one.details.get("duration")
    return (f"{plain(str(told))}.", True) if told else (f"{w.dated(one, t.today, t.zone)}.", True)


def _how(t: Telling, one: EventFact) -> Told:
    pieces = [plain(one.description)] if one.description else []
    if one.remote:
        pieces.insert(0, "à distance.")
    if open_ := w.still_open(one):
        pieces.append(open_)
    return (" ".join(pieces), True) if pieces else (f"ce n’est pas précisé {w.NOT_TOLD}.", False)


def _remote(t: Telling, one: EventFact) -> Told:
    if one.remote:
        return where(t, one)
    if "présentiel" in one.description or "distance" in one.description:
        return plain(one.description), True
    if one.place:
        return f"{w.placed(one)}. Une participation à distance n’est pas indiquée.", True
    return f"ce n’est pas précisé {w.NOT_TOLD}.", False


def _status(t: Telling, one: EventFact) -> Told:
    text = f"{w.dated(one, t.today, t.zone)}."
    if one.status in (Status.CANCELLED, Status.MOVED) or one.ends_on < t.today:
        return text, True
    return f"{text} Je n’ai connaissance d’aucun report ni d’aucune annulation.", True


def _audience(t: Telling, one: EventFact) -> Told:
    told = one.details.get("audience_text")
    return (f"{plain(str(told))}.", True) if told else (f"ce n’est pas précisé {w.NOT_TOLD}.", False)


def _organiser(t: Telling, one: EventFact) -> Told:
    told = one.details.get("organiser")
    return (f"{plain(str(told))}.", True) if told else (f"ce n’est pas précisé {w.NOT_TOLD}.", False)


def _what(t: Telling, one: EventFact) -> Told:
    pieces = [plain(one.description)] if one.description else []
    if "programme" in t.reading.asks:
        pieces += [f"- {plain(str(item))}" for item in one.details.get("programme", ())]
    phase = t.knowledge.event.get(one.parent)
    while phase is not None and phase.position is None:
        phase = t.knowledge.event.get(phase.parent)
    if phase is not None and phase.description and {"programme", "purpose"} & set(t.reading.asks):
        pieces.append(f"{w.bold(phase.name)}{w.SP}: {plain(phase.description)}")  # what the whole phase is about
    return ("\n".join(pieces), True) if pieces else (f"le programme n’est pas précisé {w.NOT_TOLD}.", False)


_TELLERS: dict[str, Callable[[Telling, EventFact], Told]] = {
    "address": _address,
    "hour": _hour,
    "length": _length,
    "how": _how,
    "remote": _remote,
    "status": _status,
    "audience": _audience,
    "organiser": _organiser,
    "programme": _what,
    "purpose": _what,
    "what": _what,
}


def _step(t: Telling, which: str, today: date) -> EventFact | None:
    """The next, first, last or previous thing; of what is to come, what has a day rather than a month."""
    if which == "previous":
        return next((e for e in reversed(t.knowledge.going) if e.ends_on < today), None)
    inwards = reversed(t.knowledge.going) if which == "last" else iter(t.knowledge.going)
    vague = None
    for one in inwards:
        if one.ends_on < today:
            continue
        if one.precision != Precision.MONTH:
            return one
        vague = vague or one
    return vague


def step(t: Telling) -> Answer:
    """The next or last thing on the agenda."""
    one = _step(t, t.reading.said, t.today)
    if one is None:
        return t.say("Il n’y a rien à l’agenda que je connais.")
    asks = tuple(a for a in t.reading.asks if a not in ("what", "when"))
    body = _about(t, one, ("when", *asks))[0] if asks else w.entry(one, t.today, t.zone)
    said = t.say(body, sources=[one.source], events=(one.key,), contacts=(), asks=(), topic="", region="")
    return replace(said, event=one)
