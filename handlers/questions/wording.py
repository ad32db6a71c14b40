"""The French of the answers: short, warm, with what is not known said as such."""

from datetime import date
from zoneinfo import ZoneInfo

from handlers.dates import MONTHS, event_dates, months, span
from handlers.messages import plain
from handlers.questions.facts import ContactFact, EventFact, Source
from storage.agenda import Precision, Status

NB = "\u202f"  # before ; ! ?
SP = "\u00a0"  # before : and inside guillemets

GREETING = f"Bonjour{NB}! Je réponds à vos questions sur l’agenda, les contacts et la démarche du réseau. Que voulez-vous savoir{NB}?"
THANKS = f"Avec plaisir{NB}! Je reste à votre disposition."
GOODBYE = f"Au revoir, et à bientôt{NB}!"
SORRY = f"Il n’y a pas de mal{NB}! Que voulez-vous savoir{NB}?"
HELP = (
    f"Posez-moi votre question comme elle vous vient, par exemple{SP}:\n"
    f"- «{SP}C’est quand, la prochaine réunion{NB}?{SP}»\n"
    f"- «{SP}Où se tiennent les rencontres{NB}?{SP}»\n"
    f"- «{SP}Qui pilote la démarche{NB}?{SP}»\n"
    f"Je peux vous aider pour l’agenda, les lieux, les contacts, les sigles et le contenu de la démarche."
)
IDENTITY = (
    "Je suis Concerte, l’assistant du réseau{NB}: un robot, pas une personne. Je réponds sur l’agenda, les contacts et la démarche, "
    "à partir des documents du réseau.".replace("{NB}", SP)
)
INSULT = f"Je fais de mon mieux, et je peux me tromper. Dites-moi ce que vous cherchez{SP}: une date, un lieu, un contact{NB}?"
TEST = f"Oui, je vous lis bien{NB}! Posez-moi votre question."
LAUGH = f"Ravi de vous faire sourire{NB}! Une question{NB}?"
YES = f"Très bien{NB}! Quelle est votre question{NB}?"
NO = "Entendu. Je reste à votre disposition."
UNKNOWN = "Je ne sais pas répondre à cela. Je connais l’agenda du réseau, ses contacts, ses sigles et le contenu de la démarche."
FOREIGN = f"Désolé, cela sort de ce que je connais{SP}: l’agenda du réseau, ses contacts et la démarche en cours."
EMPTY = f"Je n’ai rien reçu à lire. Quelle est votre question{NB}?"
WHOSE = f"De qui parlez-vous{NB}? Donnez-moi un nom ou une fonction{SP}: je ne devine pas."
WHICH_EVENT = f"De quel événement parlez-vous{NB}? Je ne sais pas de quoi il est question."

GENERIC_ABSENT = "cette information"


def quoted(text: str) -> str:
    """Words of the asker, shown as such."""
    return f"«{SP}{plain(text[:60])}{SP}»"


def bold(text: str) -> str:
    """A name made to stand out."""
    return f"**{plain(text)}**"


def dates_of(event: EventFact, tz: ZoneInfo) -> str:
    """« mercredi 9 octobre 2024 », « en avril-mai 2024 (date à fixer) », in the words of the pack where it has some."""
    told = event.details.get("when_text")
    if told:
        return str(told)
    if event.precision == Precision.MONTH:
        return f"en {event_dates(event, tz)}"
    return event_dates(event, tz)


def is_over(event: EventFact, today: date) -> bool:
    """Is it in the past?"""
    return event.ends_on < today


def when_line(event: EventFact, today: date, tz: ZoneInfo) -> str:
    """The name and when it takes place, took place, or is expected."""
    text = plain(dates_of(event, tz))
    if event.status == Status.CANCELLED:
        return f"{bold(event.name)}{SP}: annulé (c’était prévu {_on(text)})."
    ending = undetermined_date(event)
    if is_over(event, today):
        return f"{bold(event.name)}{SP}: c’était {_on(text)}."
    moved = " (nouvelle date)" if event.status == Status.MOVED else ""
    return f"{bold(event.name)}{SP}: {text}{moved}{ending}."


def undetermined_date(event: EventFact) -> str:
    """« ; le jour reste à fixer », when only the month is known of something that will have a day."""
    if "date" in event.details.get("undetermined", ()):
        return f"{NB}; la date n’est pas encore fixée"
    return ""


def _on(text: str) -> str:
    if text.startswith(("en ", "du ", "dès ", "d’ici ", "le ", "de ")):
        return text
    return f"le {text}"


def month_span(event: EventFact) -> str:
    """« février-mars 2024 »."""
    return months(event.starts_on, event.ends_on)


def days_span(first: date, last: date) -> str:
    """The days from first to last, in words."""
    return span(first, last)


def place_text(event: EventFact) -> str:
    """« à Tours », « au Havre »: the preposition that the name of the place asks for."""
    place = event.place or ""
    if place.startswith("Le "):
        return f"au {plain(place[3:])}"
    if place.startswith("Les "):
        return f"aux {plain(place[4:])}"
    return f"à {plain(place)}"


def person(contact: ContactFact) -> str:
    """A person's name, standing out."""
    return bold(contact.name)


def function_text(contact: ContactFact, owner: str) -> str:
    """« directeur associé (MENSIA Conseil) »."""
    text = plain(contact.function)
    return f"{text} ({plain(owner)})" if owner else text


def source_line(source: Source) -> str:
    """Where it comes from and of when it is, in italics; empty when nothing is known."""
    if not source.name:
        return ""
    dated = ""
    if source.published is not None:
        number = "1er" if source.published.day == 1 else str(source.published.day)
        dated = f", {number} {MONTHS[source.published.month - 1]} {source.published.year}"
    return f"_Source{SP}: {plain(source.name)}{dated}._"
