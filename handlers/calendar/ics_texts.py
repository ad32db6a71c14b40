"""What a calendar file says of an event in words: title, place, video link, description. Pure.

Invitations carry the dial-in block of a meeting service inside the description, which anybody may read on the public
page: it is taken out, and its link kept as the video link, shown to those who come.
"""

import re
from dataclasses import dataclass

from handlers.calendar.ics_lines import Component
from handlers.typography import shortened

_MOST = 4000
_MEETING = (
    r"(?:teams\.microsoft\.com|teams\.live\.com|meet\.google\.com|meet\.jit\.si"
    r"|[\w.-]*zoom\.us|[\w.-]*webex\.com|[\w.-]*visio[\w.-]*)"
)
_LINK = re.compile(rf"https://{_MEETING}/[^\s<>\"')\]]+", re.IGNORECASE)
_ANY_LINK = re.compile(r"https://\S+")
_RULER = re.compile(r"^\s*[_\-.~:=]{8,}[_\-.~:=\s]*$")
_MARKUP = re.compile(r"<(?:br|/p|/div|/li)\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_CONFERENCES = ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL")


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of an event. `said` is where its region may be named: title and categories."""

    name: str
    place: str
    remote: bool
    video_link: str
    description: str
    public: bool
    said: str


def texts_of(component: Component, master: Component | None) -> Texts:
    """The words of a component; what a changed date does not say is as its series says it."""

    def text(name: str) -> str:
        return component.text(name) or (master.text(name) if master else "")

    place = " ".join(text("LOCATION").split())[:300]
    link = next((url for name in _CONFERENCES if (url := _link(text(name)))), "")
    if _ANY_LINK.fullmatch(place):
        place, link = "", link or _link(place)
    description, found = _without_dial_in(text("DESCRIPTION"))
    link = link or found
    if place.lower() in ("visioconférence", "visio", "à distance", "en ligne", "microsoft teams meeting", "zoom"):
        place, link = "", link
        remote = True
    else:
        remote = bool(link)
    name = " ".join(text("SUMMARY").split())[:300]
    return Texts(
        name,
        place,
        remote,
        link,
        description,
        text("CLASS").upper() in ("", "PUBLIC"),
        f"{name} {text('CATEGORIES').replace(',', ' ')}",
    )


def _without_dial_in(text: str) -> tuple[str, str]:
    """The description without what is for those who come, and the link that it held."""
    lines = _TAG.sub("", _MARKUP.sub("\n", text)).replace("\r", "").split("\n")
    found = ""
    kept: list[str] = []
    block: list[str] | None = None  # between two rulers
    for line in [*lines, None]:
        ruler = line is not None and _RULER.match(line) is not None
        if block is not None and (line is None or ruler):
            if not any(_LINK.search(one) for one in block):
                kept += block
            else:
                found = found or next(link[0] for one in block if (link := _LINK.search(one)))
            block = [] if ruler and line is not None else None
            continue
        if line is None:
            break
        if ruler:
            block = []
        elif block is not None:
            block.append(line)
        elif link := _LINK.search(line):
            found = found or link[0]
        else:
            kept.append(line)
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()
    return shortened(joined, _MOST), _link(found)


def _link(text: str) -> str:
    found = _ANY_LINK.match(text.strip())
    return found[0][:1000] if found else ""
