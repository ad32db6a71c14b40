"""Which column of a file is which of our fields: by its name, else by a question that is asked once."""

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from handlers.directory.faults import UnreadableFile
from handlers.directory.tables import Line, Table

HEADER_WITHIN = 10  # rows searched for the header: some files begin with a title
_SURE = 90.0
_PERHAPS = 78.0


class Field(StrEnum):
    """The columns of the members file."""

    GIVEN = "prenom"
    FAMILY = "nom"
    EMAIL = "email"
    PHONE = "telephone"
    FUNCTION = "fonction"
    STRUCTURE = "structure"
    KIND = "type"
    REGION = "region"
    ZONE = "fuseau"
    ROLE = "role"
    SLACK = "slack_id"
    TELEGRAM = "telegram_id"
    PUBLIC = "contact_public"


# Other names each field goes by, folded; the first words are the likeliest.
_NAMES: Mapping[Field, tuple[str, ...]] = {
    Field.GIVEN: ("prenom", "prenoms", "first name", "firstname", "given name", "given names"),
    Field.FAMILY: ("nom", "nom de famille", "nom d usage", "last name", "lastname", "family name", "surname"),
    Field.EMAIL: (
        "email",
        "e mail",
        "mail",
        "courriel",
        "mel",
        "adresse mail",
        "adresse email",
        "adresse e mail",
        "adresse courriel",
        "adresse electronique",
        "email address",
        "courrier electronique",
        "email professionnel",
        "mail professionnel",
    ),
    Field.PHONE: (
        "telephone",
        "tel",
        "numero de telephone",
        "n de telephone",
        "no de telephone",
        "phone",
        "phone number",
        "telephone portable",
        "telephone mobile",
        "portable",
        "mobile",
        "telephone fixe",
        "ligne directe",
        "telephone professionnel",
    ),
    Field.FUNCTION: ("fonction", "fonctions", "poste", "intitule du poste", "job title", "qualite", "titre"),
    Field.STRUCTURE: (
        "structure",
        "nom de la structure",
        "organisme",
        "organisation",
        "nom de l organisme",
        "association",
        "etablissement",
        "entite",
        "employeur",
        "denomination",
    ),
    Field.KIND: ("type", "type de structure", "type d organisme", "categorie", "nature de la structure"),
    Field.REGION: ("region", "territoire", "region administrative", "nom de la region", "code region"),
    Field.ZONE: ("fuseau", "fuseau horaire", "timezone", "time zone", "zone horaire"),
    Field.ROLE: ("role", "roles", "profil", "statut"),
    Field.SLACK: ("slack id", "id slack", "identifiant slack", "slack", "slack user id", "member id slack"),
    Field.TELEGRAM: ("telegram id", "id telegram", "identifiant telegram", "telegram", "telegram user id", "chat id"),
    Field.PUBLIC: (
        "contact public",
        "publiable",
        "coordonnees publiques",
        "contact publiable",
        "diffusion publique",
        "visible",
    ),
}


@dataclass(frozen=True, slots=True)
class Unclear:
    """A column whose name may mean `likely`, or nothing of ours."""

    index: int
    header: str
    likely: Field


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: the field of each (None: passed over), the row of the header, what is to be asked."""

    headers: tuple[str, ...]
    fields: tuple[Field | None, ...]
    row: int  # index of the header among the lines of the table
    unclear: tuple[Unclear, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the columns, as a layout is remembered by."""
        return [fold(header) for header in self.headers]

    @property
    def passed_over(self) -> list[str]:
        """The columns that are not ours, as the file names them."""
        asked = {one.index for one in self.unclear}
        return [
            h for i, (h, f) in enumerate(zip(self.headers, self.fields, strict=True)) if not f and h and i not in asked
        ]

    def where(self) -> dict[Field, tuple[int, str]]:
        """For each field that the file has, its column and what the file calls it."""
        return {
            field: (index, header)
            for index, (header, field) in enumerate(zip(self.headers, self.fields, strict=True))
            if field
        }

    def settled(self, answers: Mapping[int, Field | None]) -> "Columns":
        """With answers to what was unclear; a field that is taken stays where it is."""
        fields = list(self.fields)
        for index, field in answers.items():
            if 0 <= index < len(fields) and (field is None or field not in fields):
                fields[index] = field
        still = tuple(
            one
            for one in self.unclear
            if one.index not in answers and (one.likely not in fields or fields[one.index] is not None)
        )
        return Columns(self.headers, tuple(fields), self.row, still)


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower case without accents, marks become blanks: how names of all kinds are compared."""
    opened = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae")
    bare = "".join(c for c in unicodedata.normalize("NFKD", opened.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def match_columns(table: Table, remembered: Sequence[str] | None = None) -> Columns:
    """The columns of a file; raises UnreadableFile when none of them says who a row is about."""
    candidates = [_match(line, row) for row, line in enumerate(table.lines[:HEADER_WITHIN])]
    best = max(candidates, key=lambda columns: (len(columns.where()), len(columns.unclear), -columns.row))
    if remembered is not None and len(remembered) == len(best.headers):
        known = {str(field) for field in Field}
        fields = tuple(Field(word) if word in known else None for word in remembered)
        best = Columns(best.headers, fields, best.row)
    identifying = {Field.GIVEN, Field.FAMILY, Field.EMAIL, Field.SLACK, Field.TELEGRAM}
    if not identifying & ({*best.where()} | {one.likely for one in best.unclear}):
        raise UnreadableFile(
            table.file,
            "aucune colonne ne dit de qui il s’agit",
            "une ligne de titres avec, par exemple, prenom, nom, email, structure, region, role",
            table.lines[0].number,
        )
    return best


def _match(line: Line, row: int) -> Columns:
    folded = [fold(cell) for cell in line.cells]
    fields: list[Field | None] = [None] * len(folded)
    unclear: list[Unclear] = []
    for field in Field:
        named = [index for index, name in enumerate(folded) if name == fold(field)]
        known = [index for index, name in enumerate(folded) if name in _NAMES[field]]
        near = [index for index, name in enumerate(folded) if fields[index] is None and _likeness(name, field) >= _SURE]
        for found in (named, known, near):
            if len(found) == 1:
                fields[found[0]] = field
            elif found:
                unclear += [Unclear(index, line.cells[index], field) for index in found]
            if found:
                break
    taken = {field for field in fields if field} | {one.likely for one in unclear}
    asked = {one.index for one in unclear}
    for index, name in enumerate(folded):
        if fields[index] is None and index not in asked and name:
            field, score = max(((f, _likeness(name, f)) for f in Field), key=lambda pair: pair[1])
            if score >= _PERHAPS and field not in taken:
                unclear.append(Unclear(index, line.cells[index], field))
    return Columns(line.cells, tuple(fields), row, tuple(sorted(unclear, key=lambda one: one.index)))


@functools.lru_cache(maxsize=10_000)
def _likeness(name: str, field: Field) -> float:
    """0 to 100; a name that contains one of the field's words is at least worth a question."""
    if not name or len(name) > 80:
        return 0.0
    score = max(fuzz.ratio(name, known) for known in _NAMES[field])
    words = set(name.split())
    contained = any(known in words for known in _NAMES[field] if " " not in known and len(known) > 2)
    return max(score, _PERHAPS if contained and len(words) <= 6 else 0.0)
