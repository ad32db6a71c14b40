"""How the fake says no: the exception every method raises, and what becomes of it on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A call that Slack refuses. `error` is its code, `complaints` the details it lists."""

    def __init__(
        self,
        error: str,
        *,
        complaints: Sequence[str] = (),
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error, *complaints)
        self.error = error
        self.complaints = list(complaints)
        self.status = status
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """The JSON of the refusal, as Slack words it."""
        answer: Json = {"ok": False, "error": self.error}
        if self.complaints:
            if self.error == "invalid_blocks":
                answer["errors"] = self.complaints
            answer["response_metadata"] = {"messages": [f"[ERROR] {words}" for words in self.complaints]}
        return answer
