"""What the preferences say."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from handlers.account.data_wording import PLATFORMS, listed
from handlers.dates import clock, day, zone_name
from storage.people import NOWHERE, Person

TITLE = "**Vos préférences**"
ZONE = "Fuseau horaire"
PLACE = "Où vous écrire"
QUIET = "Heures calmes"
DATES = "Dates"
REMINDERS = "Rappels d’événements"
SENDING = "Envois"

BACK = "← Mes préférences"
CHANGE_ZONE = "Fuseau horaire"
CHANGE_PLACE = "Où m’écrire"
CHANGE_QUIET = "Heures calmes"
CHANGE_DATES = "Langue des dates"
PAUSE = "Faire une pause"
STOP = "Tout arrêter"
RESUME = "Reprendre les envois"
CANCEL = "Annuler"
MY_REMINDERS = "Mes rappels"

ASK_ZONE = (
    "Quel est votre fuseau horaire\u202f? "
    "Choisissez, ou tapez une ville ou un territoire (par exemple «\u00a0Cayenne\u00a0»)."
)
REGION_ZONE = "Celui de ma région"
WHICH_ZONE = "Vouliez-vous dire…"
NO_ZONE = (
    "Je ne connais pas ce lieu. Tapez le nom d’une grande ville proche, d’un territoire, ou «\u00a0annuler\u00a0»."
)
ASK_PLACE = "Sur quelle plateforme préférez-vous que je vous écrive\u202f?"
ANY_PLACE = "Peu importe"
ASK_FALLBACK = "Et si elle ne me laisse pas vous écrire\u202f?"
ANYWHERE = "Où que ce soit"
NO_OTHER = "Nulle part ailleurs"
ONE_PLACE = (
    "Je ne peux vous écrire qu’à un endroit pour l’instant. "
    "Pour relier un autre compte, écrivez-moi «\u00a0relier\u00a0»."
)
ASK_QUIET = (
    "Quand ne faut-il rien vous envoyer\u202f? Choisissez, ou tapez par exemple «\u00a0de 19 h à 9 h\u00a0». "
    "Je réponds toujours à vos messages, et je n’envoie rien le week-end ni les jours fériés."
)
NETWORK_QUIET = "Celles du réseau (20 h – 8 h)"
NO_QUIET = "Aucune"
BAD_QUIET = (
    "Je n’ai pas compris. Tapez par exemple «\u00a0de 21 h à 7 h 30\u00a0»\u00a0: "
    "du soir (à partir de midi) au matin (midi au plus tard)."
)
ASK_PAUSE = (
    "Jusqu’à quand\u202f? D’ici là je réponds, mais je n’envoie rien de moi-même. "
    "Choisissez, ou tapez une date («\u00a015 août\u00a0», «\u00a031/08/2024\u00a0»)."
)
WEEK, TWO_WEEKS, MONTH = "Une semaine", "Deux semaines", "Un mois"
BAD_DATE = "Je n’ai pas compris cette date. Tapez par exemple «\u00a015 août\u00a0» ou «\u00a031/08/2024\u00a0»."
PAST_DATE = "Cette date est déjà passée. Tapez une date à venir, dans l’année."
LOCALES = {"fr": "en français", "en": "en anglais"}
ASK_LOCALE = "Comment écrire les dates\u202f?"
NOTHING_CHANGED = "D’accord, je ne change rien."

STOPPED = (
    "C’est noté\u00a0: je ne vous envoie plus rien de moi-même, ni rappel, ni annonce, ni relance. "
    "Ce qui devait partir est annulé.\n\n"
    "Vous pouvez toujours me poser vos questions. Pour que je vous écrive de nouveau, dites «\u00a0reprendre\u00a0»."
)
STOPPED_UNKNOWN = "C’est noté. Je ne vous envoie rien de moi-même\u00a0: je ne fais que répondre à vos messages."
RESUMED = "C’est reparti\u00a0: rappels, annonces et relances vous parviendront de nouveau."


def summary(person: Person, zone: str) -> str:
    """The preferences in half a line, for « mes données »."""
    words = [zone_name(zone), place(person), f"dates {LOCALES[person.locale or 'fr']}"]
    if person.stopped_at is not None:
        words.append("envois arrêtés")
    return ", ".join(words)


def place(person: Person) -> str:
    """Where one is written to."""
    if not person.preferred_platform:
        return "là où vous êtes joignable"
    first = PLATFORMS.get(person.preferred_platform, person.preferred_platform)
    if person.fallback_platform == NOWHERE:
        return f"{first}, et nulle part ailleurs"
    if person.fallback_platform:
        return f"{first}, sinon {PLATFORMS.get(person.fallback_platform, person.fallback_platform)}"
    return f"{first} de préférence"


def quiet(begins: time | None, ends: time | None) -> str:
    """« de 19 h à 9 h »."""
    if begins is None or ends is None:
        return "celles du réseau, de 20\u00a0h à 8\u00a0h"
    if (begins, ends) == NEVER_QUIET:
        return "aucune"
    return f"de {hour(begins)} à {hour(ends)}"


NEVER_QUIET = (time(23, 59, 59, 999999), time(0))  # the shortest night there is


def hour(at: time) -> str:
    """« 7 h 30 », « minuit » for the end of an evening."""
    if at == time.max:
        return "minuit"
    return f"{at.hour}\u00a0h\u00a0{at.minute:02}" if at.minute else f"{at.hour}\u00a0h"


def sending(person: Person, now: datetime, tz: ZoneInfo) -> str:
    """Whether anything is sent."""
    if person.stopped_at is not None:
        return "arrêtés, sauf mes réponses"
    if person.paused_until is not None and now < person.paused_until:
        return f"en pause jusqu’au {day(person.paused_until.astimezone(tz).date())}"
    return "actifs"


def paused(until: datetime, tz: ZoneInfo) -> str:
    """A pause was taken; `until` is the beginning of its last day's morrow."""
    return (
        f"Entendu\u00a0: je ne vous envoie rien de moi-même jusqu’au {day(until.astimezone(tz).date())}. "
        "Pour reprendre avant, dites «\u00a0reprendre\u00a0»."
    )


def zone_changed(zone: str, now: datetime) -> str:
    """The zone and what time it is there, so that a wrong one is seen."""
    return f"C’est noté\u00a0: {zone_name(zone)}. Il y est {clock(now, ZoneInfo(zone))}."


def quiet_changed(begins: time | None, ends: time | None) -> str:
    """The quiet hours chosen."""
    return f"C’est noté. Heures calmes\u00a0: {quiet(begins, ends)}."


def place_changed(person: Person) -> str:
    """Where one will be written to."""
    return f"C’est noté. Je vous écris\u00a0: {place(person)}."


def locale_changed(locale: str) -> str:
    """How dates will be written."""
    return f"C’est noté\u00a0: j’écris les dates {LOCALES[locale]}."


def platforms(names: list[str]) -> str:
    """« Slack et Telegram »."""
    return listed([PLATFORMS.get(name, name) for name in names], "")
