"""What the report of an announcement says, with its files."""

from collections.abc import Mapping

from handlers.announcements.state_wording import outcome
from handlers.announcements.wording import people
from handlers.messages import plain
from handlers.typography import percent

REPORT = "Suivi de l’envoi"
REFRESH = "Actualiser"
NONE_SENT = "Aucune annonce n’a encore été envoyée."
LATEST = "**Dernières annonces**"
EXPORTS = {"csv": "Exporter (CSV)", "xlsx": "Exporter (Excel)"}
EXPORT_HEADER = (
    "Nom",
    "Structure",
    "Région",
    "Plateforme",
    "État",
    "Raison",
    "Tentatives",
    "Doutes",
    "Terminé le",
    "Lu le",
)
UNREACHED = "Non remise"
UNREACHED_HEADER = ("Nom", "Structure", "État", "Raison")
ADDRESSES = "Adresses qui ne répondent plus"
ADDRESSES_HEADER = ("Nom", "Structure", "Région", "Plateforme", "Raison", "Autre adresse")
NOWHERE = "Qui est injoignable"
NOWHERE_HEADER = ("Nom", "Structure", "Région")
NOWHERE_FILE = "Les personnes que cette annonce ne peut pas atteindre, faute de compte relié qui réponde."
ALL_REACHED = "Aucun compte n’est refusé par sa plateforme."
ELSEWHERE = "joignable ailleurs"
NOWHERE_ELSE = "injoignable"
ERASED = "(personne effacée)"


def progress(beginning: str, done: int, total: int, counts: Mapping[str, int]) -> str:
    """How an announcement goes; `beginning` is escaped already."""
    share = 100 * done // total if total else 100
    lines = [f"- {outcome(state, number)}" for state, number in counts.items() if number]
    return f"**«\u00a0{beginning}\u00a0»**\u00a0: {done} sur {total} ({percent(share)})\n\n" + "\n".join(lines)


def corrections(counts: Mapping[str, int]) -> str:
    """How the corrections of what had arrived go."""
    return f"Correction\u00a0: {', '.join(outcome(state, number) for state, number in counts.items() if number)}"


def the_rest(count: int) -> str:
    """Below the first names of a report: where the others are."""
    others = f"{count} autres personnes" if count > 1 else "une autre personne"
    return f"- … et {others}\u00a0: la liste entière, avec les raisons, est dans «\u00a0{EXPORTS['xlsx']}\u00a0»."


def no_account(count: int) -> str:
    """People whom no platform knows."""
    verb = "n’ont" if count > 1 else "n’a"
    return f"{people(count)} {verb} aucun compte relié\u00a0: une invitation leur ouvre la porte."


def exported(beginning: str, count: int) -> str:
    """With the exported report."""
    return f"Suivi de l’annonce «\u00a0{plain(beginning)}\u00a0»\u00a0: {people(count)}."
