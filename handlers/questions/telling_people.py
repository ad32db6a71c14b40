"""Answers about people. A number is told of the one who was asked for, of nobody else."""

from dataclasses import replace

from handlers.messages import Button, plain
from handlers.questions import wording as w
from handlers.questions.facts import ContactFact
from handlers.questions.knowledge import handle
from handlers.questions.reading import COORDINATES, Reading
from handlers.questions.telling import MOST_LISTED, Answer, Telling

_MISSING = {
    "phone": "le téléphone",
    "email": "l’adresse e-mail",
    "coordinates": "les coordonnées",
    "card": "les coordonnées",
}


def owner(t: Telling) -> Answer:
    """Whose number it is."""
    if not t.contacts:
        return t.refuse("Ces coordonnées ne figurent pas dans l’annuaire que je connais.")
    verdict = w.VERDICTS.get(t.reading.verdict, "")
    lines = [f"{verdict}C’est {w.person(c)}, {_offices(t, c)}." for c in t.contacts]
    return t.say("\n".join(lines), sources=[c.source for c in t.contacts], contacts=t.keys, asks=("who",), events=())


def contact(t: Telling) -> Answer:
    """What was asked of one person, or of several who were each named."""
    asks = t.reading.asks
    wanted = tuple(a for a in asks if a in COORDINATES)
    if len(t.contacts) > 1 and (wanted or "card" in asks) and not t.reading.several:
        return _choose(t)
    told = [_about(t, c, asks) for c in t.contacts]
    lines = "\n".join(line for line, _ in told)
    about = {
        "contacts": t.keys,
        "organisation": "",
        "events": (),
        "topic": "",
        "offers": (),
        "asks": wanted or asks,
        "wanted": wanted or t.memory.wanted,
    }
    if not any(known for _, known in told):
        return t.refuse(lines, **about)
    answer = t.say(
        w.VERDICTS.get(t.reading.verdict, "") + lines, *_more(t, asks), sources=[c.source for c in t.contacts], **about
    )
    if len(t.contacts) > 1 or not (wanted or "card" in asks):
        return answer
    one = t.contacts[0]
    return replace(answer, contact=one, employer=t.owner(one.organisation)) if one.phone or one.email else answer


def _choose(t: Telling) -> Answer:
    named = [f"{w.person(c)} ({plain(c.function)})" for c in t.contacts[:MOST_LISTED]]
    many = len(t.contacts) - MOST_LISTED
    if many > 0:
        which = f"Précisez un prénom, une organisation ou une fonction{w.SP}: {many} autres portent ce nom."
        names = ", ".join(named)
    else:
        which, names = f"De qui s’agit-il{w.NB}?", w.listed(named)
    return t.refuse(
        f"Plusieurs personnes correspondent{w.SP}: {names}. {which}",
        *t.offers(),
        offers=t.keys[:MOST_LISTED],
        asks=t.reading.asks,
        contacts=(),
        events=(),
    )


