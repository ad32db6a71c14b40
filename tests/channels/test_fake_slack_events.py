"""The fake Slack tells an app what happens, over sockets and over HTTP: driven by the real slack_bolt."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import View

# Bolt and the SDK log every reconnection, some with a stack trace; that is what these tests provoke.
logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)

Body = dict[str, Any]


class Bot:
    """A small app on the real Bolt: it says what it heard."""

    def __init__(self, slack: FakeSlack) -> None:
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=slack.signing_secret, process_before_response=True)
        self.heard: list[Body] = []
        self.answer: Body = {}
        self.broken = False
        self.ready = asyncio.Event()
        self.ready.set()
        self.app.event("message")(self.on_event)
        self.app.event("app_mention")(self.on_event)
        self.app.event("app_home_opened")(self.on_event)
        self.app.command("/concerte")(self.on_gesture)
        self.app.action("oui")(self.on_gesture)
        self.app.action("region")(self.on_gesture)
        self.app.view("avis")(self.on_gesture)
        self.app.view_closed("avis")(self.on_gesture)

    async def on_event(self, body: Body) -> None:
        if self.broken:
            raise RuntimeError("the database is away")
        self.heard.append(body)
        await self.ready.wait()

    async def on_gesture(self, ack: AsyncAck, body: Body) -> None:
        self.heard.append(body)
        await ack(**self.answer)


@asynccontextmanager
async def connected(slack: FakeSlack, bot: Bot) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app in Socket Mode, as a bot process would start it."""
    web_client = AsyncWebClient(slack.app_token, base_url=slack.url, retry_handlers=[])
    handler = AsyncSocketModeHandler(bot.app, slack.app_token, web_client=web_client, ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await slack.connected()
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(retry_delays=(0.0, 0.01, 0.01)) as slack:
        slack.add_user("U1", "Anne Le Goff", "anne@example.org")
        slack.add_channel("C1", "annonces")
        yield slack


@pytest.fixture
def bot(slack: FakeSlack) -> Bot:
    return Bot(slack)


@pytest.fixture
async def online(slack: FakeSlack, bot: Bot) -> AsyncIterator[Bot]:
    async with connected(slack, bot):
        yield bot


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str) -> Body:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": label.lower()}


REGIONS = [{"text": plain(name), "value": name[:3]} for name in ("Bretagne", "Guyane")]
SELECT = {"type": "static_select", "action_id": "region", "options": REGIONS}
CHECKS = {"type": "checkboxes", "action_id": "themes", "options": REGIONS}
TEXT = {"type": "plain_text_input", "action_id": "texte", "max_length": 20}


def ask(label: str, block_id: str, element: Body, **more: Any) -> Body:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def form(title: str = "Votre avis", **more: Any) -> Body:
    blocks = [
        ask("Région", "r", SELECT),
        ask("Thèmes", "t", CHECKS, optional=True),
        ask("Message", "m", TEXT, optional=True),
    ]
    return {
        "type": "modal",
        "callback_id": "avis",
        "title": plain(title),
        "submit": plain("Envoyer"),
        "blocks": blocks,
        **more,
    }


async def opened(slack: FakeSlack, bot: Bot, view: Body) -> View:
    command = slack.command("U1", "/concerte")
    await command.acknowledged()
    await bot.client.views_open(trigger_id=command.payload["trigger_id"], view=view)
    return await slack.next_view("U1")


async def test_a_private_message_reaches_the_app_and_is_acknowledged(slack: FakeSlack, online: Bot) -> None:
    envelope = slack.says("U1", "R&D : c'est quand <l'AG> ?")
    await envelope.acknowledged()
    body = online.heard[0]
    event = body["event"]
    assert (event["channel_type"], event["channel"], event["user"]) == ("im", slack.im("U1"), "U1")
    assert event["text"] == "R&amp;D : c'est quand &lt;l'AG&gt; ?"
    assert (body["team_id"], body["event_id"]) == (slack.team_id, envelope.event_id)
    assert [attempt.outcome for attempt in envelope.attempts] == ["acknowledged"]


