"""What reaches the application from Slack, and that nothing of it is acknowledged before it is stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.channel import CannotStart
from bot.settings import Settings
from bot.slack.channel import SlackChannel, who_we_are
from bot.slack.listening import inbound_of, plain_text
from bot.slack.socket import Watch
from handlers.messages import Message
from storage.database import Database
from tests.channels.staging import Stage
from tests.fakes.slack.server import FakeSlack

ANNE, MARIE = "U1", "U2"
NOW = datetime(2024, 3, 15, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(ack_timeout=2.5, retry_delays=(0.05, 0.05, 0.05)) as slack:
        slack.add_user(ANNE, "Anne Le Goff")
        slack.add_user(MARIE, "Marie Hoarau")
        slack.add_channel("C1", "annonces")
        slack.add_channel("C2", "ailleurs", joined=False)
        yield slack
    assert slack.violations == []


def settings_for(slack: FakeSlack, **more: Any) -> Settings:
    fields: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.url,
        "slack_messages_per_minute": 6000,
    }
    return Settings(_env_file=None, **(fields | more))


@pytest.fixture
async def stage(slack: FakeSlack, sqlite: Database) -> AsyncIterator[Stage]:
    settings = settings_for(slack)
    async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
        yield stage


async def test_what_is_needed_of_an_event_is_kept_and_no_more(stage: Stage, slack: FakeSlack) -> None:
    envelope = slack.says(ANNE, "C’est quand <l’AG> ?")
    await slack.next_message(ANNE)
    assert stage.heard[0].inbound.model_dump(exclude_defaults=True) == {
        "platform": "slack",
        "update_id": envelope.event_id,
        "account": ANNE,
        "workspace": slack.team_id,
        "chat": slack.im(ANNE),
        "text": "C’est quand <l’AG> ?",
        "received_at": stage.clock.now(),
    }


async def test_the_bot_does_not_hear_itself(stage: Stage, slack: FakeSlack) -> None:
    slack.says(ANNE, "bonjour")
    message = await slack.next_message(ANNE)
    echoes = [envelope for envelope in slack.envelopes if envelope.payload.get("event", {}).get("bot_id")]
    assert (message.shown, len(echoes)) == ("Vous dites : bonjour", 1)
    await echoes[0].acknowledged()
    assert await stage.updates() == 1


async def test_in_a_channel_only_a_mention_is_heard(stage: Stage, slack: FakeSlack) -> None:
    await slack.says(ANNE, "entre nous", channel="C1").acknowledged()
    await slack.mentions(MARIE, "C1", "c’est quand ?").acknowledged()
    assert (await slack.next_message("C1")).shown == "Vous dites : c’est quand ?"
    assert [request.inbound.chat_kind for request in stage.heard] == ["channel"]
    assert (await stage.account("slack", MARIE)).chat == MARIE


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("demande", "/demande"),
        ("Aide moi", "/aide moi"),
        ("c’est quand l’AG ?", "c’est quand l’AG ?"),
        ("", "/aide"),
    ],
)
async def test_a_slash_command_is_answered_to_the_person_alone(
    stage: Stage, slack: FakeSlack, typed: str, heard: str
) -> None:
    ack = await slack.command(ANNE, "/concerte", typed, channel="C2").acknowledged()
    message = await slack.next_message(ANNE)
    assert (message.channel, ack.body) == (slack.im(ANNE), None)
    assert stage.heard[0].inbound.text == heard


async def test_a_press_in_a_channel_edits_there_and_notices_the_one_who_pressed(stage: Stage, slack: FakeSlack) -> None:
    await slack.mentions(ANNE, "C1", "demande").acknowledged()
    slack.mentions(ANNE, "C1", "/demande")
    await slack.next_message("C1")
    question = await slack.next_message("C1")
    await slack.presses(MARIE, question, "Oui").acknowledged()
    await slack.next_edit(question)
    notice = await slack.next_message(MARIE)
    assert (question.shown, notice.ephemeral, notice.shown) == ("Choisi : oui", True, "Noté")


async def test_what_we_do_not_handle_is_acknowledged_and_has_no_effect(stage: Stage, slack: FakeSlack) -> None:
    await slack.opens_home(ANNE).acknowledged()
    await slack.happens({"type": "team_join", "user": {"id": "U9"}}).acknowledged()
    await slack.happens({"type": "message", "channel_type": "im", "text": "x", "user": ANNE}).acknowledged()
    assert await stage.updates() == 0


async def test_an_event_is_acknowledged_once_it_is_stored(stage: Stage, slack: FakeSlack) -> None:
    """While another holds the database, nothing is acknowledged; Slack sends again, and the effect is one."""
    async with stage.database.engine.connect() as other:
        await other.execute(text("SELECT 1"))  # BEGIN IMMEDIATE: the one writer
        envelope = slack.says(ANNE, "une fois")
        await slack.wait_until(lambda: len(envelope.attempts) > 1)
        assert (envelope.ack, envelope.attempts[0].outcome) == (None, "timeout")
        await other.rollback()
    await envelope.acknowledged()
    assert (await slack.next_message(ANNE)).shown == "Vous dites : une fois"
    slack.says(ANNE, "la suite")
    assert (await slack.next_message(ANNE)).shown == "Vous dites : la suite"
    assert await stage.updates() == 2


async def test_a_socket_that_breaks_is_opened_again(slack: FakeSlack, sqlite: Database) -> None:
    settings = settings_for(slack)
    async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway)):
        await slack.disconnect()
        await slack.connected()
        slack.says(ANNE, "bonjour")
        assert (await slack.next_message(ANNE)).shown == "Vous dites : bonjour"


@pytest.mark.parametrize("how", ["cut", "deaf"])
async def test_a_socket_that_broke_or_went_deaf_is_noticed(slack: FakeSlack, sqlite: Database, how: str) -> None:
    settings = settings_for(slack)
    channel: list[SlackChannel] = []

    def make(gateway: Any, _: object) -> SlackChannel:
        channel.append(SlackChannel(settings, gateway, Watch(ping=0.1, unheard=0.3, silence=60.0)))
        return channel[0]

    async with Stage(sqlite, make) as stage:
        opened = slack.sockets.opened
        if how == "cut":
            slack.drop_sockets()
        else:
            slack.go_deaf()
            await stage.push("a", Message(text="x"), platform="slack", chat=slack.im(ANNE))
            await stage.ended("a")
        await slack.wait_until(lambda: slack.sockets.opened > opened)
        await slack.connected()
        slack.says(ANNE, "bonjour")
        await slack.wait_until(lambda: any("bonjour" in message.shown for message in slack.sent))
        assert channel[0].health().ok


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"slack_bot_token": SecretStr("xoxb-wrong")}, r"SLACK_BOT_TOKEN is refused by Slack \(invalid_auth\)"),
        ({"slack_app_token": SecretStr("xapp-wrong")}, r"SLACK_APP_TOKEN is refused by Slack \(invalid_auth\)"),
        ({"slack_app_token": None}, "SLACK_APP_TOKEN is not set"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "Slack cannot be reached at http://127.0.0.1:9/api/"),
    ],
)
async def test_a_wrong_token_or_address_is_one_clear_sentence(
    slack: FakeSlack, sqlite: Database, fields: dict[str, Any], sentence: str
) -> None:
    settings = settings_for(slack, **fields)
    with pytest.raises(CannotStart, match=sentence) as fault:
        async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway)):
            pass
    assert "wrong" not in str(fault.value)


async def test_check_names_the_bot_and_its_workspace(slack: FakeSlack) -> None:
    assert await who_we_are(settings_for(slack)) == "concerte in Concerte"


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("voir <https://example.org/a|example.org/a>", "voir example.org/a"),
        ("<https://example.org/?a=1&amp;b=2>", "https://example.org/?a=1&b=2"),
        ("<mailto:a@b.fr|a@b.fr> <mailto:c@d.fr>", "a@b.fr c@d.fr"),
        ("<#C1|annonces> &lt;ici&gt;", "#annonces <ici>"),
        ("<@U0>  c’est quand ?", "c’est quand ?"),
    ],
)
def test_slacks_own_markup_is_undone(sent: str, typed: str) -> None:
    assert plain_text(sent, "U0") == typed


def test_the_button_of_a_link_has_no_effect() -> None:
    press = {
        "type": "block_actions",
        "trigger_id": "1.2",
        "user": {"id": ANNE},
        "container": {"type": "message", "channel_id": "D1", "message_ts": "1.1"},
        "actions": [{"action_id": "b0", "url": "https://example.org"}],
    }
    assert inbound_of(press, "U0", frozenset(), NOW) is None
    pressed = inbound_of({**press, "actions": [{"value": "t:x"}]}, "U0", frozenset(), NOW)
    assert pressed is not None
    assert pressed.press is not None
    assert (pressed.press.message, pressed.chat_kind) == ("D1:1.1", "private")


async def test_a_payload_that_cannot_be_read_is_acknowledged_and_named_once(
    stage: Stage, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    channel = stage.channels[0]
    assert isinstance(channel, SlackChannel)
    assert await channel.hear({"type": "event_callback", "event_id": "Ev1", "text": "mot secret"})
    assert [record.getMessage() for record in caplog.records if record.name == "bot.slack.channel"] == [
        "update slack Ev1 cannot be read (KeyError)"
    ]
