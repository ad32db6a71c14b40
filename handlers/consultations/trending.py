"""How the answers to the same questions change from wave to wave: a chart with a text that says the same.

A wave whose count may not be shown (too few voices, not closed) is left out, and so is a question that was not asked.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.consultations import reporting
from handlers.consultations.counting import counted
from handlers.consultations.recurring import SEPARATOR, waves_of
from handlers.consultations.screens import button
from handlers.consultations.tally import MINIMUM, QuestionTally
from handlers.consultations.timing import state_at
from handlers.errors import Refusal
from handlers.messages import Attachment, Message, Reply, plain, say
from handlers.request import Request
from storage.consultations import Consultation, QuestionKind, Status

TREND = "Voir l’évolution"
TOO_EARLY = "L’évolution se verra à partir de deux vagues closes, avec assez de réponses chacune."
_COLOUR = "#1f5f8b"


@dataclass(frozen=True, slots=True)
class Line:
    """One question through the waves: a mean, or the share of « oui » in percents; by the name of the wave."""

    wording: str
    points: Sequence[tuple[str, float]]
    unit: str
    low: float
    high: float


async def show(request: Request, session: AsyncSession, consultation: Consultation) -> Reply:
    """« Voir l’évolution », for staff."""
    back = (button(reporting.PARTICIPATION, "follow", consultation.id),)
    waves: list[tuple[str, Sequence[QuestionTally]]] = []
    for wave in await waves_of(session, consultation.series) if consultation.series else []:
        if state_at(wave, request.received_at) != Status.CLOSED:
            continue
        try:
            count = await counted(session, wave, request.received_at)
        except Refusal:
            continue
        if count.ballots >= MINIMUM and wave.opens_at is not None:
            waves.append((f"{wave.opens_at.astimezone(request.tz):%m/%Y}", count.tallies))
    lines = trend(waves)
    if not lines:
        return say(TOO_EARLY, back)
    title = consultation.title.partition(SEPARATOR)[0]
    file = Attachment(
        filename=f"{consultation.series}-evolution.png",
        media_type="image/png",
        content=chart(title, lines),
        alt=alternative(title, lines),
    )
    return Reply(messages=(Message(text=_text(title, lines), buttons=(back,), attachment=file),))


def trend(waves: Sequence[tuple[str, Sequence[QuestionTally]]]) -> list[Line]:
    """The questions that can be followed through at least two waves. Pure; a question is known by its key."""
    points: dict[str, list[tuple[str, float]]] = {}
    items = {}
    for name, tallies in waves:
        for tally in tallies:
            value = _value(tally)
            if value is not None:
                points.setdefault(tally.item.key, []).append((name, value))
                items[tally.item.key] = tally.item
    lines = []
    for key, found in points.items():
        item = items[key]
        if len(found) < 2:
            continue
        share = item.kind == QuestionKind.YES_NO
        values = [value for _, value in found]
        low, high = (0.0, 100.0) if share else (min(values), max(values))
        if item.kind == QuestionKind.SCALE:
            low, high = (float(bound) for bound in item.bounds)
        unit = "\u00a0% de oui" if share else ""
        lines.append(Line(item.wording, tuple(found), unit, low, high))
    return lines


def _value(tally: QuestionTally) -> float | None:
    if not tally.answered:
        return None
    if tally.item.kind == QuestionKind.YES_NO:
        return 100 * tally.counts[1] / tally.answered
    return tally.mean


def chart(title: str, lines: Sequence[Line]) -> bytes:
    """One panel a question, the waves from left to right, as PNG."""
    # Imported here: it is slow to load, and few processes ever draw. The figure draws by itself, with no window.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.2 * len(lines) + 0.7), layout="constrained")
    figure.suptitle(title, parse_math=False)
    for line, ax in zip(lines, figure.subplots(len(lines), 1, squeeze=False)[:, 0], strict=True):
        places = list(range(len(line.points)))
        ax.plot(places, [value for _, value in line.points], marker="o", color=_COLOUR)
        for place, (_, value) in zip(places, line.points, strict=True):
            ax.annotate(reporting.decimal(value), (place, value), (0, 6), textcoords="offset points", ha="center")
        ax.set_xticks(places)
        ax.set_xticklabels([name for name, _ in line.points])
        margin = 0.15 * (line.high - line.low or 1.0)
        ax.set_ylim(line.low - margin, line.high + margin)
        ax.set_title(
            f"{line.wording}{f' ({line.unit.strip()})' if line.unit else ''}", loc="left", fontsize=10, parse_math=False
        )
        ax.spines[["top", "right"]].set_visible(False)
    out = io.BytesIO()
    figure.set_canvas(FigureCanvasAgg(figure))
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def alternative(title: str, lines: Sequence[Line]) -> str:
    """What the chart shows, in words."""
    said = [f"{line.wording} {_points(line)}." for line in lines]
    return " ".join([f"Évolution de «\u00a0{title}\u00a0».", *said])


def _text(title: str, lines: Sequence[Line]) -> str:
    parts = [f"**{plain(title)}**", *(f"**{plain(line.wording)}**\n{_points(line)}" for line in lines)]
    return "\n\n".join(parts)


def _points(line: Line) -> str:
    return " → ".join(f"{reporting.decimal(value)}{line.unit} ({name})" for name, value in line.points)
