"""The interactive elements of Block Kit that the bot may use, and what Slack demands of each.

Limits: https://docs.slack.dev/reference/block-kit/block-elements
"""

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.refusal import Json
from tests.fakes.slack.schema import Complaints

Check = Callable[[Complaints, Json, str], None]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")

IN_SECTION = {
    "button",
    "image",
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    "overflow",
}
IN_ACTIONS = IN_SECTION - {"image", "multi_static_select"}
IN_INPUT = (IN_SECTION - {"button", "image", "overflow"}) | {
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
}


def check_element(complaints: Complaints, element: Any, pointer: str, allowed: set[str]) -> None:
    """One element where the elements of the types `allowed` may stand."""
    if not complaints.is_object(element, pointer):
        return
    kind = element.get("type")
    if kind not in allowed:
        complaints.add(f"unsupported type: {kind}", f"{pointer}/type")
        return
    complaints.unique(element, "action_id", pointer)
    _CHECKS[kind](complaints, element, pointer)


def check_image(complaints: Complaints, image: Json, pointer: str, extra: tuple[str, ...] = ()) -> None:
    """An image, as a block, an accessory or in a context: a public address or an uploaded file."""
    complaints.keys(image, pointer, required=("type", "alt_text"), allowed=("image_url", "slack_file", *extra))
    if ("image_url" in image) == ("slack_file" in image):
        complaints.add("must provide either image_url or slack_file", pointer)
    if "image_url" in image:
        complaints.string(image["image_url"], f"{pointer}/image_url", most=3000)
    if "alt_text" in image:
        complaints.string(image["alt_text"], f"{pointer}/alt_text", most=2000)


def _option(complaints: Complaints, option: Any, pointer: str, *, mrkdwn: bool) -> None:
    if not complaints.is_object(option, pointer):
        return
    complaints.keys(option, pointer, required=("text", "value"), allowed=("description",))
    if "text" in option:
        complaints.text(option["text"], f"{pointer}/text", most=75, mrkdwn=mrkdwn)
    if "value" in option:
        complaints.string(option["value"], f"{pointer}/value", most=150)
    if "description" in option:
        complaints.text(option["description"], f"{pointer}/description", most=75, mrkdwn=mrkdwn)


def _options(complaints: Complaints, item: Json, pointer: str, most: int, *, mrkdwn: bool = False) -> None:
    options = complaints.items(item.get("options"), f"{pointer}/options", most=most)
    for n, option in enumerate(options):
        _option(complaints, option, f"{pointer}/options/{n}", mrkdwn=mrkdwn)
    initial = item.get("initial_options", [item["initial_option"]] if "initial_option" in item else [])
    for chosen in complaints.items(initial, f"{pointer}/initial_options", least=0, most=most):
        if chosen not in options:
            complaints.add("initial options must match exactly one of the options", pointer)


def _common(complaints: Complaints, item: Json, pointer: str, *keys: str, required: tuple[str, ...] = ()) -> None:
    complaints.keys(
        item,
        pointer,
        required=("type", *required),
        allowed=("action_id", "confirm", "focus_on_load", "placeholder", *keys),
    )
    complaints.boolean(item, "focus_on_load", pointer)
    if "placeholder" in item:
        complaints.text(item["placeholder"], f"{pointer}/placeholder", most=150)


def _button(complaints: Complaints, item: Json, pointer: str) -> None:
    keys = ("action_id", "value", "url", "style", "confirm", "accessibility_label")
    complaints.keys(item, pointer, required=("type", "text"), allowed=keys)
    if "text" in item:
        complaints.text(item["text"], f"{pointer}/text", most=75)
    for key, most in (("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if key in item:
            complaints.string(item[key], f"{pointer}/{key}", most=most)
    if "style" in item:
        complaints.one_of(item["style"], f"{pointer}/style", ("primary", "danger"))


def _select(complaints: Complaints, item: Json, pointer: str) -> None:
    many = item["type"] == "multi_static_select"
    chosen = ("initial_options", "max_selected_items") if many else ("initial_option",)
    _common(complaints, item, pointer, "options", "option_groups", *chosen)
    if ("options" in item) == ("option_groups" in item):
        complaints.add("must provide either options or option_groups", pointer)
    elif "options" in item:
        _options(complaints, item, pointer, 100)
    else:
        groups = complaints.items(item["option_groups"], f"{pointer}/option_groups", most=100)
        for n, group in enumerate(groups):
            place = f"{pointer}/option_groups/{n}"
            if complaints.is_object(group, place):
                complaints.text(group.get("label"), f"{place}/label", most=75)
                _options(complaints, {"options": group.get("options")}, place, 100)


def _choice(complaints: Complaints, item: Json, pointer: str) -> None:
    chosen = "initial_option" if item["type"] == "radio_buttons" else "initial_options"
    keys = ("action_id", "confirm", "focus_on_load", chosen)
    complaints.keys(item, pointer, required=("type", "options"), allowed=keys)
    _options(complaints, item, pointer, 10, mrkdwn=True)


def _overflow(complaints: Complaints, item: Json, pointer: str) -> None:
    complaints.keys(item, pointer, required=("type", "options"), allowed=("action_id", "confirm"))
    _options(complaints, item, pointer, 5)


def _date(complaints: Complaints, item: Json, pointer: str) -> None:
    _common(complaints, item, pointer, "initial_date")
    if "initial_date" in item and not _DATE.fullmatch(str(item["initial_date"])):
        complaints.add("must be a date formatted as YYYY-MM-DD", f"{pointer}/initial_date")


def _time(complaints: Complaints, item: Json, pointer: str) -> None:
    _common(complaints, item, pointer, "initial_time", "timezone")
    if "initial_time" in item and not _TIME.fullmatch(str(item["initial_time"])):
        complaints.add("must be a time formatted as HH:mm", f"{pointer}/initial_time")


def _text_input(complaints: Complaints, item: Json, pointer: str) -> None:
    sizes = ("multiline", "min_length", "max_length") if item["type"] == "plain_text_input" else ()
    _common(complaints, item, pointer, "initial_value", "dispatch_action_config", *sizes)
    complaints.boolean(item, "multiline", pointer)
    for key in ("min_length", "max_length"):
        if key in item and not (isinstance(item[key], int) and 0 <= item[key] <= 3000):
            complaints.add("must be an integer from 0 to 3000", f"{pointer}/{key}")
    if "initial_value" in item:
        complaints.string(item["initial_value"], f"{pointer}/initial_value", least=0, most=3000)


def _number_input(complaints: Complaints, item: Json, pointer: str) -> None:
    keys = ("initial_value", "min_value", "max_value", "dispatch_action_config")
    _common(complaints, item, pointer, *keys, required=("is_decimal_allowed",))
    complaints.boolean(item, "is_decimal_allowed", pointer)
    for key in ("initial_value", "min_value", "max_value"):
        if key in item and not isinstance(item[key], str):
            complaints.add("must provide a string", f"{pointer}/{key}")


_CHECKS: dict[str, Check] = {
    "button": _button,
    "image": check_image,
    "static_select": _select,
    "multi_static_select": _select,
    "radio_buttons": _choice,
    "checkboxes": _choice,
    "overflow": _overflow,
    "datepicker": _date,
    "timepicker": _time,
    "plain_text_input": _text_input,
    "email_text_input": _text_input,
    "url_text_input": _text_input,
    "number_input": _number_input,
}
