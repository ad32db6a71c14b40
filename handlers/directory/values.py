"""What a cell may say: addresses, phone numbers, accounts, time zones, regions, roles, yes or no. Pure.

Each reader returns the value, or raises Wrong with what is wrong and what would be right.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from zoneinfo import available_timezones

import phonenumbers
from babel.core import get_global
from rapidfuzz import fuzz, process

from handlers.directory.columns import fold
from handlers.typography import shortened
from storage.members import KnownRegion
from storage.people import Role

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_FLOAT = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_WHOLE = re.compile(r"\+?(\d+)[.,]0+")
_SLACK = re.compile(r"(?:(T[A-Z0-9]{2,20})[:/])?([UW][A-Z0-9]{2,20})")
_ERRORS = ("#REF!", "#N/A", "#NAME?", "#NOM?", "#VALUE!", "#VALEUR!", "#DIV/0!", "#NULL!", "#NUL!", "#NUM!", "#NOMBRE!")
_YES = frozenset(("oui", "o", "yes", "y", "true", "vrai", "1", "x"))
_NO = frozenset(("non", "n", "no", "false", "faux", "0"))
_ROLES: Mapping[str, Role] = {
    **dict.fromkeys(("participant", "participante", "participants", "membre"), Role.PARTICIPANT),
    **dict.fromkeys(("direction", "directeur", "directrice", "directeur trice", "director"), Role.DIRECTOR),
    **dict.fromkeys(("elu", "elue", "elu e", "president", "presidente", "presidence", "elected"), Role.ELECTED),
    **dict.fromkeys(("staff", "equipe", "equipe nationale", "equipe d animation"), Role.STAFF),
}
ROLE_WORDS: Mapping[Role, str] = {
    Role.PARTICIPANT: "participant",
    Role.DIRECTOR: "direction",
    Role.ELECTED: "elu",
    Role.STAFF: "staff",
}
LONGEST = 300


class Wrong(Exception):
    """What is wrong with a value, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        self.wrong, self.right = wrong, right
        super().__init__(wrong)


def words(text: str) -> str:
    """Any text, unless it is the error of a formula or longer than any name."""
    if text.upper() in _ERRORS:
        raise Wrong(f"« {text} » est l’erreur d’une formule", "la valeur elle-même, ou rien")
    if len(text) > LONGEST:
        raise Wrong(f"ce texte a {len(text)} caractères", f"{LONGEST} au plus")
    return text


def email(text: str) -> str:
    """One address, in lower case; « Nom <adresse> » and `mailto:` are understood."""
    words(text)
    bare = text.removeprefix("mailto:").strip().rstrip(";,.")
    if inside := re.search(r"<([^<>]+)>", bare):
        bare = inside[1].strip()
    if _EMAIL.fullmatch(bare) and ".." not in bare:
        return bare.lower()
    if bare.count("@") > 1:
        raise Wrong(f"« {short(text)} » contient plusieurs adresses", "une seule adresse par personne")
    plain = unicodedata.normalize("NFKD", bare.lower()).encode("ascii", "ignore").decode()
    guess = re.sub(r"\.{2,}", ".", re.sub(r"[^a-z0-9.@_+-]+", "", plain.replace(",", ".")))
    right = (
        f"vouliez-vous écrire « {guess} »\u202f?" if _EMAIL.fullmatch(guess) else "par exemple prenom.nom@exemple.fr"
    )
    raise Wrong(f"« {short(text)} » n’est pas une adresse électronique", right)


@functools.lru_cache(maxsize=50_000)
def phone(text: str, territories: tuple[str, ...]) -> str:
    """A number in E.164. `territories` are ISO countries: the reader's own, the network's, then any other of it."""
    words(text)
    number = _digits(text.removeprefix("tel:"))
    digits = re.sub(r"\D", "", number)
    for place, country in enumerate(territories):
        if place > 1 and not (len(digits) in (9, 10) and len(digits) - digits.startswith("0") == 9):
            break  # a short number means something else on every island
        if found := _valid(number, country):
            return found
    if not number.startswith(("+", "0")) and (found := _valid("+" + digits, None)):
        return found  # a spreadsheet drops the « + »
    parts = [part for part in re.split(r"[/;,]| ou | et ", number) if len(re.sub(r"\D", "", part)) >= 6]
    if len(parts) > 1:
        raise Wrong(f"« {short(text)} » contient plusieurs numéros", "un seul numéro par personne")
    raise Wrong(
        f"« {short(text)} » n’est pas un numéro de téléphone", "par exemple 01 23 45 67 89 ou +262 692 12 34 56"
    )


