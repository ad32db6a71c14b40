"""What is said of questions that go to staff."""

SOURCE = "équipe d’animation du réseau"
ASK_STAFF = "Demander à l’équipe"
WRONG = "Corriger cette réponse"
REPLY = "Répondre"
CLOSE = "Sans suite"
KEEP = "Garder comme réponse connue"
STALE = "Ce bouton n’est plus valable."
FORGOTTEN = "Posez-moi d’abord votre question, puis touchez ce bouton."
NONE_WAITING = "Aucune question n’attend de réponse."
SENT = "C’est transmis à l’équipe. Sa réponse vous parviendra ici."
SENT_NOBODY = "C’est noté. L’équipe verra votre question dès qu’elle se connectera ; sa réponse vous parviendra ici."
ALREADY_ANSWERED = "Cette question a déjà reçu une réponse."
GIVEN_UP = "Entendu, rien n’est envoyé."
REPLIED = "Votre réponse est partie. La garder pour la prochaine fois que la question sera posée ?"
ASKER_GONE = (
    "La personne n’est plus joignable. Garder votre réponse pour la prochaine fois que la question sera posée ?"
)
KEPT = "C’est gardé : je répondrai ainsi à cette question."
CLOSED = "La question est classée sans suite."
CORRECTED = "C’est corrigé : je répondrai ainsi à cette question."


def reply_to(number: int) -> str:
    """The button of one ticket in a list."""
    return f"Répondre à la n° {number}"


def numbered(number: int, question: str) -> str:
    """One line of the list."""
    return f"n° {number} : {question}"


def waiting(count: int) -> str:
    """The head of the list."""
    return "Une question attend une réponse" if count == 1 else f"{count} questions attendent une réponse"


def to_staff(number: int, who: str, question: str, told: str) -> str:
    """To staff, when somebody asks them."""
    asker = who or "Une personne non identifiée"
    text = f"**Question n° {number}** de {asker}\n\n{question}"
    return text + (f"\n\nMa réponse, jugée inexacte :\n\n{told}" if told else "")


def write_reply(question: str) -> str:
    """Before staff type."""
    return f"Écrivez votre réponse à : {question}\n\nOu « annuler »."


def correct_it(question: str) -> str:
    """Before staff type what is right."""
    return f"Écrivez la bonne réponse à : {question}\n\nJe la donnerai désormais. Ou « annuler »."


def from_staff(question: str, answer: str) -> str:
    """To the asker."""
    return f"**L’équipe vous répond**\n\nVotre question : {question}\n\n{answer}"


def digest(questions: list[str], more: int) -> str:
    """The weekly word to staff; the questions are escaped already."""
    head = (
        "**Cette semaine, une question est restée sans réponse**"
        if len(questions) + more == 1
        else f"**Cette semaine, {len(questions) + more} questions sont restées sans réponse**"
    )
    lines = "\n".join(f"- {question}" for question in questions)
    rest = f"\n\n… et {more} de plus." if more else ""
    return f"{head}\n\n{lines}{rest}\n\nPosez-en une vous-même, puis « Corriger cette réponse », et je saurai répondre."
