"""What is wrong with a members file."""

from handlers.faults import Fault


class CellFault(Fault):
    """A fault in a table; `within` is the header of the column."""

    __slots__ = ()
    WITHIN = "colonne"


class UnreadableFile(Exception):
    """A file that cannot be read as a members file at all."""

    def __init__(self, file: str, wrong: str, right: str, line: int = 0) -> None:
        self.fault = CellFault(file, line, "", wrong, right)
        super().__init__(str(self.fault))
