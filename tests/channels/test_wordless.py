"""What has no words for us – a voice message, a sticker, a file – is answered kindly, and nothing of it is kept."""

from typing import Any

import pytest
from pydantic import SecretStr

from bot.gateway import Gateway
from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from storage.database import Database
from tests.channels.staging import Stage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram

ANNE, GROUP = 1001, -500


def on_telegram(telegram: FakeTelegram, database: Database) -> Any:
    settings = Settings(_env_file=None, telegram_bot_token=SecretStr(telegram.token), telegram_api_url=telegram.url)

    def make(gateway: Gateway, _: object) -> TelegramChannel:
        return TelegramChannel(settings, gateway, database, "w1")

    return make


def on_slack(slack: FakeSlack) -> Any:
    tokens: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
    }
    settings = Settings(_env_file=None, slack_api_url=slack.url, **tokens)

    def make(gateway: Gateway, _: object) -> SlackChannel:
        return SlackChannel(settings, gateway)

    return make


async def test_on_telegram_whatever_has_no_words_is_answered_kindly(sqlite: Database) -> None:
    async with FakeTelegram() as telegram:
        telegram.knows(ANNE)
        async with Stage(sqlite, on_telegram(telegram, sqlite), router=build_router()):
            for kind, words in (
                ("voice", "vocaux"),
                ("video_note", "vidéos"),
                ("sticker", "que les mots"),
                ("location", "position"),
            ):
                telegram.sends(ANNE, kind)
                assert words in (await telegram.next_message(ANNE)).text
            telegram.sends_file(ANNE, "photo.jpg", b"\xff\xd8", kind="photo")
            assert "images" in (await telegram.next_message(ANNE)).text
            telegram.sends_file(ANNE, "a.pdf", b"%PDF")
            assert "fichier" in (await telegram.next_message(ANNE)).text
            telegram.shares_contact(ANNE, "+33102030405")
            assert "fiche de contact" in (await telegram.next_message(ANNE)).text
        assert not telegram.calls["getFile"]


async def test_in_a_group_a_sticker_is_answered_only_when_it_answers_us(sqlite: Database) -> None:
    async with FakeTelegram() as telegram:
        telegram.group(GROUP)
        async with Stage(sqlite, on_telegram(telegram, sqlite), router=build_router()):
            telegram.sends(ANNE, "sticker", chat=GROUP)
            telegram.says(ANNE, "/aide", chat=GROUP)
            help_ = await telegram.next_message(GROUP)
            telegram.sends(ANNE, "voice", chat=GROUP, reply_to=help_)
            assert "vocaux" in (await telegram.next_message(GROUP)).text
        assert len(telegram.in_chat(GROUP)) == 2


@pytest.mark.parametrize(
    ("name", "mimetype", "words"),
    [("voix.m4a", "audio/mp4", "vocaux"), ("vue.mp4", "video/mp4", "vidéos"), ("a.png", "image/png", "images"),
     ("a.pdf", "application/pdf", "fichier")],
)  # fmt: skip
async def test_on_slack_a_clip_or_a_file_is_answered_kindly(
    sqlite: Database, name: str, mimetype: str, words: str
) -> None:
    async with FakeSlack() as slack:
        slack.add_user("U1", "Anne")
        async with Stage(sqlite, on_slack(slack), router=build_router()):
            slack.sends_file("U1", name, b"...", mimetype=mimetype)
            assert words in (await slack.next_message("U1")).text