def _more(t: Telling, asks: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    """A button to the coordinates, when they were not asked for."""
    if len(t.contacts) != 1 or set(asks) & {*COORDINATES, "card"}:
        return ()
    one = t.contacts[0]
    if not (one.phone or one.email):
        return ()
    return ((Button(label="Ses coordonnées", action=f"question:contact:{handle(one.key)}:coordinates"),),)


def _about(t: Telling, one: ContactFact, asks: tuple[str, ...]) -> tuple[str, bool]:
    """What was asked of one person, and whether any of it is known."""
    told: list[str] = []
    missing: list[str] = []
    for ask in asks:
        known = {"phone": [one.phone], "email": [one.email]}.get(ask, [one.phone, one.email])
        if ask in _MISSING:
            found = [value for value in known if value]
            told += [value for value in found if value not in told]
            missing += [] if found else [_MISSING[ask]]
    described = bool(set(asks) & {"role", "who", "card", "duty", "employer"})
    sentence = _sentence(t, one) if described else ""
    absent = f"Je n’ai pas {' ni '.join(missing)} {w.of(one.name)}"
    if told:
        head = f"{w.person(one)}, {_offices(t, one)}" if described else w.person(one)
        line = f"{head}{w.SP}: {' · '.join(map(plain, told))}"
        return (f"{line}\n{absent}." if missing else line), True
    if missing and "card" not in asks:
        return f"{absent}{w.SP}: ce n’est pas {w.NOT_TOLD}.", False
    return sentence, True


def _offices(t: Telling, one: ContactFact) -> str:
    """« présidente (ARML) et membre du Bureau (UNML) »."""
    offices = []
    for function, key in one.offices:
        name = t.owner(key)
        offices.append(f"{plain(function)} ({plain(name)})" if name else plain(function))
    return w.listed(offices)


def _sentence(t: Telling, one: ContactFact) -> str:
    verb, since = "est", ""
    year = one.as_of[:4]
    if one.former:
        verb, since = "était", f" en {year}"
    elif year.isdigit() and int(year) < t.today.year:
        verb, since = "était", f" en {year}, d’après le document de cette année-là"
    duty = ""
    if "duty" in t.reading.asks and one.responsibilities:
        duty = f"{w.SP}: {plain(one.responsibilities[0])}"
    return f"{w.person(one)} {verb} {_offices(t, one)}{since}{duty}."


def members(t: Telling) -> Answer:
    """The people of an organisation, or those to turn to, with the coordinates asked for."""
    asks = t.reading.asks
    wanted = {"phone", "email", "coordinates"} & set(asks)
    missing = bool(wanted) and not any(c.phone or c.email for c in t.contacts)
    if not t.contacts:
        return t.refuse(f"Je n’ai pas de coordonnées pour cela {w.NOT_TOLD}.")
    lines = []
    shown = t.contacts[t.reading.first : t.reading.first + MOST_LISTED]
    for one in shown:
        phone = one.phone if wanted & {"phone", "coordinates"} else ""
        email = one.email if wanted & {"email", "coordinates"} else ""
        told = " · ".join(plain(value) for value in (phone, email) if value)
        office = next((held for held, key in one.offices if key == t.reading.organisation), one.function)
        lines.append(f"- {w.person(one)}, {plain(office)}{f'{w.SP}: {told}' if told else ''}")
    owner_name = t.owner(t.reading.organisation)
    head = f"{w.bold(owner_name)}{w.SP}:" if owner_name else f"Vos interlocuteurs{w.SP}:"
    pages = t.page(len(t.contacts), people_page(t.reading)) if t.reading.organisation else ()
    left = len(t.contacts) - len(shown)
    if left and not pages:
        lines.append(f"- … et {left} autre{'s' if left > 1 else ''}.")
    if missing:
        whose = "leurs" if len(t.contacts) > 1 else "ses"
        lines += ["", f"Je n’ai pas {whose} coordonnées {w.NOT_TOLD}."]
    if missing:  # who is there is told, what was asked is not known
        said = {"contacts": tuple(c.key for c in shown), "organisation": t.reading.organisation, "asks": asks}
        return t.refuse("\n".join((head, "", *lines)), *pages, **said, events=())
    return t.say(
        "\n".join((head, "", *lines)),
        *pages,
        sources=[c.source for c in shown],
        contacts=tuple(c.key for c in shown),
        organisation=t.reading.organisation,
        asks=asks,
        events=(),
    )


def people_page(reading: Reading) -> str:
    """The action that shows another page of an organisation’s people, without the number."""
    return f"question:people:{handle(reading.organisation)}:{'-'.join(reading.asks[:3])}"


def near(t: Telling) -> Answer:
    """A name that nobody bears, near one that somebody does: offered without a number."""
    names = " ou ".join(w.person(c) for c in t.contacts)
    return t.refuse(
        f"Je ne connais personne de ce nom ({w.quoted(t.reading.said)}). Vouliez-vous dire {names}{w.NB}?",
        *t.offers(),
        offers=t.keys,
        asks=t.reading.asks,
    )


def stranger(t: Telling) -> Answer:
    """Somebody who is not in the directory."""
    return t.refuse(w.STRANGER)


def vacant(t: Telling) -> Answer:
    """A function that nobody known here holds."""
    return t.refuse(f"Je ne sais pas qui est {w.quoted(t.reading.said)}{w.SP}: ce n’est pas {w.NOT_TOLD}.")
