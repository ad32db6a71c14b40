"""What is wrong with a members file: where, what, and what would be right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; printed « membres.csv, ligne 12, colonne email : … — … ». Line 0 means the whole file."""

    file: str
    line: int
    column: str
    wrong: str
    right: str

    def __str__(self) -> str:
        place = self.file
        place += f", ligne {self.line}" if self.line else ""
        place += f", colonne {self.column}" if self.column else ""
        return f"{place}\u00a0: {self.wrong} — {self.right}"


class UnreadableFile(Exception):
    """A file that cannot be read as a members file at all."""

    def __init__(self, file: str, wrong: str, right: str, line: int = 0) -> None:
        self.fault = Fault(file, line, "", wrong, right)
        super().__init__(str(self.fault))
