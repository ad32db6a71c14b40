"""What is said of those who shall receive an announcement."""

from collections.abc import Iterable, Sequence

from handlers.messages import plain

MOST_SAID = 30  # words of a list that were not understood; the others are counted
WHO = "**Qui doit recevoir cette annonce\u202f?**"
AUDIENCE = "Choisir les destinataires"
NOBODY = "Personne ne correspond à ces destinataires\u00a0: choisissez-en d’autres."
NOBODY_REACHED = (
    "Aucune de ces personnes n’a de compte relié qui réponde\u00a0: l’annonce n’atteindrait personne. "
    "Choisissez d’autres destinataires, ou invitez-les à relier un compte."
)
EVERYBODY = "Tout le réseau"
BY_ROLE = "Par fonction"
BY_REGION = "Par région"
BY_KIND = "Par type de structure"
BY_EVENT = "Invités à un événement"
BY_ANSWER = "Ceux qui ont répondu à une consultation"
BY_SILENCE = "Ceux qui n’ont pas répondu à une consultation"
BY_NAME = "Par noms ou adresses"
NO_NAMES = "Retirer les personnes nommées"
BY_COMING = "Selon leur réponse à l’invitation"
PICK_EVENT = "Choisissez l’événement dont les invités recevront l’annonce."
PICK_COMING = "Parmi ses invités, cochez qui la recevra\u202f; sans coche, tous."
PICK_ANSWER = "Choisissez la consultation\u00a0: l’annonce ira à ceux dont la voix a répondu."
PICK_SILENCE = "Choisissez la consultation\u00a0: l’annonce ira à ceux dont la voix n’a pas encore répondu."
NONE_TO_PICK = "Il n’y en a aucune à choisir pour le moment."
NAMES_ASK = (
    "Écrivez ou collez les noms ou les adresses électroniques, un par ligne ou séparés par des virgules. "
    "Ils s’ajoutent à ceux qui sont déjà nommés\u202f; « annuler » ramène à l’aperçu."
)
NAMES_NOBODY = "Je n’ai trouvé personne de cette liste. Corrigez-la, ou écrivez « annuler »."
NAMES_TOO_MANY = "Cette liste est trop longue pour un message. Envoyez-la en plusieurs fois."
OTHER_CHOICE = "← Autres critères"
CRITERIA = {
    "roles": "fonction",
    "regions": "région",
    "kinds": "type de structure",
    "invited": "événement",
    "coming": "réponse à l’invitation",
    "answered": "consultation",
    "unanswered": "consultation",
}
ROLES = {
    "participant": "participants",
    "director": "directions",
    "elected": "élus",
    "regional_staff": "équipes régionales",
    "staff": "équipe nationale",
    "admin": "administrateurs",
}
COMING = {
    "yes": "ceux qui viennent",
    "maybe": "ceux qui viennent peut-être",
    "no": "ceux qui ne viennent pas",
    "silent": "ceux qui n’ont pas répondu",
}


def described(roles: Iterable[str], regions: Iterable[str], kinds: Iterable[str]) -> str:
    """An audience in words: « directions ; Bretagne, Corse », « tout le réseau »."""
    parts = [plain(", ".join(sorted(names))) for names in (roles, kinds, regions) if names]
    return "\u202f; ".join(parts) or "tout le réseau"


def tick_by(criterion: str) -> str:
    """Above the values of a criterion."""
    return f"Cochez par {criterion}\u202f; sans coche, toutes conviennent."


def invited(name: str, coming: Iterable[str]) -> str:
    """« invités à « Séminaire » : ceux qui viennent, ceux qui n’ont pas répondu »."""
    chosen = [label for word, label in COMING.items() if word in set(coming)]
    return concerned("invited", name) + (f"\u00a0: {', '.join(chosen)}" if chosen else "")


def concerned(criterion: str, name: str) -> str:
    """« invités à « Séminaire » », « n’ont pas répondu à « … » »."""
    words = {"invited": "invités à", "answered": "ont répondu à", "unanswered": "n’ont pas répondu à"}
    return f"{words[criterion]} «\u00a0{plain(name)}\u00a0»"


def not_named(unknown: Sequence[str], several: Sequence[str]) -> str:
    """Those of a list who were not taken, and why."""
    parts = []
    homonyms = "Plusieurs personnes portent ce nom, donnez leur adresse"
    for why, words in (("Je ne connais pas", unknown), (homonyms, several)):
        if words:
            more = f" … et {len(words) - MOST_SAID} de plus" if len(words) > MOST_SAID else ""
            parts.append(f"{why}\u00a0: {', '.join(plain(word[:80]) for word in words[:MOST_SAID])}{more}.")
    return "\n".join(parts)