async def test_mentions_channels_and_the_home_tab_are_events(slack: FakeSlack, online: Bot) -> None:
    for envelope in (slack.mentions("U1", "C1", "agenda"), slack.says("U1", "x", "C1"), slack.opens_home("U1")):
        await envelope.acknowledged()
    kinds = [(body["event"]["type"], body["event"].get("channel_type")) for body in online.heard]
    assert kinds == [("app_mention", None), ("message", "channel"), ("app_home_opened", None)]


async def test_the_app_hears_its_own_messages(slack: FakeSlack, online: Bot) -> None:
    sent = await online.client.chat_postMessage(channel="U1", text="un")
    await online.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="deux")
    echoed, changed = slack.envelopes
    await echoed.acknowledged()
    await changed.acknowledged()
    event = echoed.payload["event"]
    assert (event["bot_id"], event["user"]) == (slack.workspace.bot_id, slack.bot_user_id)
    assert changed.payload["event"]["subtype"] == "message_changed"
    # Bolt acknowledges what comes from the app itself and keeps it from the listeners.
    assert online.heard == []


async def test_an_event_not_acknowledged_is_sent_again_three_times(slack: FakeSlack, online: Bot) -> None:
    slack.courier.ack_timeout = 0.05
    online.broken = True
    envelope = slack.says("U1", "perdu ?")
    assert await envelope is None
    assert [(attempt.number, attempt.reason) for attempt in envelope.attempts] == [
        (0, None),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]


async def test_an_event_is_acknowledged_once_the_app_is_well_again(slack: FakeSlack, online: Bot) -> None:
    slack.courier.ack_timeout = 0.1
    online.broken = True
    envelope = slack.says("U1", "perdu ?")
    await slack.wait_until(lambda: envelope.attempts, awaited="a first attempt")
    slack.courier.ack_timeout = 3.0
    await slack.wait_until(lambda: envelope.attempts[0].outcome == "timeout", awaited="its end")
    online.broken = False
    await envelope.acknowledged()
    assert [body["event_id"] for body in online.heard] == [envelope.event_id]


async def test_an_acknowledgement_can_come_too_late(slack: FakeSlack, online: Bot) -> None:
    slack.courier.ack_timeout = 0.1
    online.ready.clear()
    envelope = slack.says("U1", "lentement")
    await slack.wait_until(lambda: envelope.attempts, awaited="a first attempt")
    slack.courier.ack_timeout = 3.0
    await slack.wait_until(lambda: len(envelope.attempts) == 2, awaited="a second attempt")
    online.ready.set()
    await envelope.acknowledged()
    await slack.wait_until(lambda: slack.late_acks == 1, awaited="the late acknowledgement")
    assert len(online.heard) == 2


async def test_an_event_can_come_twice(slack: FakeSlack, online: Bot) -> None:
    envelope = slack.says("U1", "bonjour")
    await envelope.acknowledged()
    await slack.redeliver(envelope.event_id).acknowledged()
    assert [body["event_id"] for body in online.heard] == [envelope.event_id] * 2


async def test_an_event_waits_for_the_app_to_be_started(slack: FakeSlack, bot: Bot) -> None:
    envelope = slack.says("U1", "il y a quelqu'un ?")
    async with connected(slack, bot):
        await envelope.acknowledged()
    assert await slack.command("U1", "/concerte") is None


