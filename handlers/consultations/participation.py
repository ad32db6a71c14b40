"""Who has answered, counted by region and by kind of structure, never what. No I/O."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from handlers.consultations.tally import broken_out
from storage.voices import ExpectedVoice


@dataclass(frozen=True, slots=True)
class Group:
    """How many voices of a group have answered, of how many expected."""

    name: str
    answered: int
    expected: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole and its parts. A part named "" gathers groups too small to be shown apart."""

    total: Group
    by_region: Sequence[Group]
    by_kind: Sequence[Group]


def overview(voices: Iterable[ExpectedVoice], answered: Collection[str]) -> Overview:
    """Participation of the expected voices; who answered and is expected no more counts nowhere."""
    expected = list(voices)
    have = [voice for voice in expected if voice.key in answered]
    return Overview(
        total=Group("", len(have), len(expected)),
        by_region=_groups(expected, have, lambda voice: voice.region),
        by_kind=_groups(expected, have, lambda voice: voice.kind),
    )


def _groups(
    expected: Iterable[ExpectedVoice], have: Iterable[ExpectedVoice], of: Callable[[ExpectedVoice], str]
) -> list[Group]:
    sizes = Counter(of(voice) or "–" for voice in expected)
    counts = Counter(of(voice) or "–" for voice in have)
    apart, together = broken_out(sizes)
    groups = [Group(name, counts[name], sizes[name]) for name in apart]
    if together:
        rest = Group("", sum(counts[name] for name in together), sum(sizes[name] for name in together))
        groups.append(rest)
    return groups if len(groups) > 1 else []
