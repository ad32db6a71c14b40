"""Answers with buttons and cards on the three channels, and one conversation that moves from one to another."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.gateway import Gateway
from bot.pack.reading import read_pack
from bot.pack.seeding import seed
from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from handlers.calendar import wording as calendar
from handlers.questions import ticket_wording as words
from storage.database import Database
from storage.people import Role, RoleGrant
from tests.channels.staging import Stage
from tests.conversations.everywhere import Place, place
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram
from tests.questions.knowing import PACKS

DIRECTOR = "annaig-exemple"
ANNE = 1001


@pytest.fixture(params=["telegram", "slack", "web"])
async def here(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[Place]:
    async with place(request.param, tmp_path) as made:
        yield made


async def test_what_comes_with_an_answer_works_when_pressed(here: Place) -> None:
    assert "8 au mercredi 9 octobre 2024" in await here.says(DIRECTOR, "C’est quand les Rencontres nationales ?")
    assert "je vous le rappellerai" in await here.presses(DIRECTOR, calendar.REMIND_ME)
    offered = await here.says(DIRECTOR, "le mail de Sophie Viet")
    assert "Vouliez-vous dire" in offered and "@" not in offered
    assert "christian.viet@" in await here.presses(DIRECTOR, "Christian VIET")
    assert "06 37 42 86 85" in await here.says(DIRECTOR, "et son téléphone ?")  # the press is remembered


class Both:
    """One person with an account on Slack and one on Telegram, in one process with both channels."""

    def __init__(self, slack: FakeSlack, telegram: FakeTelegram, stage: Stage) -> None:
        self.slack, self.telegram, self.stage = slack, telegram, stage

    async def on_slack(self, text: str) -> str:
        self.slack.says("U1", text)
        return (await self.slack.next_message("U1")).shown

    async def on_telegram(self, text: str) -> str:
        self.telegram.says(ANNE, text)
        return (await self.telegram.next_message(ANNE)).text


@pytest.fixture
async def both(sqlite: Database) -> AsyncIterator[Both]:
    async with sqlite.transaction() as session:
        await seed(session, read_pack(PACKS["missions-locales"]), datetime(2024, 3, 15, 9, tzinfo=UTC))
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack())
        telegram = await stack.enter_async_context(FakeTelegram())
        slack.add_user("U1", "Anne")
        telegram.knows(ANNE)
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_api_url=slack.url,
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
        )

        def on_slack(gateway: Gateway, _: object) -> SlackChannel:
            return SlackChannel(settings, gateway)

        def on_telegram(gateway: Gateway, _: object) -> TelegramChannel:
            return TelegramChannel(settings, gateway, sqlite, "w1")

        stage = await stack.enter_async_context(Stage(sqlite, on_slack, on_telegram, router=build_router()))
        accounts = ("slack", slack.team_id, "U1", slack.im("U1")), ("telegram", "", str(ANNE), str(ANNE))
        await stage.person(*accounts)
        yield Both(slack, telegram, stage)


async def test_what_is_asked_in_slack_is_followed_up_in_telegram_for_half_an_hour(both: Both) -> None:
    assert "mardi 8" in await both.on_slack("C’est quand les Rencontres nationales ?")
    assert "Havre" in await both.on_telegram("et où ?")
    assert "06 37 42 86 85" in await both.on_telegram("tel viet")
    both.stage.clock.at += timedelta(minutes=29)
    assert "christian.viet@" in await both.on_slack("et son mail ?")
    both.stage.clock.at += timedelta(minutes=31)
    assert "@" not in await both.on_telegram("et son mail ?")


async def test_a_contact_is_native_in_telegram_and_a_card_in_slack(both: Both) -> None:
    both.telegram.says(ANNE, "tel viet")
    await both.telegram.next_message(ANNE)
    native = (await both.telegram.next_message(ANNE)).contact or {}
    assert (native["first_name"], native["last_name"], native["phone_number"]) == (
        "Christian",
        "Viet",
        "06 37 42 86 85",
    )
    assert "EMAIL:christian.viet@mensiaconseil.fr" in native["vcard"]
    both.slack.says("U1", "le téléphone de Camille Zind ?")
    shown = await both.slack.next_message("U1")
    card = next(block for block in shown.blocks if block.get("fields"))
    assert "<tel:0142441456|01 42 44 14 56>" in card["fields"][0]["text"]


async def test_an_answer_has_its_file_and_map_on_both(both: Both) -> None:
    both.telegram.says(ANNE, "C’est quand les Rencontres nationales ?")
    told = await both.telegram.next_message(ANNE)
    assert calendar.MAP in told.labels
    both.telegram.presses(ANNE, told, calendar.ADD_TO_CALENDAR)
    file = (await both.telegram.next_message(ANNE)).file
    assert file is not None and b"BEGIN:VEVENT" in file.content
    both.slack.says("U1", "C’est quand les Rencontres nationales ?")
    said = await both.slack.next_message("U1")
    both.slack.presses("U1", said, calendar.ADD_TO_CALENDAR)
    await both.slack.next_message("U1")
    sent = both.slack.workspace.uploads
    await both.slack.wait_until(
        lambda: [one for one in sent.values() if b"BEGIN:VEVENT" in (one.content or b"")] or None
    )


async def test_a_question_from_telegram_is_answered_by_staff_from_their_channel_in_slack(both: Both) -> None:
    slack, telegram = both.slack, both.telegram
    slack.add_user("U2", "Sacha")
    slack.add_channel("C7", "equipe")
    number = await both.stage.person(("slack", slack.team_id, "U2", slack.im("U2")))
    async with both.stage.database.transaction() as session:
        session.add(RoleGrant(person_id=number, role=Role.STAFF))
    slack.mentions("U2", "C7", "tickets ici")
    assert words.ROOM_SET[:20] in (await slack.next_message("C7")).shown
    telegram.says(ANNE, "Le parking de la gare est-il gratuit ?")
    unknown = await telegram.next_message(ANNE)
    telegram.presses(ANNE, unknown, words.ASK_STAFF)
    assert "transmis" in (await telegram.next_message(ANNE)).text
    ticket = await slack.next_message("C7")
    assert "parking" in ticket.shown
    slack.presses("U2", ticket, words.REPLY)
    both_shown = [
        (await slack.next_message("U2")).shown for _ in range(2)
    ]  # a notice in the channel, a word in private
    assert words.WRITE_PRIVATELY in both_shown and any("parking" in shown for shown in both_shown)
    await slack.next_edit(ticket)
    slack.says("U2", "Oui, il est offert.")
    assert "offert" in (await telegram.next_message(ANNE)).text
    await slack.next_message("U2")
    await slack.wait_until(lambda: "Réponse de" in ticket.shown or None)
    slack.presses("U2", ticket, words.KEEP)
    await slack.wait_until(lambda: "gardé" in ticket.shown or None)
    assert "offert" in await both.on_slack("Le parking de la gare est-il gratuit ?")
