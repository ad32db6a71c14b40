"""What is said while staff enter the answer that somebody gave them by phone, in French."""

from handlers.messages import plain

ALREADY = "Il y a déjà une réponse pour cette voix ; seuls ceux qui la portent peuvent la corriger."
ANOTHER = "Saisir une autre réponse"
BY_PHONE = "réponse dictée à l’équipe d’animation"
ENTERING_LEFT = "La saisie est interrompue ; rien n’est envoyé. Dites « suivi » pour la reprendre."
WHOM = "**Pour qui saisissez-vous une réponse ?** Écrivez un nom, ou celui d’une structure."
NOBODY_FOUND = "Je ne trouve personne de ce nom qui puisse répondre à cette consultation. Écrivez-le autrement ?"
WHICH_ONE = "De qui s’agit-il ?"
TOO_MANY = "Plusieurs personnes correspondent : voici les premières. Écrivez le nom entier si la bonne n’y est pas."
NOT_FOR_OTHERS = "Une réponse anonyme ne se dicte pas : il n’y a pas de saisie au nom de quelqu’un d’autre."
OWN_DRAFT = "Cette personne a commencé à répondre elle-même : ses réponses inachevées ne sont visibles que d’elle."


def on_behalf(name: str) -> str:
    """Said over every question that staff answer for somebody."""
    return f"Saisie au nom de **{plain(name)}**"


def entered(name: str, receipt: str) -> str:
    """To staff, once it is sent."""
    return f"C’est envoyé au nom de **{plain(name)}**, qui reçoit un message pour le relire. Reçu **{receipt}**."


def entered_for_you(staff: str, title: str, receipt: str) -> str:
    """To the person in whose name it was entered."""
    return (
        f"**{plain(staff)}** a saisi en votre nom la réponse que vous lui avez dictée à « {plain(title)} ». Reçu "
        f"**{receipt}**. Relisez-la : vous pouvez la corriger jusqu’à la clôture."
    )
