"""Blocks of messages and views, checked by hand against Slack's limits.

Only the block types the bot uses are known; another one is refused as unsupported, on purpose.
Limits: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.schema import Complaints

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Observed, not documented: all the text of a message's blocks together (https://github.com/slackapi/bolt-js/issues/2509).
BLOCK_TEXT = 13_200
VIEW_BYTES = 250_000

_MODAL = (
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
)
_HOME = ("private_metadata", "callback_id", "external_id")


def check_message_blocks(blocks: Any) -> list[Json]:
    """The blocks of a message, or a `Refusal` (`invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`)."""
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            raise Refusal("invalid_blocks_format") from None
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    complaints = Complaints()
    _check_blocks(complaints, blocks, "/blocks", MESSAGE_BLOCKS)
    if complaints.found:
        raise Refusal("invalid_blocks", complaints=complaints.found)
    if sum(len(text["text"]) for text in texts(blocks)) > BLOCK_TEXT:
        raise Refusal("msg_blocks_too_long")
    return blocks


def check_view(view: Any, kind: str) -> Json:
    """A view of the given kind (`modal` or `home`), or a `Refusal` (`invalid_arguments`, `view_too_large`)."""
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            raise Refusal("invalid_arguments", complaints=["must be valid JSON [json-pointer:/view]"]) from None
    complaints = Complaints()
    if not complaints.is_object(view, "/view"):
        raise Refusal("invalid_arguments", complaints=complaints.found)
    complaints.one_of(view.get("type"), "/view/type", (kind,))
    if kind == "modal":
        complaints.keys(view, "/view", required=("type", "title", "blocks"), allowed=_MODAL)
    else:
        complaints.keys(view, "/view", required=("type", "blocks"), allowed=_HOME)
    for key in ("title", "submit", "close"):
        if key in view:
            complaints.text(view[key], f"/view/{key}", most=24)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if key in view:
            complaints.string(view[key], f"/view/{key}", least=0, most=most)
    for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
        complaints.boolean(view, key, "/view")
    blocks = _check_blocks(complaints, view.get("blocks"), "/view/blocks", VIEW_BLOCKS)
    if kind == "modal" and "submit" not in view:
        for n, block in enumerate(blocks):
            if isinstance(block, dict) and block.get("type") == "input":
                complaints.add("must define `submit` to use an `input` block in modals", f"/view/blocks/{n}/input")
    if complaints.found:
        raise Refusal("invalid_arguments", complaints=complaints.found)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refusal("view_too_large")
    return dict(view)


def texts(part: Any) -> Iterator[Json]:
    """Every text object of some blocks, in reading order."""
    if isinstance(part, list):
        for item in part:
            yield from texts(item)
    elif isinstance(part, dict):
        if part.get("type") in ("plain_text", "mrkdwn") and isinstance(part.get("text"), str):
            yield part
        else:
            for item in part.values():
                yield from texts(item)


def _check_blocks(complaints: Complaints, blocks: Any, pointer: str, most: int) -> list[Any]:
    listed = complaints.items(blocks, pointer, least=0, most=most)
    for n, block in enumerate(listed):
        place = f"{pointer}/{n}"
        if not complaints.is_object(block, place):
            continue
        complaints.unique(block, "block_id", place)
        check = _BLOCKS.get(str(block.get("type")))
        if check is None:
            complaints.add(f"unsupported type: {block.get('type')}", f"{place}/type")
        else:
            check(complaints, block, place)
    return listed


def _section(complaints: Complaints, block: Json, pointer: str) -> None:
    keys = ("block_id", "text", "fields", "accessory", "expand")
    complaints.keys(block, pointer, required=("type",), allowed=keys)
    if "text" not in block and "fields" not in block:
        complaints.add("missing required field: text", pointer)
    if "text" in block:
        complaints.text(block["text"], f"{pointer}/text", most=3000, mrkdwn=True)
    if "fields" in block:
        for n, field in enumerate(complaints.items(block["fields"], f"{pointer}/fields", most=10)):
            complaints.text(field, f"{pointer}/fields/{n}", most=2000, mrkdwn=True)
    if "accessory" in block:
        check_element(complaints, block["accessory"], f"{pointer}/accessory", IN_SECTION)


def _actions(complaints: Complaints, block: Json, pointer: str) -> None:
    complaints.keys(block, pointer, required=("type", "elements"), allowed=("block_id",))
    for n, element in enumerate(complaints.items(block.get("elements"), f"{pointer}/elements", most=25)):
        check_element(complaints, element, f"{pointer}/elements/{n}", IN_ACTIONS)


def _divider(complaints: Complaints, block: Json, pointer: str) -> None:
    complaints.keys(block, pointer, required=("type",), allowed=("block_id",))


def _header(complaints: Complaints, block: Json, pointer: str) -> None:
    complaints.keys(block, pointer, required=("type", "text"), allowed=("block_id",))
    if "text" in block:
        complaints.text(block["text"], f"{pointer}/text", most=150)


def _context(complaints: Complaints, block: Json, pointer: str) -> None:
    complaints.keys(block, pointer, required=("type", "elements"), allowed=("block_id",))
    for n, element in enumerate(complaints.items(block.get("elements"), f"{pointer}/elements", most=10)):
        place = f"{pointer}/elements/{n}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_image(complaints, element, place)
        else:
            complaints.text(element, place, most=3000, mrkdwn=True)


def _input(complaints: Complaints, block: Json, pointer: str) -> None:
    keys = ("block_id", "hint", "optional", "dispatch_action")
    complaints.keys(block, pointer, required=("type", "label", "element"), allowed=keys)
    for key in ("label", "hint"):
        if key in block:
            complaints.text(block[key], f"{pointer}/{key}", most=2000)
    for key in ("optional", "dispatch_action"):
        complaints.boolean(block, key, pointer)
    if "element" in block:
        check_element(complaints, block["element"], f"{pointer}/element", IN_INPUT)


def _image(complaints: Complaints, block: Json, pointer: str) -> None:
    check_image(complaints, block, pointer, ("title", "block_id"))
    if "title" in block:
        complaints.text(block["title"], f"{pointer}/title", most=2000)


_BLOCKS = {
    "section": _section,
    "actions": _actions,
    "divider": _divider,
    "header": _header,
    "context": _context,
    "input": _input,
    "image": _image,
}
