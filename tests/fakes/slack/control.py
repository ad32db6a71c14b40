"""A tiny control surface over HTTP, for when the fake runs as a process of its own (`python -m tests.fakes.slack`)."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack
    from tests.fakes.slack.team import Team


class Control:
    """`/control/…`: figures of what happened, and a few gestures."""

    def __init__(self, slack: "FakeSlack") -> None:
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """What the server answers to."""
        return [
            web.get("/control/stats", self.stats),
            web.get("/control/arrived", self.arrived),
            web.post("/control/users", self.users),
            web.post("/control/limits", self.limits),
            web.post("/control/says", self.says),
            web.post("/control/command", self.command),
            web.post("/control/reset", self.reset),
        ]

    async def stats(self, _: web.Request) -> web.Response:
        """Counts and times of what arrived, what was refused, what the bot did wrong, in all workspaces together."""
        slack, teams = self._slack, self._slack.teams
        sent = sorted((message for team in teams for message in team.sent), key=lambda message: message.at)
        return web.json_response(
            {
                "arrived": len(sent),
                "recipients": sum(len(team.workspace.arrived_for) for team in teams),
                "first_at": sent[0].at if sent else None,
                "last_at": sent[-1].at if sent else None,
                "rate_limited": sum(team.rate_limited for team in teams),
                "calls": Counter(call.method for team in teams for call in team.calls),
                "errors": Counter(call.error for team in teams for call in team.refused),
                "violations": [f"{one.what}: {one.detail}" for team in teams for one in team.violations],
                "pings": sum(len(team.pings) for team in teams),
                "sockets": len(slack.sockets.usable()),
                "envelopes": len(slack.envelopes),
                "unacknowledged": sum(1 for envelope in slack.envelopes if envelope.ack is None),
            }
        )

    async def arrived(self, _: web.Request) -> web.Response:
        """How many messages each person (or channel) got."""
        return web.json_response(self._slack.workspace.arrived_for)

    async def users(self, request: web.Request) -> web.Response:
        """`{"count": N}`: members U00000000… ; or `{"users": [{"id", "name", "email", "tz"}]}`."""
        body = json.loads(await request.read())
        add_members(self._slack, int(body.get("count", 0)))
        for user in body.get("users", ()):
            self._slack.add_user(**user)
        return web.json_response({"users": len(self._slack.workspace.users)})

    async def limits(self, request: web.Request) -> web.Response:
        """`{"per_channel", "channel_burst", "per_minute", "workspace_burst"}`: new token buckets."""
        body: dict[str, Any] = json.loads(await request.read())
        self._slack.limits.set(body.pop("per_channel", None), **body)
        return web.json_response({"ok": True})

    async def says(self, request: web.Request) -> web.Response:
        """`{"user", "text"}`: somebody writes to the bot; answers whether it was acknowledged."""
        body = json.loads(await request.read())
        ack = await self._slack.says(body["user"], body["text"])
        return web.json_response({"acknowledged": ack is not None})

    async def command(self, request: web.Request) -> web.Response:
        """`{"user", "command", "text"}`: a slash command; answers whether it was acknowledged."""
        body = json.loads(await request.read())
        ack = await self._slack.command(body["user"], body["command"], body.get("text", ""))
        return web.json_response({"acknowledged": ack is not None})

    async def reset(self, _: web.Request) -> web.Response:
        """Forget what happened; people stay."""
        here = self._slack.workspace
        for record in (here.sent, here.calls, here.violations, here.pings, here.messages, here.arrived_for):
            record.clear()
        self._slack.courier.envelopes.clear()
        self._slack.limits.refused = 0
        return web.json_response({"ok": True})


def add_members(team: "Team", count: int) -> None:
    """Members U00000000, U00000001… for load."""
    for number in range(count):
        team.add_user(f"U{number:08d}", f"Membre {number}")
