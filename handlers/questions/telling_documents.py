"""Answers about words and documents, and about what they do not say."""

from handlers.messages import plain
from handlers.questions import wording as w
from handlers.questions.facts import ContactFact, EventFact, Source
from handlers.questions.telling import Answer, Telling


def meaning(t: Telling) -> Answer:
    """What an abbreviation stands for, what an organisation is."""
    term = t.knowledge.term.get(t.reading.term)
    organisation = t.knowledge.organisation.get(t.reading.organisation)
    lines = []
    several = [t.knowledge.term[key] for key in t.reading.terms if key in t.knowledge.term]
    lines += [f"{w.bold(one.term)}{w.SP}: {plain(one.meaning)}." for one in several]
    if term is not None and not several:
        lines.append(f"{w.bold(term.term)}{w.SP}: {plain(term.meaning)}.")
    if organisation is not None:
        short = organisation.abbreviation
        if term is None:
            full = f"{w.SP}: {plain(organisation.name)}" if short and short != organisation.name else ""
            lines.append(f"{w.bold(short or organisation.name)}{full}.")
        if organisation.description:
            lines.append(plain(organisation.description))
    source = term.source if term is not None else organisation.source if organisation is not None else None
    if not lines:
        return t.refuse(w.UNKNOWN)
    return t.say(
        "\n".join(lines),
        sources=[source],
        term=t.reading.term,
        organisation=t.reading.organisation,
        events=(),
        contacts=(),
    )


def topic(t: Telling) -> Answer:
    """What the documents say."""
    found = t.knowledge.topic[t.reading.topic]
    return t.say(
        found.body,
        sources=[found.source],
        topic=found.key,
        events=t.reading.events or tuple(found.details.get("events", ()))[:1],
        contacts=tuple(found.details.get("contacts", ())),
        asks=(),
        organisation="",
    )


def source(t: Telling) -> Answer:
    """Where the last answer came from."""
    facts: list[EventFact | ContactFact] = [*t.events, *t.contacts]
    found = t.knowledge.topic.get(t.reading.topic)
    known = facts[0].source if facts else found.source if found else Source()
    line = w.source_line(known)
    return t.say(line) if line else t.refuse("Je ne sais pas d’où vient cette information.")


def absent(t: Telling) -> Answer:
    """Something asked that the pack does not tell; what it does tell under that name is answered."""
    if told := _told_after_all(t):
        return told
    about = ""
    if t.contacts:
        about = f" ({w.person(t.contacts[0])})"
    elif t.events:
        about = f" ({w.bold(t.events[0].name)})"
    elif name := t.owner(t.reading.organisation):
        about = f" ({w.bold(name)})"
    remembered = {"events": t.reading.events} if t.events else {"contacts": t.keys} if t.contacts else {}
    if "contact" in t.reading.absent:
        return t.refuse(f"Je n’ai pas de coordonnées pour cela{about} {w.NOT_TOLD}.")
    labels = [t.knowledge.lexicon.labels[name] for name in t.reading.absent if name in t.knowledge.lexicon.labels]
    what = " ni ".join(dict.fromkeys(labels)) or "cette information"
    refused = f"Je n’ai pas {what}{about}{w.SP}: ce n’est pas indiqué {w.NOT_TOLD}."
    return t.refuse("\n".join(line for line in (refused, *_known(t)) if line), **remembered)


def _known(t: Telling) -> list[str]:
    """What is known of the very person or event that something was asked of which is not: never of another."""
    if t.contacts:
        return [w.reached(t.contacts[0])]
    if not t.events or "when_text" in t.events[0].details:
        return []
    told = [w.known(t.events[0], t.today, t.zone)]
    if "unknown" in t.reading.absent and t.events[0].description:
        told.append(plain(t.events[0].description))
    return [" ".join(told)]


def _told_after_all(t: Telling) -> Answer | None:
    """The pack of another network may well know the price or the hotel: it stands in the details under that name."""
    facts: list[EventFact | ContactFact] = [*t.events, *t.contacts]
    for fact in facts:
        lines = [plain(str(fact.details[name])) for name in t.reading.absent if fact.details.get(name)]
        if lines and len(lines) == len(t.reading.absent):
            keys = {"events": t.reading.events} if fact in t.events else {"contacts": t.keys}
            return t.say(f"{w.bold(fact.name)}{w.SP}: {' '.join(lines)}", sources=[fact.source], **keys)
    return None


def perhaps(t: Telling) -> Answer:
    """What is told vaguely and is no event that I know: those it may have been are offered without their dates."""
    rows = t.offers()
    names = w.listed([w.bold(button.label) for row in rows for button in row], " ou ")
    return t.refuse(
        f"Je ne connais pas {w.quoted(t.reading.said)} sous ce nom. Vouliez-vous dire {names}{w.NB}?",
        *rows,
        offers=tuple(one.key for one in t.events),
        events=(),
        contacts=(),
        asks=t.reading.asks,
    )


def unheard(t: Telling) -> Answer:
    """An event that is not on the agenda."""
    if t.events:
        one, period = t.events[0], t.reading.period
        name = one.name.replace(str(one.starts_on.year), "").strip()
        if "past" in t.reading.asks:
            return t.refuse(f"Je n’en connais pas de passé{w.SP}: à l’agenda que j’ai, {w.entry(one, t.today, t.zone)}")
        if period is not None and period.kind in ("day", "range", "week") and period.first.year == one.starts_on.year:
            return t.refuse(f"Je ne connais pas cette date{w.SP}: à l’agenda que j’ai, {w.entry(one, t.today, t.zone)}")
        return t.refuse(
            f"Je ne connais pas cette date pour {w.bold(name)}{w.SP}: elle n’est pas dans l’agenda que j’ai."
        )
    said = w.quoted(t.reading.said) if t.reading.said else "cet événement"
    return t.refuse(f"Je ne connais pas {said}{w.SP}: ce n’est pas dans l’agenda que j’ai.")
