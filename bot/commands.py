"""The commands as the platforms' menus list them."""

from collections.abc import Set

# Word, and what the menu says of it. Staff words are not listed: most people may not use them.
_LISTED = (
    ("aide", "Ce que je sais faire"),
    ("agenda", "Les prochains événements"),
    ("consultations", "Répondre aux consultations"),
    ("contact", "Trouver les coordonnées de quelqu’un"),
    ("rappels", "Choisir vos rappels"),
    ("relier", "Relier vos comptes Slack et Telegram"),
    ("preferences", "Fuseau, heures calmes, pause"),
    ("lien", "Ouvrir Concerte dans votre navigateur"),
    ("mesdonnees", "Voir, corriger ou effacer vos données"),
    ("stop", "Ne plus rien recevoir, sauf des réponses"),
)


def menu(known: Set[str]) -> list[tuple[str, str]]:
    """Word and description of what everybody may use, as far as this installation knows it."""
    return [(word, said) for word, said in _LISTED if word in known]
