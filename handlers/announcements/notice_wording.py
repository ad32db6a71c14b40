"""What authors and staff are told of announcements without having asked."""

from handlers.announcements.departure_wording import duration
from handlers.announcements.wording import people


def ended(beginning: str, delivered: int, others: int, *, yours: bool) -> str:
    """The notice to the author, or else to the team, when the last delivery has its end."""
    whose = "Votre " if yours else "L’"
    text = f"{whose}annonce «\u00a0{beginning}\u00a0» est terminée\u00a0: remise à {people(delivered)}."
    return f"{text} Pour {people(others)}, voici ce qu’il en est." if others else text


def halted(beginning: str, failed: int, *, yours: bool) -> str:
    """The notice to the author, or else to the team, when an announcement paused itself."""
    whose = "votre " if yours else "l’"
    return (
        f"J’ai suspendu {whose}annonce «\u00a0{beginning}\u00a0»\u00a0: {failed} envois ont échoué. "
        "Le suivi dit pourquoi\u202f; vous pouvez reprendre ou arrêter."
    )


def without_right(beginning: str) -> str:
    """The notice to staff when whoever confirmed a scheduled announcement may not broadcast any more."""
    return (
        f"J’ai mis en pause l’annonce programmée «\u00a0{beginning}\u00a0»\u00a0: la personne qui l’avait confirmée "
        "n’a plus le droit d’écrire à ces destinataires. Si elle doit partir, reprenez-la en votre nom."
    )


def outage(seconds: float, count: int) -> str:
    """The notice to staff after a long outage."""
    one = "Une annonce attend" if count == 1 else f"{count} annonces attendent"
    return (
        f"**Je n’ai pas fonctionné pendant {duration(seconds)}.** {one} votre accord pour repartir, "
        "au cas où le texte ne serait plus d’actualité. Les rappels, eux, continuent."
    )


def resume_one(beginning: str) -> str:
    """The button that takes one announcement up again."""
    return f"Reprendre «\u00a0{beginning}\u00a0»"
