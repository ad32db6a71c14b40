"""What the directory says."""

from datetime import date

from handlers.dates import day

TITLE = "**Vos interlocuteurs**"
NONE = "Aucun contact n’est publié pour l’instant."
GONE = "Ce contact n’est plus publié."
PHONE = "Téléphone\u00a0: "
EMAIL = "Courriel\u00a0: "
ABOUT = "Pour\u00a0: "
NO_COORDINATES = "Ses coordonnées ne sont pas publiées."
SEVERAL = "Plusieurs personnes correspondent\u00a0:"
PERHAPS = "Cherchez-vous l’une de ces personnes\u202f?"
ALL = "Tous les contacts"
EARLIER = "← Avant"
LATER = "Après →"


def unknown(words: str) -> str:
    """Nobody answers to those words (already escaped)."""
    return f"Je ne trouve aucun contact pour «\u00a0{words}\u00a0»."


def in_year(year: str) -> str:
    """« fonction exercée en 2022 »."""
    return f"fonction exercée en {year}"


def source(name: str, dated: date | None) -> str:
    """« Source : note de présentation, vendredi 2 février 2024 »."""
    return f"Source\u00a0: {name}, {day(dated)}" if dated else f"Source\u00a0: {name}"
