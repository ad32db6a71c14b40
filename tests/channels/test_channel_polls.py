"""A poll in a Telegram group and in a Slack channel, by the real SDKs: one message, edited; a word to each press."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from bot.routing import build_router
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from handlers.consultations.refreshing import refresh_polls
from handlers.consultations.timing import close_due
from handlers.messages import Message
from storage.channel_polls import ask_for_place
from storage.consultations import Choice, Consultation, Question, QuestionKind, Voice
from storage.database import Database
from storage.outbox import Delivery, Kind, State
from storage.people import Account, Person, Role, RoleGrant
from tests.channels import test_slack_receiving, test_telegram_receiving
from tests.channels.staging import NOW, Stage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram

FANNY, ANNE, STRANGER = 1, 2, 3
GROUP = -500


async def prepared(database: Database, platform: str, workspace: str, address: Callable[[int], str]) -> None:
    """Fanny of the staff, Anne, and a poll that Fanny wants in a channel."""
    async with database.transaction() as session:
        for number, name in ((FANNY, "Fanny"), (ANNE, "Anne")):
            person = Person(given_name=name, family_name="T", created_at=NOW)
            session.add(person)
            await session.flush()
            role = Role.STAFF if number == FANNY else Role.PARTICIPANT
            session.add(RoleGrant(person_id=person.id, role=role))
            who = address(number)
            account = Account(
                platform=platform,
                workspace=workspace,
                external_id=who,
                chat=who,
                person_id=person.id,
                created_at=NOW,
            )
            session.add(account)
        labels = [Choice(key=label, position=n, label=label) for n, label in enumerate(("Rennes", "Brest"), 1)]
        question = Question(key="q", position=1, kind=QuestionKind.ONE, wording="Où ?", required=True, choices=labels)
        poll = Consultation(
            slug="ou", title="Où ?", voice=Voice.PERSON, closes_at=NOW + timedelta(days=1), updated_at=NOW
        )
        poll.questions = [question]
        session.add(poll)
        await session.flush()
        await ask_for_place(session, poll.id, FANNY, NOW)


async def tick(stage: Stage) -> None:
    """The timetable's look, again and again until there is something to write: the last edit may be on its way."""
    changed = 0
    while not changed:
        async with stage.database.transaction() as session:
            await close_due(session, stage.clock.now())
            changed = await refresh_polls(session, stage.clock.now())
        await asyncio.sleep(0.02)  # between looks, not for luck
    stage.worker.wake()


async def distances(database: Database) -> list[float]:
    """How long after one delivery of the poll the next one may leave, in seconds."""
    async with database.reading() as session:
        rows = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.POLL).order_by(Delivery.id))).all()
        return [after.not_before - before.send_at for before, after in pairwise(rows)]


async def test_in_a_telegram_group(sqlite: Database) -> None:
    async with FakeTelegram(group_rate=20) as telegram:
        telegram.knows(FANNY, ANNE, STRANGER)
        telegram.group(GROUP)
        await prepared(sqlite, "telegram", "", str)
        make: Any = test_telegram_receiving.on(telegram, sqlite)
        async with Stage(sqlite, make, router=build_router()) as stage:
            assert isinstance(stage.channels[0], TelegramChannel)
            telegram.says(FANNY, "/sondage@concerte_test_bot", chat=GROUP)
            message = await telegram.next_message(GROUP)
            assert message.labels == ["Rennes", "Brest"]
            pressed = [telegram.presses(who, message, "Rennes") for who in (ANNE, STRANGER)]
            answers = [await telegram.answer_to(update) for update in pressed]
            assert (answers[0].text.replace("\u00a0", " "), answers[0].alert) == (
                "Votre voix est comptée : Rennes.",
                False,
            )
            assert "n’est relié à personne" in answers[1].text
            assert answers[1].alert is True
            await tick(stage)
            await telegram.next_edit(message)
            assert "Rennes\u00a0: 1 (100\u00a0%)" in message.text
            stage.clock.at += timedelta(days=1)
            await tick(stage)
            await telegram.next_edit(message)
            assert "Sondage clos." in message.text
            assert message.labels == []
    assert min(await distances(sqlite)) >= 3.0
    assert telegram.too_many == 0


async def test_in_a_slack_channel(sqlite: Database) -> None:
    async with FakeSlack() as slack:
        for number, name in ((FANNY, "Fanny"), (ANNE, "Anne"), (STRANGER, "Qui")):
            slack.add_user(f"U{number}", name)
        slack.add_channel("C1", "annonces")
        await prepared(sqlite, "slack", slack.team_id, lambda number: f"U{number}")
        settings = test_slack_receiving.settings_for(slack)
        async with Stage(sqlite, lambda gateway, _: SlackChannel(settings, gateway), router=build_router()) as stage:
            slack.mentions(f"U{FANNY}", "C1", "sondage")
            message = await slack.next_message("C1")
            assert message.buttons == ["Rennes", "Brest"]
            slack.presses(f"U{ANNE}", message, "Brest")
            slack.presses(f"U{STRANGER}", message, "Brest")
            mine, theirs = [await slack.next_message(f"U{number}") for number in (ANNE, STRANGER)]
            assert (mine.ephemeral, mine.channel, mine.via) == (True, "C1", "response_url")
            assert mine.shown.replace("\u00a0", " ") == "Votre voix est comptée : Brest."
            assert "n’est relié à personne" in theirs.shown
            await tick(stage)
            await slack.next_edit(message)
            assert "Brest\u00a0: 1 (100\u00a0%)" in message.shown
    assert min(await distances(sqlite)) >= 1.5
    assert slack.violations == []


async def test_a_poll_that_was_deleted_there_stays_deleted(sqlite: Database) -> None:
    edit = Message(text="Rennes : 1")
    async with FakeTelegram() as telegram, FakeSlack() as slack:
        telegram.group(GROUP)
        slack.add_channel("C1", "annonces")
        settings = test_slack_receiving.settings_for(slack)
        make: Any = test_telegram_receiving.on(telegram, sqlite)
        async with Stage(sqlite, make, lambda gateway, _: SlackChannel(settings, gateway)) as stage:
            for platform, chat, gone in (("telegram", str(GROUP), "77"), ("slack", "C1", "C1:1.0")):
                await stage.push(platform, edit, Kind.POLL, platform=platform, chat=chat, edits=gone)
                assert (await stage.ended(platform)).state == State.FAILED
        assert (telegram.arrived, slack.arrived) == (0, 0)
