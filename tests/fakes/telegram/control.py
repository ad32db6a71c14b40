"""The fake run as a process of its own, told and asked over HTTP: for benches, and for bots that are killed.

GET /control/stats, /control/arrivals, /control/messages, /control/answers, /control/taken; POST (JSON) /control/storm,
/control/limits, /control/reset, and the name of any gesture or mishap of `FakeTelegram` with its arguments:
`/control/says {"user": 7, "text": "…"}`.
"""

import asyncio
import inspect
import json
import time
from typing import Any

from aiohttp import web

from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.people import People
from tests.fakes.telegram.server import FakeTelegram

GESTURES = {
    name
    for part in (People, Faults)
    for name, member in vars(part).items()
    if inspect.isfunction(member) and not name.startswith("_") and name not in ("hold", "sends_file")
} | {"retry_after", "let_pass"}


class RemoteTelegram(FakeTelegram):
    """A fake that also answers below /control/."""

    _storm: asyncio.Task[None] | None = None

    async def _elsewhere(self, request: web.BaseRequest) -> web.StreamResponse:
        if not request.path.startswith("/control/"):
            return await super()._elsewhere(request)
        name = request.path.removeprefix("/control/")
        asked: dict[str, Any] = json.loads(await request.read()) if request.can_read_body else {}
        try:
            return web.json_response(self._told(name, asked))
        except (AssertionError, KeyError, TypeError) as error:
            # A gesture that cannot be made: the asker wrote the wrong word, not the bot.
            return web.json_response({"error": str(error)}, status=400)

    async def _everybody_presses(
        self, users: list[int], chat: int, message: int, labels: list[str], seconds: float, again: int
    ) -> None:
        """Everybody presses one of the buttons in turn, evenly within so many seconds; every so manieth press comes
        twice (0: none)."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number, user in enumerate(users):
            if (wait := begun + seconds * number / len(users) - loop.time()) > 0:
                await asyncio.sleep(wait)
            update = self.presses(user, message, labels[number % len(labels)], chat=chat)
            if again and number % again == 0:
                self.redeliver(update)

    def _told(self, name: str, asked: dict[str, Any]) -> Any:
        if name == "stats":
            return stats(self)
        if name == "arrivals":
            return dict(self.arrivals)
        if name == "messages":
            return [
                {"chat": m.chat, "message_id": m.message_id, "text": m.text, "html": m.html, "buttons": m.labels}
                for m in self.sent
            ]
        if name == "answers":
            return [{"user": one.user, "text": one.text, "waited": one.waited} for one in self.answers]
        if name == "taken":
            return {chat: (one.at, one.answered) for chat, one in self.taken.items()}
        if name == "storm":
            self._storm = asyncio.ensure_future(self._everybody_presses(**asked))
            return None
        if name == "limits":
            return self.limits.set(**asked)
        if name == "reset":
            return self.forget()
        assert name in GESTURES, f"no gesture {name!r}"
        return getattr(self, name)(**asked)


def stats(fake: FakeTelegram) -> dict[str, Any]:
    """The counters. Arrival times are seconds on the machine's monotonic clock; `cpu_seconds` is this process's."""
    return {
        "arrived": fake.arrived,
        "chats": len(fake.arrivals),
        "too_many": fake.too_many,
        "too_many_by_reason": dict(fake.limits.refused),
        "first_arrival": fake.first_arrival,
        "last_arrival": fake.last_arrival,
        "calls": dict(fake.calls),
        "refusals": len(fake.refusals),
        "violations": [f"{violation.method}: {violation.detail}" for violation in fake.violations],
        "waiting_updates": len(fake.waiting),
        "polling": fake.polling,
        "cpu_seconds": time.process_time(),
    }
