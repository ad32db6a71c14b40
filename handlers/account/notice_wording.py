"""The privacy notice in short."""

from collections.abc import Sequence

from storage.retention import Retention

MY_DATA = "Mes données"
ASK_STAFF = "l’équipe d’animation du réseau"


def notice(network: str, contact: str, sources: Sequence[str], kept: Retention) -> str:
    """The whole of it; names and sources are ready to be shown."""
    who = f"le réseau «\u00a0{network}\u00a0»" if network else "le réseau qui utilise Concerte"
    whom = contact or ASK_STAFF
    published = f" (sources\u00a0: {', '.join(sources)})" if sources else ""
    return (
        "**Confidentialité, en bref**\n\n"
        f"- **Responsable**\u00a0: {who}. Contact\u00a0: {whom}.\n"
        "- **Pourquoi**\u00a0: informer le réseau, recueillir ses avis, rappeler ses rendez-vous. "
        "Base\u00a0: l’intérêt légitime du réseau à animer sa concertation\u202f; pour vos préférences, votre choix.\n"
        "- **Quoi**\u00a0: identité, coordonnées professionnelles, structure, rôle, comptes reliés, réponses, "
        "messages envoyés. Une consultation dit avant la première question qui verra quoi.\n"
        "- **Destinataires hors de l’Union européenne**\u00a0: Slack (Salesforce, États-Unis) et Telegram "
        "(Émirats arabes unis), si vous les utilisez. Ils gardent leur propre copie de nos échanges. "
        "La page web du réseau évite l’un et l’autre.\n"
        f"- **Contacts publiés**{published}\u00a0: pour en être retiré, {whom}, ou «\u00a0mesdonnees\u00a0» → "
        "«\u00a0Tout effacer\u00a0».\n"
        f"- **Durées**\u00a0: messages envoyés {days(kept.deliveries)}, conversations web {days(kept.pages)}, "
        f"brouillons {days(kept.drafts)} après la clôture, journal par pseudonyme {days(kept.audit)}.\n"
        "- **Vos droits**\u00a0: accès, copie, rectification, effacement, opposition («\u00a0stop\u00a0»), "
        "limitation («\u00a0preferences\u00a0» → pause). Réclamation auprès de la CNIL (www.cnil.fr)."
    )


def days(count: int) -> str:
    """« 90 jours », « 3 ans »."""
    if count >= 730 and count % 365 == 0:
        return f"{count // 365}\u00a0ans"
    return f"{count}\u00a0jour{'s' if count > 1 else ''}"
