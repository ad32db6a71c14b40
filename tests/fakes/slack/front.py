"""The one address of all workspaces: whose token it is says which of them is meant."""

import json
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from tests.fakes.slack.refusal import Json
from tests.fakes.slack.web_api import WebApi


class Front:
    """Hands each request to the Web API of its workspace; `teams` may grow, the first one answers what is nobody's."""

    def __init__(self, teams: Sequence[WebApi]) -> None:
        self._teams = teams

    def routes(self) -> list[web.RouteDef]:
        """What the server answers to."""
        return [
            web.route("*", "/api/{method}", self._call),
            web.post("/upload/v1/{file}", self._upload),
            web.get("/files-pri/{file}/download/{name}", self._download),
            web.post("/response/{token}", self._response),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        arguments, token = await _read(request)
        team = next((one for one in self._teams if one.bot_token == token), self._teams[0])
        return await team.call(request, arguments, token)

    async def _upload(self, request: web.Request) -> web.Response:
        return await self._of_file(request).upload(request)

    async def _download(self, request: web.Request) -> web.Response:
        return self._of_file(request).download(request)

    async def _response(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        team = next((one for one in self._teams if token in one.workspace.response_urls), self._teams[0])
        return await team.response(request)

    def _of_file(self, request: web.Request) -> WebApi:
        file = request.match_info["file"]
        return next((one for one in self._teams if file in one.workspace.uploads), self._teams[0])


async def _read(request: web.Request) -> tuple[Json, str]:
    """Arguments from the query and the body, whatever its type, and the token from the header or an argument."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body: Any = json.loads(await request.read() or b"{}")
        arguments.update(body if isinstance(body, dict) else {})
    elif request.can_read_body:
        arguments.update({key: value for key, value in (await request.post()).items() if isinstance(value, str)})
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    argued = arguments.pop("token", "")
    return arguments, bearer if scheme == "Bearer" else str(argued)
