"""What another platform would show: its own rendering of a message, told back as messages for the reader's platform.

Nothing is imitated: the parts, their limits, their buttons and their styles are those the channel would send.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from html.parser import HTMLParser

from handlers.messages import Attachment, Button, Message, StoredFile, plain

_MRKDWN = re.compile(
    r"\u200b(?P<literal>[*_~`])\u200b|<(?P<href>[^|>]+)\|(?P<label>[^>]*)>"
    r"|(?P<mark>(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))|(?P<text>[^\u200b<*_]+|.)",
    re.DOTALL,
)


def as_shown(message: Message) -> Sequence[Message]:
    """The messages that together show how `message.shown_as` would show it; itself where that names no platform."""
    show = _PLATFORMS.get(message.shown_as)
    message = message.model_copy(update={"shown_as": ""})
    if show is None:
        return (message,)
    file = message.file
    if file is not None:  # rendered like any file; its bytes change nothing
        stand_in = Attachment(filename=file.filename, media_type=file.type, content=b"")
        message = message.model_copy(update={"file": None, "attachment": stand_in})
    return show(message, file)


def _telegram(message: Message, file: StoredFile | None) -> Sequence[Message]:
    from bot.telegram.rendering import parts_of

    shown = []
    for part in parts_of(message, file_first=file is not None):
        rows = part.keyboard.inline_keyboard if part.keyboard else ()
        buttons = tuple(
            tuple(Button(label=one.text, action=str(one.callback_data or ""), url=one.url or "") for one in row)
            for row in rows
        )
        carried = file if part.attachment is not None else None
        text = _from_html(part.html) or ("" if carried else "…")
        shown.append(Message(text=text, buttons=buttons, file=carried))
    return shown


def _slack(message: Message, file: StoredFile | None) -> Sequence[Message]:
    from bot.slack.rendering import parts_of

    shown = []
    for part in parts_of(message):
        texts = [block["text"]["text"] for block in part.blocks if block["type"] == "section"]
        buttons = tuple(
            tuple(
                Button(label=one["text"]["text"], action=one.get("value", ""), url=one.get("url", ""))
                for one in block["elements"]
            )
            for block in part.blocks
            if block["type"] == "actions"
        )
        text = "\n\n".join(_from_mrkdwn(one) for one in texts)
        carried = file if part.attachment is not None else None
        shown.append(Message(text=text or ("" if carried else "…"), buttons=buttons, file=carried))
    return shown


def _web(message: Message, file: StoredFile | None) -> Sequence[Message]:
    from bot.web.rendering import rich

    return (Message(text=_from_html(str(rich(message.text))), buttons=message.buttons, file=file),)


_PLATFORMS: Mapping[str, Callable[[Message, StoredFile | None], Sequence[Message]]] = {
    "telegram": _telegram,
    "slack": _slack,
    "web": _web,
}


def _from_mrkdwn(text: str) -> str:
    """Slack's mrkdwn as the small rich text."""
    out = []
    for found in _MRKDWN.finditer(text):
        if found["href"]:
            out.append(f"[{plain(unescape(found['label']))}]({unescape(found['href'])})")
        elif found["mark"]:
            out.append("**" if found["mark"] == "*" else "*")
        else:
            out.append(plain(unescape(found["literal"] or found["text"])))
    return "".join(out)


def _from_html(text: str) -> str:
    """The HTML that Telegram or the browser gets, as the small rich text."""
    reader = _Html()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.out)).strip()


class _Html(HTMLParser):
    _MARKS: Mapping[str, str] = {"b": "**", "strong": "**", "i": "*", "em": "*"}

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self._hrefs: list[str] = []
        self._lists: list[int] = []  # the next number of each open list, 0 where it has none

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self._hrefs.append(given.get("href") or "")
            self.out.append("[")
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            marker = f"{given.get('value') or 1}\\." if self._lists and self._lists[-1] else "•"
            self.out.append(f"\n{chr(0x2003) * (len(self._lists) - 1)}{marker} ")
        elif tag == "br":
            self.out.append("\n")
        else:
            self.out.append(self._MARKS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.out.append(f"]({self._hrefs.pop()})")
        elif tag in ("p", "ul", "ol"):
            self.out.append("\n\n")
            if tag != "p":
                self._lists.pop()
        else:
            self.out.append(self._MARKS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        self.out.append(plain(data))
