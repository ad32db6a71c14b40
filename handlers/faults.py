"""What is wrong with a file that somebody sent: where, what, and what would be right."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; printed « membres.csv, ligne 12, colonne email : … — … ». Line 0 means the whole file.

    `within` is the place inside the line, or empty; each kind of file says what it calls such a place.
    """

    WITHIN: ClassVar[str]

    file: str
    line: int
    within: str
    wrong: str
    right: str

    def __str__(self) -> str:
        place = self.file
        place += f", ligne {self.line}" if self.line else ""
        place += f", {self.WITHIN} {self.within}" if self.within else ""
        return f"{place}\u00a0: {self.wrong} — {self.right}"
