"""The values a pack is made of: keys, dates known more or less exactly, zones, phones, addresses."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import phonenumbers
from holidays import country_holidays
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from bot.pack.faults import fault
from storage.agenda import Precision

_MOMENT = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2}))?)?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as exactly as it is known: its first and last day, and the wall-clock time when there is one."""

    precision: Precision
    first: date
    last: date
    wall: datetime | None = None

    def instant(self, zone: str) -> datetime | None:
        """The instant in that zone; None without a time, or when the clocks of the zone skip it."""
        if self.wall is None:
            return None
        there = self.wall.replace(tzinfo=ZoneInfo(zone))
        exists = there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) == self.wall
        return there.astimezone(UTC) if exists else None


def _moment(value: object) -> Moment:
    found = _MOMENT.fullmatch(str(value).strip())
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute = (None if part is None else int(part) for part in found.groups())
        assert year is not None and month is not None
        if not 1900 <= year <= 2200:
            raise ValueError
        if day is None:
            return Moment(Precision.MONTH, date(year, month, 1), _month_end(year, month))
        on = date(year, month, day)
        if hour is None:
            return Moment(Precision.DAY, on, on)
        assert minute is not None
        # A wall-clock time of the pack, which has its zone beside it.
        return Moment(Precision.MINUTE, on, on, datetime(year, month, day, hour, minute))  # noqa: DTZ001
    except ValueError:
        raise fault(
            f"« {value} » n’est pas une date",
            "écrivez 2024-10 (au mois), 2024-10-09 (au jour) ou 2024-10-09T14:30 (à la minute)",
        ) from None


def _month_end(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError
    return date(year, month, calendar.monthrange(year, month)[1])


def _day(value: object) -> date:
    found = _moment(value)
    if found.precision is not Precision.DAY:
        raise fault(f"« {value} » n’est pas un jour", "écrivez 2024-10-09")
    return found.first


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise fault(f"« {value} » ne peut pas servir de clé", "minuscules sans accent, chiffres et tirets simples")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise fault(f"« {value} » n’est pas un fuseau horaire", "un nom de l’IANA, par exemple Europe/Paris") from None
    return value


def _holiday_calendar(value: str) -> str:
    country, _, subdivision = value.partition("-")
    try:
        country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        right = "un pays, avec ou sans subdivision, par exemple FR ou FR-973"
        raise fault(f"« {value} » n’est pas un calendrier de jours fériés", right) from None
    return value


def _phone(value: str) -> str:
    try:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(value, "FR"))
    except phonenumbers.NumberParseException:
        valid = False
    if not valid:
        raise fault(f"« {value} » n’est pas un numéro de téléphone", "par exemple 01 23 45 67 89 ou +33 1 23 45 67 89")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise fault(f"« {value} » n’est pas une adresse électronique", "par exemple prenom.nom@exemple.fr")
    return value


def _link(value: str) -> str:
    if not re.fullmatch(r"https://\S+", value):
        raise fault(f"« {value} » n’est pas une adresse sûre", "une adresse qui commence par https://")
    return value


def _as_written(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_written), StringConstraints(min_length=1, max_length=20_000)]
Key = Annotated[str, BeforeValidator(_as_written), StringConstraints(min_length=1, max_length=80), AfterValidator(_key)]
When = Annotated[Moment, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Zone = Annotated[str, AfterValidator(_zone)]
HolidayCalendar = Annotated[str, AfterValidator(_holiday_calendar)]
Phone = Annotated[str, AfterValidator(_phone)]
Link = Annotated[str, AfterValidator(_link)]
Email = Annotated[str, AfterValidator(_email)]
