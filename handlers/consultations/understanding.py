"""What was typed where buttons are offered: an answer, a word of the form, a fault to explain, or none of them.

No I/O. Nothing is guessed: what does not clearly name a choice is somebody's question and left to those who answer
questions.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from handlers.consultations.questionnaire import WRITTEN, Given, Item, Option, fault
from storage.consultations import QuestionKind

_CLEAR = 90.0  # similarity (0–100) from which a typed label is the label
_APART = 8.0  # by how much it must be nearer than the next
_YES_PHRASES = frozenset({"oui", "o", "ouais", "yes", "ok", "d accord", "bien sur", "tout a fait", "plutot oui"})
_NO_PHRASES = frozenset({"non", "n", "no", "nan", "pas d accord", "pas du tout", "plutot non", "absolument pas"})
_WORDS = {
    "passer": "skip",
    "je passe": "skip",
    "passe": "skip",
    "sans avis": "skip",
    "retour": "back",
    "precedent": "back",
    "question precedente": "back",
    "pause": "pause",
    "plus tard": "pause",
    "faire une pause": "pause",
    "reprendre": "show",
    "continuer": "show",
    "valider": "valid",
    "je valide": "valid",
    "c est tout": "valid",
    "envoyer": "send",
    "j envoie": "send",
}
_ASKING = re.compile(
    r"^(c est quand|c est ou|c est qui|c est quoi|quand|ou|qui|a qui|combien|quel|quelle|quels|quelles|comment"
    r"|pourquoi|est ce que?|qu est ce|que veut dire|peut on|puis je|peux tu|pouvez vous|a quelle|jusqu a quand)\b"
)
_ASKING_LENGTH = 100  # a longer text that ends with « ? » is an answer that wonders, not a question to the assistant
_MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text means for the question it was typed under: exactly one of the fields is set.

    `word` is one of skip, back, pause, show, valid, send; `trouble` is a fault of an answer that was clearly meant, or
    « which »: it fits several choices.
    """

    answer: Given | None = None
    word: str = ""
    trouble: str = ""


