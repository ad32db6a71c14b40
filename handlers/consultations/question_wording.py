"""What is said around one question: its heading, how it is answered, what is wrong with an answer, in French."""

from datetime import date

from handlers.dates import day
from handlers.messages import plain
from storage.consultations import QuestionKind

BACK = "Retour"
SKIP = "Passer"
KEEP = "Garder ma réponse"
PAUSE = "Faire une pause"
AGAIN = "Recommencer"
CHOOSE_AGAIN = "Choisir autre chose"
SLOTS = "Dites pour chaque créneau s’il vous convient, puis « Valider ». Ce que vous laissez vide compte comme « non »."
HELD_YES = "C’était ma réponse"
REQUIRED = "Cette question demande une réponse."
NOTHING_SAID = "Vous n’avez répondu à aucune question : répondez à l’une d’elles avant d’envoyer."
WRITE = "Écrivez votre réponse."
WRITE_NUMBER = "Écrivez un nombre."
WRITE_DATE = "Écrivez une date, par exemple « 26 juin 2024 »."
PRECISE = "Précisez en quelques mots : écrivez votre réponse."
OPTIONAL = "facultative"
NO_ANSWER = "sans réponse"
TOLD_WHICH = "Plusieurs choix correspondent : lequel voulez-vous dire ?"
REVIEW = "**Relisez vos réponses**"
REVIEW_END = "Rien n’est parti pour l’instant. Tout vous convient ?"
NOT_RECORDED = "Ce que vous venez d’écrire n’a pas été enregistré."
TEXT_TOO_LONG = "Votre réponse dépasse la longueur prévue. Pouvez-vous la raccourcir ? Elle n’a pas été enregistrée."
NO_LONGER = "Cette question ne se pose plus, d’après vos autres réponses."


def heading(number: int, total: int, section: str) -> str:
    """Where one is."""
    return f"Question {number} sur {total}" + (f" · {plain(section)}" if section else "")


def how_many(kind: QuestionKind, least: int, most: int, count: int) -> str:
    """How many choices are wanted."""
    if kind == QuestionKind.RANKING:
        return "Classez du plus important au moins important : touchez les choix dans l’ordre."
    if least == most:
        return f"Choisissez {least} réponse{'s' if least > 1 else ''}, puis « Valider »."
    if most >= count:
        return (
            "Choisissez une ou plusieurs réponses, puis « Valider »."
            if least <= 1
            else f"Choisissez au moins {least} réponses, puis « Valider »."
        )
    if least <= 1:
        return f"Choisissez jusqu’à {most} réponses, puis « Valider »."
    return f"Choisissez de {least} à {most} réponses, puis « Valider »."


def trouble(fault: str, least: int, most: int) -> str:
    """What is wrong with an answer, by the name of its fault."""
    return {
        "required": REQUIRED,
        "choice": "Je ne retrouve pas ce choix : voici ceux qui sont proposés.",
        "few": f"Il faut choisir au moins {least} réponse{'s' if least > 1 else ''}.",
        "many": f"Vous pouvez choisir au plus {most} réponse{'s' if most > 1 else ''}.",
        "text": WRITE,
        "long": TEXT_TOO_LONG,
        "number": "Ce nombre n’est pas dans les limites prévues.",
        "which": TOLD_WHICH,
        "slots": SLOTS,
    }[fault]


def scale(low: int, low_label: str, high: int, high_label: str) -> str:
    """What the ends of a scale mean."""
    ends = [f"{n} = {plain(label)}" for n, label in ((low, low_label), (high, high_label)) if label]
    return f"De {low} à {high}" + (f" ({', '.join(ends)})." if ends else ".")


def mended(on: date) -> str:
    """A typo was corrected after people could read it."""
    return f"*Formulation corrigée le {day(on)}\u00a0: une coquille, le sens n’a pas changé.*"


def so_far(answer: str) -> str:
    """The answer given before."""
    return f"Votre réponse : **{plain(answer)}**"


def noted_elsewhere(number: int) -> str:
    """A button of another question was pressed, and counted for it."""
    return f"J’ai noté votre réponse à la question {number}. Revenons où vous en étiez :"


def mend(number: int) -> str:
    """The button that corrects one answer."""
    return f"Modifier {number}"


def held(text: str) -> str:
    """What was typed under an open question and taken for a question to the assistant."""
    return f"Vous aviez écrit : « {plain(text)} »."
