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
PAUSED = "Vos rappels d’événements sont **en pause** : je ne vous en envoie aucun. L’agenda reste à votre disposition."
NO_REMINDERS = "Je n’ai aucun rappel à vous envoyer pour l’instant : aucun événement daté ne vous concerne."
REMINDERS = "**Vos prochains rappels**"
ONLY_DATED = "Je rappelle les événements dont le jour est connu, jamais la nuit, le week-end ni un jour férié."
PAUSE = "Suspendre mes rappels"
RESUME = "Reprendre mes rappels"
NO_ADDRESS = "Je ne peux vous écrire nulle part pour l’instant : vos rappels ne partiront pas."


COME = "Je viens"
COME_REMOTE = "À distance"
PERHAPS = "Peut-être"
NOT_COMING = "Je ne viens pas"
NEEDS = "Signaler un besoin d’accès"
NEEDS_ASKED = (
    "De quoi avez-vous besoin pour participer dans de bonnes conditions\u202f? Par exemple\u00a0: accès en fauteuil, "
    "boucle magnétique, interprète. Écrivez-le en une phrase\u202f; seule l’équipe qui organise le verra."
)
NEEDS_KEPT = "C’est noté, l’équipe qui organise le saura."
NEEDS_RESUME = "Reprendre mon besoin d’accès"
NOT_INVITED = "Cet événement ne vous est pas adressé\u00a0: votre réponse n’y est pas attendue."
OVER = "Cet événement est passé ou annulé\u00a0: on ne peut plus y répondre."
REPLIES = "Qui vient\u202f?"
EXPORT = "Exporter la liste (CSV)"
EXPORT_XLSX = "Exporter la liste (Excel)"
MORE_LATER = "Voici les premiers\u202f; d’autres suivent."
STAFF_PRIVATELY = "Cette liste ne se montre pas devant d’autres\u00a0: demandez-la-moi en privé."
NO_REPLIES = "Personne n’a encore répondu."
ADD_TO_CALENDAR = "Ajouter à mon calendrier"
MAP = "Voir le plan"
REMIND_ME = "Me le rappeler"
SEE_CARD = "Fiche complète"
JOIN = "Rejoindre en visio"
NO_REMINDER_FOR_YOU = (
    "Cet événement ne vous est pas adressé\u00a0: je ne vous le rappelle pas de moi-même. Vous pouvez l’ajouter à "
    "votre calendrier, ou me demander un rappel."
)
NOT_COMING_SO_SILENT = "Vous avez répondu que vous ne venez pas\u00a0: je ne vous rappelle donc pas cet événement."
NO_REMINDER_LEFT = "Aucun rappel ne peut plus partir avant cet événement. Ajoutez-le plutôt à votre calendrier."
WILL_REMIND = "C’est entendu, je vous le rappellerai\u00a0:"
MUTE = "Plus de rappel pour celui-ci"
UNMUTE = "Me le rappeler à nouveau"
MUTED = "Je ne vous rappellerai plus cet événement."
UNMUTED = "Je vous rappellerai cet événement."
HEADER = ("Région", "Structure", "Nom", "Réponse", "Participation", "Liste d’attente", "Besoins d’accès", "Répondu le")
ANSWERS = {"yes": "oui", "maybe": "peut-être", "no": "non"}
MODES = {"on_site": "sur place", "remote": "à distance", "": ""}
WITHOUT_REGION = "Sans région"

FEED_PRIVATELY = "Cette adresse est privée\u00a0: demandez-la-moi directement, hors de ce canal."
NO_FEED = "Je n’ai pas d’adresse sur le web ici\u00a0: ajoutez chaque événement à votre calendrier depuis sa fiche."
FEED_OFF = "Désactiver cette adresse"
FEED_ENDED = "C’est fait\u00a0: cette adresse ne mène plus nulle part."
NO_FEED_YET = "Vous n’avez pas d’agenda à l’abonnement."

