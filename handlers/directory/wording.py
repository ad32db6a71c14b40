"""What an import says, on the command line and in chat."""

from collections.abc import Iterable, Sequence

from handlers.directory.columns import Columns, Field, Unclear
from handlers.directory.faults import CellFault
from handlers.directory.plans import Member, Outcome, Plan
from handlers.receiving import Sentences

NB = "\u00a0"
NNB = "\u202f"
SHOWN = 8

LABELS = {
    Field.GIVEN: "le prénom",
    Field.FAMILY: "le nom",
    Field.EMAIL: "l’adresse électronique",
    Field.PHONE: "le téléphone",
    Field.FUNCTION: "la fonction",
    Field.STRUCTURE: "la structure",
    Field.KIND: "le type de structure",
    Field.REGION: "la région",
    Field.ZONE: "le fuseau horaire",
    Field.ROLE: "le rôle",
    Field.SLACK: "l’identifiant Slack",
    Field.TELEGRAM: "l’identifiant Telegram",
    Field.PUBLIC: "l’accord pour publier les coordonnées",
}

IMPORT = "Importer"
DROP = "Abandonner"
SEE_REFUSED = "Voir les refus"
UNDO = "Annuler cet import"
YES_UNDO = "Oui, tout remettre"
NO_UNDO = "Non, garder"
PASS_OVER = "Rien de cela"
FILES = Sentences(
    only_staff="Je ne sais rien faire de ce fichier\u00a0: seule l’équipe d’animation du réseau m’en envoie.",
    only_private="Un fichier de membres contient des données personnelles\u00a0: envoyez-le-moi en message privé.",
    not_received="Je n’ai rien reçu de ce fichier\u00a0: il est vide, ou dépasse 20\u00a0Mo. Envoyez-le de nouveau.",
    gone="Ce fichier n’est plus là\u00a0: je ne garde un envoi qu’une heure. Envoyez-le de nouveau.",
)
DROPPED = "C’est abandonné\u00a0: rien n’a été importé, et le fichier est effacé."
KEPT = "D’accord, l’import est gardé."
SHOWN_AGAIN = "L’annuaire a changé depuis\u00a0: voici ce que l’import ferait maintenant."
SHOWN_AGAIN_SHORT = "L’annuaire a changé, regardez de nouveau"
NOTHING_TO_DO = "Il n’y a rien à importer\u00a0: tout est déjà dans l’annuaire."
NOTHING_WRITTEN = "Rien n’a été importé."
DRY_RUN = "Essai à blanc\u00a0: rien n’a été changé."


def count(number: int, one: str, many: str = "") -> str:
    """« 1 ligne », « 3 lignes »."""
    return f"{number}{NB}{one if number < 2 else many or one + 's'}"


def headline(plan: Plan) -> str:
    """How many rows end how."""
    counts = [
        count(plan.count(Outcome.ADDED), "ajoutée"),
        count(plan.count(Outcome.CHANGED), "modifiée"),
        count(plan.count(Outcome.UNCHANGED), "inchangée"),
        count(plan.refused_rows, "refusée"),
    ]
    rows = len(plan.members) + plan.refused_rows
    return f"« {plan.file} », {count(rows, 'ligne')}{NB}: {', '.join(counts)}."


def summary(plan: Plan, columns: Columns | None = None) -> list[str]:
    """What an import does: how many rows, which structures, the first changes."""
    lines = [headline(plan)]
    if columns is not None and columns.passed_over:
        lines.append(f"Colonnes laissées de côté{NB}: {_some([f'« {name} »' for name in columns.passed_over])}.")
    if plan.new_structures:
        lines.append(
            f"{count(len(plan.new_structures), 'structure nouvelle', 'structures nouvelles')}{NB}: "
            f"{_some([place.name for place in plan.new_structures])}."
        )
    if plan.structures:
        names = [before.name for before, _ in plan.structures]
        lines.append(f"{count(len(names), 'structure complétée', 'structures complétées')}{NB}: {_some(names)}.")
    return lines


def changes(plan: Plan, most: int = SHOWN) -> list[str]:
    """The first changes, field by field."""
    changed = [member for member in plan.members if member.outcome is Outcome.CHANGED]
    return [*map(_change, changed[:most]), *_more(len(changed) - most, "modification")]


def refusals(faults: Sequence[CellFault], most: int = SHOWN) -> list[str]:
    """The first faults."""
    return [*map(str, faults[:most]), *_more(len(faults) - most, "refus", "refus")]


def _change(member: Member) -> str:
    name = member.person.name if member.person else member.row.name
    said = ", ".join(f"{one.field} {_quoted(one.before)} → {_quoted(one.after)}" for one in member.changes)
    return f"ligne {member.row.line}, {name}{NB}: {said}"


def _quoted(text: str) -> str:
    return f"«{NB}{text}{NB}»" if text else "(vide)"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" et {count(rest, 'autre')}" if rest > 0 else "")


def _more(number: int, one: str, many: str = "") -> Iterable[str]:
    return [f"… et {count(number, one, many)} de plus"] if number > 0 else []


def imported(plans: Sequence[Plan]) -> str:
    """What was done."""
    added = sum(plan.count(Outcome.ADDED) for plan in plans)
    changed = sum(plan.count(Outcome.CHANGED) for plan in plans)
    return (
        f"C’est importé{NB}: {count(added, 'personne ajoutée', 'personnes ajoutées')}, "
        f"{count(changed, 'fiche modifiée', 'fiches modifiées')}."
    )


def not_imported(refused: int) -> str:
    """Why nothing was."""
    return f"Rien n’a été importé{NB}: {count(refused, 'ligne refusée', 'lignes refusées')}."


def import_others(number: int) -> str:
    """The button that leaves refused rows aside."""
    return f"Importer {number} sans les refus"


def ask_undo(rows: int) -> str:
    """Before undoing."""
    return (
        f"Remettre l’annuaire comme il était avant cet import de {count(rows, 'ligne')}{NNB}? "
        "Ce qui a été modifié ou utilisé depuis sera gardé."
    )


def undone(rows: int, kept: Sequence[str]) -> list[str]:
    """What undoing did."""
    lines = [f"L’import est annulé{NB}: l’annuaire est comme avant ({count(rows, 'fiche remise', 'fiches remises')})."]
    if kept:
        lines += [f"Gardé{NB}:", *(f"- {one}" for one in kept[:SHOWN]), *_more(len(kept) - SHOWN, "fiche")]
    return lines


def which_column(one: Unclear) -> str:
    """The question about one column."""
    return f"La colonne «{NB}{one.header}{NB}» contient-elle {LABELS[one.likely]}{NNB}?"


def yes_column(one: Unclear) -> str:
    """The button that says yes."""
    return f"Oui, {LABELS[one.likely]}"
