"""The chart of a count: one panel a question, PNG, with a text that says the same to who cannot see it."""

import io
from collections.abc import Sequence

from handlers.consultations import wording
from handlers.consultations.questionnaire import CHOSEN
from handlers.consultations.tally import QuestionTally
from handlers.typography import shortened
from storage.consultations import QuestionKind

_MOST = 12  # questions drawn; more make no readable picture
_LONGEST = 38  # characters of a label
_COLOUR = "#1f5f8b"


def label_of(tally: QuestionTally, key: int) -> str:
    """What a count is of, as typed: a choice, yes or no, a degree."""
    if tally.item.kind in CHOSEN or tally.grid:
        option = tally.item.option(key)
        return option.label if option else ""
    if tally.item.kind == QuestionKind.YES_NO:
        return wording.YES if key else wording.NO
    return str(key)


def drawn(tallies: Sequence[QuestionTally]) -> list[QuestionTally]:
    """The questions that can be drawn: those that are counted and were answered."""
    return [tally for tally in tallies if tally.counts and tally.answered][:_MOST]


def chart(title: str, tallies: Sequence[QuestionTally]) -> bytes | None:
    """Bars of every question that can be drawn; None when there is none. A ranking shows mean ranks, 1 is best."""
    panels = drawn(tallies)
    if not panels:
        return None
    # Imported here: it is slow to load, and few processes ever draw. The figure draws by itself, with no window.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    heights = [1.1 + 0.32 * len(panel.counts) for panel in panels]
    figure = Figure(figsize=(8, sum(heights) + 0.7), layout="constrained")
    figure.suptitle(_short(title, 70), parse_math=False)
    axes = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for panel, ax in zip(panels, axes, strict=True):
        values = _values(panel)
        places = list(range(len(values)))[::-1]
        bars = ax.barh(places, [value for _, value in values], color=_COLOUR)
        ax.bar_label(bars, [f"{value:.3g}".replace(".", ",") for _, value in values], padding=3)
        ax.set_yticks(places)
        ax.set_yticklabels([_short(label, _LONGEST) for label, _ in values], parse_math=False)
        ax.set_title(_short(panel.item.wording, 80), loc="left", fontsize=10, parse_math=False)
        ax.margins(x=0.12)
        ax.xaxis.set_visible(False)
        ax.spines[["top", "right", "bottom"]].set_visible(False)
    out = io.BytesIO()
    figure.set_canvas(FigureCanvasAgg(figure))
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def alternative(title: str, tallies: Sequence[QuestionTally]) -> str:
    """What the chart shows, in words."""
    parts = [wording.chart_of(title)]
    for panel in drawn(tallies):
        counts = ", ".join(f"{label} {value:.3g}".replace(".", ",") for label, value in _values(panel))
        parts.append(f"{panel.item.wording} {counts}.")
    return " ".join(parts)


def _values(panel: QuestionTally) -> list[tuple[str, float]]:
    if panel.mean_ranks is not None:
        return [(label_of(panel, key), rank) for key, rank in sorted(panel.mean_ranks.items(), key=lambda one: one[1])]
    return [(label_of(panel, key), count) for key, count in panel.counts.items()]


def _short(text: str, most: int) -> str:
    return shortened(" ".join(text.split()), most)
