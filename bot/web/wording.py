"""What the pages say that is not in their templates."""

from dataclasses import dataclass

from handlers.request import Someone
from storage.people import Role


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