def _valid(number: str, country: str | None) -> str:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _digits(text: str) -> str:
    """A number that a spreadsheet took for a quantity, as it was: `6.37428685E+08`, `637428685.0`.

    A rounded one (`6.37E+08`) has lost its last digits, and nothing brings them back.
    """
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    if found := _FLOAT.fullmatch(text):
        decimals = found[2] or ""
        if len(decimals) < int(found[3]) - 1:
            raise Wrong(
                f"« {short(text)} » a été arrondi par le tableur",
                "mettez la colonne au format Texte et saisissez de nouveau le numéro",
            )
        return found[1] + decimals.ljust(int(found[3]), "0")
    return text


def telegram(text: str) -> str:
    """The number that Telegram knows an account by."""
    number = _digits(text)
    if number.isascii() and number.isdigit() and 0 < int(number[:20]) < 1 << 52:
        return str(int(number))
    raise Wrong(
        f"« {short(text)} » n’est pas un identifiant Telegram",
        "un nombre, comme 123456789 ; un @pseudonyme peut changer de main et ne convient pas",
    )


def slack(text: str) -> tuple[str, str]:
    """The workspace, empty when not said, and the member id: `U012ABC` or `T01ABC:U012ABC`."""
    if found := _SLACK.fullmatch(text.upper()):
        return found[1] or "", found[2]
    raise Wrong(
        f"« {short(text)} » n’est pas un identifiant Slack",
        "l’identifiant de membre de son profil, comme U012AB3CD",
    )


def role(text: str) -> Role:
    """One of the four roles of the file."""
    if found := _ROLES.get(fold(text)):
        return found
    near = process.extractOne(fold(text), _ROLES, scorer=fuzz.ratio, score_cutoff=75) if text else None
    admitted = ", ".join(ROLE_WORDS.values())
    right = f"vouliez-vous dire « {ROLE_WORDS[near[0]]} »\u202f?" if near else f"l’un de ces mots\u00a0: {admitted}"
    raise Wrong(f"« {short(text)} » n’est pas un rôle", right)


def yes_or_no(text: str) -> bool:
    """Whether."""
    word = fold(text)
    if word in _YES | _NO:
        return word in _YES
    raise Wrong(f"« {short(text)} » n’est ni oui ni non", "oui ou non")


@functools.lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name or name == "UTC"}


@functools.lru_cache(maxsize=10_000)
def zone(text: str) -> str:
    """An IANA time zone."""
    if found := _zones().get(text.casefold().replace(" ", "_")):
        return found
    cities = {fold(name.rsplit("/", 1)[-1]): name for name in sorted(_zones().values()) if not name.startswith("Etc/")}
    near = process.extractOne(fold(text), cities.keys(), scorer=fuzz.WRatio, score_cutoff=80) if fold(text) else None
    right = f"vouliez-vous dire « {cities[near[0]]} »\u202f?" if near else "un nom de l’IANA, par exemple Europe/Paris"
    raise Wrong(f"« {short(text)} » n’est pas un fuseau horaire", right)


def country_of(zone: str) -> str:
    """The ISO country in which people live by that zone; empty when unknown."""
    return str(get_global("zone_territories").get(zone, ""))


class Regions:
    """The regions of the network, by code, name and alias."""

    def __init__(self, regions: Iterable[KnownRegion]) -> None:
        self._named: dict[str, KnownRegion] = {}
        self._names: dict[str, str] = {}
        for region in regions:
            for name in (region.code, region.name, *region.aliases):
                self._named.setdefault(_bare(name), region)
                self._names.setdefault(_bare(name), region.name)

    def find(self, text: str) -> KnownRegion:
        """The region of that code or name."""
        words(text)
        key = _bare(text)
        if whole := _WHOLE.fullmatch(text):
            key = whole[1]
        for form in (key, key.zfill(2)):  # a spreadsheet takes « 01 » for a quantity
            if found := self._named.get(form):
                return found
        near = process.extractOne(key, self._names.keys(), scorer=fuzz.ratio, score_cutoff=70)
        if near:
            right = f"vouliez-vous dire « {self._names[near[0]]} »\u202f?"
        elif self._named:
            right = "le code Insee ou le nom d’une région du réseau, par exemple " + next(iter(self._names.values()))
        else:
            right = "chargez d’abord le pack du réseau, qui décrit ses régions"
        raise Wrong(f"« {short(text)} » n’est pas une région du réseau", right)


def _bare(text: str) -> str:
    """A name without the words that may or may not come before it."""
    folded = fold(text)
    shorter = re.sub(r"^(?:region |la |le |les |l )+", "", folded)
    return shorter or folded


def short(text: str) -> str:
    """The text, or its beginning."""
    return shortened(text, 60)
