"""Tables of phrases in YAML: what is typed, how it is read, what the answer says and never says.

A family has `reads` (fields of the reading), `says` and `never` (patterns on the folded answer), `understood`, and
`phrases`: texts, or `{q, after}` with what was typed before. Beside its own expectations every answer is held to one
rule: no day, number or address that the pack does not give.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from handlers.dates import MONTHS
from handlers.questions.answering import Answer
from handlers.questions.knowledge import Knowledge, digits
from handlers.questions.normalising import fold
from handlers.richtext import read, visible

_DAYS = re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)? ({'|'.join(fold(month) for month in MONTHS)})")
_PHONES = re.compile(r"(?<!\d)(?:\+\d{3}|0\d)(?:[ .-]?\d{2,3}){4}(?!\d)")
_ZONES = ("Europe/Paris", "Indian/Reunion", "Pacific/Tahiti")  # where the readers of the tables live
PARIS = ZoneInfo("Europe/Paris")
_KNOWN = re.compile(r"ce que je sais :.*")  # what a refusal goes on with: facts of the very thing asked about
_EMAILS = re.compile(r"[\w.+-]+@[\w.-]+")


@dataclass(frozen=True)
class Phrase:
    """One line of a table."""

    family: str
    question: str
    after: tuple[str, ...] = ()
    reads: dict[str, Any] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    understood: bool | None = True
    zone: ZoneInfo = PARIS
    home: str = ""
    table: str = ""

    def __str__(self) -> str:
        return " | ".join((*self.after, self.question))


def phrases(*paths: Path) -> Iterator[Phrase]:
    """The phrases of tables, in order."""
    for path in paths:
        for family in yaml.safe_load(path.read_text("utf-8")):
            for line in family["phrases"]:
                entry = line if isinstance(line, dict) else {"q": line}
                yield Phrase(
                    family=family["family"],
                    question=str(entry["q"]),
                    after=tuple(entry.get("after", ())),
                    reads=family.get("reads") or {},
                    says=tuple(family.get("says", ())),
                    never=tuple(family.get("never", ())),
                    understood=family.get("understood", True),
                    zone=ZoneInfo(family.get("zone", "Europe/Paris")),
                    home=family.get("home", ""),
                    table=path.stem,
                )


def shown(answer: Answer, *, source: bool = False) -> str:
    """What is read on the screen, folded, without the line of the source unless wanted."""
    text = visible(read(answer.text if source else answer.body))
    return fold(text.replace("\u00a0", " ").replace("\u202f", " "))


def faults(phrase: Phrase, answer: Answer, knowledge: Knowledge) -> list[str]:
    """What is wrong with an answer; empty when nothing is."""
    text = shown(answer)
    found = [f"does not say {pattern!r}" for pattern in phrase.says if not re.search(fold(pattern), text)]
    asked = _KNOWN.sub("", text)
    found += [f"says {pattern!r}" for pattern in phrase.never if re.search(fold(pattern), asked)]
    found += [f"says of somebody else {piece!r}" for piece in not_its_own(answer, knowledge)]
    for name, wanted in phrase.reads.items():
        got = getattr(answer.reading, name)
        got = list(got) if isinstance(got, tuple) else got
        if got != wanted:
            found.append(f"{name} is {got!r}, not {wanted!r}")
    if phrase.understood is not None and answer.understood != phrase.understood:
        found.append(f"understood is {answer.understood}")
    return [*found, *(f"invents {piece!r}" for piece in invented(answer, knowledge))]


def not_its_own(answer: Answer, knowledge: Knowledge) -> list[str]:
    """Days, numbers and addresses that a refusal adds and that are not those of the very event or person meant."""
    added = " ".join(_KNOWN.findall(shown(answer)))
    events = [knowledge.event[key] for key in answer.reading.events if key in knowledge.event]
    people = [knowledge.contact[key] for key in answer.reading.contacts if key in knowledge.contact]
    days = {(d.day, d.month) for e in events for d in (e.starts_on, e.ends_on)}
    days |= {
        (i.astimezone(ZoneInfo(z)).day, i.month) for e in events for i in (e.starts_at, e.ends_at) if i for z in _ZONES
    }
    texts = fold(" ".join(e.description for e in events))
    names = [fold(month) for month in MONTHS]
    return [
        *(f"{d} {m}" for d, m in _DAYS.findall(added) if (int(d), names.index(m) + 1) not in days and m not in texts),
        *(n for n in _PHONES.findall(added) if digits(n) not in {digits(c.phone) for c in people}),
        *(a for a in _EMAILS.findall(added) if a.rstrip(".") not in {fold(c.email) for c in people}),
    ]


def invented(answer: Answer, knowledge: Knowledge) -> list[str]:
    """Days, numbers and addresses in an answer that nothing known gives."""
    text = shown(answer, source=True)
    bodies = fold(" ".join(topic.body for topic in knowledge.topic.values()))
    days = {(d.day, d.month) for e in knowledge.events for d in (e.starts_on, e.ends_on)}
    instants = [i for e in knowledge.events for i in (e.starts_at, e.ends_at) if i is not None]
    local = [i.astimezone(ZoneInfo(zone)) for i in instants for zone in _ZONES]
    days |= {(i.day, i.month) for i in local}
    names = [fold(month) for month in MONTHS]
    days |= {(int(d), names.index(m) + 1) for d, m in _DAYS.findall(bodies)}
    days |= {(s.published.day, s.published.month) for s in answer.sources if s.published}
    numbers = {digits(c.phone) for c in knowledge.contacts}
    addresses = {fold(c.email) for c in knowledge.contacts}
    return [
        *(f"{d} {m}" for d, m in _DAYS.findall(text) if (int(d), names.index(m) + 1) not in days),
        *(n for n in _PHONES.findall(text) if digits(n) not in numbers),
        *(a for a in _EMAILS.findall(text) if a.rstrip(".") not in addresses),
    ]
