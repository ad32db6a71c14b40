"""What is said once answers are sent: receipts, the copy, what waits for a director, the list of ballots, in French."""

from handlers.consultations.voice import Effect
from handlers.consultations.wording import voice_of
from handlers.messages import plain

BALLOTS = "Liste des bulletins"
BALLOTS_LATER = "La liste des bulletins paraîtra après la clôture."
DRAFT_LOST = "Vos réponses commencées mais non envoyées n’ont pas été comptées."


def standing(author: str, structure: str, at: str, is_me: bool) -> str:
    """Who has answered for this voice, and when."""
    if is_me:
        return f"Vous avez répondu {at}."
    return f"**{plain(author)}** a répondu pour sa structure, {plain(structure)}, {at}."


def proposed(author: str, at: str, is_me: bool) -> str:
    """What waits for the director."""
    who = "Vous avez préparé" if is_me else f"**{plain(author)}** a préparé"
    return f"{who} une réponse {at} ; elle attend la validation de la direction."


def what_now(effect: Effect) -> str:
    """What the rule lets one do about an answer that stands."""
    return {
        Effect.COUNT: "",
        Effect.REPLACE: "Vous pouvez remplacer cette réponse jusqu’à la clôture.",
        Effect.PROPOSE: "Vous pouvez en préparer une autre : la direction de votre structure la validera.",
        Effect.REFUSE: "La règle de cette consultation est que la première réponse compte : elle reste telle quelle.",
    }[effect]


def sent(given_name: str, receipt: str, at: str) -> str:
    """The receipt."""
    return f"C’est envoyé. Merci, {plain(given_name)} !\n\nReçu **{receipt}**, {at}."


def sent_secretly(given_name: str, receipt: str) -> str:
    """The receipt of an anonymous ballot."""
    return (
        f"C’est envoyé. Merci, {plain(given_name)}\u202f!\n\nReçu **{receipt}**. Notez-le : je ne le garde pas. Après "
        "la clôture, il vous permettra de retrouver votre bulletin dans la liste publiée."
    )


def ballots(count: int) -> str:
    """What the list of anonymous ballots is."""
    return (
        f"Voici les {count} bulletins, sous leur reçu et sans autre ordre. Cherchez le vôtre, et recomptez si vous le "
        "souhaitez."
    )


def ballots_alt(title: str) -> str:
    """What the file is."""
    return f"Bulletins de « {title} »"


def took_part(structure: str) -> str:
    """All that is known of an anonymous voice that has answered."""
    whose = voice_of(plain(structure))
    return (
        f"{whose} est comptée. C’est anonyme : je ne sais pas ce qui a été répondu, et rien ne peut plus être changé."
    )


def sent_again(receipt: str, at: str) -> str:
    """The receipt to those who press twice."""
    return f"Vos réponses sont bien envoyées : reçu **{receipt}**, {at}."


def proposal_sent(given_name: str, has_director: bool) -> str:
    """The answer waits for a director."""
    wait = (
        "La direction de votre structure est prévenue : votre réponse comptera dès qu’elle l’aura validée."
        if has_director
        else "Je ne connais pas encore la direction de votre structure : votre réponse ne comptera qu’une fois "
        "validée. Prévenez l’équipe d’animation du réseau."
    )
    return f"Merci, {plain(given_name)} ! {wait}"


def meanwhile(what: str) -> str:
    """Something changed since the review was shown."""
    return f"Entre-temps, les choses ont bougé. {what} Voulez-vous toujours envoyer vos réponses ?"


def kept_not_sent() -> str:
    """What becomes of answers that the rule does not let in."""
    return "Vos réponses n’ont pas été envoyées ; celle de votre structure n’a pas changé."


def copy(structure: str) -> str:
    """The heading of a copy of answers."""
    return f"**Réponse\u00a0: {plain(structure)}**" if structure else "**Vos réponses**"


def validated(receipt: str, at: str) -> str:
    """To the director who validated."""
    return f"C’est validé, au nom de votre structure. Reçu **{receipt}**, {at}."


def only_directors() -> str:
    """A colleague pressed a director’s button."""
    return "Seule la direction de votre structure peut valider sa réponse."


def proposal_changed() -> str:
    """The proposal is not the one that was shown."""
    return "Cette proposition a changé depuis : la voici telle qu’elle est."


def no_proposal() -> str:
    """There is nothing to validate any more."""
    return "Il n’y a plus de réponse à valider : elle a déjà été validée ou remplacée."


def receipt_code(code: str) -> str:
    """The receipt’s code, for the record."""
    return f"Reçu {code}."
