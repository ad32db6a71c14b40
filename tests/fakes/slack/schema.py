"""Slack's complaints about a malformed payload, in its own words, each with the JSON pointer of the culprit."""

from collections.abc import Collection
from typing import Any

from tests.fakes.slack.refusal import Json


class Complaints:
    """Collects every complaint about one message or view, and remembers the ids that must be unique in it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._seen: dict[str, set[str]] = {"action_id": set(), "block_id": set()}

    def add(self, words: str, pointer: str) -> None:
        """One more complaint."""
        self.found.append(f"{words} [json-pointer:{pointer}]")

    def is_object(self, value: Any, pointer: str) -> bool:
        """Whether `value` is a JSON object; complains if not."""
        if isinstance(value, dict):
            return True
        self.add("must provide an object", pointer)
        return False

    def keys(self, item: Json, pointer: str, *, required: Collection[str], allowed: Collection[str]) -> None:
        """All of `required` are there, and nothing outside `required` and `allowed`."""
        for key in required:
            if key not in item:
                self.add(f"missing required field: {key}", pointer)
        for key in item:
            if key not in required and key not in allowed:
                self.add(f"invalid additional property: {key}", pointer)

    def string(self, value: Any, pointer: str, *, most: int, least: int = 1) -> None:
        """A string of `least` to `most` characters."""
        if not isinstance(value, str):
            self.add("must provide a string", pointer)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", pointer)

    def one_of(self, value: Any, pointer: str, allowed: Collection[str]) -> None:
        """One of a few words."""
        if value not in allowed:
            self.add(f"must be a valid enum value: {value}", pointer)

    def boolean(self, item: Json, key: str, pointer: str) -> None:
        """If present, `true` or `false`."""
        if key in item and not isinstance(item[key], bool):
            self.add("must be a boolean", f"{pointer}/{key}")

    def items(self, value: Any, pointer: str, *, most: int, least: int = 1) -> list[Any]:
        """A list of `least` to `most` items; returns it, or an empty list when it is none."""
        if not isinstance(value, list):
            self.add("must be an array", pointer)
            return []
        if len(value) > most:
            self.add(f"no more than {most} items allowed", pointer)
        elif len(value) < least:
            self.add(f"must provide at least {least} items", pointer)
        return value

    def text(self, value: Any, pointer: str, *, most: int, mrkdwn: bool = False) -> None:
        """A text object: `plain_text`, or `mrkdwn` where Slack renders it."""
        if not self.is_object(value, pointer):
            return
        kind = value.get("type")
        if kind == "plain_text":
            self.keys(value, pointer, required=("type", "text"), allowed=("emoji",))
        elif kind == "mrkdwn" and mrkdwn:
            self.keys(value, pointer, required=("type", "text"), allowed=("verbatim",))
        else:
            self.add(f"unsupported type: {kind}", f"{pointer}/type")
            return
        if "text" in value:
            self.string(value["text"], f"{pointer}/text", most=most)

    def unique(self, item: Json, key: str, pointer: str) -> None:
        """`action_id` or `block_id`: at most 255 characters, and not used twice in this message or view."""
        if key not in item:
            return
        value = item[key]
        self.string(value, f"{pointer}/{key}", most=255)
        if isinstance(value, str):
            if value in self._seen[key]:
                self.add(f'`{key}` "{value}" already exists', f"{pointer}/{key}")
            self._seen[key].add(value)