KEEP = "Oui, enregistrer"
DROP = "Non, abandonner"
DROPPED = "Rien n’a été changé."
KEPT = "C’est enregistré."
ALREADY_SO = "C’est déjà la date de l’événement."
STALE = "L’agenda a changé entre-temps\u00a0: rien n’a été fait. Redites-moi ce que vous souhaitez."
WHICH = "De quel événement s’agit-il\u202f? Je n’en trouve pas un seul qui corresponde à coup sûr\u00a0:"
NO_EVENT = "Je ne trouve pas cet événement à l’agenda."
BAD_DATE = (
    "Cette date ou cette heure n’existe pas, ou la fin vient avant le début. Écrivez par exemple\u00a0: « le 16 mai à "
    "9h30 », « du 19 février au 1er mars »."
)
NO_DATE = "À quelle date\u202f? Écrivez par exemple\u00a0: « ajoute atelier Bretagne le 16 mai 9h30 à Rennes »."
PAST = "Cette date est passée."
YOUR_REGION = "Vous tenez l’agenda de votre région\u00a0: nommez-la, ou adressez-vous à l’équipe nationale."
UNDERSTOOD = {
    "add": "J’ai compris\u00a0: **ajouter**",
    "move": "J’ai compris\u00a0: **déplacer**",
    "cancel": "J’ai compris\u00a0: **annuler**",
    "confirm": "J’ai compris\u00a0: **confirmer**",
}
TOLD = {"moved": "Nouvelle date", "cancelled": "Annulé", "confirmed": "Date fixée"}
CHANGED_TOGETHER = "Changements de l’agenda"
STAFF_SOURCE = "équipe d’animation du réseau"


def was(dates: str, place: str) -> str:
    """What an event was before it changed."""
    return f"Auparavant\u00a0: {dates}{f', {place}' if place else ''}"


def will_tell(people: int) -> str:
    """How many are told of a change."""
    return f"{people} personne{'s' if people > 1 else ''} en {'seront prévenues' if people > 1 else 'sera prévenue'}."


def for_calendar(name: str) -> str:
    """With the file of an event."""
    return f"**{name}**, à ouvrir avec votre calendrier."


def feed(url: str) -> str:
    """The private address of one's own agenda."""
    return (
        "**Votre agenda à l’abonnement**\n"
        f"{url}\n\nAjoutez cette adresse dans Google Agenda, Outlook ou Calendrier (« s’abonner »)\u202f; il se met à "
        "jour seul. Elle est à vous\u00a0: qui la connaît voit votre agenda. En demander une autre désactive celle-ci."
    )


def own_reply(answer: str, mode: str, *, waiting: bool) -> str:
    """The reader's own answer, as the card says it."""
    if waiting:
        said = "vous êtes sur liste d’attente\u202f; je vous préviens dès qu’une place se libère"
    elif answer == "yes":
        said = f"vous venez, {MODES[mode]}" if mode else "vous venez"
    else:
        said = "peut-être" if answer == "maybe" else "vous ne venez pas, je ne vous rappellerai pas cet événement"
    return f"Votre réponse\u00a0: {said}."


def seat_found(name: str, when: str) -> str:
    """To somebody who waited."""
    return f"**Une place s’est libérée pour vous\u00a0: {name}**\n{when}\nVous êtes inscrit sur place."


def replies(name: str, yes: int, remote: int, maybe: int, no: int, waiting: int) -> str:
    """The first lines of the staff's list."""
    parts = [f"{yes} sur place", f"{remote} à distance", f"{maybe} peut-être", f"{no} non"]
    if waiting:
        parts.append(f"{waiting} en liste d’attente")
    return f"**Réponses\u00a0: {name}**\n" + ", ".join(parts)


def exported(name: str, rows: int) -> str:
    """With the file."""
    return f"Les réponses à **{name}**\u00a0: {rows} ligne{'s' if rows > 1 else ''}."


def remains(left: str) -> str:
    """« c’est demain », « c’est dans 7 jours »."""
    return f"c’est {left}"


def source(name: str, dated: date | None, changed: date | None = None) -> str:
    """« Source : note de présentation, vendredi 2 février 2024 ; mis à jour le lundi 11 mars 2024 »."""
    text = f"Source\u00a0: {name}, {day(dated)}" if dated else f"Source\u00a0: {name}"
    return f"{text}\u202f; mis à jour le {day(changed)}" if changed else text


def page(number: int, pages: int) -> str:
    """« page 1 sur 3 »; nothing when there is one."""
    return f" (page {number} sur {pages})" if pages > 1 else ""


def more(count: int) -> str:
    """« et 4 autres »."""
    return f"… et {count} autre{'s' if count > 1 else ''} ensuite."


def several_changed(count: int) -> str:
    """The first line when several events have changed at once."""
    return f"L’agenda a changé\u00a0: {count} événement{'s' if count > 1 else ''}"


def are_told(count: int) -> str:
    """How many people hear of a change."""
    return f"{count} personne{'s sont prévenues' if count > 1 else ' est prévenue'}." if count else ""
