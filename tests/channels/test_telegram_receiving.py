"""What reaches the application from Telegram, and that nothing of it is lost or done twice."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from telegram import Bot, Update

from bot.channel import CannotStart
from bot.gateway import Gateway
from bot.settings import Settings
from bot.telegram.channel import TelegramChannel, make_bot, who_am_i
from bot.telegram.listening import inbound_of
from bot.telegram.polling import Poller
from storage.database import Database
from tests.channels.staging import Stage
from tests.fakes.telegram.server import FakeTelegram
from tests.patience import PATIENCE

ANNE, MARIE = 1001, 1002
GROUP = -500


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.knows(ANNE, MARIE)
        yield telegram


def settings_for(telegram: FakeTelegram, **more: Any) -> Settings:
    fields: dict[str, Any] = {"telegram_bot_token": SecretStr(telegram.token), "telegram_api_url": telegram.url}
    return Settings(_env_file=None, **(fields | more))


def on(telegram: FakeTelegram, database: Database, owner: str = "w1") -> Any:
    def make(gateway: Gateway, _: object) -> TelegramChannel:
        return TelegramChannel(settings_for(telegram), gateway, database, owner)

    return make


@pytest.fixture
async def stage(telegram: FakeTelegram, sqlite: Database) -> AsyncIterator[Stage]:
    async with Stage(sqlite, on(telegram, sqlite)) as stage:
        yield stage


async def test_the_menu_lists_the_commands_that_are_known(stage: Stage, telegram: FakeTelegram) -> None:
    assert telegram.commands["default", ""] == [{"command": "aide", "description": "Ce que je sais faire"}]


async def test_what_is_needed_of_an_update_is_kept_and_no_more(stage: Stage, telegram: FakeTelegram) -> None:
    update = telegram.starts(ANNE, "lien-42", name="Anne")
    await telegram.next_message(ANNE)
    inbound = stage.heard[0].inbound
    assert inbound.model_dump(exclude_defaults=True) == {
        "platform": "telegram",
        "update_id": str(update),
        "account": str(ANNE),
        "chat": str(ANNE),
        "text": "/start lien-42",
        "received_at": stage.clock.now(),
        "display_name": inbound.display_name,
    }


async def test_what_we_do_not_handle_is_confirmed_and_has_no_effect(stage: Stage, telegram: FakeTelegram) -> None:
    first = telegram.says(ANNE, "bonjour")
    await telegram.next_message(ANNE)
    telegram.corrects(first, "bonsoir")
    telegram.block(ANNE)
    telegram.unblock(ANNE)
    telegram.sends_file(ANNE, "b.pdf", b"%PDF", caption="mon bilan")
    assert (await telegram.next_message(ANNE)).text == "Vous dites : mon bilan"
    await telegram.all_confirmed()
    assert await stage.updates() == 2


async def test_in_a_group_only_what_is_said_to_the_bot_is_heard(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.group(GROUP)
    telegram.says(ANNE, "entre nous", chat=GROUP)
    telegram.says(ANNE, "/aide@un_autre_bot", chat=GROUP)
    telegram.says(ANNE, "/demande@concerte_test_bot", chat=GROUP)
    question = await telegram.next_message(GROUP)
    assert question.labels == ["Oui", "Non"]
    telegram.says(MARIE, "je réponds", chat=GROUP, reply_to=question)
    assert (await telegram.next_message(GROUP)).text == "Vous dites : je réponds"
    telegram.presses(MARIE, question, "Oui")
    await telegram.next_edit(question)
    heard = [(request.inbound.account, request.inbound.chat_kind) for request in stage.heard]
    assert heard == [(str(ANNE), "group"), (str(MARIE), "group"), (str(MARIE), "group")]


async def test_who_was_met_in_a_group_is_written_to_in_private(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.group(GROUP)
    telegram.says(ANNE, "/aide", chat=GROUP)
    await telegram.next_message(GROUP)
    assert (await stage.account("telegram", str(ANNE))).chat == str(ANNE)


def spoken(text: str, *entities: dict[str, Any], **more: Any) -> Update:
    """An update in a group, as the Bot API documents it."""
    update = Update.de_json(
        {
            "update_id": 7,
            "message": {
                "message_id": 1,
                "date": 1710493200,
                "chat": {"id": GROUP, "type": "supergroup", "title": "Groupe"},
                "from": {"id": ANNE, "is_bot": False, "first_name": "Anne"},
                "text": text,
                "entities": list(entities),
                **more,
            },
        }
    )
    assert update is not None
    return update


@pytest.mark.parametrize(
    ("text", "entity", "heard"),
    [
        ("@concerte_test_bot, c’est quand ?", {"type": "mention", "offset": 0, "length": 18}, "c’est quand ?"),
        ("😀 @Concerte_Test_Bot c’est quand ?", {"type": "mention", "offset": 3, "length": 18}, "😀  c’est quand ?"),
        ("@concerte_test_bot", {"type": "mention", "offset": 0, "length": 18}, "@concerte_test_bot"),
        ("@quelquun c’est quand ?", {"type": "mention", "offset": 0, "length": 9}, None),
        ("sans rien", None, None),
    ],
)
async def test_a_mention_is_an_address(
    telegram: FakeTelegram, sqlite: Database, text: str, entity: dict[str, Any] | None, heard: str | None
) -> None:
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as bot:
        inbound = inbound_of(spoken(text, *([entity] if entity else [])), bot, datetime(2024, 3, 15, tzinfo=UTC))
    assert (inbound.text if inbound else None) == heard


async def test_what_another_bot_says_is_not_heard(telegram: FakeTelegram) -> None:
    robot = {"id": 5, "is_bot": True, "first_name": "Robot"}
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as bot:
        update = spoken("/aide", {"type": "bot_command", "offset": 0, "length": 5}, **{"from": robot})
        assert inbound_of(update, bot, datetime(2024, 3, 15, tzinfo=UTC)) is None


async def test_an_update_is_not_confirmed_before_it_is_stored(telegram: FakeTelegram, sqlite: Database) -> None:
    """The inbox is away for the first commits: the updates stay at Telegram, then come and are handled once."""
    faults = itertools.count()
    stored: list[str] = []

    async def store(updates: Sequence[Update]) -> None:
        if next(faults) < 2:
            assert telegram.waiting
            raise OperationalError("INSERT", {}, Exception("disk full"))
        stored.extend(str(update.update_id) for update in updates)

    bot = make_bot(settings_for(telegram), store)
    await bot.initialize()
    poller = Poller(bot, sqlite, "w1")
    polling = asyncio.create_task(poller.run())
    updates = [telegram.says(ANNE, f"n° {number}") for number in range(3)]
    await telegram.all_confirmed()
    assert (stored, telegram.calls["getUpdates"] >= 4) == ([str(update) for update in updates], True)
    poller.stop()
    await polling
    await bot.shutdown()


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("chat", ["update telegram {} cannot be read (AttributeError)"]),
        ("message_id", ["polling Telegram fails: TelegramError", "update telegram {} cannot be read (TypeError)"]),
    ],
)
async def test_an_update_that_cannot_be_read_holds_nothing_up(
    stage: Stage, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, missing: str, said: list[str]
) -> None:
    poisoned = telegram.says(ANNE, "mot secret")
    del telegram._updates.all[poisoned].body[missing]  # no gesture of the fake makes such an update
    telegram.says(ANNE, "la suite")
    assert (await telegram.next_message(ANNE)).text == "Vous dites : la suite"
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert logged == [line.format(poisoned) for line in said]
    assert "mot secret" not in "".join(logged)
    await telegram.all_confirmed()


async def test_polling_outlives_an_outage(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.outage()
    telegram.fail_next("getUpdates", 429, "Too Many Requests: retry after 1", {"retry_after": 1})
    telegram.drop_connection_after("getUpdates", accepted=False)
    telegram.recover()
    telegram.drop_connection_after("getUpdates")
    telegram.fail_next("getUpdates", 500, "Internal Server Error")
    telegram.says(ANNE, "après")
    assert (await telegram.next_message(ANNE)).text == "Vous dites : après"


async def test_a_webhook_left_behind_is_taken_away(telegram: FakeTelegram, sqlite: Database) -> None:
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as other:
        await other.set_webhook("http://127.0.0.1:9/hook")
    async with Stage(sqlite, on(telegram, sqlite)):
        telegram.says(ANNE, "bonjour")
        assert (await telegram.next_message(ANNE)).text == "Vous dites : bonjour"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"telegram_bot_token": SecretStr("7000000001:AAwrong")}, "TELEGRAM_BOT_TOKEN is refused by 127.0.0.1"),
        ({"telegram_bot_token": SecretStr("a token/with ?")}, "TELEGRAM_BOT_TOKEN is no token of a bot"),
        ({"telegram_api_url": "http://127.0.0.1:9"}, "Telegram cannot be reached at 127.0.0.1:9"),
        ({"telegram_api_url": "nowhere"}, "Telegram cannot be reached at nowhere"),
    ],
)
async def test_a_wrong_token_or_address_is_one_clear_sentence(
    telegram: FakeTelegram, sqlite: Database, fields: dict[str, Any], sentence: str
) -> None:
    settings = settings_for(telegram, **fields)
    with pytest.raises(CannotStart, match=sentence) as fault:
        async with Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")):
            pass
    with pytest.raises(CannotStart, match=sentence):
        await who_am_i(settings)
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() not in str(fault.value)


async def test_check_names_the_bot(telegram: FakeTelegram) -> None:
    assert await who_am_i(settings_for(telegram)) == "@concerte_test_bot"


async def test_a_token_revoked_later_is_said_by_health(stage: Stage, telegram: FakeTelegram) -> None:
    channel = stage.channels[0]
    assert channel.health().detail.startswith("polling")
    telegram.unauthorized()
    telegram.drop_connection_after("getUpdates")
    before = telegram.calls["getUpdates"]
    telegram.says(ANNE, "bonjour")  # ends the long poll; the next one is refused
    await telegram.wait_until(lambda: telegram.calls["getUpdates"] > before)
    async with asyncio.timeout(PATIENCE):
        while channel.health().ok:
            await asyncio.sleep(0.01)
    assert "TELEGRAM_BOT_TOKEN is refused" in channel.health().detail


async def test_one_process_polls_and_another_takes_over(telegram: FakeTelegram, database: Database) -> None:
    async def nothing(_: Sequence[Update]) -> None:
        return

    bots = [make_bot(settings_for(telegram), nothing) for _ in range(2)]
    for bot in bots:
        await bot.initialize()
    first, second = (Poller(bot, database, owner, lease=1.0) for bot, owner in zip(bots, "ab", strict=True))
    polling = asyncio.create_task(first.run())
    await telegram.wait_until(lambda: telegram.polling)
    standing = asyncio.create_task(second.run())
    await asyncio.wait_for(second.standing_by.wait(), PATIENCE)
    assert second.health().detail.startswith("standing by")
    calls = telegram.calls["getUpdates"]
    first.stop()
    await polling
    await telegram.wait_until(lambda: telegram.calls["getUpdates"] > calls)
    await telegram.wait_until(lambda: telegram.polling)
    assert (second.health().detail.startswith("polling"), telegram.limits.refused.total()) == (True, 0)
    second.stop()
    await standing
    for bot in bots:
        await bot.shutdown()


async def test_a_poller_that_dies_is_succeeded_when_its_lease_ends(telegram: FakeTelegram, database: Database) -> None:
    async def nothing(_: Sequence[Update]) -> None:
        return

    bots = [make_bot(settings_for(telegram), nothing) for _ in range(2)]
    for bot in bots:
        await bot.initialize()
    first, second = (Poller(bot, database, owner, lease=0.9) for bot, owner in zip(bots, "ab", strict=True))
    dying = asyncio.create_task(first.run())
    await telegram.wait_until(lambda: telegram.polling)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await telegram.wait_until(lambda: not telegram.polling)
    standing = asyncio.create_task(second.run())
    await asyncio.wait_for(second.standing_by.wait(), PATIENCE)
    await telegram.wait_until(lambda: telegram.polling)
    second.stop()
    await standing
    for bot in bots:
        await bot.shutdown()
