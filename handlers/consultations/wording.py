"""What consultations say, in French."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers import typography
from handlers.consultations.voice import Obstacle
from handlers.dates import clock, day, zone_name
from handlers.messages import plain
from storage.consultations import Rule, Secrecy, Voice

PRIVATE = "Les consultations se font en tête-à-tête : écrivez-moi en message privé, je vous y attends."
STALE = "Ce bouton n’est plus valable, et rien n’a changé. Dites « consultations » pour retrouver votre place."
NONE_OPEN = "Aucune consultation ne vous attend en ce moment. Je vous préviendrai s’il y en a une."
OPEN_ONES = "**Consultations ouvertes**"
NOTED = "C’est noté."
NOT_ANSWERED = "Vous n’avez pas encore répondu."
REREAD = "Relire et envoyer"
RESUME = "Reprendre"
ANSWER = "Répondre"
BEGIN = "Commencer"
READ_ALL = "Lire les questions"
VALIDATE = "Valider"
YES, NO = "Oui", "Non"
SUITS = ("non", "si besoin", "oui")  # by how a slot suits: 0, 1, 2
YOUR_STRUCTURE = "votre structure"
TRIAL = "*Essai avant l’ouverture\u00a0: rien ne sera compté ni gardé.*"
TRIED = "**L’essai est terminé.** Voici ce qu’une direction aurait envoyé\u202f; rien n’est compté ni gardé."
TRY, TRY_AGAIN, TO_FOLLOW = "Essayer", "Essayer encore", "Revenir à la préparation"
SEND = "Envoyer mes réponses"
SEE = "Voir la réponse"
MINE = "Voir mes réponses"
CORRECT = "Corriger"
REPLACE = "Remplacer la réponse"
APPROVE = "Valider au nom de la structure"
OTHERS = "Voir les consultations"
COLUMN_ANSWER, COLUMN_COUNT, COLUMN_RANK = "Réponse", "Nombre", "Rang moyen"
MEAN = "Moyenne"
NO_MORE = "Ne plus me relancer"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """« le mercredi 26 juin 2024 à 9 h 05 », by the clocks of the zone."""
    return f"le {day(at.astimezone(zone).date())} à {clock(at, zone)}"


def deadline(at: datetime, network: ZoneInfo, reader: ZoneInfo) -> str:
    """An instant in the network’s time and, where the clocks differ, the reader’s own."""
    stated = f"{moment(at, network)} ({zone_name(network.key)})"
    here, there = at.astimezone(network), at.astimezone(reader)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return stated
    own = clock(at, reader) if here.date() == there.date() else f"{day(there.date())} à {clock(at, reader)}"
    return f"{stated}, soit {own} chez vous"


def questions(count: int) -> str:
    """« 1 question », « 6 questions »."""
    return f"{count} question{'s' if count > 1 else ''}"


def left_alone(title: str) -> str:
    """To who wants no more nudges."""
    return (
        f"Entendu : je ne vous relancerai plus pour « {plain(title)} ». Vous pouvez toujours y répondre en disant "
        "« consultations »."
    )


def plural(count: int) -> str:
    """« s » of several."""
    return "s" if count > 1 else ""


def yours(structure: str, *, goes_on: bool = False) -> str:
    """« votre structure, ML Rennes »: names of structures come without an article, and none is guessed.

    With the comma that closes the name where the sentence goes on with it.
    """
    if not structure or structure == YOUR_STRUCTURE:  # which stands for any in a trial
        return YOUR_STRUCTURE
    return f"{YOUR_STRUCTURE}, {structure}{',' if goes_on else ''}"


def voice_of(structure: str) -> str:
    """Whose voice it is, before a verb."""
    return f"La voix de {yours(structure, goes_on=True)}" if structure else "Votre voix"


def who_sees(secrecy: str, voice: str, structure: str, platform: str) -> str:
    """The one sentence the voter reads before the first question: who will see what. Without a name: any structure."""
    of = yours(plain(structure))
    if secrecy == Secrecy.NAMED:
        if voice == Voice.STRUCTURE:
            sentence = (
                f"Vous répondez au nom de {of}\u00a0: l’équipe d’animation du réseau verra vos réponses avec le nom de "
                "la structure et le vôtre, et vos collègues pourront les lire"
            )
        else:
            sentence = "L’équipe d’animation du réseau verra vos réponses avec votre nom"
    elif secrecy == Secrecy.ANONYMOUS:
        who = (
            f"que {yours(plain(structure), goes_on=True)} a répondu"
            if voice == Voice.STRUCTURE
            else "que vous avez répondu"
        )
        sentence = (
            f"C’est anonyme : l’équipe d’animation du réseau verra {who} et, après la clôture, tous les bulletins sans "
            "nom, sans heure et sans ordre, et ni elle ni vos collègues ne pourront savoir lequel est le vôtre"
        )
    elif voice == Voice.STRUCTURE:
        sentence = (
            f"Vous répondez au nom de {of}\u00a0: l’équipe d’animation du réseau verra quelles structures ont répondu, "
            "les totaux et les textes sans nom, et seuls vos collègues pourront lire la réponse de votre structure"
        )
    else:
        sentence = (
            "L’équipe d’animation du réseau verra qui a répondu, les totaux et les textes sans nom, mais pas qui a "
            "répondu quoi"
        )
    host = {"slack": "Slack", "telegram": "Telegram"}.get(platform)
    if secrecy != Secrecy.NAMED and host:
        sentence += f" ; {host}, de son côté, garde la trace de vos messages et de vos appuis"
    return sentence + "."


def rule(voice: str, rule: str, *, secret: bool = False) -> str:
    """Which answer counts when colleagues answer too."""
    if secret:
        one = "Une seule réponse par structure, et elle" if voice == Voice.STRUCTURE else "Une seule réponse, qui"
        return f"{one} ne pourra plus être changée une fois envoyée."
    if voice == Voice.PERSON:
        return "Vous pourrez corriger vos réponses jusqu’à la clôture ; ce sont les dernières qui comptent."
    return {
        Rule.FIRST: "Une seule réponse par structure : la première envoyée compte, et son auteur peut la corriger.",
        Rule.LAST: "Une seule réponse par structure : la dernière envoyée compte, et vos collègues sont prévenus.",
        Rule.DIRECTOR: (
            "Une seule réponse par structure : celle que la direction envoie ou valide. Les autres peuvent la préparer."
        ),
    }[Rule(rule)]


def introduction(count: int) -> str:
    """How much there is to answer, and that it need not be at once."""
    return (
        f"{questions(count)}. Vous pouvez vous arrêter à tout moment et reprendre plus tard, ici ou dans une autre "
        "messagerie : je garde votre place."
    )


def open_until(at: str) -> str:
    """Until when one may answer."""
    return f"Ouverte jusqu’à la clôture, {at}."


def obstacle(what: Obstacle, title: str) -> str:
    """Why this person cannot answer, and what could be done."""
    return {
        Obstacle.NO_STRUCTURE: (
            "Cette consultation se répond au nom d’une structure, et je ne sais pas à laquelle vous appartenez. "
            "L’équipe d’animation du réseau peut vous y rattacher."
        ),
        Obstacle.ELSEWHERE: f"La consultation « {plain(title)} » s’adresse à d’autres structures que la vôtre.",
        Obstacle.ROLE: (
            f"La consultation « {plain(title)} » s’adresse à d’autres fonctions que la vôtre dans votre structure."
        ),
    }[what]


def not_open(title: str) -> str:
    """It has not begun."""
    return f"La consultation « {plain(title)} » n’est pas encore ouverte."


def closed(title: str, at: str) -> str:
    """It is over."""
    since = f" depuis {at}" if at else ""
    return f"La consultation « {plain(title)} » est close{since} : il n’est plus possible d’y répondre."


def resume_at(number: int, total: int) -> str:
    """The button that leads back to one’s place."""
    return f"Reprendre (question {number} sur {total})"


def paused(title: str) -> str:
    """One may leave."""
    return (
        f"Entendu. Vos réponses à « {plain(title)} » sont gardées ; rien n’est envoyé. "
        "Dites « consultations » quand vous voudrez reprendre."
    )


def begun(number: int, total: int) -> str:
    """Where a draft stands; number 0 is the review."""
    if not number:
        return "Vos réponses sont prêtes ; elles ne sont pas encore envoyées."
    return f"Vous en êtes à la question {number} sur {total}."


def shortened(title: str) -> str:
    """A title that fits on a button."""
    return typography.shortened(title, 60)


def chart_of(title: str) -> str:
    """What the picture is."""
    return f"Graphique des réponses à « {title} »."
