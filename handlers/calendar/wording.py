"""What the agenda says."""

from datetime import date

from handlers.dates import day
from storage.agenda import Status

STATUS = {Status.MOVED.value: "nouvelle date", Status.CANCELLED.value: "annulé"}
REMINDER = "Rappel\u00a0: "
PLACE = "Lieu\u00a0: "
LINK = "Lien\u00a0: "
NO_PLACE = "à préciser"
PLACE_TO_COME = "lieu à préciser"
REMOTE = "à distance"
OR_REMOTE = "ou à distance"
DAY_TO_COME = "jour à préciser"

AGENDA = "**Votre agenda**"
WHOLE_AGENDA = "**Tout l’agenda du réseau**"
NOTHING = "Rien n’est prévu pour vous dans les prochains mois."
NOTHING_PUBLIC = "Rien n’est prévu dans les prochains mois."
SEE_MINE = "Mon agenda"
SEE_ALL = "Tout l’agenda"
SEE_EVENT = "Voir l’événement"
MY_REMINDERS = "Mes rappels"
BACK = "← Retour à l’agenda"
EARLIER = "← Avant"
LATER = "Après →"
GONE = "Cet événement n’est plus à l’agenda."
NOT_YOURS = "Cet événement n’est pas public."

PRIVATELY = "Parlons de vos rappels en privé\u00a0: écrivez-moi directement, hors de ce canal."
PAUSED = "Vos rappels d’événements sont **en pause** : je ne vous en envoie aucun. L’agenda reste à votre disposition."
NO_REMINDERS = "Je n’ai aucun rappel à vous envoyer pour l’instant : aucun événement daté ne vous concerne."
REMINDERS = "**Vos prochains rappels**"
ONLY_DATED = "Je rappelle les événements dont le jour est connu, jamais la nuit, le week-end ni un jour férié."
PAUSE = "Suspendre mes rappels"
RESUME = "Reprendre mes rappels"
NO_ADDRESS = "Je ne peux vous écrire nulle part pour l’instant : vos rappels ne partiront pas."


def remains(left: str) -> str:
    """« c’est demain », « c’est dans 7 jours »."""
    return f"c’est {left}"


def source(name: str, dated: date | None) -> str:
    """« Source : note de présentation, vendredi 2 février 2024 »."""
    return f"Source\u00a0: {name}, {day(dated)}" if dated else f"Source\u00a0: {name}"


def page(number: int, pages: int) -> str:
    """« page 1 sur 3 »; nothing when there is one."""
    return f" (page {number} sur {pages})" if pages > 1 else ""


def more(count: int) -> str:
    """« et 4 autres »."""
    return f"… et {count} autre{'s' if count > 1 else ''} ensuite."
