"""What is said as staff act on a consultation: nudge, call, enter, export, prolong, open, close, publish."""

from handlers.consultations.wording import plural
from handlers.messages import plain
from storage.consultations import Readers

NUDGE = "Relancer"
COPY = "Copier"
SET_END = "Fixer la clôture"
PUBLISH = "Publier"
PUBLISH_WHOM = "À qui faire connaître ces résultats ? Les textes libres et les noms restent à l’équipe d’animation."
NOT_PUBLISHED = "Les résultats de cette consultation ne vous ont pas été communiqués."
UNREACHED = "Qui appeler"
ENTER = "Saisir une réponse"
NUDGE_GO = "Relancer maintenant"
EXPORT = "Exporter"
PROLONG = "Prolonger"
CLOSE = "Clore"
CLOSE_GO = "Clore pour de bon"
OPEN = "Ouvrir"
OPEN_GO = "Ouvrir maintenant"
NOT_OPEN_NOW = "Cette consultation n’est pas ouverte en ce moment."
ALREADY_OPEN = "Cette consultation a déjà été ouverte."
ALL_ANSWERED = "Tout le monde a répondu : il n’y a personne à relancer."
WHICH_FORMAT = "Dans quel format voulez-vous les réponses ?"
EXPORTED = "Voici l’export."
NOBODY_TO_CALL = "Tout le monde a répondu ou peut être joint par messagerie : il n’y a personne à appeler."


def publish_to(readers: Readers, people: int) -> str:
    """A button: to whom, and how many they are."""
    whom = "Aux personnes qui ont répondu" if readers == Readers.VOTERS else "À toutes les personnes interrogées"
    return f"{whom} ({people})"


def are_published(title: str) -> str:
    """To each reader."""
    return f"Les résultats de la consultation « {plain(title)} » sont connus."


def published(told: int) -> str:
    """To staff."""
    people = f"{told} personne{plural(told)}"
    return f"Les résultats sont annoncés à {people} de plus, qui peuvent les voir avec leur graphique."


def to_call(rows: int) -> str:
    """What the list of the unreachable holds."""
    return (
        f"Voici les {rows} personnes et structures qui n’ont pas répondu et que je ne peux pas joindre par messagerie, "
        "avec leur téléphone quand je le connais. « Saisir une réponse » enregistre ce qu’elles vous diront."
    )


def nudge_preview(voices: int, people: int, unreachable: int, nobody: int) -> str:
    """Whom a nudge would reach."""
    text = (
        f"{voices} voix n’{'ont' if voices > 1 else 'a'} pas encore répondu. "
        f"La relance partira vers {people} personne{plural(people)}, aux heures ouvrées de chacune."
    )
    if unreachable:
        text += (
            f" {unreachable} autre{plural(unreachable)} n’{'ont' if unreachable > 1 else 'a'} pas de messagerie reliée."
        )
    if nobody:
        text += f" Pour {nobody} structure{plural(nobody)}, je ne connais personne."
    return text


def nudged(written: int) -> str:
    """What the nudge did."""
    if not written:
        return "Rien de plus à envoyer : la relance du jour est déjà partie, ou personne n’est joignable."
    return (
        f"La relance est en route vers {written} personne{plural(written)}. "
        "Elle s’arrête d’elle-même dès qu’un collègue répond."
    )


def export_alt(title: str) -> str:
    """What the file is."""
    return f"Réponses à « {title} »"


def close_preview(title: str) -> str:
    """What closing does."""
    return (
        f"Clore « {plain(title)} » ? Plus personne ne pourra répondre, et les réponses commencées mais non envoyées "
        "ne seront pas comptées. C’est définitif."
    )


def closed(title: str) -> str:
    """It is done."""
    return f"« {plain(title)} » est close."


def open_preview(title: str) -> str:
    """What opening does."""
    return f"Ouvrir « {plain(title)} » ? Les questions ne pourront plus changer une fois la consultation ouverte."


def copied(title: str) -> str:
    """A draft again."""
    return (
        f"Voici une copie de «\u00a0{plain(title)}\u00a0», en préparation\u00a0: mêmes questions, mêmes destinataires, "
        "aucune réponse. Essayez-la, fixez sa clôture, puis ouvrez-la."
    )


def mends(count: int) -> str:
    """How many typos were corrected since it was made."""
    return f"{count} coquille{plural(count)} corrigée{plural(count)} (voir «\u00a0journal\u00a0»)." if count else ""


def opened(title: str) -> str:
    """It is done."""
    return f"« {plain(title)} » est ouverte : les personnes concernées la trouvent en disant « consultations »."
