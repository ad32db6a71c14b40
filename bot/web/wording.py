"""What the pages say that is not in their templates."""

from dataclasses import dataclass

from handlers.request import Someone
from storage.people import Role

# One answer for a link that is over and for one that never was: nobody learns which by trying.
LINK_GONE = (
    "Ce lien n’est plus valable, ou ne l’a jamais été. "
    "Demandez-en un autre à l’équipe d’animation du réseau, ou écrivez « lien » à Concerte dans Slack ou Telegram."
)
LINK_ENDED = "Merci de nous l’avoir dit : ce lien ne vaut plus rien, et l’équipe d’animation du réseau est prévenue."
TOO_MANY_TRIES = "Trop d’essais depuis cette adresse. Merci de patienter un quart d’heure."
SESSION_ENDED = "Cette page n’est plus ouverte. Rouvrez votre lien personnel, ou demandez-en un autre."
NO_SESSION = "Pour ouvrir votre page, suivez votre lien personnel."
LEFT = "Vous avez quitté votre page. Votre lien personnel la rouvre quand vous voulez."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try on an empty page: what the button shows, what it sends."""

    label: str
    text: str


_ASSEMBLY = Suggestion("C’est quand l’assemblée générale ?", "C’est quand l’assemblée générale ?")
_CONTACT = Suggestion("Qui contacter ?", "Qui contacter ?")
_NEXT = Suggestion("Quelles sont les prochaines dates ?", "Quelles sont les prochaines dates ?")
_CONSULT = Suggestion("Répondre à une consultation", "consultations")
_ANNOUNCE = Suggestion("Écrire une annonce", "annonce")
_FOLLOW = Suggestion("Voir qui a répondu", "suivi")
_REMINDERS = Suggestion("Mes rappels", "rappels")


def suggestions(person: Someone) -> tuple[Suggestion, ...]:
    """Three things worth a try, by what the person may do."""
    if person.is_staff or Role.REGIONAL_STAFF in person.roles:
        return (_ANNOUNCE, _FOLLOW, _ASSEMBLY)
    if person.roles & {Role.DIRECTOR, Role.ELECTED}:
        return (_CONSULT, _ASSEMBLY, _CONTACT)
    return (_ASSEMBLY, _NEXT, _REMINDERS)
