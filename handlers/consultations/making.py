"""What staff read while they make a poll, in French."""

from collections.abc import Sequence

from handlers.consultations import wording
from handlers.messages import plain
from storage.consultations import QuestionKind, Secrecy
from storage.people import Role

PRIVATE = (
    "Les sondages se préparent en tête-à-tête\u00a0: écrivez-moi en message privé. Ici, «\u00a0sondage\u00a0» tout "
    "seul publie celui que vous avez préparé."
)
ASK_QUESTION = "**Nouveau sondage.** Quelle est votre question ?"
KINDS = ("Oui / non", "Texte libre", "Note de 1 à 5", "Trouver une date")
ASK_DEADLINE = (
    "**Jusqu’à quand ?** Écrivez une date, par exemple « vendredi à 18 h » ou « 26 juin », ou touchez un bouton. "
    "Sans heure précisée, ce sera 18 h."
)
DAYS = ((1, "Demain"), (3, "Dans 3 jours"), (7, "Dans une semaine"), (14, "Dans 2 semaines"))
GIVE_UP = "Abandonner"
GIVEN_UP = "Le sondage est abandonné ; rien n’a été envoyé."
OPEN_GO = "Ouvrir maintenant"
BY_PERSON = "Une voix par personne"
BY_STRUCTURE = "Une voix par structure"
SECRECIES = (
    (Secrecy.NAMED, "Rendre nominatif"),
    (Secrecy.CONFIDENTIAL, "Rendre confidentiel"),
    (Secrecy.ANONYMOUS, "Rendre anonyme"),
)
REGION = "Choisir une région"
EVERYWHERE = "Toutes les régions"
WHICH_REGION = "À quelle région s’adresse le sondage ?"
SHUFFLE, IN_ORDER = "Mélanger les choix", "Garder l’ordre des choix"
EDITS = ("Changer la question", "Changer les choix", "Changer la date")
ROLES: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("À tout le réseau", ()),
    ("Aux directions", (Role.DIRECTOR,)),
    ("Aux directions et présidences", (Role.DIRECTOR, Role.ELECTED)),
)
FROZEN = "Cette consultation ne se change plus ici."


def ask_choices(question: str) -> str:
    """The second message."""
    return f"« {plain(question)} »\n\n**Quels choix ?** Écrivez-les, un par ligne, ou touchez un bouton."


def ask_slots(question: str) -> str:
    """The slots of finding a date."""
    return (
        f"« {plain(question)} »\n\n**Quels créneaux\u202f?** Un par ligne, avec ou sans heure, par exemple "
        "« 16 mai à 9 h 30 »."
    )


def too_long(most: int) -> str:
    """A question nobody would read."""
    return f"Cette question est trop longue : {most} caractères au plus. Pouvez-vous la raccourcir ?"


def choices_trouble(fault: str) -> str:
    """What is wrong with the choices."""
    fault, _, line = fault.partition(":")
    return {
        "slot-few": "Il faut au moins deux créneaux, un par ligne.",
        "slot-many": "C’est beaucoup\u00a0: vingt créneaux au plus.",
        "slot-past": "Un de ces créneaux est déjà passé.",
        "slot-unclear": f"Je ne comprends pas « {plain(line)} ». Écrivez par exemple « 16 mai à 9 h 30 ».",
        "few": "Il faut au moins deux choix, un par ligne.",
        "many": "C’est beaucoup : vingt choix au plus.",
        "long": "Un de vos choix est trop long : 100 caractères au plus.",
        "twice": "Deux de vos choix sont les mêmes.",
    }[fault]


def deadline_trouble(fault: str) -> str:
    """What is wrong with the end."""
    return {
        "unclear": "Je n’ai pas compris cette date. Essayez « vendredi à 18 h », « 26 juin » ou « dans 3 jours ».",
        "past": "Cette date est déjà passée.",
    }[fault]


def kind_word(kind: QuestionKind) -> str:
    """How a question without choices is answered."""
    return {
        QuestionKind.YES_NO: "Oui / non",
        QuestionKind.SCALE: "Note de 1 à 5",
        QuestionKind.SLOTS: "Trouver une date",
    }.get(kind, "Texte libre")


def asked(roles: Sequence[str], regions: Sequence[str], voices: int, by_structure: bool) -> str:
    """Who is asked, and how many voices that makes."""
    label = next((label for label, of in ROLES if list(of) == list(roles)), ROLES[0][0])
    where = f", en région {plain(', '.join(regions))}" if regions else ""
    what = "structure" if by_structure else "personne"
    return f"{label}{where} : **{voices} {what}{'s' if voices > 1 else ''}**, une voix par {what}."


def preview(*, question: str, choices: Sequence[str], sees: str, asked: str, until: str) -> str:
    """Everything before it opens."""
    lines = [
        "**Aperçu du sondage**",
        question,
        " · ".join(plain(choice) for choice in choices),
        asked,
        f"Ce que liront les personnes interrogées : {sees}",
    ]
    if until:
        lines.append(wording.open_until(until))
    lines.append("Rien n’est parti : ouvrez le sondage quand tout vous convient.")
    return "\n\n".join(lines)


def prolonged(title: str, until: str) -> str:
    """The end was moved."""
    return f"« {plain(title)} » reste ouverte jusqu’à la nouvelle clôture, {until}."


def will_close(title: str, until: str) -> str:
    """The end of a draft was set."""
    return f"«\u00a0{plain(title)}\u00a0» se terminera à la clôture, {until}, une fois ouverte."
