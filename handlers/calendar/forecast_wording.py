"""What is said of what will be sent."""

from handlers.typography import shortened

TITLE = "Envois à venir"
NOTHING = "Rien n’est prévu dans cette période."
HOW = "*Si rien ne change d’ici là\u00a0: une réponse, un report ou un refus modifie ces nombres.*"
ASKED_FOR = "rappels demandés par les personnes"
KINDS = {
    "reminder": "Rappel",
    "own": "Rappels",
    "announcement": "Annonce",
    "nudge": "Relance",
    "waiting": "En attente",
}
WAITING = {"reminder": "rappels", "nudge": "relances", "notice": "avis"}
FOR_THE_MORNING = "en attente d’une heure permise"
WEEKS = {1: "1 semaine", 4: "4 semaines", 12: "12 semaines"}
_LONGEST = 60


def offset(word: str) -> str:
    """« J-7 », « H-2 » as people write them."""
    return word.replace("D-", "J-")


def before_close(days: int) -> str:
    """When a nudge leaves, told from the close."""
    if days == 0:
        return "le jour de la clôture"
    return f"{days}\u00a0jour{'s' if days > 1 else ''} avant la clôture"


def beginning(text: str) -> str:
    """The first words of an announcement."""
    return shortened(" ".join(text.replace("*", "").split()), _LONGEST)


def people(count: int, unreachable: int) -> str:
    """« 1 204 personnes, dont 12 sans messagerie »."""
    text = f"{count:,}".replace(",", "\u202f") + f" personne{'s' if count > 1 else ''}"
    return f"{text}, dont {unreachable} sans messagerie reliée" if unreachable else text


def line(kind: str, what: str, title: str, hours: str, whom: str) -> str:
    """One sending."""
    said = f"{KINDS[kind]}{f' {what}' if what and kind == 'reminder' else ''}"
    more = f" ({what})" if what and kind != "reminder" else ""
    return f"- {hours}\u00a0: {said}, **{title}**{more} — {whom}"


def total(sendings: int, messages: int) -> str:
    """The sum of it all."""
    written = f"{messages:,}".replace(",", "\u202f")
    return f"**{sendings} envoi{'s' if sendings > 1 else ''}, {written} message{'s' if messages > 1 else ''} en tout.**"
