"""What a person can do with the elements of a message or a view, within what Slack's client lets them."""

from typing import Any

from tests.fakes.slack.refusal import Json
from tests.fakes.slack.wording import elements
from tests.fakes.slack.world import Message, View

ONE = {"static_select", "radio_buttons", "overflow"}
SEVERAL = {"multi_static_select", "checkboxes"}
_KEY = {"datepicker": "selected_date", "timepicker": "selected_time"}


def find_button(where: Message | View, what: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The one button with this label, action id or value, and its block; an `AssertionError` if none or several fit."""
    buttons = [
        (block, element)
        for block, element in elements(where.blocks)
        if element["type"] == "button" and block_id in (None, block["block_id"])
    ]
    for key in ("label", "action_id", "value"):
        fit = [(b, e) for b, e in buttons if (e["text"]["text"] if key == "label" else e.get(key)) == what]
        if len(fit) == 1:
            return fit[0]
        assert not fit, f"several buttons {what!r} in {where}"
    raise AssertionError(f"no button {what!r}, only {[e['text']['text'] for _, e in buttons]}")


def find_element(where: Message | View, name: str) -> tuple[Json, Json]:
    """The element with this action id, or in the block with this id or label; an `AssertionError` if there is none."""
    found = list(elements(where.blocks))
    for block, element in found:
        label = block.get("label", {}).get("text")
        if name in (element["action_id"], block["block_id"], label):
            return block, element
    names = [block.get("label", {}).get("text") or element["action_id"] for block, element in found]
    raise AssertionError(f"nothing to fill in called {name!r}, only {names}")


def filled(element: Json, value: Any) -> Json:
    """The state of an element when a person gives it `value`: text, or labels or values of its options."""
    kind = element["type"]
    if kind in ONE:
        return {"type": kind, "selected_option": None if value is None else _option(element, value)}
    if kind in SEVERAL:
        wanted = [value] if isinstance(value, str) else list(value or ())
        most = element.get("max_selected_items", len(wanted))
        assert len(wanted) <= most, f"at most {most} may be chosen in {element['action_id']}"
        return {"type": kind, "selected_options": [_option(element, item) for item in wanted]}
    if kind in _KEY:
        return {"type": kind, _KEY[kind]: value}
    text = None if value in (None, "") else str(value)
    if text is not None:
        _check_text(element, text)
    return {"type": kind, "value": text}


def initial(element: Json) -> Json:
    """The state of an element nobody has touched."""
    kind = element["type"]
    if kind in ONE:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in SEVERAL:
        return {"type": kind, "selected_options": list(element.get("initial_options", ()))}
    if kind in _KEY:
        return {"type": kind, _KEY[kind]: element.get("initial_date", element.get("initial_time"))}
    return {"type": kind, "value": element.get("initial_value")}


def fill(view: View, values: dict[str, Any]) -> None:
    """Fill a modal in, the rest left as it was; an `AssertionError` where the client would not let it be submitted."""
    for name, value in values.items():
        block, element = find_element(view, name)
        assert element["type"] != "button", f"{name!r} is a button"
        view.state.setdefault(block["block_id"], {})[element["action_id"]] = filled(element, value)
    for block, element in elements(view.blocks):
        if element["type"] in ("button", "overflow"):
            continue
        state = view.state.setdefault(block["block_id"], {}).setdefault(element["action_id"], initial(element))
        if block["type"] == "input" and not block.get("optional", False):
            given = next((v for key, v in state.items() if key != "type"), None)
            assert given not in (None, "", []), f"{block['label']['text']!r} must be filled in"


def _option(element: Json, wanted: str) -> Json:
    options: list[Json] = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return option
    raise AssertionError(f"no option {wanted!r}, only {[option['text']['text'] for option in options]}")


def _check_text(element: Json, text: str) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    assert least <= len(text) <= most, f"{element['action_id']} takes {least} to {most} characters"
    if element["type"] == "number_input":
        number = float(text)
        assert element["is_decimal_allowed"] or number.is_integer(), f"{element['action_id']} takes whole numbers"
        lowest, highest = element.get("min_value"), element.get("max_value")
        assert lowest is None or number >= float(lowest), f"{element['action_id']} takes {lowest} at least"
        assert highest is None or number <= float(highest), f"{element['action_id']} takes {highest} at most"
