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
SENT_NOBODY = "C’est noté. L’équipe verra votre question dès qu’elle se connectera ; sa réponse vous parviendra ici."
ALREADY_ANSWERED = "Cette question a déjà reçu une réponse."
GIVEN_UP = "Entendu, rien n’est envoyé."
KEEP_IT = "Garder votre réponse pour la prochaine fois que la question sera posée\u202f?"
REPLIED = f"Votre réponse est partie. {KEEP_IT}"
SENT_BACK = "Votre réponse est partie."
ASKER_GONE = "La personne n’est plus joignable."
CORRECTED = "C’est corrigé\u00a0: je répondrai ainsi à cette question."
SENT_BEFORE = "Cette question est déjà transmise à l’équipe."
SENT_HERE = "C’est transmis à l’équipe. Sa réponse viendra ici, devant tout le monde."
WRITE_PRIVATELY = "Je vous écris en privé pour recevoir votre réponse."
SEND_IT = "Oui, l’envoyer"
DROP = "Non, ne rien envoyer"
ASK_IN_FULL = (
    "Cette question se comprend avec celle d’avant\u00a0: posez-la en entier, puis corrigez la réponse, et je la "
    "donnerai à tout le monde."
)
NOT_WHAT_I_ASKED = "Ce n’est pas ma question"
WHOM_TO_ASK = "Qui contacter\u202f?"
ROOM_SET = (
    "C’est noté\u00a0: les questions pour l’équipe viendront ici. Pour les recevoir chacun en privé, écrivez "
    "«\u00a0tickets en privé\u00a0»."
)
ROOM_NONE = "C’est noté\u00a0: les questions iront à chaque membre de l’équipe, en privé."
ROOM_IS_A_CHANNEL = (
    "Écrivez-moi «\u00a0tickets ici\u00a0» dans le canal ou le groupe de l’équipe, en me mentionnant\u00a0: "
    "c’est là que viendront les questions."
)
ROOM_LOST = (
    "_Je ne peux plus écrire dans le canal de l’équipe\u00a0: invitez-m’y de nouveau et écrivez-y "
    "«\u00a0tickets ici\u00a0»._"
)
_ABOUT = " (à propos de\u00a0: "


def in_context(question: str, subject: str) -> str:
    """A question with what it was about, for who did not hear the one before."""
    return f"{question}{_ABOUT}{subject})"


def leans_on_another(question: str) -> bool:
    """Whether it was put in its context, without which it means nothing."""
    return _ABOUT in question


def reply_to(number: int) -> str:
    """The button of one ticket in a list."""
    return f"Répondre à la n° {number}"


def numbered(number: int, question: str) -> str:
    """One line of the list."""
    return f"n° {number} : {question}"


def waiting(count: int) -> str:
    """The head of the list."""
    return "Une question attend une réponse" if count == 1 else f"{count} questions attendent une réponse"


def more_waiting(count: int) -> str:
    """What the list leaves out."""
    return f"… et {count} autre{'s' if count > 1 else ''} ensuite."


def to_staff(number: int, who: str, question: str, told: str, *, before_others: bool = False) -> str:
    """To staff, when somebody asks them."""
    asker = who or "Une personne non identifiée"
    text = f"**Question n° {number}** de {asker}\n\n{question}"
    if before_others:
        text += "\n\n_Posée dans un groupe\u00a0: votre réponse y sera lue par tous._"
    return text + (f"\n\nMa réponse, jugée inexacte :\n\n{told}" if told else "")


def write_reply(question: str) -> str:
    """Before staff type."""
    return f"Écrivez votre réponse à : {question}\n\nOu « annuler »."


def taken_by(name: str) -> str:
    """Under a ticket that somebody is answering."""
    return f"_{name} s’en charge._"


def answered_by(name: str, answer: str) -> str:
    """Under a ticket that is answered."""
    return f"**Réponse de {name}**\n\n{answer}"


def is_it_meant(question: str) -> str:
    """When something is typed long after « Répondre »."""
    return f"Est-ce bien votre réponse à\u00a0: {question}"


def kept(question: str, answer: str) -> str:
    """An answer that is known from now on."""
    return f"{question}\n\n{answer}\n\n_C’est gardé\u00a0: je répondrai ainsi à cette question._"


def closed(question: str) -> str:
    """A ticket that gets no answer."""
    return f"{question}\n\n_Classée sans suite._"


def correct_it(question: str) -> str:
    """Before staff type what is right."""
    return f"Écrivez la bonne réponse à : {question}\n\nJe la donnerai désormais. Ou « annuler »."


def from_staff(question: str, answer: str) -> str:
    """To the asker."""
    return f"**L’équipe vous répond**\n\nVotre question : {question}\n\n{answer}"


def digest(questions: list[str], more: int, waiting_now: int) -> str:
    """The weekly word to staff; the questions are escaped already. `waiting_now` tickets have no answer yet."""
    parts = []
    if questions:
        count = len(questions) + more
        head = "une question est restée" if count == 1 else f"{count} questions sont restées"
        parts += [f"**Cette semaine, {head} sans réponse**", "\n".join(f"- {question}" for question in questions)]
        if more:
            parts.append(f"… et {more} de plus.")
        parts.append("Posez-en une vous-même, puis «\u00a0Corriger cette réponse\u00a0»\u00a0: je saurai y répondre.")
    if waiting_now:
        parts.append(f"**{waiting(waiting_now)}**\u00a0: écrivez «\u00a0tickets\u00a0» pour y répondre.")
    return "\n\n".join(parts)
