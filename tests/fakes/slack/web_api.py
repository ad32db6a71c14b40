"""The Web API over HTTP: who calls, with what, what goes wrong, what is answered."""

import asyncio
import json
import time
from collections.abc import Callable

from aiohttp import web

from tests.fakes.slack.arguments import SIGNATURES, check_arguments
from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.methods_chat import Chat
from tests.fakes.slack.methods_files import Files
from tests.fakes.slack.methods_people import People
from tests.fakes.slack.methods_views import Views
from tests.fakes.slack.refusal import Json, Refusal
from tests.fakes.slack.responses import Responses
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import Call

Method = Callable[[Json], Json]


class WebApi:
    """Every method behind `/api/` for one workspace, the upload address and the response_url."""

    def __init__(self, workspace: Workspace, limits: Limits, faults: Faults, bot_token: str, app_token: str) -> None:
        self.workspace = workspace
        self.limits = limits
        self.faults = faults
        self.bot_token = bot_token
        self.app_token = app_token
        self.revoked = False
        self.chat = Chat(workspace)
        self.views = Views(workspace)
        self.files = Files(workspace, self.chat)
        self.responses = Responses(workspace, self.chat, self.views)
        self.open_socket: Callable[[], str] = str
        people = People(workspace)
        self.methods: dict[str, Method] = {
            "auth.test": self._auth_test,
            "apps.connections.open": lambda _: {"url": self.open_socket()},
            "chat.postMessage": self.chat.post_message,
            "chat.postEphemeral": self.chat.post_ephemeral,
            "chat.update": self.chat.update,
            "chat.delete": self.chat.delete,
            "conversations.open": people.conversations_open,
            "conversations.info": people.conversations_info,
            "users.info": people.users_info,
            "users.list": people.users_list,
            "users.lookupByEmail": people.users_lookup_by_email,
            "views.open": self.views.open,
            "views.push": self.views.push,
            "views.update": self.views.update,
            "views.publish": self.views.publish,
            "files.getUploadURLExternal": self.files.get_upload_url,
            "files.completeUploadExternal": self.files.complete_upload,
            "files.delete": self.files.delete,
        }

    async def call(self, request: web.Request, arguments: Json, token: str) -> web.StreamResponse:
        """One call of the Web API."""
        method = request.match_info["method"]
        if pause := self.faults.slowness.get(method, 0):
            await asyncio.sleep(pause)
        if self.faults.outage is not None:
            return web.Response(status=self.faults.outage, text="upstream unavailable")
        fault = self.faults.take(method)
        if fault is None:
            return self._answer(method, token, arguments)
        if not fault.accepted:
            if fault.hold is None:
                return self._go_wrong(request, fault)
            await fault.hold.wait()
            return self._answer(method, token, arguments)
        answer = self._answer(method, token, arguments)
        if fault.hold is None:
            return self._go_wrong(request, fault)
        await fault.hold.wait()
        return answer

    def _answer(self, method: str, token: str, arguments: Json) -> web.Response:
        call = Call(method, arguments, time.time())
        self.workspace.calls.append(call)
        try:
            answer = self._result(method, token, arguments)
        except Refusal as refusal:
            call.error, call.complaints = refusal.error, refusal.complaints
            self.workspace.bell.ring()
            return _json(refusal.body(), refusal.status, refusal.headers)
        self.workspace.bell.ring()
        return _json({"ok": True, **answer})

    def _result(self, method: str, token: str, arguments: Json) -> Json:
        if method not in SIGNATURES:
            self.workspace.violate(method, "unknown method")
            raise Refusal("unknown_method")
        self._authorize(method, token)
        self.limits.check_closed(method, str(arguments.get("channel", "")))
        check_arguments(self.workspace, method, arguments)
        if method == "chat.postMessage":
            self.limits.take(self._bucket(arguments["channel"]))
        return self.methods[method](arguments)

    def _bucket(self, channel: str) -> str:
        # A member's id and the id of their direct messages are one channel.
        return self.workspace.im_of(channel).id if channel in self.workspace.users else channel

    def _authorize(self, method: str, token: str) -> None:
        if not token:
            raise Refusal("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise Refusal("invalid_auth")
        if self.revoked and token == self.bot_token:
            raise Refusal("token_revoked")
        wanted = self.app_token if SIGNATURES[method].app_level else self.bot_token
        if token != wanted:
            raise Refusal("not_allowed_token_type")

    def _auth_test(self, _: Json) -> Json:
        here = self.workspace
        return {
            "url": f"https://{here.team_domain}.slack.example/",
            "team": here.team_name,
            "user": here.bot_name,
            "team_id": here.team_id,
            "user_id": here.bot_user_id,
            "bot_id": here.bot_id,
            "is_enterprise_install": False,
        }

    def _go_wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return _json(Refusal(fault.error).body(), fault.status, fault.headers)

    def download(self, request: web.Request) -> web.Response:
        """A file somebody sent, for whoever holds the bot's token; the sign-in page for all others."""
        file = self.workspace.uploads.get(request.match_info["file"])
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(status=302, headers={"Location": "/"})
        if file is None or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content)

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, at the address that was given out for it."""
        if request.content_type.startswith("multipart/"):
            parts = await request.post()
            sent = [part.file.read() for part in parts.values() if isinstance(part, web.FileField)]
            content = sent[0] if sent else b""
        else:
            content = await request.read()
        try:
            return web.Response(text=self.files.receive(request.match_info["file"], content))
        except KeyError:
            return web.Response(status=404, text="not found")
        except ValueError as error:
            self.workspace.violate("upload", str(error))
            return web.Response(status=400, text=str(error))

    async def response(self, request: web.Request) -> web.Response:
        """What the app says to a response_url."""
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
        try:
            self.responses.to_url(request.match_info["token"], body)
        except Refusal as refusal:
            return _json(refusal.body(), refusal.status, refusal.headers)
        return _json({"ok": True})


def _json(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
