"""Which contacts a few words mean. Pure: every word must be somebody's; a near miss is only ever a proposal."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from storage.directory import Contact, Organisation

_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        """a adresse au aux avec chez contact contacter coordonnees courriel d de des du e email et il joindre l la le
        les mail m me mme mr monsieur madame mon nom numero pour portable qui s son sa tel telephone un une""",
    )
)
_ALIKE = 85  # of 100: one letter wrong in six, two swapped


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact with the words it is found by: its name's, and the others."""

    contact: Contact
    organisation: str
    names: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Contacts that all the words mean, or else those that some of them might."""

    exact: tuple[Entry, ...] = ()
    near: tuple[Entry, ...] = ()


def words(text: str) -> list[str]:
    """Lower case, no accents, in words."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))


def entry(contact: Contact, organisation: Organisation | None) -> Entry:
    """What a contact is found by: name, other names, function, organisation, responsibilities."""
    house = organisation.name if organisation else contact.organisation
    about = [contact.function, house, *contact.responsibilities]
    if organisation is not None:
        about += [organisation.abbreviation or "", *organisation.aliases]
    return Entry(
        contact,
        house,
        frozenset(words(" ".join([contact.given_name, contact.family_name, *contact.aliases]))),
        frozenset(words(" ".join(about))),
    )


def search(entries: Sequence[Entry], text: str) -> Found:
    """Who is meant. « Sophie Viet » is not « Christian Viet »: he is only proposed."""
    asked = [word for word in words(text) if word not in _SAYS_NOTHING]
    if not asked:
        return Found()
    exact = [one for one in entries if all(_among(word, one.names | one.others) for word in asked)]
    if exact:
        named = [one for one in exact if all(_among(word, one.names) for word in asked)]
        return Found(exact=tuple(named or exact))
    return Found(near=tuple(one for one in entries if any(len(word) > 2 and _among(word, one.names) for word in asked)))


def _among(word: str, known: frozenset[str]) -> bool:
    if word in known:
        return True
    if len(word) < 4:
        return False
    return any(other.startswith(word) or fuzz.ratio(word, other) >= _ALIKE for other in known)
