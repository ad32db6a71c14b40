"""What staff type to make a poll: its question, its choices, its end. No I/O."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.consultations.understanding import fold, read_date
from storage.consultations import QuestionKind

LONGEST_QUESTION = 500  # characters
LONGEST_CHOICE = 100
MOST_CHOICES = 20
EVENING = time(18)

_YES_NO = {"oui non", "oui ou non"}
_TEXT = {"texte libre", "texte", "reponse libre", "libre"}
_DATES = {"trouver une date", "date", "dates", "des dates", "une date", "creneaux"}
_SCALE = {"note", "note de 1 a 5", "echelle", "de 1 a 5", "1 a 5"}
_OTHER = {"autre", "autres", "autre precisez", "autres precisez"}
_HOUR = re.compile(r"[\s,]*(?:à|a|vers)?\s*(?<!\d)(\d{1,2})\s*(?:h|:)\s*(\d{2})?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """How the question is answered: a kind and, for one choice, the labels."""

    kind: QuestionKind
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()  # of slots: their dates


def split_at_once(text: str) -> tuple[str, str]:
    """A question and, if they were typed under it, its choices."""
    question, _, choices = text.strip().partition("\n")
    return question.strip(), choices.strip()


def read_offer(text: str) -> Offer | str:
    """The choices typed one a line (or between semicolons, slashes, commas), or the name of what is wrong.

    « oui/non », « texte libre » and « note de 1 à 5 » are kinds of their own. Faults: "few", "many", "long", "twice".
    """
    folded = fold(text)
    if folded in _YES_NO:
        return Offer(QuestionKind.YES_NO)
    if folded in _TEXT:
        return Offer(QuestionKind.LONG_TEXT)
    if folded in _DATES:
        return Offer(QuestionKind.SLOTS)
    if folded in _SCALE:
        return Offer(QuestionKind.SCALE)
    for separator in ("\n", ";", " / ", ","):
        labels = tuple(label for part in text.split(separator) if (label := _label(part)))
        if len(labels) > 1:
            break
    if len(labels) < 2:
        return "few"
    if len(labels) > MOST_CHOICES:
        return "many"
    if any(len(label) > LONGEST_CHOICE for label in labels):
        return "long"
    if len({fold(label) for label in labels}) < len(labels):
        return "twice"
    return Offer(QuestionKind.ONE, labels)


def _label(part: str) -> str:
    """A choice without the dash, dot or number that people put before it."""
    return re.sub(r"^\s*(?:[-–—•*]|\d{1,2}[.)])\s+", "", part).strip()


def is_other(label: str) -> bool:
    """Whether a choice is « autre », which asks what it stands for."""
    return fold(label) in _OTHER


def read_deadline(text: str, now: datetime, tz: ZoneInfo) -> datetime | str:
    """An instant (« vendredi », « demain à 12 h », « 26 juin », « dans 3 jours ») in `tz`; 18:00 without an hour.

    Else the name of what is wrong: "unclear" or "past".
    """
    today = now.astimezone(tz).date()
    at = EVENING
    match = _HOUR.search(text)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if hour > 23 or minute > 59:
            return "unclear"
        at, text = time(hour, minute), text[: match.start()]
    day = _day(text, today)
    if day is None:
        return "unclear"
    instant = datetime.combine(day, at, tz)
    return instant if instant > now else "past"


_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _day(text: str, today: date) -> date | None:
    folded = re.sub(r"^(?:jusqu a |jusqu au |le |ce )", "", fold(text))
    if folded in ("aujourd hui", "ce soir", "soir"):
        return today
    if folded in ("demain", "apres demain"):
        return today + timedelta(days=1 if folded == "demain" else 2)
    if match := re.fullmatch(r"(?:dans )?(\d{1,3}) (jours?|semaines?)", folded):
        return today + timedelta(days=int(match[1]) * (7 if match[2].startswith("semaine") else 1))
    if folded in ("une semaine", "dans une semaine"):
        return today + timedelta(days=7)
    bare = folded.removesuffix(" prochain")
    if bare in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS.index(bare) - today.weekday() - 1) % 7 + 1)
    return read_date(re.sub(r"^(?:jusqu[’']au|jusqu[’']à|le)\s+", "", text.strip(), flags=re.IGNORECASE), today)