STUCK = """
import asyncio, sys
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

async def main(url, token):
    client = SocketModeClient(token, web_client=AsyncWebClient(token, base_url=url))
    await client.connect()
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_event_under_way_in_a_killed_process_reaches_the_next_one(slack: FakeSlack, bot: Bot) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", STUCK, slack.url, slack.app_token)
    try:
        await slack.connected()
        envelope = slack.says("U1", "entendu ?")
        await slack.wait_until(lambda: envelope.attempts, awaited="a first attempt")
    finally:
        process.kill()
        await process.wait()
    await slack.wait_until(lambda: not slack.sockets.is_up(), awaited="the end of the socket")
    async with connected(slack, bot):
        await envelope.acknowledged()
    assert [attempt.outcome for attempt in envelope.attempts] == ["connection_closed", "acknowledged"]
    assert [body["event_id"] for body in bot.heard] == [envelope.event_id]


async def test_a_command_can_be_answered_at_once_or_later(slack: FakeSlack, online: Bot) -> None:
    online.answer = {"text": "tout de suite"}
    await slack.command("U1", "/concerte", "agenda").acknowledged()
    body = online.heard[0]
    assert (body["command"], body["text"], body["channel_name"]) == ("/concerte", "agenda", "directmessage")
    message = await slack.next_message("U1")
    assert (message.text, message.ephemeral, message.via) == ("tout de suite", True, "ack")


async def test_a_pressed_button_says_where_and_what(slack: FakeSlack, online: Bot) -> None:
    blocks = [{"type": "actions", "block_id": "b", "elements": [button("Oui", "oui"), SELECT]}]
    await online.client.chat_postMessage(channel="U1", text="Vous venez ?", blocks=blocks)
    message = await slack.next_message("U1")
    await slack.chooses("U1", message, "region", "Guyane").acknowledged()
    await slack.presses("U1", message, "Oui").acknowledged()
    chosen, pressed = (body for body in online.heard if body.get("type") == "block_actions")
    assert chosen["actions"][0]["selected_option"]["value"] == "Guy"
    assert pressed["actions"][0]["value"] == "oui"
    assert (pressed["container"]["message_ts"], pressed["message"]["text"]) == (message.ts, "Vous venez ?")
    assert pressed["state"]["values"]["b"]["region"]["selected_option"]["value"] == "Guy"
    with pytest.raises(AssertionError, match=r"no button 'Non', only \['Oui'\]"):
        slack.presses("U1", message, "Non")


async def test_a_modal_is_filled_in_corrected_and_submitted(slack: FakeSlack, online: Bot) -> None:
    view = await opened(slack, online, form(notify_on_close=True))
    with pytest.raises(AssertionError, match="'Région' must be filled in"):
        slack.submits("U1", view, {"Message": "bonjour"})
    with pytest.raises(AssertionError, match="0 to 20 characters"):
        slack.submits("U1", view, {"texte": "a" * 21})
    online.answer = {"response_action": "errors", "errors": {"r": "Pas encore ouverte."}}
    await slack.submits("U1", view, {"Région": "Guyane", "t": ["Bretagne"]}).acknowledged()
    assert (view.open, view.errors) == (True, {"r": "Pas encore ouverte."})
    online.answer = {"response_action": "push", "view": form("Encore")}
    await slack.submits("U1", view).acknowledged()
    above = await slack.next_view("U1")
    assert (above.title, above.previous, above.root) == ("Encore", view.id, view.id)
    online.answer = {"response_action": "update", "view": form("Merci")}
    await slack.submits("U1", above, {"r": "Bretagne"}).acknowledged()
    assert (above.title, above.open) == ("Merci", True)
    online.answer = {}
    await slack.submits("U1", above).acknowledged()
    assert (above.open, view.open) == (False, True)
    closed = slack.closes("U1", view)
    assert closed is not None
    await closed.acknowledged()
    values = [body["view"]["state"]["values"] for body in online.heard if body.get("type") == "view_submission"]
    assert values[0]["r"]["region"]["selected_option"]["value"] == "Guy"
    assert [option["value"] for option in values[0]["t"]["themes"]["selected_options"]] == ["Bre"]
    assert values[0]["m"]["texte"]["value"] == "bonjour"
    assert (len(values), online.heard[-1]["type"], slack.violations) == (4, "view_closed", [])


async def test_a_bad_answer_to_a_submission_is_a_violation(slack: FakeSlack, online: Bot) -> None:
    view = await opened(slack, online, form())
    for answer in (
        {"response_action": "errors", "errors": {"nulle-part": "?"}},
        {"response_action": "update", "view": form("a" * 25)},
    ):
        online.answer = answer
        await slack.submits("U1", view, {"r": "Guyane"}).acknowledged()
    assert [violation.what for violation in slack.violations] == ["view_submission", "acknowledgement"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_app_reconnects_when_asked(slack: FakeSlack, online: Bot, reason: str) -> None:
    await slack.disconnect(reason)
    await slack.connected()
    await slack.says("U1", "toujours là ?").acknowledged()
    assert slack.sockets.opened == 2


async def test_the_app_reconnects_after_a_cut_and_gets_what_was_under_way(slack: FakeSlack, online: Bot) -> None:
    slack.go_deaf()
    envelope = slack.says("U1", "entendu ?")
    await slack.wait_until(lambda: envelope.attempts, awaited="a first attempt")
    slack.drop_sockets()
    await envelope.acknowledged()
    assert (envelope.attempts[0].outcome, slack.sockets.opened) == ("connection_closed", 2)


async def test_a_deaf_socket_loses_what_is_sent_to_it(slack: FakeSlack, online: Bot) -> None:
    slack.courier.ack_timeout = 0.05
    slack.go_deaf()
    assert await slack.says("U1", "entendu ?") is None
    assert online.heard == []


async def test_each_event_goes_to_one_of_the_sockets(slack: FakeSlack, online: Bot) -> None:
    other = Bot(slack)
    async with connected(slack, other):
        await slack.connected(2)
        for number in range(4):
            await slack.says("U1", f"message {number}").acknowledged()
    assert (len(online.heard), len(other.heard)) == (2, 2)


async def test_an_eleventh_socket_is_turned_away(slack: FakeSlack) -> None:
    client = AsyncWebClient(slack.app_token, base_url=slack.url, retry_handlers=[])
    async with aiohttp.ClientSession() as session:
        sockets = []
        for number in range(11):
            url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
            sockets.append(await session.ws_connect(url))
            first = await sockets[-1].receive_json()
            assert first["type"] == ("hello" if number < 10 else "disconnect")
        assert (first["reason"], len(slack.sockets.open)) == ("too_many_websockets", 10)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    """An HTTP server for the app's events."""
    application = web.Application()
    application.router.add_post("/slack/events", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def test_over_http_everything_is_signed_and_acknowledged(slack: FakeSlack, bot: Bot) -> None:
    assert not await slack.use_http("http://127.0.0.1:1/slack/events")
    async with listening(_bolt(bot)) as url:
        assert await slack.use_http(url)
        await slack.says("U1", "c'est quand l'AG ?").acknowledged()
        bot.answer = {"text": "tout de suite"}
        await slack.command("U1", "/concerte", "agenda & co").acknowledged()
        assert (await slack.next_message("U1")).text == "tout de suite"
        bot.answer = {}
        blocks = [{"type": "actions", "elements": [button("Oui", "oui")]}]
        await bot.client.chat_postMessage(channel="U1", text="Vous venez ?", blocks=blocks)
        await slack.presses("U1", await slack.next_message("U1"), "Oui").acknowledged()
    kinds = [body.get("type", "command") for body in bot.heard]
    assert kinds == ["event_callback", "command", "block_actions"]
    assert bot.heard[1]["text"] == "agenda &amp; co"


async def test_over_http_a_stale_or_forged_signature_is_refused(slack: FakeSlack, bot: Bot) -> None:
    async with listening(_bolt(bot)) as url:
        assert await slack.use_http(url)
        assert slack.push is not None
        slack.push.age = 301
        stale = slack.says("U1", "vieux")
        assert await stale is None
        slack.push.age, slack.push.signing_secret = 0, "un autre"
        assert await slack.says("U1", "faux") is None
    assert (bot.heard, stale.attempts[1].reason) == ([], "http_error")


async def test_over_http_a_retry_says_so(slack: FakeSlack) -> None:
    seen: list[tuple[str | None, str | None]] = []
    never = asyncio.Event()
    slack.courier.ack_timeout = 0.3

    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if "challenge" in body:
            return web.json_response({"challenge": body["challenge"]})
        headers = request.headers
        seen.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
        if len(seen) == 2:
            await never.wait()
        return web.Response(status=503 if len(seen) < 3 else 200)

    async with listening(handler) as url:
        assert await slack.use_http(url)
        await slack.says("U1", "bonjour").acknowledged()
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_timeout")]


def _bolt(bot: Bot) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await bot.app.async_dispatch(await to_bolt_request(request)))

    return handle
