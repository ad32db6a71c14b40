"""What is said of interviews."""

KIND = "interview"  # of the events that interviews are
REMOTE = "à distance"
NAME = "Entretien"
UNDERSTOOD = "J’ai compris\u00a0: **proposer des entretiens**"
OFFER = "Oui, les proposer"
NOTHING_OFFERED = "Aucun créneau d’entretien à venir. Proposez-en, par exemple\u00a0:"
EXAMPLE = "« entretiens le 20 février de 9h à 12h, 30 minutes, à Rennes »"
HOW_TO_OFFER = f"Pour en proposer d’autres\u00a0: {EXAMPLE}."
NOT_UNDERSTOOD = {
    "date": f"Quel jour\u202f? Écrivez par exemple\u00a0: {EXAMPLE}.",
    "hours": f"De quelle heure à quelle heure\u202f? Écrivez par exemple\u00a0: {EXAMPLE}.",
    "length": "Un entretien dure de 10\u00a0minutes à 4\u00a0heures.",
    "many": "Cela fait plus de 40\u00a0créneaux\u00a0: proposez-les en plusieurs fois.",
    "past": "Ces heures sont déjà passées.",
}
STALE = "Ces créneaux ne sont plus à l’étude\u00a0: redites-moi ce que vous souhaitez proposer."
TITLE = "**Créneaux d’entretien**"
FREE = "libre"
WITHDRAW = "Retirer"
WITHDRAW_YES = "Oui, le retirer"
WITHDRAWN = "C’est fait\u00a0: ce créneau est retiré."
CHOOSE = "**Choisissez le créneau de votre entretien**"
SWAP = "**Choisissez un autre créneau**"
NONE_FREE = "Il n’y a pas de créneau d’entretien libre pour l’instant."
TAKE_IT = "Oui, je le prends"
OTHERS = "Voir les autres créneaux"
TAKEN = "Ce créneau vient d’être pris par quelqu’un d’autre."
KEPT = "Vous gardez le vôtre."
GONE = "Ce créneau n’est plus proposé."
YOURS = "**Votre entretien**"
CHANGE = "Changer d’horaire"
GIVE_BACK = "Rendre ce créneau"
GIVE_BACK_YES = "Oui, le rendre"
KEEP_IT = "Non, le garder"
GIVEN_BACK = "C’est fait\u00a0: vous n’avez plus d’entretien. Pour en prendre un autre, écrivez « entretien »."
NOT_FOR_YOU = "Les entretiens s’adressent aux présidences et aux directions."
HAD_ONE = "Vous avez déjà eu votre entretien. Pour un second, adressez-vous à l’équipe d’animation du réseau."
IN_PRIVATE = "Parlons de votre entretien en privé\u00a0: écrivez-moi directement, hors de ce canal."
MOVE_ELSEWHERE = "Un entretien suit son créneau\u00a0: proposez-en un autre (« entretiens »), la personne le prendra."
MANAGE = "Changer ou rendre ce créneau"


def name(guest: str, host: str) -> str:
    """The name of the event on both agendas."""
    return f"{NAME}\u00a0: {guest} et {host}"


def offered(count: int, passed_over: int) -> str:
    """The times are on offer."""
    text = f"C’est enregistré\u00a0: {count} créneau{'x' if count > 1 else ''} proposé{'s' if count > 1 else ''}."
    if passed_over:
        text += (
            f" {passed_over} en recouvrai{'en' if passed_over > 1 else ''}t d’autres à vous\u00a0: je les ai laissés."
        )
    return f"{text}\nLes présidences et les directions les prennent en écrivant « entretien »."


def will_offer(count: int, minutes: int) -> str:
    """« 6 créneaux de 30 min »."""
    return f"{count} créneau{'x' if count > 1 else ''} de {minutes}\u00a0min"


def where(place: str, *, remote: bool) -> str:
    """« à Rennes, ou à distance »."""
    return ", ou ".join(part for part in (place, REMOTE if remote or not place else "") if part)


def with_host(when: str, host: str, place: str) -> str:
    """One time on offer."""
    return f"**{when}**\nAvec {host}, {place}"


def ask(text: str) -> str:
    """Before it is taken."""
    return f"{text}\n\nPrenez-vous ce créneau\u202f?"


def taken(text: str) -> str:
    """It is theirs."""
    return (
        f"C’est noté, ce créneau est à vous.\n{text}\n\nJe vous le rappellerai\u202f; voici de quoi l’ajouter à votre "
        "calendrier."
    )


def ask_back(text: str) -> str:
    """Before it is given back."""
    return f"{text}\n\nRendre ce créneau à quelqu’un d’autre\u202f?"


def ask_withdraw(text: str, guest: str) -> str:
    """Before a time that somebody has taken is withdrawn."""
    return f"{text}\n\nCe créneau est pris par {guest}\u00a0: le retirer annule l’entretien, et je l’en préviens."


def told_taken(guest: str, structure: str, when: str) -> str:
    """To who offered it."""
    return f"**{guest}**{f' ({structure})' if structure else ''} a pris un entretien avec vous\u00a0:\n{when}"


def told_moved(guest: str, when: str, before: str) -> str:
    """To who offered both."""
    return f"**{guest}** a changé l’horaire de votre entretien\u00a0:\n{when}\nAuparavant\u00a0: {before}"


def told_back(guest: str, when: str) -> str:
    """To who offered it."""
    return f"**{guest}** a rendu son créneau d’entretien\u00a0:\n{when}\nIl est de nouveau libre."


def told_withdrawn(host: str, when: str) -> str:
    """To who had taken it."""
    return (
        f"Votre entretien avec **{host}** est annulé\u00a0:\n{when}\n\nPour en prendre un autre, écrivez « entretien »."
    )
