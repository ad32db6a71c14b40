"""A calendar file as components and properties that know their lines (RFC 5545, 3.1). Pure.

The library reads values and single lines; where each stood in the file is ours, so that a fault can say it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from handlers.faults import Fault
from handlers.typography import shortened

MOST_BYTES = 5 * 1024 * 1024


class EventFault(Fault):
    """A fault in a calendar file; `within` is the UID of the event."""

    __slots__ = ()
    WITHIN = "UID"


class BadCalendar(Exception):
    """A calendar file of which nothing is taken, with every fault that was found, in the order of lines."""

    def __init__(self, faults: list[EventFault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))


class BadLine(Exception):
    """What is wrong at one line of an event; whoever reads the event makes a fault of it."""

    def __init__(self, line: int, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong, self.right = line, wrong, right


@dataclass(frozen=True, slots=True)
class Property:
    """One logical line: its name in capitals, its parameters, its value unescaped, the line where it begins."""

    name: str
    params: dict[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """From BEGIN to END: its properties in order, and the components within."""

    kind: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)  # its logical lines, for the library to read again

    def first(self, name: str) -> Property | None:
        """The first property of that name."""
        return next(self.every(name), None)

    def needed(self, name: str) -> Property:
        """The first property of that name. Raises BadLine without one."""
        found = self.first(name)
        if found is None:
            raise BadLine(self.line, f"cet événement n’a pas de {name}", f"ajoutez-lui une ligne {name}")
        return found

    def every(self, name: str) -> Iterator[Property]:
        """All properties of that name."""
        return (one for one in self.properties if one.name == name)

    def text(self, name: str) -> str:
        """The value of the first property of that name, trimmed; empty without one."""
        found = self.first(name)
        return found.value.strip() if found else ""


def looks_like_calendar(name: str, media_type: str, content: bytes) -> bool:
    """Whether a file wants to be a calendar, by its name, its type or its first words."""
    begins = content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").upper().startswith(b"BEGIN:VCALENDAR")
    return begins or name.lower().endswith((".ics", ".ical", ".ifb")) or media_type.startswith("text/calendar")


def read_components(name: str, content: bytes) -> list[Component]:
    """The VCALENDARs of a file. Raises BadCalendar with every line that cannot be read."""
    if len(content) > MOST_BYTES:
        wrong = f"ce fichier dépasse {MOST_BYTES // 1024 // 1024}\u00a0Mo"
        raise BadCalendar([EventFault(name, 0, "", wrong, "exportez une période plus courte")])
    roots: list[Component] = []
    faults: list[EventFault] = []
    depth: list[Component] = []
    for number, logical in _unfolded(name, content):
        try:
            word, params, value = Contentline(logical).parts()  # type: ignore[no-untyped-call]
        except ValueError:
            if not roots:
                raise BadCalendar(
                    [EventFault(name, number, "", "ce n’est pas un fichier de calendrier", _NOT_ONE)]
                ) from None
            if len(faults) < 20:
                faults.append(EventFault(name, number, _uid(depth), f"« {quoted(logical)} » n’est pas lisible", _LINE))
            continue
        kind = value.strip().upper()
        if word.upper() == "BEGIN":
            made = Component(kind, number, raw=[logical])
            (depth[-1].inside if depth else roots).append(made)
            depth.append(made)
        elif word.upper() == "END":
            if not depth or depth[-1].kind != kind:
                wrong = f"« END:{quoted(kind)} » ne ferme rien"
                raise BadCalendar([*faults, EventFault(name, number, _uid(depth), wrong, _CUT)])
            closed = depth.pop()
            closed.raw.append(logical)
            if depth:
                depth[-1].raw += closed.raw
        elif depth:
            named = {str(key).upper(): _one(one) for key, one in params.items()}
            depth[-1].properties.append(Property(word.upper(), named, value, number))
            depth[-1].raw.append(logical)
        else:
            raise BadCalendar([EventFault(name, number, "", "ce n’est pas un fichier de calendrier", _NOT_ONE)])
    if depth:
        wrong = f"« BEGIN:{quoted(depth[-1].kind)} » n’est jamais refermé"
        faults.append(EventFault(name, depth[-1].line, _uid(depth), wrong, _CUT))
    if not roots or any(root.kind != "VCALENDAR" for root in roots):
        faults = faults or [EventFault(name, 0, "", "ce n’est pas un fichier de calendrier", _NOT_ONE)]
    if faults:
        raise BadCalendar(faults)
    return roots


_LINE = "corrigez ou retirez cette ligne"
_CUT = "le fichier semble coupé ou abîmé\u202f; exportez-le à nouveau"
_NOT_ONE = "exportez votre agenda au format iCalendar (.ics)"


def _unfolded(name: str, content: bytes) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first physical one; blank lines are passed over.

    Unfolded as octets, for some programs fold in the middle of a character.
    """
    begun, parts = 0, [b""]
    for number, physical in enumerate([*content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), b""], 1):
        if physical[:1] in (b" ", b"\t") and begun:
            parts.append(physical.rstrip(b"\r")[1:])
            continue
        if begun and (logical := b"".join(parts)).strip():
            yield begun, _decoded(name, begun, logical)
        begun, parts = number, [physical.rstrip(b"\r")]


def _decoded(name: str, line: int, logical: bytes) -> str:
    try:
        return logical.decode()
    except UnicodeDecodeError:
        wrong = "ce fichier n’est pas écrit en UTF-8"
        raise BadCalendar([EventFault(name, line, "", wrong, "enregistrez-le en UTF-8")]) from None


def _one(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _uid(depth: list[Component]) -> str:
    return next((one.text("UID") for one in reversed(depth) if one.text("UID")), "")


def quoted(text: str) -> str:
    """What a fault quotes of a file."""
    return shortened(text, 40)
