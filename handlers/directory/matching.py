"""Who a row is about, and which structure it names, among those that are known. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from handlers.directory.checking import CheckedRow
from handlers.directory.columns import Field, fold
from handlers.directory.values import Wrong
from storage.members import SLACK, TELEGRAM, Directory, KnownAccount, KnownPerson

_LINKING = frozenset(("de", "du", "des", "d", "la", "le", "les", "l"))
_OTHER_NAME = 60.0


@dataclass(slots=True)
class Place:
    """A structure that rows name: one that is known, or one to be made. Its columns are those after the import."""

    id: int | None
    code: str
    name: str
    kind: str
    region_id: int | None
    zone: str | None


class Structures:
    """Structures by code, name and alias, however they are written."""

    def __init__(self, known: Directory) -> None:
        self._short = dict(_initials(known.kinds.values()))
        self._kinds = {self._key(word): key for key, names in known.kinds.items() for word in names}
        self._named: dict[str, Place] = {}
        self._codes = {structure.code for structure in known.structures.values()}
        self.by_id: dict[int, Place] = {}
        self.new: list[Place] = []
        for one in known.structures.values():
            place = Place(one.id, one.code, one.name, one.kind, one.region_id, one.zone)
            self.by_id[one.id] = place
            for name in (one.code, one.name, *one.aliases):
                self._named.setdefault(self._key(name), place)

    def find(self, name: str) -> Place | None:
        """The structure of that name."""
        return self._named.get(self._key(name))

    def make(self, name: str, kind: str) -> Place:
        """A structure that nobody has named before; without a kind, its name may say it."""
        key = self._key(name)
        kind = kind or next((found for word, found in self._kinds.items() if f"{key} ".startswith(f"{word} ")), "")
        stem = fold(name).replace(" ", "-")[:80] or "structure"
        code, number = stem, 1
        while code in self._codes:
            number += 1
            code = f"{stem}-{number}"
        self._codes.add(code)
        place = self._named[key] = Place(None, code, name, kind, None, None)
        self.new.append(place)
        return place

    def _key(self, name: str) -> str:
        """« ML de Lens » and « Mission locale Lens » are one."""
        spelled = " ".join(self._short.get(word, word) for word in fold(name).split())
        words = [word for word in spelled.split() if word not in _LINKING]
        return " ".join(words) or spelled


def _initials(kinds: Iterable[Sequence[str]]) -> Iterable[tuple[str, str]]:
    """`ml` for « Mission locale »: what the kinds of several words are called for short."""
    for names in kinds:
        for name in names:
            words = fold(name).split()
            short = "".join(word[0] for word in words)
            if len(words) > 1 and short not in _LINKING | {"un"}:
                yield short, " ".join(words)


class Match:
    """Finds the person of each row: by a chat account, else by e-mail, else by name in the same structure."""

    def __init__(self, known: Directory, structures: Structures, workspace: str) -> None:
        self._known, self._structures, self.workspace = known, structures, workspace
        self._emails: dict[str, list[KnownPerson]] = {}
        self._names: dict[tuple[str, str, int | None], list[KnownPerson]] = {}
        for person in known.people.values():
            if person.email:
                self._emails.setdefault(person.email.lower(), []).append(person)
            self._names.setdefault(_named(person, person.structure_id), []).append(person)
        self._claimed: dict[int, int] = {}

    def accounts(self, row: CheckedRow) -> list[tuple[Field, tuple[str, str, str], KnownAccount | None]]:
        """The accounts that a row names, and what is known of each."""
        keys = []
        if row.telegram:
            keys.append((Field.TELEGRAM, (TELEGRAM, "", row.telegram)))
        if row.slack:
            keys.append((Field.SLACK, (SLACK, row.slack[0] or self.workspace, row.slack[1])))
        return [(column, key, self._known.accounts.get(key)) for column, key in keys]

    def surely(self, row: CheckedRow) -> KnownPerson | None:
        """Who the accounts or the e-mail of a row belong to. Raises Wrong when they do not agree."""
        owners = {
            account.person_id: column
            for column, _, account in self.accounts(row)
            if account is not None and account.person_id is not None
        }
        bearers = self._emails.get(row.email, []) if row.email else []
        if len(owners) > 1:
            raise Wrong(
                "ses comptes de messagerie appartiennent à deux personnes",
                "un compte Slack et un compte Telegram de la même personne",
            )
        if len(bearers) > 1:
            raise Wrong(f"{len(bearers)} personnes ont cette adresse", "une adresse propre à chacun")
        for owner in owners:
            person = self._known.people[owner]
            if (bearers and bearers[0].id != owner) or _another(row, person):
                raise Wrong(
                    f"ce compte de messagerie est déjà celui d’une autre personne ({person.name})",
                    "le sien, ou rien\u202f; un compte ne change pas de main par un import",
                )
            return self._claim(row, person)
        if bearers:
            if _another(row, bearers[0]):
                raise Wrong(
                    f"cette adresse est déjà celle d’une autre personne ({bearers[0].name})",
                    "une adresse propre à chacun",
                )
            return self._claim(row, bearers[0])
        return None

    def by_name(self, row: CheckedRow) -> KnownPerson | None:
        """The one person of that name in that structure whom no other row is about."""
        place = self._structures.find(row.structure) if row.structure else None
        if not row.name or (row.structure and (place is None or place.id is None)):
            return None
        found = self._names.get((fold(row.given_name), fold(row.family_name), place.id if place else None), [])
        free = [person for person in found if person.id not in self._claimed]
        if len(free) > 1:
            raise Wrong(
                f"{len(free)} personnes s’appellent « {row.name} » dans cette structure",
                "ajoutez l’adresse électronique",
            )
        return self._claim(row, free[0]) if free else None

    def _claim(self, row: CheckedRow, person: KnownPerson) -> KnownPerson:
        line = self._claimed.setdefault(person.id, row.line)
        if line != row.line:
            raise Wrong(f"la ligne {line} parle déjà de cette personne ({person.name})", "une ligne par personne")
        return person


def _named(person: KnownPerson, structure_id: int | None) -> tuple[str, str, int | None]:
    return fold(person.given_name), fold(person.family_name), structure_id


def _another(row: CheckedRow, person: KnownPerson) -> bool:
    """Whether the names say that this is somebody else: a corrected or a married name is not."""
    theirs: Mapping[str, str] = {"given": fold(person.given_name), "family": fold(person.family_name)}
    ours = {"given": fold(row.given_name), "family": fold(row.family_name)}
    if not all(ours.values()) or not all(theirs.values()) or any(ours[part] == theirs[part] for part in ours):
        return False
    return fuzz.token_sort_ratio(" ".join(ours.values()), " ".join(theirs.values())) < _OTHER_NAME
