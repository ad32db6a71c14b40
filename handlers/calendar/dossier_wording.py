"""What is said of an event's room, video link, documents and minutes."""

UNDERSTOOD = {
    "place": "J’ai compris\u00a0: **fixer le lieu**",
    "link": "J’ai compris\u00a0: **fixer le lien de visioconférence**",
    "document": "J’ai compris\u00a0: **joindre un document**",
    "minutes": "J’ai compris\u00a0: **joindre le compte rendu**",
}
TOLD = {
    "place": "Lieu",
    "link": "Lien de visioconférence",
    "document": "Document",
    "minutes": "Compte rendu",
}
HOW = {
    "place": "Écrivez par exemple\u00a0: « salle atelier Bretagne\u00a0: salle Armor, 12 rue de la Paix, Rennes ».",
    "link": "Écrivez par exemple\u00a0: « visio atelier Bretagne\u00a0: https://… ».",
    "document": "Écrivez par exemple\u00a0: « document atelier Bretagne\u00a0: Ordre du jour https://… ».",
    "minutes": "Écrivez par exemple\u00a0: « compte-rendu atelier Bretagne\u00a0: https://… ».",
}
NO_LINK = "Il me faut une adresse qui commence par https://."
NOT_YET = "Cet événement n’a pas encore eu lieu\u00a0: son compte rendu vient après."
OVER = "Cet événement est passé ou annulé."
TOO_LONG = "C’est trop long\u00a0: 200 caractères suffisent."
MANY = "Cet événement a déjà beaucoup de documents."
MINUTES = "Compte rendu"


def will_tell(people: int, *, were_there: bool) -> str:
    """Who is told, before the yes."""
    if not people:
        return "Personne n’est à prévenir."
    who = "étaient présentes" if were_there else "viennent ou viendront peut-être"
    if people == 1:
        return "1 personne en sera prévenue."
    return f"{people} personnes qui {who} en seront prévenues."


def minutes(title: str) -> str:
    """The button under the card."""
    return MINUTES if title == MINUTES else f"{MINUTES}\u00a0: {title}"
