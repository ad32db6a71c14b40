"""Whatever the level of the root logger, the logs hold no token, no name and nothing that anybody wrote."""

import logging

import pytest
from pydantic import SecretStr

from bot.logs import quiet_libraries, redacted
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from storage.database import Database
from tests.channels.staging import Stage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram

WORDS = "mon avis très personnel"
NAME = "Philomène"


async def test_a_day_full_of_mishaps_leaves_nothing_personal(lines: list[str], sqlite: Database) -> None:
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        slack.add_user("U1", NAME)
        settings = Settings(
            _env_file=None,
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.url,
            slack_messages_per_minute=6000,
        )
        async with Stage(
            sqlite,
            lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1"),
            lambda gateway, _: SlackChannel(settings, gateway),
        ):
            poisoned = telegram.says(1, WORDS, name=NAME)
            del telegram._updates.all[poisoned].body["message_id"]
            telegram.drop_connection_after("sendMessage")
            telegram.fail_next("getUpdates", 500, f"Internal Server Error: {WORDS}")
            slack.drop_connection_after("chat.postMessage")
            slack.fail_next("chat.postMessage", error="fatal_error", after=1)
            telegram.says(1, "/echec", name=NAME)
            telegram.says(1, WORDS)
            slack.says("U1", "/echec")
            slack.says("U1", WORDS)
            await telegram.wait_until(lambda: any(WORDS in message.text for message in telegram.sent))
            await slack.wait_until(lambda: any(WORDS in message.shown for message in slack.sent))
            await slack.disconnect()
            await slack.connected()
            slack.drop_sockets()
    told = "\n".join(lines)
    for secret in (
        WORDS,
        "personnel",
        NAME,
        "secret words",
        telegram.token,
        slack.bot_token,
        slack.app_token,
        "ticket=",
    ):
        assert secret not in told
    assert f"update telegram {poisoned} cannot be read (TypeError)" in told
    assert "telegram.ext.ExtBot: get_updates, line" in told  # what PTB would have printed whole
    assert "could not be handled (RuntimeError at handlers.router" in told


def test_a_token_is_taken_out_of_our_own_lines_and_of_what_exceptions_say(lines: list[str]) -> None:
    token = "7000000001:AAFakeTokenOfTheTestsOfConcerte0000"
    log = logging.getLogger("bot.anything")
    log.info("at http://h/bot%s/getMe and %s", token, "xoxb-1-abc")
    try:
        raise ValueError(WORDS)
    except ValueError:
        log.exception("it failed")
    assert lines == [
        "INFO bot.anything: at http://h/bot…/getMe and …",
        "ERROR bot.anything: it failed\nValueError",
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("xapp-1-A0-b tail", "… tail"),
        ("wss://h/link/?ticket=abc&app_id=A", "wss://h/link/?ticket=…&app_id=A"),
        ("12:30 and 2024-03-15", "12:30 and 2024-03-15"),
    ],
)
def test_only_secrets_are_taken_out(said: str, kept: str) -> None:
    assert redacted(said) == kept


def test_quietness_may_be_asked_for_twice(lines: list[str]) -> None:
    quiet_libraries()
    logging.getLogger("httpx.anything").warning("GET /bot%s", "secret")
    assert lines == [
        "WARNING bot.logs: httpx.anything: test_quietness_may_be_asked_for_twice, line " + lines[0].split("line ")[1]
    ]
    assert "secret" not in lines[0]
