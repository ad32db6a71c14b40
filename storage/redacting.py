"""How somebody is found in texts that others wrote, and taken out of them.

Texts are stored as people or we wrote them: « Lou-Salomé », « LOU SALOME », with the rich text's backslashes, a phone
number in groups of two. So a trace is a pattern that allows for these, and the database is asked only for the rows in
which its letters occur in order.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import phonenumbers
from sqlalchemy import ColumnElement, String, cast, or_, true

GONE = "[personne effacée]"
REMOVED = "[fichier effacé]"
SHORTEST = 5  # characters of an id that may be looked for in texts: « 7 » is in every one of them
_BETWEEN = r"[\s\\.\-‐‑'’_*]{0,4}"
_ESCAPE = "^"
_CIVILITY = r"(?:M\.|MM\.|Mme\.?|Mlle|Monsieur|Madame|Mademoiselle)"


@dataclass(frozen=True, slots=True)
class Traces:
    """What gives a person away: a pattern for Python, and coarser ones for the database's LIKE.

    `everywhere` is set when a name has too little to be asked for: then every text is looked at.
    """

    pattern: re.Pattern[str]
    probes: frozenset[str]
    everywhere: bool = False

    def within(self, column: Any, *, like_folds: bool = False) -> ColumnElement[bool]:
        """The rows whose column may hold a trace; of what `redact` finds, it misses only phones grouped oddly.

        `like_folds` says that LIKE does not regard the case of ASCII, as SQLite's; that is the faster way there.
        """
        if self.everywhere:
            return true()
        text = cast(column, String)
        likes = text.like if like_folds else text.ilike
        return or_(*(likes(probe, escape=_ESCAPE) for probe in sorted(self.probes)))


def traces(
    names: Iterable[tuple[str, str]], emails: Iterable[str], phones: Iterable[str], ids: Iterable[str]
) -> Traces:
    """What to look for. `names` are (given, family); `ids` are looked for as whole words, longer ones only."""
    patterns: list[str] = []
    probes: set[str] = set()
    everywhere = False
    for email in emails:  # before names: an address may contain one
        patterns.append(r"(?<![\w.+-])" + "".join(rf"\\?{re.escape(c)}" for c in email.strip()) + r"(?![\w-])")
        probes.add(_probe(re.findall(r"[A-Za-z0-9]+", email)))
    for given, family in names:
        if not (given.strip() and family.strip()):
            continue
        first, last = _spelled(given), _spelled(family)
        patterns += [
            rf"(?<!\w){first}{_BETWEEN}{last}(?!\w)",
            rf"(?<!\w){last}{_BETWEEN}{first}(?!\w)",
            rf"(?<!\w)(?:{_CIVILITY}|{re.escape(given.strip()[0])}\\?\.)[\s\\]*{last}(?!\w)",
        ]
        runs = re.findall(r"[A-Za-z0-9]+", family)
        everywhere = everywhere or max(map(len, runs), default=0) < 2
        probes.add(_probe(runs))
    for phone in phones:
        digits = _national(phone)
        if len(digits) < 6:
            continue
        between = r"[\s\\.\-/()]{0,3}"
        before = rf"(?:(?:\\?\+|\b00)\d{{1,3}}{between}|\b0{between}|\(0\){between}){{1,2}}"
        patterns.append(rf"(?:{before}|(?<!\d)){between.join(digits)}(?!\d)")
        probes |= {_probe(_grouped(digits, size)) for size in (2, 3)}
    for word in ids:
        if len(word) >= SHORTEST:
            patterns.append(rf"(?<![\w]){re.escape(word)}(?![\w])")
            probes.add(_probe([word] if word.isascii() else re.findall(r"[A-Za-z0-9]+", word)))
    pattern = re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)
    return Traces(pattern, frozenset(probes - {"%%"}), everywhere)


def redact(value: Any, found: Traces, instead: str = GONE) -> Any:
    """The value without the person; texts in lists and mappings too. The same object when nothing was found.

    An attached file is read if it is a text; one that cannot be read is removed, unless it is an image of figures.
    """
    if isinstance(value, str):
        return found.pattern.sub(instead, value)
    if isinstance(value, list):
        made = [redact(one, found, instead) for one in value]
        return value if made == value else made
    if isinstance(value, dict):
        if {"filename", "media_type", "content"} <= value.keys():
            return value if _is_clean(value, found) else {**value, "media_type": "text/plain", "content": _note()}
        new = {redact(key, found, instead): redact(one, found, instead) for key, one in value.items()}
        return value if new == value else new
    return value


def _is_clean(attachment: dict[str, Any], found: Traces) -> bool:
    media_type = str(attachment["media_type"])
    if media_type.startswith("image/"):
        return not found.pattern.search(str(attachment["filename"]))
    try:
        text = base64.b64decode(str(attachment["content"]), altchars=b"-_").decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return not found.pattern.search(f"{attachment['filename']}\n{text}")


def _note() -> str:
    return base64.b64encode(REMOVED.encode()).decode()


def _spelled(name: str) -> str:
    """A pattern for a name however its words are joined, with or without its accents."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name))
    return _BETWEEN.join("".join(_letter(c) for c in word) for word in words)


def _letter(c: str) -> str:
    bare = unicodedata.normalize("NFKD", c)[0]
    return re.escape(c) if bare == c else f"(?:{re.escape(c)}|{re.escape(bare)}[\u0300-\u036f]*)"


def _national(phone: str) -> str:
    """The digits of a number that every way of writing it has: those without the country's code."""
    try:
        return str(phonenumbers.parse(phone, "FR").national_number)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)[-9:]


def _probe(runs: Iterable[str]) -> str:
    """A pattern for LIKE: these runs of ASCII in this order, whatever stands between them."""
    escaped = (re.sub(r"([%_^])", rf"{_ESCAPE}\1", run) for run in runs)
    return f"%{'%'.join(escaped)}%"


def _grouped(digits: str, size: int) -> list[str]:
    """The digits in groups from the end, as phone numbers are read; what is left over in front is not asked for."""
    first = len(digits) % size
    return [digits[at : at + size] for at in range(first, len(digits), size)]
