"""What is said by whoever holds back, stops, repeats, corrects or recalls what was confirmed."""

from handlers.announcements.wording import people

PAUSE = "Suspendre"
RESUME = "Reprendre"
STOP = "Arrêter"
STOP_ASK = "Arrêter définitivement\u202f? Ce qui est déjà parti reste, le reste ne partira jamais."
STOP_SURE = "Oui, arrêter"
KEEP = "Non, laisser"
AGAIN_DOUBT = "Renvoyer aux envois en doute"
AGAIN_FAILED = "Réessayer les échecs"
FIX = "Corriger"
FIX_TEXT = "Écrivez le texte corrigé en entier, ou « annuler »."
FIX_TOO_LONG = (
    "Ce texte est trop long pour prendre la place de l’ancien\u00a0: il lui faudrait plus de messages. "
    "Raccourcissez-le, ou écrivez une nouvelle annonce."
)
RECALL = "Retirer"
RECALL_SURE = "Oui, retirer"
RECALLED = "*Cette annonce a été retirée par l’équipe d’animation du réseau.*"
ALREADY_RECALLED = "Cette annonce a été retirée\u00a0: elle n’est plus ni corrigée, ni renvoyée."
HALT = "Arrêt d’urgence"
HALT_ASK = (
    "**Arrêt d’urgence\u202f?** Plus rien ne partira, ni annonces, ni rappels, ni relances, jusqu’à la reprise. "
    "Je continue de répondre à ceux qui m’écrivent."
)
HALT_SURE = "Oui, tout arrêter"
RESTART = "Reprendre les envois"
RESTARTED = "Les envois reprennent. Ce qui attendait part maintenant, ou au matin chez ceux qui dorment."


def paused(held: int) -> str:
    """After « Suspendre »."""
    return f"En pause\u00a0: {people(held)} en attente."


def resumed(released: int) -> str:
    """After « Reprendre »."""
    return f"C’est reparti pour {people(released)}."


def stopped(count: int) -> str:
    """After « Arrêter »."""
    return f"Arrêtée\u00a0: {people(count)} ne la recevr{'ont' if count > 1 else 'a'} pas."


def repeated(count: int) -> str:
    """After « Renvoyer »."""
    return f"Nouvel envoi à {people(count)}."


def recall_ask(*, filed: bool) -> str:
    """What taking it back would do."""
    what = "le texte sera remplacé par une mention de retrait"
    if filed:
        what += ", et le fichier supprimé si la plateforme le permet encore (Telegram\u00a0: 48\u00a0h)"
    return f"Retirer l’annonce\u202f? Chez ceux qui l’ont reçue, {what}."


def fix_ask(arrived: int, waiting: int) -> str:
    """What a correction would do."""
    return (
        f"**Voici la correction.** Elle remplacera le texte chez {people(arrived)} "
        f"et partira ainsi pour {people(waiting)} en attente. "
        "Ce qui part en ce moment même arrive dans l’ancienne version et sera remplacé aussitôt."
    )


def fixed(arrived: int, *, stopped: bool) -> str:
    """After a correction; `stopped` while an emergency stop lets nothing leave."""
    if stopped and arrived:
        return (
            f"C’est noté\u00a0: le texte sera remplacé chez {people(arrived)} à la reprise des envois. "
            "L’arrêt d’urgence retient aussi les corrections."
        )
    return f"C’est corrigé\u00a0: le texte est remplacé chez {people(arrived)}."


def halted_by(name: str) -> str:
    """That everything is stopped, and by whom (already escaped)."""
    return f"**Arrêt d’urgence en cours**, décidé par {name}\u00a0: seules mes réponses partent."
