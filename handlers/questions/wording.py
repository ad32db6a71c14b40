"""The French of the answers: short, warm, with what is not known said as such."""

import string
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.dates import MONTHS, event_dates, left, months
from handlers.messages import plain
from handlers.questions.facts import ContactFact, EventFact, Source
from storage.agenda import Precision, Status

NB = "\u202f"  # before ; ! ?
SP = "\u00a0"  # before : and inside guillemets

GREETING = (
    f"Bonjour{NB}! Je réponds à vos questions sur l’agenda, les contacts et la démarche du réseau. "
    f"Que voulez-vous savoir{NB}?"
)
THANKS = f"Avec plaisir{NB}! Je reste à votre disposition."
GOODBYE = f"Au revoir, et à bientôt{NB}!"
FAREWELL = f"Avec plaisir{NB}! Au revoir, et à bientôt."
SORRY = f"Il n’y a pas de mal{NB}! Que voulez-vous savoir{NB}?"
HELP = (
    f"Posez-moi votre question comme elle vous vient, par exemple{SP}:\n\n"
    f"- «{SP}C’est quand, la prochaine réunion{NB}?{SP}»\n"
    f"- «{SP}Quel est le numéro de…{NB}?{SP}»\n"
    f"- «{SP}Qui pilote la démarche{NB}?{SP}»\n\n"
    "Je peux vous aider pour l’agenda, les lieux, les contacts, les sigles et le contenu de la démarche."
)
IDENTITY = (
    f"Je suis Concerte, l’assistant du réseau{SP}: un robot, pas une personne. Je réponds sur l’agenda, les contacts "
    "et la démarche, à partir des documents du réseau."
)
INSULT = (
    "Désolé de ne pas vous avoir aidé, je fais de mon mieux. "
    f"Dites-moi ce que vous cherchez{SP}: une date, un lieu, un contact{NB}?"
)
TEST = f"Oui, je vous lis bien{NB}! Posez-moi votre question."
LAUGH = f"Ravi de vous faire sourire{NB}! Une question{NB}?"
YES = f"Très bien{NB}! Quelle est votre question{NB}?"
NO = "Entendu. Je reste à votre disposition."
UNKNOWN = (
    "Je ne sais pas répondre à cela. Je connais l’agenda du réseau, ses contacts, ses sigles et le contenu de la "
    "démarche."
)
NOTHING_SAID = f"Je n’ai encore rien dit dans cette conversation. Que voulez-vous savoir{NB}?"
AGAIN = {  # before and after what is said once more, when it was asked to be repeated and when it was not understood
    "again": (f"Je vous le redis{SP}:", ""),
    "unclear": (
        f"Je vous le redis{SP}:",
        f"Si vous cherchiez autre chose, dites-moi s’il s’agit d’une date, d’un lieu ou d’une personne{SP}: je "
        "regarderai de nouveau.",
    ),
}
FOREIGN = f"Désolé, cela sort de ce que je connais{SP}: l’agenda du réseau, ses contacts et la démarche en cours."
EMPTY = f"Je n’ai rien reçu à lire. Quelle est votre question{NB}?"
WHOSE = f"De qui parlez-vous{NB}? Donnez-moi un nom ou une fonction{SP}: je ne devine pas."
WHICH_EVENT = f"De quel événement parlez-vous{NB}? Je ne sais pas de quoi il est question."
STRANGER = (
    "Je ne connais pas cette personne ou cet organisme dans l’annuaire du réseau. Vérifiez le nom, ou donnez-moi une "
    "fonction."
)
KNOWN = "Ce que je sais"
NOT_TOLD = "dans les documents que je connais"

EARLIER = "← Avant"
LATER = "Suite →"
DEADLINE = (
    f"Chaque consultation ouverte dit jusqu’à quand on peut y répondre{SP}: écrivez «{SP}consultations{SP}» pour la "
    "voir. Les documents que je connais n’en donnent pas la date limite."
)
FOLLOWED_BY_STAFF = (
    f"Qui a répondu à une consultation, et qui ne l’a pas encore fait, ne se lit qu’en message privé, par l’équipe "
    f"d’animation du réseau{SP}: elle écrit «{SP}suivi{SP}»."
)
NONE_OPEN = "Aucune consultation n’est ouverte pour vous en ce moment."
SEVERAL_OPEN = "Plusieurs consultations vous sont ouvertes"
SEE_LIST = f"Écrivez «{SP}consultations{SP}» pour y répondre."
VOTING = f"Écrivez «{SP}consultations{SP}» pour répondre, ou pour revoir ce que vous avez répondu."
VERDICTS = {"yes": "Oui. ", "no": "Non. "}  # before what is so

ACTS = {
    "greeting": GREETING,
    "thanks": THANKS,
    "goodbye": GOODBYE,
    "farewell": FAREWELL,
    "voting": VOTING,
    "help": HELP,
    "identity": IDENTITY,
    "insult": INSULT,
    "sorry": SORRY,
    "test": TEST,
    "laugh": LAUGH,
    "yes": YES,
    "no": NO,
}


def unknown(asked: str) -> str:
    """One of several questions has no answer."""
    return f"Je ne sais pas répondre à {quoted(asked.strip(string.punctuation + string.whitespace))}."