def fold(text: str) -> str:
    """The text without case, accents, punctuation and double spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    bare = bare.replace("œ", "oe").replace("æ", "ae")
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())


def form_word(text: str) -> str:
    """The word of the form a text consists of, or nothing."""
    return _WORDS.get(fold(text), "")


def seems_asked(text: str) -> bool:
    """Whether a text in answer to an open question looks like a question to the assistant instead."""
    return text.rstrip().endswith("?") and len(text) <= _ASKING_LENGTH and bool(_ASKING.match(fold(text)))


def understand(item: Item, text: str, today: date) -> Understood | None:
    """What `text` answers to `item`; None when it is about something else. `today` completes a date without year."""
    if item.kind in WRITTEN:
        return Understood(word=form_word(text)) if form_word(text) else _checked(item, {"text": text.strip()})
    if text.rstrip().endswith("?"):
        return None
    answer = _read(item, text, today)
    if answer is not None:
        return _checked(item, answer)
    if word := form_word(text):
        return Understood(word=word)
    return Understood(trouble="which") if len(_hinted(item.options, fold(text))) > 1 else None


def _checked(item: Item, answer: Given) -> Understood:
    trouble = fault(item, answer)
    # A chosen « autre » is an answer already; what it stands for is asked next.
    meant_other = trouble == "text" and bool(answer.get("choices"))
    return Understood(trouble=trouble) if trouble and not meant_other else Understood(answer=answer)


def _read(item: Item, text: str, today: date) -> Given | None:
    if item.kind == QuestionKind.ONE:
        return _one(item, text)
    if item.kind in (QuestionKind.SEVERAL, QuestionKind.RANKING):
        return _several(item, text)
    if item.kind == QuestionKind.YES_NO:
        folded = fold(text)
        return {"number": 1} if folded in _YES_PHRASES else {"number": 0} if folded in _NO_PHRASES else None
    if item.kind == QuestionKind.DATE:
        found = read_date(text, today)
        return {"text": found.isoformat()} if found else None
    return None if item.kind == QuestionKind.SLOTS else _number(item, text)


def _one(item: Item, text: str) -> Given | None:
    option = _named(item.options, text)
    if option is not None:
        return {"choices": [option.id]}
    before, colon, after = text.partition(":")
    if colon and after.strip():
        option = _named(item.options, before)
        if option is not None and option.asks_text:
            return {"choices": [option.id], "text": after.strip()}
    return None


def _several(item: Item, text: str) -> Given | None:
    whole = _named(item.options, text)
    if whole is not None:
        return {"choices": [whole.id]}
    for pattern in (r"[,;\n>]+", r"[,;\n>+]+|\bet\b|\bpuis\b|(?<=\d)\s+(?=\d)"):
        parts = [part for part in re.split(pattern, text) if part.strip()]
        named = [_named(item.options, part) for part in parts]
        chosen = [option.id for option in named if option is not None]
        if len(parts) > 1 and len(chosen) == len(parts) == len(set(chosen)):
            return {"choices": chosen}
    return None


def _named(options: Sequence[Option], text: str) -> Option | None:
    """The one choice a text names: by its number, its label, another name, or nearly its label."""
    folded = fold(text)
    if not folded:
        return None
    if match := re.fullmatch(r"(?:(?:le|la|l|choix|reponse|option|numero|n)\s)?(\d{1,2})", folded):
        number = int(match[1])
        exact = [option for option in options if fold(option.label) == folded]
        if exact:
            return exact[0]
        return options[number - 1] if 1 <= number <= len(options) else None
    names = [(option, fold(name)) for option in options for name in (option.label, *option.aliases)]
    exact = [option for option, name in names if name == folded]
    if exact:
        return exact[0]
    if hinted := _hinted(options, folded):
        return hinted[0] if len(hinted) == 1 else None
    if len(folded) < 4:
        return None
    scores: dict[int, float] = {}
    for option, name in names:
        scores[option.id] = max(scores.get(option.id, 0.0), fuzz.ratio(folded, name))
    best, *others = sorted(scores.items(), key=lambda pair: -pair[1]) or [(0, 0.0)]
    if best[1] >= _CLEAR and all(best[1] - score >= _APART for _, score in others):
        return next(option for option in options if option.id == best[0])
    return None


def _hinted(options: Sequence[Option], folded: str) -> list[Option]:
    """The choices with a name that begins or ends with the words typed: « oui » for « Plutôt oui »."""
    if len(folded) < 3:
        return []
    return [
        option
        for option in options
        if any(
            f" {fold(name)} ".startswith(f" {folded} ") or f" {fold(name)} ".endswith(f" {folded} ")
            for name in (option.label, *option.aliases)
        )
    ]


def _number(item: Item, text: str) -> Given | None:
    if item.kind == QuestionKind.SCALE:
        folded = fold(text)
        low, high = item.bounds
        for degree, label in ((low, "low_label"), (high, "high_label")):
            if item.config.get(label) and fold(str(item.config[label])) == folded:
                return {"number": degree}
        match = re.fullmatch(rf"(-?\d+)(?:\s*(?:/|sur)\s*{high})?", text.strip().rstrip(".!"))
        return {"number": int(match[1])} if match else None
    bare = _bare(text).rstrip(".!").removesuffix(_bare(str(item.config.get("unit", ""))))
    match = re.fullmatch(r"(-?\d+)(?:[.,](\d+))?", bare)
    if not match:
        return None
    return {"number": float(f"{match[1]}.{match[2]}") if match[2] else int(match[1])}


def _bare(text: str) -> str:
    """The text without case and spaces: « 1 200 ETP » is written with several kinds of them."""
    return re.sub(r"\s", "", text.casefold())


def read_date(text: str, today: date) -> date | None:
    """A French date (« 26 juin », « 26/06/2024 », « 2024-06-26 »); without a year the next such day from `today`."""
    stripped = text.strip()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", stripped):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?", stripped):
        year = int(match[3]) if match[3] else None
        return _with_year(int(match[1]), int(match[2]), year + 2000 if year is not None and year < 100 else year, today)
    folded = fold(stripped)
    weekday = "(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?"
    pattern = rf"(?:le )?{weekday}(\d{{1,2}})(?:er)? ({'|'.join(_MONTHS)})(?: (\d{{4}}))?"
    if match := re.fullmatch(pattern, folded):
        return _with_year(int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3]) if match[3] else None, today)
    return None


def _with_year(day: int, month: int, year: int | None, today: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    this_year = _date(today.year, month, day)
    return this_year if this_year is not None and this_year >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
