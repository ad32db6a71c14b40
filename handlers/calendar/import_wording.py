"""What is said of a calendar file."""

from collections.abc import Sequence

from handlers.receiving import Sentences

NOTHING_WRITTEN = "Rien n’a été importé."
FILES = Sentences(
    only_staff="Seule l’équipe peut m’envoyer un agenda à importer. Si une date vous semble fausse, écrivez-le-moi.",
    only_private="Envoyez-moi ce fichier en privé\u00a0: nous en parlerons entre nous.",
    not_received="Ce fichier ne m’est pas parvenu en entier. Envoyez-le à nouveau, s’il vous plaît.",
    gone="Ce fichier n’est plus là, ou il a déjà servi. Envoyez-le à nouveau, s’il vous plaît.",
)
DROPPED = "C’est abandonné\u00a0: rien n’a été changé, et le fichier est oublié."
NOTHING_TO_DO = "Il n’y a rien à importer\u00a0: l’agenda est déjà ainsi."
SHOWN_AGAIN = "**L’agenda a changé entre-temps.** Voici ce que l’import ferait maintenant."
IMPORT = "Importer"
IMPORT_AND_TELL = "Importer et prévenir"
IMPORT_SILENTLY = "Importer sans prévenir"
DROP = "Abandonner"
DRY_RUN = "Essai à blanc\u00a0: rien n’a été changé."
OTHER_REGION = (
    "cet événement n’est pas de votre région",
    "nommez votre région dans son titre, ou confiez-le à l’équipe nationale",
)
SHOWN = 6


def source(name: str) -> str:
    """Where an imported event comes from, as its card says it."""
    return f"agenda importé ({name})"


def headline(name: str, added: int, changed: int, cancelled: int) -> str:
    """« agenda.ics : 3 événements ajoutés, 1 modifié, 0 annulé »."""
    parts = [
        f"{added}\u00a0événement{_s(added)} ajouté{_s(added)}",
        f"{changed}\u00a0modifié{_s(changed)}",
        f"{cancelled}\u00a0annulé{_s(cancelled)}",
    ]
    return f"{name}\u00a0: {', '.join(parts)}."


def left_alone(unchanged: int, kept: Sequence[str], older: int, unknown: int, others: int) -> list[str]:
    """What of the file changes nothing, and why."""
    lines = []
    if unchanged:
        lines.append(f"{unchanged}\u00a0inchangé{_s(unchanged)}.")
    if kept:
        lines.append(f"Modifié{_s(len(kept))} ici par l’équipe, laissé{_s(len(kept))} en l’état\u00a0: {_few(kept)}.")
    if older:
        lines.append(f"{older}\u00a0plus ancien{_s(older)} que ce que nous avons, laissé{_s(older)} de côté.")
    if unknown:
        lines.append(f"{unknown}\u00a0annulé{_s(unknown)} dans le fichier et inconnu{_s(unknown)} ici.")
    if others:
        lines.append(f"{others}\u00a0élément{_s(others)} qui n’{'est' if others == 1 else 'sont'} pas des événements.")
    return lines


def cut(names: Sequence[str]) -> str:
    """Of series without an end."""
    return (
        f"Sans date de fin, inscrit{_s(len(names))} pour un an\u00a0: {_few(names)}. Importez à nouveau pour la suite."
    )


def addressed(everybody: int, people: int) -> str:
    """To whom the new events are addressed."""
    if not everybody:
        return "Chaque nouvel événement s’adresse à la région que son titre nomme."
    what = "Le nouvel événement s’adresse" if everybody == 1 else f"{everybody} nouveaux événements s’adressent"
    get = "qui recevront" if people > 1 else "qui recevra"
    return f"{what} à tout le réseau, soit {people}\u00a0personne{_s(people)} {get} les rappels."


def will_tell(events: int) -> str:
    """Before the two buttons."""
    what = "1\u00a0événement déjà connu change de date ou de lieu, ou est annulé"
    if events > 1:
        what = f"{events}\u00a0événements déjà connus changent de date ou de lieu, ou sont annulés"
    return f"{what}\u00a0: faut-il prévenir les personnes concernées\u202f?"


def imported(added: int, changed: int, cancelled: int, told: int) -> str:
    """When it is done."""
    done = (
        f"C’est importé\u00a0: {added}\u00a0ajouté{_s(added)}, {changed}\u00a0modifié{_s(changed)}, "
        f"{cancelled}\u00a0annulé{_s(cancelled)}."
    )
    return f"{done} {told}\u00a0personne{_s(told)} prévenue{_s(told)}." if told else done


def more_faults(count: int) -> str:
    """After the first faults."""
    return f"… et {count} autre{_s(count)}."


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(f"«\u00a0{name}\u00a0»" for name in list(dict.fromkeys(names))[:SHOWN])
    rest = len(set(names)) - SHOWN
    return f"{shown} et {rest} autre{_s(rest)}" if rest > 0 else shown


def _s(count: int) -> str:
    return "s" if count > 1 else ""