def open_until(title: str, until: str) -> str:
    """Until when the one consultation that is meant may be answered."""
    if not until:
        return f"«{SP}{plain(title)}{SP}» n’a pas de date limite{SP}: vous pouvez répondre tant qu’elle reste ouverte."
    return f"Vous pouvez répondre à «{SP}{plain(title)}{SP}» jusqu’au {plain(until)}."


def until(title: str, until: str) -> str:
    """The same as a line of a list."""
    return f"{bold(title)}{SP}: {f'jusqu’au {plain(until)}' if until else 'pas de date limite'}"


def quoted(text: str) -> str:
    """Words of the asker, shown as such."""
    return f"«{SP}{plain(text[:60])}{SP}»"


def bold(text: str) -> str:
    """A name made to stand out."""
    return f"**{plain(text)}**"


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def of(name: str) -> str:
    """« de Camille », « d’Ahmed », the name standing out."""
    vowel = name[:1].lower() in "aeiouyhéèêâîôû"
    return f"d’{bold(name)}" if vowel else f"de {bold(name)}"


def when(event: EventFact, tz: ZoneInfo) -> str:
    """« mercredi 9 octobre 2024 », « en avril-mai 2024 », in the words of the pack where it has some."""
    if told := event.details.get("when_text"):
        return plain(str(told))
    text = event_dates(event, tz)
    return plain(f"en {text}" if event.precision == Precision.MONTH else text)


def dated(event: EventFact, today: date, tz: ZoneInfo) -> str:
    """When it takes place, took place, was to take place, without its name or a full stop."""
    text = when(event, tz)
    if event.status == Status.CANCELLED:
        return f"annulé (c’était prévu {_on(text)})"
    if event.ends_on < today:
        return f"c’était {_on(text)}"
    if event.status == Status.MOVED:
        return f"{text} (nouvelle date)"
    if undated(event):
        return f"{text}{NB}; la date n’est pas encore fixée"
    return text


def entry(event: EventFact, today: date, tz: ZoneInfo) -> str:
    """A line of the agenda: name, dates, place."""
    place = f", {placed(event)}" if event.place and event.status != Status.CANCELLED else ""
    return f"{bold(event.name)}{SP}: {dated(event, today, tz)}{place}."


def known(event: EventFact, today: date, tz: ZoneInfo, *, placed_too: bool = True) -> str:
    """What is said of an event when what was asked of it is not known: its date, and its place or that it has none."""
    if undated(event) and not placed_too:
        return f"{KNOWN}{SP}: {when(event, tz)}."
    if undated(event) and still_open(event):
        away = ", à distance" if event.remote and not event.place else ""
        return f"{KNOWN}{SP}: {when(event, tz)}{away}. {still_open(event)}"
    place = f", {placed(event)}" if event.place or event.remote else f"{NB}; le lieu n’est pas précisé"
    silent = event.status == Status.CANCELLED or not placed_too
    return f"{KNOWN}{SP}: {dated(event, today, tz)}{'' if silent else place}."


def reached(contact: ContactFact) -> str:
    """The coordinates of a person when something else was asked that is not known; empty when they have none."""
    told = " · ".join(plain(value) for value in (contact.phone, contact.email) if value)
    return f"{KNOWN}{SP}: {told}" if told else ""


def undated(event: EventFact) -> bool:
    """Will it have a day that nobody has fixed yet?"""
    return "date" in event.details.get("undetermined", ())


def still_open(event: EventFact) -> str:
    """What the pack says remains to be fixed."""
    return plain(str(event.details.get("undetermined_text", "")))


def time_left(event: EventFact, now: datetime, tz: ZoneInfo) -> str:
    """« C’est dans 7 jours. », empty when it cannot be said."""
    text = left(event, now, tz)
    return f"C’est {text}." if text else ""


def _on(text: str) -> str:
    return text if text.startswith(("en ", "du ", "dès ", "d’ici ", "le ", "de ", "mi")) else f"le {text}"


def month_span(event: EventFact) -> str:
    """« février-mars 2024 »."""
    return months(event.starts_on, event.ends_on)


def placed(event: EventFact) -> str:
    """« à Tours », « au Havre », « à distance »: the preposition that the name of the place asks for."""
    place = event.place or ""
    if not place:
        return "à distance"
    if place.startswith("Le "):
        text = f"au {plain(place[3:])}"
    elif place.startswith("Les "):
        text = f"aux {plain(place[4:])}"
    else:
        text = f"à {plain(place)}"
    return f"{text} et à distance" if event.remote else text


def person(contact: ContactFact) -> str:
    """A person's name, standing out."""
    return bold(contact.name)


def listed(pieces: list[str], before_the_last: str = " et ") -> str:
    """« a, b et c », or « a, b ou c »."""
    if len(pieces) < 2:
        return "".join(pieces)
    return f"{', '.join(pieces[:-1])}{before_the_last}{pieces[-1]}"


def source_line(source: Source) -> str:
    """Where it comes from, of when it is and since when it is otherwise, in italics; empty when nothing is known."""
    if not source.name:
        return ""
    published = f", {_dated(source.published)}" if source.published is not None else ""
    changed = f"{NB}; mis à jour le {_dated(source.changed)}" if source.changed is not None else ""
    return f"_Source{SP}: {plain(source.name)}{published}{changed}._"


def _dated(on: date) -> str:
    number = "1er" if on.day == 1 else str(on.day)
    return f"{number} {MONTHS[on.month - 1]} {on.year}"
