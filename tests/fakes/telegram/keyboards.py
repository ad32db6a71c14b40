"""Keyboards under a message, checked field by field.

Stricter than the real server where that one is silent: it drops a button without a label and all buttons after the
hundredth, and takes the first of several actions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.telegram.formatting import link_fault
from tests.fakes.telegram.refusal import Json, Malformed, bad

MOST_BUTTONS = 100
ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
}
REQUESTS = {"request_contact", "request_location", "request_users", "request_chat", "request_poll", "web_app"}
LOOKS = {"style", "icon_custom_emoji_id"}
STYLES = {"danger", "success", "primary"}
OPTIONS = {
    "inline_keyboard": frozenset[str](),
    "keyboard": frozenset(
        {"is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective"}
    ),
    "remove_keyboard": frozenset({"selective"}),
    "force_reply": frozenset({"input_field_placeholder", "selective"}),
}


@dataclass(slots=True, frozen=True)
class Button:
    """One button. `data` is set on those that can be pressed."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Keyboard:
    """What stands under a message. `kind` is the field that names it: `inline_keyboard`, `keyboard`, …"""

    kind: str
    markup: Json
    rows: list[list[Button]] = field(default_factory=list)


def read_keyboard(markup: object, *, private: bool = True, inline_only: bool = False) -> Keyboard | None:
    """The keyboard, `None` for an empty one; a `Refused` for a bad one."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    kinds = [kind for kind in OPTIONS if kind in markup]
    if len(kinds) != 1:
        raise Malformed(f"reply_markup must be one of {', '.join(OPTIONS)}, not {kinds or markup}")
    kind = kinds[0]
    if inline_only and kind != "inline_keyboard":
        raise bad("inline keyboard expected")
    if unknown := set(markup) - OPTIONS[kind] - {kind}:
        raise Malformed(f"unknown fields in {kind}: {sorted(unknown)}")
    if kind in ("remove_keyboard", "force_reply"):
        if markup[kind] is not True:
            raise Malformed(f"{kind} must be true")
        return Keyboard(kind, markup)
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= 64:
        raise Malformed("input_field_placeholder must have 1-64 characters")
    if kind == "inline_keyboard":
        return _rows(kind, markup, _inline_button)
    return _rows(kind, markup, lambda button: _reply_button(button, private))


def _rows(kind: str, markup: Json, read: Callable[[object], Button]) -> Keyboard | None:
    rows = markup[kind]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        owner = " of the InlineKeyboardMarkup" if kind == "inline_keyboard" else ""
        raise bad(f'field "{kind}"{owner} must be an Array of Arrays')
    keyboard = Keyboard(kind, markup, [[read(button) for button in row] for row in rows if row])
    if sum(map(len, keyboard.rows)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return keyboard if keyboard.rows else None


def _inline_button(button: object) -> Button:
    if not isinstance(button, dict):
        raise _cannot_parse("InlineKeyboardButton must be an Object")
    text = _label(button, ACTIONS)
    actions = ACTIONS & set(button)
    if len(actions) > 1:
        raise Malformed(f"button {text!r} has several actions: {sorted(actions)}")
    data, url = button.get("callback_data"), button.get("url")
    if not actions or data == "" or url == "":
        raise _cannot_parse("Text buttons are unallowed in the inline keyboard")
    if data is not None and (not isinstance(data, str) or len(data.encode()) > 64):
        raise bad("BUTTON_DATA_INVALID")
    if url is not None and (fault := link_fault(url)):
        raise bad(f"inline keyboard button URL '{url}' is invalid: {fault}")
    if (copied := button.get("copy_text")) is not None and not 1 <= len(copied["text"]) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return Button(text, data, url)


def _reply_button(button: object, private: bool) -> Button:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad("can't parse keyboard button: KeyboardButton must be an Object")
    text = _label(button, REQUESTS)
    if button.get("request_contact") and not private:
        raise bad("phone number can be requested in private chats only")
    return Button(text)


def _label(button: Json, actions: set[str]) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        raise _cannot_parse('Can\'t find field "text"')
    if not text.strip():
        raise Malformed("a button has no label")
    if unknown := set(button) - actions - LOOKS - {"text"}:
        raise Malformed(f"unknown fields in button {text!r}: {sorted(unknown)}")
    if button.get("style", "primary") not in STYLES:
        raise Malformed(f"unknown style of button {text!r}: {button['style']!r}")
    return text


def _cannot_parse(reason: str) -> Exception:
    return bad(f"can't parse inline keyboard button: {reason}")
