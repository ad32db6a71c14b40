"""The buttons of answers: `question:<verb>:…`. What they name may be gone, and what they carry may be made up."""

from datetime import date

from handlers.dates import day, span
from handlers.questions.answering import Answer, tell
from handlers.questions.knowledge import Knowledge, handle
from handlers.questions.memory import Memory
from handlers.questions.periods import FAR_FUTURE, FAR_PAST, Period
from handlers.questions.reading import Reading
from handlers.questions.wording import quoted
from handlers.request import Request

_PAGES = ("more", "people")


def pressed(request: Request, knowledge: Knowledge, memory: Memory) -> Answer:
    """The answer to a press, from what is known now."""
    assert request.press is not None
    _, verb, *given = [*request.press.action.split(":"), ""]
    read = _VERBS.get(verb)
    reading = read([*given, "", "", "", "", ""], knowledge) if read is not None else None
    return tell(reading or Reading("unknown"), memory, knowledge, request.received_at, request.tz)


def turns_a_page(action: str) -> bool:
    """Whether the answer takes the place of the one pressed."""
    return action.split(":")[1:2] in [[verb] for verb in _PAGES]


def _contact(given: list[str], knowledge: Knowledge) -> Reading | None:
    """`contact:<handle>:<asks>`: of that person what was asked of several."""
    key = knowledge.by_handle.get(given[0], "")
    return Reading("contact", contacts=(key,), asks=_asks(given[1]) or ("card",)) if key in knowledge.contact else None


def _event(given: list[str], knowledge: Knowledge) -> Reading | None:
    """`event:<handle>:<asks>`."""
    key = knowledge.by_handle.get(given[0], "")
    return Reading("event", events=(key,), asks=_asks(given[1])) if key in knowledge.event else None


def _people(given: list[str], knowledge: Knowledge) -> Reading | None:
    """`people:<organisation>:<asks>:<first>`: another page of the people of an organisation, or of a structure."""
    key = next((key for key in (*knowledge.organisation, *knowledge.structure) if handle(key) == given[0]), "")
    members = tuple(one.key for one in knowledge.members(key)) if key else ()
    members = members or tuple(knowledge.published_at.get(key, ()))
    first = _number(given[2])
    if not members or first >= len(members):
        return None
    return Reading("members", contacts=members, organisation=key, asks=_asks(given[1]) or ("who",), first=first)


def _humans(given: list[str], knowledge: Knowledge) -> Reading | None:
    """`humans`: whom anybody may turn to."""
    return Reading("members", contacts=knowledge.humans, asks=("coordinates",)) if knowledge.humans else None


def _more(given: list[str], knowledge: Knowledge) -> Reading | None:
    """`more:<first day>:<last day>:<region>:<b|a><event>:<first>`: another page of what is on."""
    region = next((code for code in knowledge.region if given[2] and handle(code) == given[2]), "")
    if given[2] and not region:
        return None
    period = None
    if given[0] or given[1]:
        days = _day(given[0]), _day(given[1])
        if days[0] is None or days[1] is None or days[1] < days[0]:
            return None
        bound = {"b": "before", "a": "after"}.get(given[3][:1], "")
        anchor = knowledge.by_handle.get(given[3][1:], "")
        label = _label(days[0], days[1], bound, anchor, knowledge)
        period = Period(days[0], days[1], "range", 0, 0, label, open=bound, anchor=anchor)
    return Reading("agenda", period=period, region=region, first=_number(given[4]))


_VERBS = {"contact": _contact, "event": _event, "people": _people, "humans": _humans, "more": _more}


def _label(first: date, last: date, bound: str, anchor: str, knowledge: Knowledge) -> str:
    if bound and anchor in knowledge.event:
        return f"{'avant' if bound == 'before' else 'après'} {quoted(knowledge.event[anchor].name)}"
    if last == FAR_FUTURE:
        return f"à partir du {day(first)}"
    if first == FAR_PAST:
        return f"jusqu’au {day(last)}"
    return f"le {day(first)}" if first == last else span(first, last)


def _asks(given: str) -> tuple[str, ...]:
    return tuple(ask for ask in given.split("-") if ask)


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if len(given) == 8 else None
    except ValueError:
        return None
