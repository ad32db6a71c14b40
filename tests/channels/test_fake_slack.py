"""The fake Slack behaves like the real one where it matters: driven by the real SDK client."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.patience import PATIENCE


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user("U1", "Anne Le Goff", "anne@example.org")
        slack.add_user("U2", "Marie Hoarau", "marie@example.org", tz="Indian/Reunion")
        slack.add_channel("C1", "annonces")
        yield slack


@pytest.fixture
def bot(slack: FakeSlack) -> AsyncWebClient:
    return client(slack)


def client(slack: FakeSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token or slack.bot_token, base_url=slack.url, retry_handlers=[])


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Titre"}, "blocks": list(blocks), **more}


async def test_a_message_to_a_member_arrives_in_their_direct_messages(slack: FakeSlack, bot: AsyncWebClient) -> None:
    answer = await bot.chat_postMessage(channel="U1", text="Bonjour &amp; bienvenue")
    message = await slack.next_message("U1")
    assert (answer["channel"], answer["ts"]) == (slack.im("U1"), message.ts)
    assert (message.to, message.shown, slack.arrived) == ("U1", "Bonjour & bienvenue", 1)
    assert answer["message"]["bot_id"]


async def test_messages_are_read_in_order_and_once(slack: FakeSlack, bot: AsyncWebClient) -> None:
    for text in ("un", "deux"):
        await bot.chat_postMessage(channel=slack.im("U1"), text=text)
    await bot.chat_postMessage(channel="C1", text="à tous")
    assert [(await slack.next_message("U1")).text for _ in range(2)] == ["un", "deux"]
    assert (await slack.next_message("C1")).to is None
    with pytest.raises(AssertionError, match="a message to U1"):
        await slack.next_message("U1", timeout=0.01)


async def test_tokens_are_checked(slack: FakeSlack, bot: AsyncWebClient) -> None:
    assert (await bot.auth_test())["user_id"] == slack.bot_user_id
    assert await error_of(client(slack, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await error_of(bot.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await error_of(client(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    slack.revoke_tokens()
    assert await error_of(bot.auth_test()) == "token_revoked"


async def test_unknown_methods_and_arguments_are_violations(slack: FakeSlack, bot: AsyncWebClient) -> None:
    assert await error_of(bot.api_call("chat.unfurl")) == "unknown_method"
    assert await error_of(bot.chat_postMessage(channel="U1", text="x", as_bot=True)) == "invalid_arguments"
    assert [violation.what for violation in slack.violations] == ["chat.unfurl", "chat.postMessage"]
    assert slack.arrived == 0


async def test_a_message_goes_only_where_it_can(slack: FakeSlack, bot: AsyncWebClient) -> None:
    slack.add_channel("C2", "ailleurs", joined=False)
    slack.add_channel("C3", "anciens", archived=True)
    for channel, error in (("C9", "channel_not_found"), ("U9", "channel_not_found"), ("C2", "not_in_channel")):
        assert await error_of(bot.chat_postMessage(channel=channel, text="x")) == error
    assert await error_of(bot.chat_postMessage(channel="C3", text="x")) == "is_archived"
    slack.deactivate("U1")
    assert await error_of(bot.chat_postMessage(channel="U1", text="x")) == "account_inactive"
    assert await error_of(bot.chat_postMessage(channel=slack.im("U1"), text="x")) == "account_inactive"
    assert await error_of(bot.conversations_open(users="U1")) == "user_disabled"
    assert await error_of(bot.users_lookupByEmail(email="anne@example.org")) == "users_not_found"
    assert (await bot.users_info(user="U1"))["user"]["deleted"] is True
    assert [call.error for call in slack.refused if call.method == "users.info"] == []


@pytest.mark.parametrize(("text", "error"), [("", "no_text"), ("a" * 40_001, "msg_too_long")])
async def test_texts_have_a_size(slack: FakeSlack, bot: AsyncWebClient, text: str, error: str) -> None:
    # Not chat_postMessage: the client warns of an empty text before Slack refuses it.
    assert await error_of(bot.api_call("chat.postMessage", json={"channel": "U1", "text": text})) == error
    await bot.chat_postMessage(channel="U1", text="a" * 40_000)
    assert slack.arrived == 1


async def test_unescaped_text_pings_and_escaped_text_does_not(slack: FakeSlack, bot: AsyncWebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "voir <https://example.org|ici>, <@U2>"}}
    await bot.chat_postMessage(channel="C1", text="&lt;!channel&gt; &amp;")
    assert slack.pings == []
    message = await bot.chat_postMessage(channel="C1", text="<!channel> attention", blocks=[section])
    await bot.chat_update(channel="C1", ts=message["ts"], text="<!here|here>", blocks=[])
    assert [ping.target for ping in slack.pings] == ["!channel", "@U2", "!here"]


async def test_a_message_is_changed_and_deleted_by_its_author(slack: FakeSlack, bot: AsyncWebClient) -> None:
    envelope = slack.says("U1", "bonjour")
    theirs = envelope.payload["event"]
    sent = await bot.chat_postMessage(channel="U1", text="un")
    channel, ts, message = sent["channel"], sent["ts"], slack.sent[0]
    await bot.chat_update(channel=channel, ts=ts, text="deux")
    assert (await slack.next_edit(message)).text == "deux"
    assert message.edits[0].text == "un"
    too_long = bot.chat_update(channel=channel, ts=ts, text="é" * 2001)
    assert await error_of(too_long) == "msg_too_long"
    assert await error_of(bot.chat_update(channel="U1", ts=ts, text="x")) == "channel_not_found"
    assert await error_of(bot.chat_update(channel=channel, ts="1.1", text="x")) == "message_not_found"
    assert await error_of(bot.chat_update(channel=channel, ts=theirs["ts"], text="x")) == "cant_update_message"
    assert await error_of(bot.chat_delete(channel=channel, ts=theirs["ts"])) == "cant_delete_message"
    await bot.chat_delete(channel=channel, ts=ts)
    assert message.deleted
    assert await error_of(bot.chat_delete(channel=channel, ts=ts)) == "message_not_found"


async def test_an_ephemeral_message_is_for_one_person(slack: FakeSlack, bot: AsyncWebClient) -> None:
    await bot.chat_postEphemeral(channel="C1", user="U2", text="entre nous")
    message = await slack.next_message("U2")
    assert (message.ephemeral, message.channel) == (True, "C1")
    assert await error_of(bot.chat_postEphemeral(channel="C1", user="U9", text="x")) == "user_not_in_channel"


async def test_members_are_listed_in_pages_and_found_by_address(slack: FakeSlack, bot: AsyncWebClient) -> None:
    slack.add_user("U3", "Léo Martin")
    names = [member["id"] async for page in await bot.users_list(limit=2) for member in page["members"]]
    assert names == ["U1", "U2", "U3"]
    found = (await bot.users_lookupByEmail(email="Marie@example.org"))["user"]
    assert (found["id"], found["tz"], found["tz_offset"]) == ("U2", "Indian/Reunion", 4 * 3600)
    assert await error_of(bot.users_info(user="U9")) == "user_not_found"
    opened = await bot.conversations_open(users="U2")
    assert opened["channel"] == {"id": slack.im("U2")}
    assert (await bot.conversations_info(channel=slack.im("U2")))["channel"]["user"] == "U2"


async def test_a_trigger_opens_one_modal_in_time(slack: FakeSlack, bot: AsyncWebClient) -> None:
    first, second = (slack.command("U1", "/concerte").payload["trigger_id"] for _ in range(2))
    opened = await bot.views_open(trigger_id=first, view=modal(external_id="seul"))
    view = await slack.next_view("U1")
    assert (view.id, view.title, view.open) == (opened["view"]["id"], "Titre", True)
    assert await error_of(bot.views_open(trigger_id=first, view=modal())) == "exchanged_trigger_id"
    assert await error_of(bot.views_open(trigger_id="nimporte", view=modal())) == "invalid_trigger_id"
    twin = bot.views_open(trigger_id=second, view=modal(external_id="seul"))
    assert await error_of(twin) == "duplicate_external_id"
    slack.expire_triggers()
    assert await error_of(bot.views_open(trigger_id=second, view=modal())) == "expired_trigger_id"


async def test_a_view_is_updated_unless_it_changed_meanwhile(slack: FakeSlack, bot: AsyncWebClient) -> None:
    trigger = slack.command("U1", "/concerte").payload["trigger_id"]
    view = (await bot.views_open(trigger_id=trigger, view=modal()))["view"]
    await bot.views_update(view_id=view["id"], hash=view["hash"], view=modal(callback_id="suite"))
    stale = bot.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(stale) == "hash_conflict"
    home: dict[str, Any] = {"type": "home", "blocks": []}
    assert await error_of(bot.views_update(view_id=view["id"], view=home)) == "invalid_arguments"
    published = (await bot.views_publish(user_id="U2", view=home))["view"]
    again = (await bot.views_publish(user_id="U2", view=home))["view"]
    assert published["id"] == again["id"] != view["id"]


async def test_a_file_is_announced_sent_and_shared(slack: FakeSlack, bot: AsyncWebClient) -> None:
    await bot.files_upload_v2(channel=slack.im("U1"), filename="dossier.csv", content="a;b\n", initial_comment="Voici")
    message = await slack.next_message("U1")
    assert [slack.workspace.uploads[file].content for file in message.files] == [b"a;b\n"]
    unsent = bot.files_completeUploadExternal(files=[{"id": "F404", "title": None}], channel_id="C1")
    assert await error_of(unsent) == "file_not_found"


async def test_a_response_url_answers_five_times(slack: FakeSlack) -> None:
    url = slack.command("U1", "/concerte", "agenda").payload["response_url"]
    webhook = AsyncWebhookClient(url, retry_handlers=[])
    for number in range(5):
        assert (await webhook.send(text=f"réponse {number}")).status_code == 200
    late = await webhook.send(text="de trop")
    assert (late.status_code, "used_url" in late.body) == (404, True)
    assert (await slack.next_message("U1")).via == "response_url"
    assert (await AsyncWebhookClient(url + "x", retry_handlers=[]).send(text="x")).status_code == 404


async def test_a_planned_failure_happens_once(slack: FakeSlack, bot: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", status=500, after=1)
    for expected in (None, 500, None):
        try:
            await bot.chat_postMessage(channel="U1", text="x")
            status = None
        except SlackApiError as refused:
            status = refused.response.status_code
        assert status == expected
    assert slack.arrived == 2
    slack.outage()
    with pytest.raises(SlackApiError):
        await bot.auth_test()
    slack.recover()
    await bot.auth_test()


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_lost_answer_leaves_the_client_in_doubt(slack: FakeSlack, bot: AsyncWebClient, accepted: bool) -> None:
    slack.drop_connection_after("chat.postMessage", 1, accepted=accepted)
    await bot.chat_postMessage(channel="U1", text="un")
    with pytest.raises(aiohttp.ClientError):
        await bot.chat_postMessage(channel="U1", text="deux")
    assert slack.arrived == 1 + accepted


async def test_a_default_client_posts_again_after_a_lost_answer(slack: FakeSlack) -> None:
    slack.drop_connection_after("chat.postMessage")
    await AsyncWebClient(slack.bot_token, base_url=slack.url).chat_postMessage(channel="U1", text="deux fois")
    assert slack.arrived == 2


async def test_a_held_call_waits_for_its_release(slack: FakeSlack, bot: AsyncWebClient) -> None:
    hold = slack.hold("chat.postMessage")
    call = asyncio.create_task(bot.chat_postMessage(channel="U1", text="arrivé quand même"))
    await hold.reached()
    assert not call.done()
    hold.release()
    await call
    await bot.chat_postMessage(channel="U1", text="suivant")
    assert [message.text for message in slack.sent] == ["arrivé quand même", "suivant"]


async def test_a_slow_method_is_slow_until_told_otherwise(slack: FakeSlack, bot: AsyncWebClient) -> None:
    slack.slow("auth.test", 0.05)
    begun = time.monotonic()
    await bot.auth_test()
    assert time.monotonic() - begun >= 0.05
    slack.slow("auth.test", 0)
    assert slack.faults.slowness["auth.test"] == 0


async def test_a_closed_scope_says_when_to_come_back(slack: FakeSlack, bot: AsyncWebClient) -> None:
    slack.rate_limit("U1", 30)
    with pytest.raises(SlackApiError) as refused:
        await bot.chat_postMessage(channel=slack.im("U1"), text="x")
    response = refused.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "30")
    await bot.chat_postMessage(channel="U2", text="les autres passent")
    slack.rate_limit("chat.update", 0.001)
    slack.lift_rate_limits()
    await bot.chat_postMessage(channel="U1", text="enfin")
    assert (slack.rate_limited, slack.arrived) == (1, 2)


async def test_token_buckets_refuse_what_is_too_fast() -> None:
    limits = Limits(per_channel=1, channel_burst=2, per_minute=60 * 100, workspace_burst=4)
    async with FakeSlack(limits=limits) as slack:
        bot = client(slack)
        for user in ("U1", "U2", "U3"):
            slack.add_user(user, user)
        for target in ("U1", slack.im("U1")):
            await bot.chat_postMessage(channel=target, text="x")
        with pytest.raises(SlackApiError) as refused:
            await bot.chat_postMessage(channel="U1", text="x")
        assert refused.value.response.headers["Retry-After"] == "1"
        await bot.chat_postMessage(channel="U2", text="x")
        assert (slack.rate_limited, slack.arrived) == (1, 3)
        assert slack.workspace.arrived_for == {"U1": 2, "U2": 1}


async def test_a_token_is_of_one_workspace_and_knows_nothing_of_another(slack: FakeSlack, bot: AsyncWebClient) -> None:
    other = slack.another("Bretagne", Limits(per_channel=0.001))
    there = client(slack, other.bot_token)
    other.add_user("U1", "Yann Kerjean", "yann@example.org")
    other.add_channel("C7", "bretagne")
    assert [(await one.auth_test())["team_id"] for one in (bot, there)] == [slack.team_id, "T0BRETAGNE"]
    for channel in (slack.im("U2"), "U2", "C1"):
        assert await error_of(there.chat_postMessage(channel=channel, text="x")) == "channel_not_found"
    assert await error_of(bot.chat_postMessage(channel="C7", text="x")) == "channel_not_found"
    assert await error_of(bot.users_lookupByEmail(email="yann@example.org")) == "users_not_found"
    assert await error_of(there.users_info(user="U2")) == "user_not_found"
    sent = await bot.chat_postMessage(channel="U1", text="à Anne")
    await there.chat_postMessage(channel="U1", text="à Yann")
    assert await error_of(there.chat_postMessage(channel="U1", text="trop vite")) == "ratelimited"
    assert await error_of(there.chat_update(channel=sent["channel"], ts=sent["ts"], text="x")) == "message_not_found"
    assert ([one.text for one in slack.sent], [one.text for one in other.sent]) == (["à Anne"], ["à Yann"])
    assert (slack.rate_limited, other.rate_limited) == (0, 1)
    said, answered = slack.says("U1", "oui").payload, other.says("U1", "oui").payload
    assert (said["team_id"], answered["team_id"]) == (slack.team_id, other.team_id)
    assert said["event_id"] != answered["event_id"]
    other.revoke_tokens()
    assert await error_of(there.auth_test()) == "token_revoked"
    assert (await bot.auth_test())["ok"]


async def test_it_can_be_asked_over_http(slack: FakeSlack, bot: AsyncWebClient) -> None:
    async with aiohttp.ClientSession(f"{slack.host}/control/") as control:
        await (await control.post("users", json={"count": 2, "users": [{"id": "U7", "name": "Sept"}]})).json()
        await bot.chat_postMessage(channel="U7", text="x")
        await (await control.post("limits", json={"per_channel": 0.001})).json()
        await bot.chat_postMessage(channel="U00000001", text="x")
        assert await error_of(bot.chat_postMessage(channel="U00000001", text="x")) == "ratelimited"
        stats = await (await control.get("stats")).json()
        assert (stats["arrived"], stats["rate_limited"], stats["errors"]) == (2, 1, {"ratelimited": 1})
        assert await (await control.get("arrived")).json() == {"U7": 1, "U00000001": 1}
        await (await control.post("reset")).json()
    assert slack.arrived == 0


async def test_it_runs_as_a_process_of_its_own() -> None:
    arguments = ("-m", "tests.fakes.slack", "--users", "2", "--per-channel", "0.001", "--no-echo")
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        about = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
        bot = AsyncWebClient(about["bot_token"], base_url=about["url"], retry_handlers=[])
        await bot.chat_postMessage(channel="U00000001", text="x")
        assert await error_of(bot.chat_postMessage(channel="U00000001", text="x")) == "ratelimited"
        async with aiohttp.ClientSession(about["control"]) as control:
            stats = await (await control.get("stats")).json()
        assert (stats["arrived"], stats["rate_limited"]) == (1, 1)
    finally:
        process.terminate()
        assert await process.wait() == 0
