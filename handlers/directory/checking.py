"""Rows of text → rows that hold together, or every fault of a row with its line and column. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.directory import values
from handlers.directory.columns import Columns, Field, fold
from handlers.directory.faults import CellFault
from handlers.directory.tables import Line, Table
from handlers.directory.values import Regions, Wrong
from storage.members import Directory, KnownRegion
from storage.people import Role

Step = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One person as the file says; what it does not say is empty."""

    line: int
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    function: str = ""
    structure: str = ""
    kind: str = ""
    region: KnownRegion | None = None
    zone: str = ""
    role: Role | None = None
    slack: tuple[str, str] | None = None  # workspace, member id
    telegram: str = ""
    public: bool | None = None

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that hold together, and the faults of the others; `headers` is what the file calls each field."""

    file: str
    rows: Sequence[CheckedRow]
    faults: Sequence[CellFault]
    headers: Mapping[Field, str] = field(default_factory=dict)

    def fault(self, line: int, column: Field | None, wrong: str, right: str) -> CellFault:
        """A fault of this file."""
        return CellFault(self.file, line, self.headers.get(column, "") if column else "", wrong, right)


class Vocabulary:
    """What the cells are read with: regions, kinds of structure, the country of each zone."""

    def __init__(self, known: Directory) -> None:
        self.regions = Regions(known.regions.values())
        self.home = values.country_of(known.zone) or "FR"
        self.others = tuple(
            dict.fromkeys(
                country for region in known.regions.values() if (country := values.country_of(region.zone)) != self.home
            )
        )
        self.kinds = {fold(word): key for key, names in known.kinds.items() for word in names}

    def territories(self, region: KnownRegion | None) -> tuple[str, ...]:
        """The countries whose numbers a person of that region may write without prefix, the likeliest first."""
        own = (values.country_of(region.zone) if region else "") or self.home
        return (own, self.home, *self.others)

    def kind(self, text: str) -> str:
        """The key of a kind of structure; any word will do in a network that has named none."""
        values.words(text)
        if not self.kinds:
            return fold(text).replace(" ", "-")
        if found := self.kinds.get(fold(text)) or self.kinds.get(fold(text).removesuffix("s")):
            return found
        admitted = ", ".join(dict.fromkeys(self.kinds.values()))
        raise Wrong(f"« {values.short(text)} » n’est pas un type de structure", f"l’un de ces mots\u00a0: {admitted}")


def check(table: Table, columns: Columns, known: Directory, step: Step | None = None) -> Checked:
    """Check every row below the header, alone and against the rows before it."""
    where = columns.where()
    vocabulary = Vocabulary(known)
    headers = {name: header for name, (_, header) in where.items()}
    checked = Checked(table.file, [], [], headers)
    rows: list[CheckedRow] = []
    faults: list[CellFault] = []
    below = table.lines[columns.row + 1 :]
    seen = _Seen(checked)
    for done, line in enumerate(below):
        row, found = _row(line, {name: index for name, (index, _) in where.items()}, vocabulary, checked)
        found += seen.faults(row) if not found else []
        if found:
            faults += found
        else:
            rows.append(row)
        if step and done % 500 == 0:
            step(done, len(below))
    return Checked(table.file, rows, faults, headers)


def _row(
    line: Line, where: Mapping[Field, int], vocabulary: Vocabulary, checked: Checked
) -> tuple[CheckedRow, list[CellFault]]:
    faults: list[CellFault] = []
    got: dict[str, Any] = {}

    def read(column: Field, reader: Callable[[str], Any], name: str) -> None:
        text = line.cell(where[column]) if column in where else ""
        if not text:
            return
        try:
            got[name] = reader(text)
        except Wrong as wrong:
            faults.append(checked.fault(line.number, column, wrong.wrong, wrong.right))

    for column, reader, name in _READERS:
        read(column, reader, name)
    read(Field.KIND, vocabulary.kind, "kind")
    read(Field.REGION, vocabulary.regions.find, "region")
    read(Field.PHONE, lambda text: values.phone(text, vocabulary.territories(got.get("region"))), "phone")
    row = CheckedRow(line.number, **got)
    if not faults and not (row.name or row.email or row.slack or row.telegram):
        faults.append(checked.fault(line.number, None, "rien ne dit de qui il s’agit", "un nom ou une adresse"))
    return row, faults


_READERS: Sequence[tuple[Field, Callable[[str], Any], str]] = (
    (Field.GIVEN, values.words, "given_name"),
    (Field.FAMILY, values.words, "family_name"),
    (Field.EMAIL, values.email, "email"),
    (Field.FUNCTION, values.words, "function"),
    (Field.STRUCTURE, values.words, "structure"),
    (Field.ZONE, values.zone, "zone"),
    (Field.ROLE, values.role, "role"),
    (Field.SLACK, values.slack, "slack"),
    (Field.TELEGRAM, values.telegram, "telegram"),
    (Field.PUBLIC, values.yes_or_no, "public"),
)


class _Seen:
    """What the rows before said: nobody twice in one file, one type for each structure."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._marks: dict[tuple[Field, object], int] = {}
        self._people: dict[tuple[str, str, str], list[CheckedRow]] = {}
        self._kinds: dict[str, tuple[str, int]] = {}

    def faults(self, row: CheckedRow) -> list[CellFault]:
        """The faults of a row against those before it; without any, the row is remembered."""
        faults = [*self._taken(row), *self._double(row), *self._other_kind(row)]
        if not faults:
            self._remember(row)
        return faults

    def _taken(self, row: CheckedRow) -> Iterable[CellFault]:
        for column, value in _marks(row):
            if before := self._marks.get((column, value)):
                yield self._checked.fault(
                    row.line,
                    column,
                    f"cette valeur est déjà à la ligne {before}",
                    "une ligne par personne, et à chacune la sienne",
                )

    def _double(self, row: CheckedRow) -> Iterable[CellFault]:
        """Namesakes in one structure are two people only if something tells them apart."""
        for other in self._people.get(_who(row), ()) if row.name else ():
            theirs = dict(_marks(other))
            if not any(column in theirs and theirs[column] != value for column, value in _marks(row)):
                yield self._checked.fault(
                    row.line,
                    Field.FAMILY,
                    f"« {row.name} » est déjà à la ligne {other.line}",
                    "une ligne par personne, ou une adresse qui distingue les homonymes",
                )
                return

    def _other_kind(self, row: CheckedRow) -> Iterable[CellFault]:
        kind, line = self._kinds.get(fold(row.structure), (row.kind, 0))
        if row.structure and row.kind and kind != row.kind:
            yield self._checked.fault(
                row.line,
                Field.KIND,
                f"la ligne {line} donne un autre type à cette structure",
                f"« {kind} », ou corrigez-la",
            )

    def _remember(self, row: CheckedRow) -> None:
        for mark in _marks(row):
            self._marks[mark] = row.line
        self._people.setdefault(_who(row), []).append(row)
        if row.structure and row.kind:
            self._kinds.setdefault(fold(row.structure), (row.kind, row.line))


def _marks(row: CheckedRow) -> list[tuple[Field, object]]:
    marks: list[tuple[Field, object]] = []
    if row.email:
        marks.append((Field.EMAIL, row.email))
    if row.slack:
        marks.append((Field.SLACK, row.slack))
    if row.telegram:
        marks.append((Field.TELEGRAM, row.telegram))
    return marks


def _who(row: CheckedRow) -> tuple[str, str, str]:
    return fold(row.given_name), fold(row.family_name), fold(row.structure)
