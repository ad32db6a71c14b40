"""What is said about polls in channels, in French. A notice has 200 characters on Telegram."""

from handlers.consultations.voice import Obstacle
from handlers.consultations.wording import voice_of, yours
from handlers.messages import plain
from handlers.typography import shortened

_NAME = 50  # characters of a structure’s, so that what to do comes whole in a notice
POST = "Publier dans un canal"
HIDE = "Cacher les résultats jusqu’à la clôture"
SHOW = "Montrer les résultats au fil de l’eau"
NOT_ANONYMOUS = (
    "Un sondage anonyme ne se publie pas dans un canal\u00a0: Slack ou Telegram y verraient qui touche quoi. Les "
    "personnes y répondent en tête-à-tête, en me disant «\u00a0consultations\u00a0»."
)
NOT_ONE_PRESS = (
    "Seul un sondage d’une question, à laquelle un seul bouton répond, se publie dans un canal\u00a0: un choix, "
    "oui ou non, ou une note."
)
NOTHING_ASKED = (
    "Préparez d’abord le sondage avec moi en tête-à-tête («\u00a0sondage\u00a0»), touchez «\u00a0Publier dans un "
    "canal\u00a0», puis revenez ici m’écrire «\u00a0sondage\u00a0»."
)
ALREADY_HERE = "Ce sondage est déjà publié ici."
OVER = "Ce sondage est clos\u00a0: il ne se publie plus."
ELSEWHERE = (
    "Ce sondage est publié une seconde fois dans ce canal\u00a0: c’est là-bas qu’on répond désormais. Les réponses "
    "données ici sont comptées."
)
GONE = "Ce sondage n’est plus publié dans un canal. Écrivez-moi «\u00a0consultations\u00a0» en tête-à-tête."
UNKNOWN = (
    "Votre compte n’est relié à personne du réseau\u00a0: votre voix ne peut pas être comptée. Demandez une invitation "
    "à l’équipe d’animation."
)
OTHER = "Pour préciser votre réponse, écrivez-moi «\u00a0consultations\u00a0» en tête-à-tête."
HIDDEN = "Les résultats paraîtront ici à la clôture."
CLOSED = "**Sondage clos.** Merci à toutes et à tous."
HOW = "Touchez votre réponse\u00a0: elle est comptée aussitôt, et vous pouvez en changer jusqu’à la clôture."
FIRST_STAYS = "La première réponse d’une structure compte."
DIRECTOR_VALIDATES = "La réponse d’une structure compte quand sa direction l’a envoyée ou validée."
LAST_COUNTS = "Une réponse par structure, que ses membres peuvent remplacer en tête-à-tête avec moi."
NOT_YET = "Ce sondage n’est pas encore ouvert."
TOO_LATE = "Le sondage est clos\u00a0: votre voix n’a pas pu être comptée."


def where(title: str, *, opens: bool) -> str:
    """How a poll gets into a channel."""
    opening = " Il s’ouvrira à ce moment-là." if opens else ""
    return (
        f"Dans le canal Slack ou le groupe Telegram où «\u00a0{plain(title)}\u00a0» doit paraître, mentionnez-moi avec "
        f"le mot «\u00a0sondage\u00a0»\u00a0: je l’y publierai aussitôt.{opening} Si je n’y suis pas encore, "
        "invitez-moi d’abord."
    )


def not_posted(title: str) -> str:
    """To who asked, when the platform refused the message."""
    return (
        f"Je n’ai pas pu publier «\u00a0{plain(title)}\u00a0» dans ce canal\u00a0: je n’ai pas le droit d’y écrire. "
        "Donnez-le-moi, puis recommencez."
    )


def voices(count: int) -> str:
    """How many have been counted."""
    return "Aucune voix pour l’instant." if not count else f"**{count} voix comptée{'s' if count > 1 else ''}**"


def counted(answer: str, structure: str) -> str:
    """The press counted; of a structure too."""
    return f"{voice_of(structure)} est comptée\u00a0: {answer}."


def changed(answer: str, structure: str) -> str:
    """Another answer takes the place of one’s own."""
    return f"{voice_of(structure)} est changée\u00a0: {answer}."


def same(answer: str, structure: str) -> str:
    """The same press again."""
    return f"{voice_of(structure)} est déjà comptée\u00a0: {answer}."


def colleague(author: str, structure: str, *, first: bool) -> str:
    """Somebody else of the structure has answered: nothing is replaced by who has not seen it."""
    whose = yours(shortened(structure, _NAME))
    if first:
        return f"{author} a déjà répondu pour {whose}, et la première réponse compte."
    return (
        f"{author} a déjà répondu pour {whose}. Pour voir sa réponse ou la remplacer, écrivez-moi "
        "«\u00a0consultations\u00a0» en tête-à-tête."
    )


def prepared(structure: str) -> str:
    """The answer waits for the director."""
    whose = yours(structure, goes_on=True)
    return f"La réponse de {whose} est préparée\u00a0: elle comptera quand la direction l’aura validée."


def obstacle(what: Obstacle) -> str:
    """Why a press does not count."""
    return {
        Obstacle.NO_STRUCTURE: "On répond ici au nom d’une structure, et je ne connais pas la vôtre",
        Obstacle.ELSEWHERE: "Ce sondage s’adresse à d’autres structures que la vôtre",
        Obstacle.ROLE: "Ce sondage s’adresse à d’autres fonctions que la vôtre",
    }[what] + "\u00a0: votre voix n’est pas comptée."
