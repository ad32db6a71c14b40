"""What the account capability says."""

UNKNOWN = (
    "Je ne sais pas encore qui vous êtes : vous pouvez poser des questions publiques. "
    "Pour répondre aux consultations, demandez une invitation à l’équipe d’animation du réseau."
)

STAFF = (
    "Pour l’équipe : « annonce » pour écrire à des destinataires choisis, « suivi » pour voir qui a répondu "
    "— jamais quoi."
)


def welcome(given_name: str, network: str) -> str:
    """The first words, to someone or to anyone."""
    hello = f"Bonjour {given_name} !" if given_name else "Bonjour !"
    who = f"Je suis Concerte, l’assistant du réseau « {network} »." if network else "Je suis Concerte."
    return (
        f"{hello} {who}\n\n"
        "Posez-moi une question comme elle vous vient, par exemple :\n\n"
        "- C’est quand l’assemblée générale ?\n"
        "- Qu’est-ce qu’il y a en juin ?\n"
        "- Qui contacter ?\n\n"
        "Ou dites un mot : **agenda**, **consultations**, **contact**, **rappels**, **aide**."
    )
