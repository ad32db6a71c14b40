"""What loading a pack did, or would do."""

from dataclasses import dataclass, field

# What each kind is called, and « e » where it is feminine.
NAMES = {
    "settings": ("réglages du réseau", ""),
    "regions": ("régions", "e"),
    "structures": ("structures", "e"),
    "organisations": ("organisations", "e"),
    "contacts": ("contacts", ""),
    "events": ("événements", ""),
    "terms": ("mots et sigles", ""),
    "topics": ("sujets", ""),
    "consultations": ("consultations", "e"),
}


@dataclass(slots=True)
class KindReport:
    """The keys of one kind. `kept`: the database's version stays, for staff made or edited it, or it is open.

    `gone`: the pack brought it once and no longer has it; it stays in the database.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def sentence(self, feminine: str = "") -> str:
        """What happened to this kind, in words."""
        parts = [
            f"{len(keys)} {word}{feminine}{'s' if len(keys) > 1 else ''}"
            for keys, word in ((self.added, "ajouté"), (self.changed, "modifié"), (self.unchanged, "inchangé"))
            if keys
        ]
        parts += [f"gardé{feminine}s sans changement : {', '.join(self.kept)}"] if self.kept else []
        parts += (
            [f"absent{feminine}s du pack, laissé{feminine}s en place : {', '.join(self.gone)}"] if self.gone else []
        )
        return ", ".join(parts) or "rien"


@dataclass(slots=True)
class SeedReport:
    """One report for each kind of row, in the order of loading."""

    kinds: dict[str, KindReport] = field(default_factory=dict)

    @property
    def changes_anything(self) -> bool:
        """Whether a row is added or changed."""
        return any(kind.added or kind.changed for kind in self.kinds.values())

    def __str__(self) -> str:
        return "\n".join(f"{NAMES[kind][0]} : {report.sentence(NAMES[kind][1])}" for kind, report in self.kinds.items())
