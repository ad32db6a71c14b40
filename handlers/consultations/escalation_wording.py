"""The lists of those who have not answered, for the staff of a region or of the network, in French."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages import plain
from storage.consultations import Consultation, Voice

MOST = 40  # names in one message; more are counted
ELSEWHERE = "Hors région"
NONE_TO_WAIT_FOR = "Aucune consultation n’est ouverte en ce moment\u00a0: il n’y a pas de réponse à attendre."
NOT_OF_THAT_NAME = "Je ne connais pas de consultation ouverte de ce nom. Laquelle voulez-vous suivre\u202f?"
WHICH_SILENCE = "Qui n’a pas répondu, mais à quelle consultation\u202f?"
NOBODY_EXPECTED = "Là où vous suivez les réponses, cette consultation n’attend personne."
SILENT = "Qui manque"


@dataclass(frozen=True, slots=True)
class Silent:
    """The voices of one region that have not answered, of so many that are expected; `region` is "" outside of all."""

    region: str
    names: tuple[str, ...]
    expected: int


def to_region(consultation: Consultation, region: str, silent: Silent, until: str) -> str:
    """To the staff of a region, when the close comes near."""
    have_not = _have_not(consultation, len(silent.names))
    return (
        f"En {plain(region)}, **{have_not}** (sur {silent.expected}) à la consultation "
        f"«\u00a0{plain(consultation.title)}\u00a0», qui se termine {until}.\n\n{_listed(silent.names, MOST)}\n\n"
        "Un mot de votre part aidera peut-être plus qu’une relance."
    )


def to_network(consultation: Consultation, groups: Sequence[Silent], until: str) -> str:
    """To the staff of the network, for the regions where nobody can be told."""
    count = sum(len(group.names) for group in groups)
    parts = [
        f"**{_have_not(consultation, count)}** à la consultation «\u00a0{plain(consultation.title)}\u00a0», qui se "
        f"termine {until}, là où je ne peux joindre aucune équipe régionale\u00a0: la liste vous revient."
    ]
    return "\n\n".join([*parts, *_by_region(groups)])


def to_follower(
    consultation: Consultation, groups: Sequence[Silent], silent: int, expected: int, unnamed: int, *, is_open: bool
) -> str:
    """To staff who ask: of the `expected` voices the `silent` ones, all named in `groups` but the `unnamed`."""
    title = f"«\u00a0{plain(consultation.title)}\u00a0»"
    if not silent:
        what = "structures" if consultation.voice == Voice.STRUCTURE else "personnes"
        return f"Tout le monde a répondu à la consultation {title}\u00a0: {expected} {what} sur {expected}."
    have_not = _have_not(consultation, silent) if is_open else _have_not(consultation, silent).replace(" encore", "")
    parts = [f"**{have_not}** (sur {expected}) à la consultation {title}."]
    parts += _by_region(groups)
    if unnamed:
        who = "1 personne qui a demandé" if unnamed == 1 else f"{unnamed} personnes qui ont demandé"
        parts.append(f"Je ne nomme pas {who} à ne plus être relancée{'s' if unnamed > 1 else ''}.")
    return "\n\n".join(parts)


def _by_region(groups: Sequence[Silent]) -> list[str]:
    """A heading for each region with its names, as long as there is room for names."""
    parts, room = [], MOST
    for group in groups:
        heading = f"**{plain(group.region) or ELSEWHERE}** ({len(group.names)} sur {group.expected})"
        parts.append(f"{heading}\n{_listed(group.names, room)}" if room else heading)
        room = max(0, room - len(group.names))
    return parts


def _have_not(consultation: Consultation, count: int) -> str:
    what = "structure" if consultation.voice == Voice.STRUCTURE else "personne"
    return f"{count} {what}{'s n’ont' if count > 1 else ' n’a'} pas encore répondu"


def _listed(names: Sequence[str], most: int) -> str:
    rest = len(names) - most
    lines = [f"- {plain(name)}" for name in names[:most]]
    if rest > 0:
        lines.append(f"… et {rest} autre{'s' if rest > 1 else ''}.")
    return "\n".join(lines)
