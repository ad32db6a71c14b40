"""The plan of an import: what each row would do, and all of them; it is shown first, then applied as it was shown."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from handlers.directory import publishing
from handlers.directory.checking import CheckedRow
from handlers.directory.columns import Field
from handlers.directory.faults import CellFault
from handlers.directory.matching import Place
from storage.members import KnownAccount, KnownPerson, KnownStructure
from storage.people import Role


class Outcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Rights:
    """Who imports: the command line counts as an administrator and is nobody."""

    admin: bool
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one person: what it was, what it would be."""

    field: Field
    before: str
    after: str


@dataclass(slots=True)
class Member:
    """One row that may be applied: the person it is about (None: a new one), and what is written."""

    row: CheckedRow
    person: KnownPerson | None
    place: Place | None = None  # the structure, when it is written
    columns: dict[str, Any] = field(default_factory=dict)
    role: Role | None = None  # given, in the place of `grant` if there is one
    grant: int | None = None
    link: list[tuple[tuple[str, str, str], KnownAccount | None]] = field(default_factory=list)
    unlink: list[KnownAccount] = field(default_factory=list)
    contact: publishing.Publication | None = None
    changes: list[Change] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """What becomes of the row."""
        if self.person is None:
            return Outcome.ADDED
        return Outcome.CHANGED if self.changes else Outcome.UNCHANGED


@dataclass(slots=True)
class Plan:
    """All that one file would do."""

    file: str
    members: list[Member] = field(default_factory=list)
    refused: list[CellFault] = field(default_factory=list)
    new_structures: list[Place] = field(default_factory=list)
    structures: list[tuple[KnownStructure, dict[str, Any]]] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many rows end so."""
        return sum(member.outcome is outcome for member in self.members)

    @property
    def refused_rows(self) -> int:
        """How many rows are refused, for one fault or several."""
        return len({fault.line for fault in self.refused})

    @property
    def counts(self) -> dict[str, int]:
        """How many rows end how."""
        return {**{str(outcome): self.count(outcome) for outcome in Outcome}, "refused": self.refused_rows}

    @property
    def does_anything(self) -> bool:
        """Whether applying it would write anything."""
        return bool(self.new_structures or self.structures) or any(
            member.outcome is not Outcome.UNCHANGED for member in self.members
        )

    @property
    def fingerprint(self) -> str:
        """The same as long as applying the plan means the same."""
        digest = hashlib.sha256()
        for member in self.members:
            who = member.person.id if member.person else None
            digest.update(repr((member.row.line, who, member.changes)).encode())
        digest.update(repr((self.refused, self.new_structures, self.structures)).encode())
        return digest.hexdigest()
