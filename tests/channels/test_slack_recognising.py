"""Members that Slack names: an e-mail of the directory proposes the link, an invitation finds its member."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from handlers.account import wording
from handlers.messages import Message
from handlers.router import Router
from storage.channels import bot_of, telegram_address
from storage.database import Database
from storage.linking import make_invitations
from storage.outbox import Kind, State
from storage.people import Account, Person
from tests.channels.staging import NOW
from tests.channels.staging import Stage as Echoing
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram


class Stage(Echoing):
    """The stage of the channels, with the product's own router."""

    def _router(self) -> Router:
        return build_router()


@asynccontextmanager
async def staged(database: Database, slack: FakeSlack) -> AsyncIterator[Echoing]:
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.url,
    )
    async with Stage(database, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
        yield stage


async def camille(database: Database) -> int:
    async with database.transaction() as session:
        person = Person(given_name="Camille", family_name="Exemple", email="camille@exemple.fr", created_at=NOW)
        session.add(person)
        await session.flush()
        return person.id


async def owner(database: Database, member: str) -> int | None:
    async with database.reading() as session:
        found: int | None = await session.scalar(select(Account.person_id).where(Account.external_id == member))
        return found


async def test_the_email_that_slack_reports_proposes_the_link(sqlite: Database) -> None:
    async with FakeSlack() as slack, staged(sqlite, slack):
        person = await camille(sqlite)
        slack.add_user("U1001", "Camille E.", email="Camille@Exemple.fr")
        await slack.says("U1001", "aide").acknowledged()
        await slack.next_message("U1001")
        asked = await slack.next_message("U1001")
        assert "Camille Exemple" in asked.shown and "Camille E." in asked.shown
        assert await owner(sqlite, "U1001") is None
        await slack.presses("U1001", asked, wording.YES_ITS_ME).acknowledged()
        await slack.next_edit(asked)
        assert await owner(sqlite, "U1001") == person


@pytest.mark.parametrize("email", ["inconnue@exemple.fr", "camille@exemple.fr.evil.example"])
async def test_another_email_proposes_nothing(sqlite: Database, email: str) -> None:
    async with FakeSlack() as slack, staged(sqlite, slack) as stage:
        await camille(sqlite)
        slack.add_user("U1001", "Autre", email=email)
        await slack.says("U1001", "aide").acknowledged()
        await slack.next_message("U1001")
        await slack.says("U1001", "agenda").acknowledged()
        assert "va être relié" not in (await slack.next_message("U1001")).shown
        assert stage.gateway is not None


async def test_an_invitation_is_written_to_the_member_of_that_email(sqlite: Database) -> None:
    async with FakeSlack() as slack, staged(sqlite, slack) as stage:
        person = await camille(sqlite)
        slack.add_user("U7", "Camille", email="camille@exemple.fr")
        async with sqlite.transaction() as session:
            assert (await bot_of(session, "slack"))["workspace"] == slack.team_id
            await make_invitations(session, [person], None, 9e9, "slack")
        await stage.push(
            "secret:invitation:1",
            Message(text="Bonjour Camille"),
            Kind.NOTICE,
            platform="slack",
            workspace=slack.team_id,
            chat="email:camille@exemple.fr",
            person_id=person,
        )
        assert "Bonjour Camille" in (await slack.next_message("U7")).shown
        ended = await stage.ended("secret:invitation:1")
        assert (ended.state, ended.payload) == (State.DELIVERED, {})


async def test_an_invitation_to_nobodys_email_fails_for_good_and_closes_no_account(sqlite: Database) -> None:
    async with FakeSlack() as slack, staged(sqlite, slack) as stage:
        person = await camille(sqlite)
        await stage.push(
            "secret:invitation:2",
            Message(text="Bonjour"),
            Kind.NOTICE,
            platform="slack",
            workspace=slack.team_id,
            chat="email:camille@exemple.fr",
            person_id=person,
        )
        ended = await stage.ended("secret:invitation:2")
        assert (ended.state, ended.reason) == (State.FAILED, "users_not_found")


async def test_telegram_says_its_bots_name_and_links_are_made_with_it(sqlite: Database) -> None:
    async with FakeTelegram() as telegram:
        settings = Settings(_env_file=None, telegram_bot_token=SecretStr(telegram.token), telegram_api_url=telegram.url)
        async with (
            Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")),
            sqlite.reading() as session,
        ):
            address = await telegram_address(session, "abc")
    assert address.startswith("https://t.me/") and address.endswith("?start=abc") and "//?" not in address
