"""The contact that a member agrees to publish: made, kept up to date, withdrawn. Pure."""

from dataclasses import dataclass
from typing import Any

from handlers.directory.checking import CheckedRow
from handlers.directory.columns import fold
from handlers.directory.matching import Place
from storage.members import OWN_CONTACT, Directory, KnownContact, KnownPerson, contact_key

SOURCE = "annuaire des membres"


@dataclass(frozen=True, slots=True)
class Publication:
    """What is done with a contact. `columns` empty: it is withdrawn, wholly when `delete`, else hidden."""

    known: KnownContact | None
    columns: dict[str, Any]
    delete: bool = False

    @property
    def said(self) -> tuple[str, str]:
        """Before and after, as the file says it."""
        shown = self.known is not None and bool(self.known.columns["public"])
        if self.delete or self.columns.get("public") is False:
            return "oui", "non"
        return ("oui", "mis à jour") if shown else ("non", "oui")


class Publisher:
    """Finds the contact of a person, and says what becomes of it."""

    def __init__(self, known: Directory) -> None:
        self._organisations = known.organisations
        self._own = {contact.key: contact for contact in known.contacts if contact.key.startswith(OWN_CONTACT)}
        self._others: dict[str, list[KnownContact]] = {}
        for contact in known.contacts:
            if contact.key not in self._own:
                name = fold(f"{contact.columns['given_name']} {contact.columns['family_name']}")
                self._others.setdefault(name, []).append(contact)

    def publication(
        self, row: CheckedRow, person: KnownPerson | None, columns: dict[str, Any], place: Place | None
    ) -> Publication | None:
        """What becomes of the contact of a person whose columns change to `columns`; None when nothing does."""
        own = self._own.get(contact_key(person.id)) if person else None
        now = {
            name: columns.get(name) or (getattr(person, name) if person else None)
            for name in ("given_name", "family_name", "email", "phone", "function")
        }
        pack = None if own else self._of_the_pack(now)
        known = own or pack
        if row.public is False:
            if known is None or not known.columns["public"]:
                return None
            return Publication(known, {} if own else {"public": False}, delete=own is not None)
        if row.public is None and own is None:
            return None  # nothing is said; what is published already follows the person
        wanted = _merged(pack, now) if pack else self._new(now, place)
        changed = {name: value for name, value in wanted.items() if known is None or known.columns[name] != value}
        return Publication(known, changed) if changed else None

    def _of_the_pack(self, now: dict[str, Any]) -> KnownContact | None:
        """A contact published before under the same name, unless the addresses say it is a namesake."""
        for contact in self._others.get(fold(f"{now['given_name'] or ''} {now['family_name'] or ''}"), ()):
            theirs, ours = contact.columns["email"], now["email"]
            if not theirs or not ours or str(theirs).lower() == str(ours).lower():
                return contact
        return None

    def _new(self, now: dict[str, Any], place: Place | None) -> dict[str, Any]:
        organisation = place.code if place and place.code in self._organisations else ""
        function = str(now["function"] or "")
        if place and not organisation:
            function = f"{function}, {place.name}" if function else place.name
        return {
            "given_name": now["given_name"] or "",
            "family_name": now["family_name"] or "",
            "function": function,
            "organisation": organisation,
            "phone": now["phone"] or None,
            "email": now["email"] or None,
            "public": True,
        }


def _merged(pack: KnownContact, now: dict[str, Any]) -> dict[str, Any]:
    """A contact of the pack keeps its function and organisation, which were worded with care."""
    return {
        "phone": now["phone"] or pack.columns["phone"],
        "email": now["email"] or pack.columns["email"],
        "public": True,
    }
