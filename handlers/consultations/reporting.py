"""What staff read: participation and counts, in French."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from handlers.consultations import wording
from handlers.consultations.participation import Group, Overview
from handlers.consultations.questionnaire import CHOSEN
from handlers.consultations.slots import best
from handlers.consultations.tally import QuestionTally
from handlers.consultations.wording import plural
from handlers.dates import day
from handlers.messages import plain
from handlers.typography import percent
from storage.consultations import Consultation, QuestionKind, Secrecy, Status

UNKNOWN_SLUG = "Je ne connais pas de consultation de ce nom. Dites « suivi » pour les voir toutes."
NOTHING_TO_FOLLOW = "Aucune consultation n’est ouverte ni close pour l’instant."
WHICH = "**Suivi** : quelle consultation ?"
STALE = wording.STALE
NO_RIGHT = "Le suivi des consultations est réservé à l’équipe d’animation du réseau."
PRIVATE = "Le suivi se lit en tête-à-tête : écrivez-moi en message privé."
RESULTS = "Voir les résultats"
PARTICIPATION = "Voir la participation"
REFRESH = "Actualiser"
AFTER_CLOSE = "Les résultats seront visibles après la clôture."
NO_BALLOT = "Personne n’a encore répondu."
RECOUNTED = "Vérifié : autant de bulletins que de voix au registre. Chacun peut recompter avec la liste des bulletins."
NOT_AS_MANY = (
    "**Attention** : il n’y a pas autant de bulletins que de voix au registre. Ne publiez rien avant d’avoir compris "
    "pourquoi, et prévenez la personne qui administre l’installation."
)
NO_ANSWERS = "Pas de réponse à cette question."
_BAR = 10  # squares of a full bar
_TEXTS = 10  # texts shown of one question


def too_few(minimum: int) -> str:
    """Why a confidential count waits."""
    return (
        f"Cette consultation tait les noms : les résultats apparaîtront à partir de {minimum} réponses, "
        "pour que personne ne soit reconnu."
    )


def state(consultation: Consultation, at: Status, network: str, reader: ZoneInfo) -> str:
    """Where it stands, and until when."""
    secrecy = {
        Secrecy.NAMED: "nominative",
        Secrecy.CONFIDENTIAL: "confidentielle",
        Secrecy.ANONYMOUS: "anonyme",
    }[Secrecy(consultation.secrecy)]
    until = wording.deadline(consultation.closes_at, ZoneInfo(network), reader) if consultation.closes_at else ""
    if at == Status.OPEN:
        return f"Consultation {secrecy}, ouverte" + (f" jusqu’à la clôture, {until}." if until else ", sans échéance.")
    if at == Status.CLOSED:
        return f"Consultation {secrecy}, close."
    return f"Consultation {secrecy}, pas encore ouverte."


def participation(
    *,
    title: str,
    state: str,
    overview: Overview,
    waiting: int,
    structures: bool,
    kind_name: Callable[[str], str] = str,
) -> str:
    """Answered of expected, whole and by parts."""
    what = "structures" if structures else "personnes"
    total = overview.total
    parts = [f"**{plain(title)}**", state]
    parts.append(
        f"**{total.answered} réponse{plural(total.answered)} sur {total.expected} {what}** ({share_of(total)})"
    )
    if waiting:
        parts.append(
            f"{waiting} réponse{plural(waiting)} préparée{plural(waiting)} attend{'ent' if waiting > 1 else ''} "
            "la validation d’une direction."
        )
    if overview.by_region:
        parts.append("**Par région**\n" + _lines(overview.by_region, "Autres régions", str))
    if overview.by_kind:
        parts.append("**Par type**\n" + _lines(overview.by_kind, "Autres types", kind_name))
    return "\n\n".join(parts)


def _lines(groups: Sequence[Group], others: str, name: Callable[[str], str]) -> str:
    return "\n".join(
        f"{plain(name(group.name)) if group.name else others} : {group.answered}/{group.expected} ({share_of(group)})"
        for group in groups
    )


def share_of(group: Group) -> str:
    """« 40 % » of those expected have answered, « – » where nobody is."""
    return share(group.answered, group.expected)


def share(part: int, whole: int) -> str:
    """A share in whole percents: « 100 % » only of all, « 0 % » only of none."""
    if not whole:
        return "–"
    percents = round(100 * part / whole)
    if 0 < part < whole:
        percents = min(99, max(1, percents))
    return percent(percents)


def results(
    title: str, tallies: Sequence[QuestionTally], ballots: int, signed: Mapping[int, Sequence[tuple[str, str]]] | None
) -> str:
    """Every question with its count. `signed` gives named texts, as (voice, text) by question; None hides names."""
    parts = [f"**{plain(title)}**", ballots_counted(ballots)]
    for number, tally in enumerate(tallies, start=1):
        lines = [f"**{number}\\. {plain(tally.item.wording)}**", *_count(tally)]
        texts = [(voice, text) for voice, text in signed.get(tally.item.id, ())] if signed is not None else None
        lines.extend(_texts(tally, texts))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def ballots_counted(ballots: int) -> str:
    """« 12 réponses comptées. »"""
    return f"{ballots} réponse{plural(ballots)} comptée{plural(ballots)}."


def _count(tally: QuestionTally) -> list[str]:
    if not tally.answered:
        return [NO_ANSWERS]
    if tally.mean_ranks is not None:
        ranks = sorted(tally.mean_ranks.items(), key=lambda pair: pair[1])
        return [f"{label(tally, key)} : rang moyen {decimal(rank)}" for key, rank in ranks]
    if tally.grid:
        first = next(iter(best(tally.grid)))
        return [
            f"{bar(grid[0], tally.answered)} {label(tally, key)}\u00a0: {suits(grid)}" + (" ★" if key == first else "")
            for key, grid in tally.grid.items()
        ]
    lines = [
        f"{bar(count, tally.answered)} {label(tally, key)} : {count} ({share(count, tally.answered)})"
        for key, count in tally.counts.items()
    ]
    if tally.mean is not None:
        lines.append(f"Moyenne : {decimal(tally.mean)}")
    return lines


def suits(grid: Sequence[int]) -> str:
    """« 5 oui, 2 si besoin, 1 non »."""
    return ", ".join(f"{count} {word}" for count, word in zip(grid, reversed(wording.SUITS), strict=True))


def label(tally: QuestionTally, key: int) -> str:
    """What a count is of: a choice, yes or no, a degree; escaped."""
    if tally.item.kind in CHOSEN or tally.grid:
        option = tally.item.option(key)
        return plain(option.label) if option else ""
    if tally.item.kind == QuestionKind.YES_NO:
        return wording.YES if key else wording.NO
    return str(key)


def bar(count: int, whole: int) -> str:
    """A share as ten squares."""
    full = round(_BAR * count / whole) if whole else 0
    return "▓" * full + "░" * (_BAR - full)


def decimal(value: float) -> str:
    """« 2,5 »."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _texts(tally: QuestionTally, signed: Sequence[tuple[str, str]] | None) -> list[str]:
    said = [("", text) for text in tally.texts] if signed is None else list(signed)
    if tally.item.kind == QuestionKind.DATE:
        said = [(voice, day(date.fromisoformat(text))) for voice, text in said]
    lines = [
        f"– {plain(' '.join(text.split()))}" + (f" ({plain(voice)})" if voice else "") for voice, text in said[:_TEXTS]
    ]
    if len(said) > _TEXTS:
        rest = len(said) - _TEXTS
        lines.append(f"… et {rest} autre{plural(rest)}.")
    return lines
