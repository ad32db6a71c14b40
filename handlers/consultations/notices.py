"""What is pushed to people about a consultation: a colleague answered, an answer waits, a voice is silent."""

from handlers.consultations.wording import yours
from handlers.messages import plain


def told_replaced(author: str, structure: str, title: str, at: str) -> str:
    """To the others of the structure."""
    return (
        f"**{plain(author)}** a remplacé la réponse de {yours(plain(structure), goes_on=True)} "
        f"à « {plain(title)} », {at}. C’est cette nouvelle réponse qui compte."
    )


def told_answered(author: str, structure: str, title: str, at: str) -> str:
    """To colleagues who had begun."""
    return (
        f"**{plain(author)}** a répondu à « {plain(title)} » pour {yours(plain(structure), goes_on=True)} {at}. "
        "Les réponses que vous aviez commencées sont gardées."
    )


def told_proposed(author: str, structure: str, title: str) -> str:
    """To the directors of the structure."""
    return (
        f"**{plain(author)}** a préparé la réponse de {yours(plain(structure), goes_on=True)} à « {plain(title)} ». "
        "Elle comptera quand vous l’aurez validée."
    )


def told_validated(director: str, structure: str, title: str, at: str) -> str:
    """To who had prepared the answer, and the others."""
    return (
        f"**{plain(director)}** a validé la réponse de {yours(plain(structure), goes_on=True)} "
        f"à « {plain(title)} », {at}. Elle compte."
    )


def nudge(title: str, structure: str, until: str, *, to_validate: bool) -> str:
    """To those who have not answered."""
    end = f" Elle se termine {until}." if until else ""
    if to_validate:
        return (
            f"La réponse de {yours(plain(structure), goes_on=True)} à « {plain(title)} » est prête "
            f"et attend votre validation pour compter.{end}"
        )
    who = f"Votre structure, {plain(structure)}, n’a" if structure else "Vous n’avez"
    return f"{who} pas encore répondu à la consultation « {plain(title)} ».{end}"


NOT_ME = "Ce n’est pas moi"


def sent_from_your_page(title: str) -> str:
    """To the chat accounts of who has answered in the browser."""
    return (
        f"Une réponse à « {plain(title)} » vient d’être envoyée depuis votre page personnelle, dans un navigateur. "
        "Si ce n’est pas vous, dites-le : je ferme cette page aussitôt."
    )
