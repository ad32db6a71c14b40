"""Figures as people read them: one line each, and what must hold beside what does not."""

import sys
from collections.abc import Callable

from tests.bench.sample import Figures

# What is printed of a figure, and what must hold of it.
_SHOWN: dict[str, tuple[str, Callable[[float], bool] | None, str]] = {
    "wall": ("wall {:.2f} s", None, ""),
    "bound": ("lower bound {:.2f} s", None, ""),
    "wall_ratio": ("ratio {:.3f}", lambda ratio: ratio <= 1.03, "≤ 1.03"),
    "too_many": ("429: {:d}", lambda count: count == 0, "none"),
    "arrived": ("arrived {:d}", None, ""),
    "cpu_per_1000": ("CPU {:.2f} s per 1000", None, ""),
    "bare_cpu_per_1000": ("bare SDK {:.2f}", None, ""),
    "cpu_ratio": ("ratio {:.2f}", lambda ratio: ratio <= 1.5, "≤ 1.5"),
    "whole_cpu_ratio": ("with SQLite {:.2f}", None, ""),
    "main_cpu_ratio": ("first thread {:.2f}", None, ""),
    "bare_wall": ("bare SDK's wall {:.2f} s", None, ""),
    "bare_too_many": ("bare SDK's 429: {:d}", None, ""),
    "database_cpu": ("database CPU {:.2f} s", None, ""),
    "tick_ms": ("tick {:.2f} ms", lambda ms: ms < 5, "< 5 ms"),
    "tick_p99_ms": ("99 % {:.2f} ms", None, ""),
    "health_ms": ("health {:.2f} ms", None, ""),
    "idle_cpu_percent": ("idle {:.1f} % of a core", None, ""),
    "first_start_s": ("first answer {:.2f} s after the first start", None, ""),
    "next_start_s": ("{:.2f} s after the next", None, ""),
    "doubts": ("in doubt {:d}", None, ""),
    "told": ("told {:d}", None, ""),
    "kills": ("kills {:d}", None, ""),
    "worst_kill": ("worst kill {:d}", None, ""),
    "ahead": ("allowed {:d} and the open requests", None, ""),
    "away": ("database away {:.0f} s", None, ""),
    "press_p50_ms": ("press to answer {:.0f} ms", None, ""),
    "press_p99_ms": ("99 % {:.0f} ms", None, ""),
    "bare_press_p99_ms": ("bare bot's 99 % {:.0f} ms", None, ""),
    "edits": ("edits {:d}", None, ""),
    "votes_per_s": ("all at once {:.0f} voices/s", None, ""),
    "bare_votes_per_s": ("bare bot {:.0f}", None, ""),
    "votes_ratio": ("ratio {:.2f}", lambda ratio: ratio >= 0.5, "≥ 0.5"),
    "question_median_ms": ("median {:.2f} ms", lambda ms: ms < 2, "< 2 ms"),
    "question_p99_ms": ("99 % {:.2f} ms", lambda ms: ms < 10, "< 10 ms"),
    "crowd_median_ms": ("median {:.2f} ms", None, ""),
    "crowd_p99_ms": ("99 % {:.2f} ms", lambda ms: ms < 25, "< 25 ms"),
    "slowest_ms": ("slowest {:.2f} ms", None, ""),
    "worst_ms": ("slowest {:.2f} ms", lambda ms: ms < 50, "< 50 ms"),
    "crowd_peak_mb": ("peak {:.0f} MB", lambda mb: mb < 300, "< 300 MB"),
    "load_s": ("read and indexed in {:.1f} s", None, ""),
    "right_percent": ("right {:.1f} %", None, ""),
    "harmful_percent": ("harmful {:.1f} %", None, ""),
    "outside_percent": ("out of scope recognised {:.1f} %", None, ""),
    "reminder_tick_ms": ("tick of the plan {:.2f} ms", lambda ms: ms < 20, "< 20 ms"),
    "reminder_tick_p99_ms": ("99 % {:.2f} ms", None, ""),
    "own_tick_ms": ("tick of people’s own {:.2f} ms", lambda ms: ms < 20, "< 20 ms"),
    "own_tick_p99_ms": ("99 % {:.2f} ms", None, ""),
    "noted_s": ("first look at all events {:.1f} s", None, ""),
    "due_rows": ("all of a day due at once: {:d} rows", None, ""),
    "busy_tick_ms": ("a tick then {:.0f} ms", None, ""),
    "reminded": ("reminders {:d}", None, ""),
    "late_p50_s": ("late by {:.1f} s", None, ""),
    "late_max_s": ("at most {:.1f} s", lambda seconds: seconds < 20, "< 20 s"),
    "queued_p99_s": ("of it in the outbox, 99 % {:.2f} s", None, ""),
    "queued_max_s": ("at most {:.2f} s", None, ""),
    "grown_mb": ("grown by {:.1f} MB", lambda mb: mb < 10, "< 10 MB"),
    "memory_mb": ("memory {:.0f} MB", None, ""),
    "peak_mb": ("peak {:.0f} MB", lambda mb: mb < 200, "< 200 MB"),
}


def show(figures: Figures, *, judged: bool) -> None:
    """Print one line of figures; `judged`: with what they must be where they are not, which needs the full sizes."""
    sys.stdout.write(line(figures, judged=judged) + "\n")
    sys.stdout.flush()


def line(figures: Figures, *, judged: bool) -> str:
    """One line of figures, wrapped."""
    size = figures.get("count") or figures.get("pending")
    head = figures["bench"] + (f", {size:,}".replace(",", " ") if size else "")
    if figures.get("rate"):
        head += f" at {figures['rate']:.4g}/s"
    shown = []
    for name, (words, holds, wanted) in _SHOWN.items():
        value = figures.get(name)
        if value is not None:
            missed = judged and holds and not holds(value)
            shown.append(words.format(value) + (f" (MUST BE {wanted})" if missed else ""))
    if figures.get("each_kill"):
        shown.append("each kill: " + ", ".join(figures["each_kill"]))
    shown += [f"FAULT: {fault}" for fault in figures.get("faults", ())]
    return f"{head}\n    " + "\n    ".join("; ".join(shown[start : start + 5]) for start in range(0, len(shown), 5))
