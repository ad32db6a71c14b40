"""What an import would do: each row added, changed field by field, unchanged or refused. Pure.

Nothing is said by an empty cell: what the database has stays.
"""

from collections.abc import Sequence
from typing import Any

from handlers.directory import publishing
from handlers.directory.checking import Checked, CheckedRow, Step
from handlers.directory.columns import Field
from handlers.directory.faults import CellFault
from handlers.directory.matching import Match, Place, Structures
from handlers.directory.plans import Change, Member, Plan, Rights
from handlers.directory.values import ROLE_WORDS, Wrong, phone
from storage.members import Directory, KnownPerson, KnownStructure
from storage.people import Role, zone_of

_RANKED = frozenset((Role.STAFF, Role.ADMIN, Role.REGIONAL_STAFF))


def plan_members(checked: Checked, known: Directory, rights: Rights, step: Step | None = None) -> Plan:
    """Compare the rows that hold together with the directory."""
    return _Planning(checked, known, rights).plan(step)


class _Planning:
    def __init__(self, checked: Checked, known: Directory, rights: Rights) -> None:
        self.checked, self.known, self.rights = checked, known, rights
        self.structures = Structures(known)
        self.match = Match(known, self.structures, known.workspace)
        self.publisher = publishing.Publisher(known)
        self.touched: dict[int, Place] = {}

    def plan(self, step: Step | None) -> Plan:
        plan = Plan(self.checked.file, refused=list(self.checked.faults))
        found: dict[int, KnownPerson] = {}
        free: list[CheckedRow] = []
        for row in self.checked.rows:  # sure matches first: a name must not take a person whom an address names
            try:
                person = self.match.surely(row)
            except Wrong as wrong:
                plan.refused.append(self._fault(row, self._sure_column(row), wrong))
                continue
            if person:
                found[row.line] = person
            free.append(row)
        for done, row in enumerate(free):
            try:
                person = found.get(row.line) or self.match.by_name(row)
                plan.members.append(self._member(row, person))
            except Wrong as wrong:
                plan.refused.append(self._fault(row, None, wrong))
            if step and done % 500 == 0:
                step(done, len(free))
        plan.refused.sort(key=lambda fault: fault.line)
        used = {id(member.place) for member in plan.members}
        plan.new_structures = [place for place in self.structures.new if id(place) in used]
        plan.structures = [(before, after) for before, after in self._structure_changes() if after]
        return plan

    def _member(self, row: CheckedRow, person: KnownPerson | None) -> Member:
        if person is None and not row.name:
            raise Wrong("cette personne est nouvelle et n’a pas de nom", "son prénom et son nom")
        member = Member(row, person)
        self._role(member)
        self._words(member)
        self._accounts(member)
        self._may(member)
        place = self._place(member)
        self._region_and_zone(member, place)
        member.contact = self.publisher.publication(row, person, member.columns, place)
        if member.contact is not None:
            before, after = member.contact.said
            member.changes.append(Change(Field.PUBLIC, before, after))
        if person is not None and member.changes and not self._may_edit(person):
            raise Wrong(
                f"{person.name} fait partie de l’équipe\u00a0: seul un administrateur change sa fiche",
                "retirez cette ligne, ou faites importer le fichier par un administrateur",
            )
        return member

    def _words(self, member: Member) -> None:
        row, person = member.row, member.person
        for column, name, value in (
            (Field.GIVEN, "given_name", row.given_name),
            (Field.FAMILY, "family_name", row.family_name),
            (Field.EMAIL, "email", row.email),
            (Field.PHONE, "phone", row.phone),
            (Field.FUNCTION, "function", row.function),
        ):
            before = str(getattr(person, name) or "") if person else ""
            if value and value != before and not (name == "phone" and before and _same_phone(before, value)):
                member.columns[name] = value
                member.changes.append(Change(column, before, value))

    def _role(self, member: Member) -> None:
        """The file's role takes the place of the one of its four that the person has; others stay."""
        person, role = member.person, member.row.role
        if person is None:
            member.role = role or Role.PARTICIPANT
            return
        held = {grant: Role(word) for grant, word in person.grants.items() if Role(word) in ROLE_WORDS}
        if role is None or role in held.values():
            return
        member.role = role
        before = ""
        if len(held) == 1:
            ((member.grant, old),) = held.items()
            before = ROLE_WORDS[old]
        member.changes.append(Change(Field.ROLE, before, ROLE_WORDS[role]))

    def _accounts(self, member: Member) -> None:
        person = member.person
        for column, key, account in self.match.accounts(member.row):
            if account is not None and account.person_id is not None:
                continue  # it is this person's; another's was refused
            member.link.append((key, account))
            replaced = [a for a in person.accounts if a.platform == key[0] and a.imported] if person else []
            member.unlink += replaced  # what an import announced wrongly, an import corrects
            member.changes.append(Change(column, ", ".join(a.external_id for a in replaced), key[2]))

    def _may(self, member: Member) -> None:
        if member.role is Role.STAFF and not self.rights.admin:
            raise Wrong(
                "seul un administrateur donne le rôle « staff »", "un autre rôle, ou l’import par un administrateur"
            )

    def _may_edit(self, person: KnownPerson) -> bool:
        """Who could change the address or the accounts of an administrator would be one."""
        return self.rights.admin or not _RANKED & {Role(word) for word in person.grants.values()}

    def _place(self, member: Member) -> Place | None:
        row, person = member.row, member.person
        now = self.structures.by_id.get(person.structure_id) if person and person.structure_id else None
        if not row.structure:
            return now
        place = self.structures.find(row.structure) or self.structures.make(row.structure, row.kind)
        if person is None or self._may_edit(person):
            place.kind = row.kind or place.kind
            place.region_id = place.region_id or (row.region.id if row.region else None)
            if place.id is not None:
                self.touched[place.id] = place
        if place is not now:
            member.place = place
            member.changes.append(Change(Field.STRUCTURE, now.name if now else "", place.name))
        return place

    def _region_and_zone(self, member: Member, place: Place | None) -> None:
        row, person, regions = member.row, member.person, self.known.regions
        own = person.region_id if person else None
        region_id = own or (place.region_id if place else None)
        if row.region and row.region.id != region_id:
            before = regions[region_id].name if region_id in regions else ""
            member.columns["region_id"] = region_id = row.region.id
            member.changes.append(Change(Field.REGION, before, row.region.name))
        region = regions.get(region_id or 0)
        zone = zone_of(
            person.zone if person else None,
            place.zone if place else None,
            region.zone if region else None,
            self.known.zone,
        )
        if row.zone and row.zone != zone:
            member.columns["zone"] = row.zone
            member.changes.append(Change(Field.ZONE, zone, row.zone))

    def _structure_changes(self) -> Sequence[tuple[KnownStructure, dict[str, Any]]]:
        return [
            (
                before,
                {
                    name: getattr(place, name)
                    for name in ("kind", "region_id")
                    if getattr(place, name) != getattr(before, name)
                },
            )
            for structure_id, place in self.touched.items()
            for before in (self.known.structures[structure_id],)
        ]

    def _sure_column(self, row: CheckedRow) -> Field | None:
        owned = [
            c for c, _, account in self.match.accounts(row) if account is not None and account.person_id is not None
        ]
        return owned[0] if owned else Field.EMAIL if row.email else None

    def _fault(self, row: CheckedRow, column: Field | None, wrong: Wrong) -> CellFault:
        return self.checked.fault(row.line, column, wrong.wrong, wrong.right)


def _same_phone(before: str, after: str) -> bool:
    """Whether the number the database has, however it is written, is that one."""
    try:
        return phone(before, ("FR",)) == after
    except Wrong:
        return False
