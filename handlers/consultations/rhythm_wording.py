"""What staff read while they set nudges, the word to the regions and the return of a consultation, in French."""

from collections.abc import Sequence

from handlers.messages import plain

RHYTHM = "Relances et retour"
RESUME = "Reprendre les réglages"
NUDGE_PRESETS = (((), "Sans relance"), ((7, 2), "À J-7 et J-2"), ((14, 7, 2), "À J-14, J-7 et J-2"))
LIMITS = ((1, "1 au plus"), (2, "2 au plus"), (3, "3 au plus"), (-1, "Sans limite"))
REGIONS = ((1, "Régions à J-1"), (3, "Régions à J-3"), (7, "Régions à J-7"), (-1, "Ne pas prévenir"))
RETURNS = (
    ("FREQ=MONTHLY", "Chaque mois"),
    ("FREQ=MONTHLY;INTERVAL=3", "Chaque trimestre"),
    ("FREQ=YEARLY", "Chaque année"),
    ("", "Une seule fois"),
)
TOO_FAR = (
    "C’est trop loin ou trop souvent\u00a0: 50 relances au plus, 365 jours au plus avant la clôture, et un retour "
    "au moins tous les dix ans."
)
NO_CLOSE = "La clôture n’est pas encore fixée\u00a0: d’ici là, rien de cela ne part."
HOW = (
    "Touchez un bouton, ou écrivez ce que vous voulez\u00a0: «\u00a0relances à J-10 et J-3\u00a0», "
    "«\u00a0relances\u00a0: 2 au plus\u00a0», «\u00a0prévenir les régions à J-3\u00a0», "
    "«\u00a0rouvrir chaque trimestre\u00a0»."
)
_EVERY = {
    ("WEEKLY", 1): "chaque semaine",
    ("MONTHLY", 1): "chaque mois",
    ("MONTHLY", 3): "chaque trimestre",
    ("MONTHLY", 6): "chaque semestre",
    ("YEARLY", 1): "chaque année",
}
_UNITS = {"WEEKLY": "toutes les {} semaines", "MONTHLY": "tous les {} mois", "YEARLY": "tous les {} ans"}


def rhythm(
    title: str, nudge_days: Sequence[int], limit: int | None, regions: int | None, recurs: str, *, closes: bool
) -> str:
    """How it stands, and how to change it."""
    nudges = f"à {_days(nudge_days)} de la clôture" if nudge_days else "aucune d’avance"
    most = "" if limit is None else f"\u202f; {limit} au plus par personne" if limit else "\u202f; aucune ne part"
    told = (
        f"l’équipe de chaque région reçoit à J-{regions} la liste de celles et ceux qui n’ont pas répondu, jamais les "
        "réponses"
        if regions is not None
        else "elles ne sont pas prévenues"
    )
    parts = [
        f"**{plain(title)}**",
        f"**Relances**\u00a0: {nudges}{most}.\n**Régions**\u00a0: {told}.\n**Retour**\u00a0: {returns(recurs)}.",
        "" if closes else NO_CLOSE,
        HOW,
    ]
    return "\n\n".join(part for part in parts if part)


def _days(days: Sequence[int]) -> str:
    said = [f"J-{one}" for one in days]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} et {said[-1]}"


def returns(recurs: str) -> str:
    """« rouvre chaque trimestre, pour la même durée »; a rule that a file gave may be none of ours."""
    if not recurs:
        return "une seule fois"
    words = dict(part.partition("=")[::2] for part in recurs.upper().split(";"))
    frequency, interval = words.pop("FREQ", ""), int(words.pop("INTERVAL", "1"))
    if words or frequency not in _UNITS:
        return "rouvre d’elle-même, selon la règle de son fichier"
    every = _EVERY.get((frequency, interval)) or _UNITS[frequency].format(interval)
    return f"rouvre d’elle-même {every}, pour la même durée"
