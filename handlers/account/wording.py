"""What the account capability says."""

from handlers.messages import plain

UNKNOWN = (
    "Je ne sais pas encore qui vous êtes : vous pouvez poser des questions publiques. "
    "Pour répondre aux consultations, demandez une invitation à l’équipe d’animation du réseau."
)

STAFF = (
    "Pour l’équipe : « annonce » pour écrire à des destinataires choisis, « sondage » pour poser une question au "
    "réseau, « suivi » pour voir qui a répondu — jamais quoi, « inviter » pour faire venir quelqu’un, « rôles » pour "
    "voir qui peut quoi, « remplacer » quand une direction change, « envois à venir » pour voir tout ce "
    "qui partira, « entretiens » pour proposer des créneaux."
)


def welcome(given_name: str, network: str) -> str:
    """The first words, to someone or to anyone."""
    hello = f"Bonjour {given_name} !" if given_name else "Bonjour !"
    who = f"Je suis Concerte, l’assistant du réseau « {network} »." if network else "Je suis Concerte."
    return (
        f"{hello} {who}\n\n"
        "Posez-moi une question comme elle vous vient, par exemple :\n\n"
        "- C’est quand l’assemblée générale ?\n"
        "- Qu’est-ce qu’il y a en juin ?\n"
        "- Qui contacter ?\n"
        "- Rappelle-moi l’assemblée générale la veille à 18 h\n\n"
        "Ou dites un mot : **agenda**, **consultations**, **contact**, **rappels**, **aide**."
    )


_PLATFORMS = {"slack": "Slack", "telegram": "Telegram", "web": "navigateur"}

PRIVATELY = "Faisons cela en privé : écrivez-moi directement, hors de ce canal."
TYPE_YOUR_CODE = (
    "Tapez ici le code que vous avez obtenu en écrivant « relier » depuis votre autre compte. "
    "Vous n’en avez pas ? Demandez une invitation à l’équipe d’animation du réseau."
)
TOO_MANY_TRIES = "Trop d’essais infructueux. Merci de patienter un quart d’heure, puis de demander un nouveau code."
WRONG_CODE = "Ce code n’est pas valable : il a peut-être expiré (10 minutes) ou déjà servi. Demandez-en un nouveau."
INVITATION_GONE = "Cette invitation n’est plus valable. L’équipe d’animation du réseau peut vous en envoyer une autre."
ALREADY_LINKED = "Ce compte est déjà relié à quelqu’un. Pour en changer, écrivez d’abord « délier »."
ALREADY_YOURS = "Ce compte est déjà relié au vôtre : tout est en ordre."
YES_ITS_ME = "Oui, c’est moi"
NOT_ME = "Ce n’est pas moi"
APPROVE = "J’approuve"
DENY = "Je refuse"
WAIT_FOR_YOUR_OTHER_ACCOUNT = (
    "Merci. Par sécurité, je viens d’écrire à votre autre compte : approuvez-y la liaison, et ce sera fait."
)
WAIT_FOR_STAFF = (
    "Merci. Par sécurité, l’équipe d’animation du réseau doit encore approuver cette liaison. "
    "Je vous préviens aussitôt."
)
NOTHING_LINKED = "C’est noté : rien n’a été relié."
NOT_APPROVED = "La liaison de ce compte n’a pas été approuvée. L’équipe d’animation du réseau peut vous aider."
NO_LONGER_OPEN = "Cette demande n’est plus ouverte, ou ne vous était pas adressée."
LINK_DONE = "C’est fait : le compte est relié."
LINK_UNDONE = "La liaison est défaite, et l’équipe d’animation du réseau est prévenue. Merci de votre vigilance."
UNLINKED_BY_OTHER = "Ce compte n’est plus relié à personne : la personne concernée ne l’a pas reconnu."
UNLINKED = "Ce compte n’est plus relié à vous. Vous pouvez encore poser des questions publiques."


def your_code(code: str) -> str:
    """The code to type on the other account."""
    return (
        f"Votre code : **{code}**\n\n"
        "Depuis votre autre compte, écrivez-moi « relier » suivi de ce code. "
        "Il est valable 10 minutes, une seule fois. Ne le donnez à personne."
    )


def is_it_you(platform: str, display_name: str, name: str, function: str) -> str:
    """Both identities, before anything is linked."""
    here = f"Ce compte {_PLATFORMS.get(platform, platform)}" + (f" (« {plain(display_name)} »)" if display_name else "")
    who = f"**{plain(name)}**" + (f", {plain(function)}" if function else "")
    return (
        f"{here} va être relié à {who}.\n\n"
        "Est-ce bien vous ? Si vous n’avez rien demandé, répondez « Ce n’est pas moi »."
    )


def please_approve(platform: str, display_name: str, name: str) -> str:
    """To those who must agree as well."""
    shown = f" affiché sous le nom « {plain(display_name)} »" if display_name else ""
    return (
        f"Un compte {_PLATFORMS.get(platform, platform)}{shown} demande à être relié à **{plain(name)}**. "
        "Approuvez-vous ?"
    )


def somebody_declined(platform: str) -> str:
    """To the person whose invitation or code somebody else received."""
    return (
        f"Un compte {_PLATFORMS.get(platform, platform)} a reçu votre code ou votre invitation et a répondu "
        "« Ce n’est pas moi ». Rien n’a été relié."
    )


def linked_elsewhere(platform: str) -> str:
    """To the accounts that the person had already."""
    return (
        f"Un compte {_PLATFORMS.get(platform, platform)} vient d’être relié au vôtre. "
        "Si ce n’est pas vous, dites-le : je défais la liaison aussitôt."
    )


def linked_here(given_name: str) -> str:
    """The first words to an account that now belongs to somebody."""
    return f"Bienvenue {plain(given_name)} ! Ce compte est maintenant relié au vôtre. Tapez « aide » pour commencer."


def account_left(platform: str) -> str:
    """To the other accounts, when one is unlinked."""
    return f"Votre compte {_PLATFORMS.get(platform, platform)} vient d’être délié, à sa demande."


def disputed(name: str) -> str:
    """To staff, when a link was somebody else's."""
    return f"**{plain(name)}** n’a pas reconnu un compte relié à son nom. La liaison est défaite."
