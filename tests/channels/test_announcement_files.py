"""The file of an announcement: sent in chat by staff, kept once, and what each platform gets."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.routing import build_router
from bot.settings import Settings
from bot.slack.channel import SlackChannel
from bot.telegram.channel import TelegramChannel
from handlers.messages import Message, StoredFile
from handlers.request import Request
from storage.announcement_files import AnnouncementFile, keep_file
from storage.announcements import Announcement
from storage.database import Database
from storage.outbox import Delivery, Kind
from storage.people import Person, Role, RoleGrant
from storage.uploads import Upload
from tests.channels.staging import NOW, Stage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.telegram.server import FakeTelegram

ANNE, MARIE, PAUL = 1001, 1002, 1003
PDF = b"%PDF-1.7 programme"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
LONG = "\n\n".join(letter * 3000 for letter in "abc")
RECALLED = Message(text="Retirée")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.knows(ANNE, MARIE, PAUL)
        yield telegram


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user("U1", "Anne Le Goff")
        yield slack
    assert slack.violations == []


def on_telegram(telegram: FakeTelegram, database: Database) -> Any:
    fields: dict[str, Any] = {"telegram_bot_token": SecretStr(telegram.token), "telegram_api_url": telegram.url}
    return lambda gateway, _: TelegramChannel(Settings(_env_file=None, **fields), gateway, database, "w1")


def on_slack(slack: FakeSlack) -> Any:
    fields: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.url,
        "slack_messages_per_minute": 6000,
    }
    return lambda gateway, _: SlackChannel(Settings(_env_file=None, **fields), gateway)


async def kept(database: Database, name: str = "programme.pdf", content: bytes = PDF) -> StoredFile:
    media_type = "image/png" if content is PNG else "application/pdf"
    async with database.transaction() as session:
        row = await keep_file(session, name, media_type, content, NOW)
        return StoredFile(number=row.id, filename=name, type=media_type, size=len(content))


async def staff(database: Database, number: int) -> None:
    async with database.transaction() as session:
        session.add(RoleGrant(person_id=(await session.get_one(Person, number)).id, role=Role.STAFF))


@pytest.mark.parametrize("content", [PDF, PNG])
async def test_telegram_gets_the_bytes_once_and_then_only_the_name(
    sqlite: Database, telegram: FakeTelegram, content: bytes
) -> None:
    file = await kept(sqlite, content=content)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        for who in (ANNE, MARIE, PAUL):
            await stage.push(f"a:{who}", Message(text="Voici", file=file), platform="telegram", chat=str(who))
            await stage.ended(f"a:{who}")
            message = await telegram.next_message(who)
            assert message.text == "Voici" and message.file is not None and message.file.content == content
    assert telegram.files == 1
    async with sqlite.reading() as session:
        assert set((await session.scalars(select(AnnouncementFile.references))).one()) == {"telegram"}


async def test_a_picture_too_tall_for_telegram_goes_to_everybody_as_a_file(
    sqlite: Database, telegram: FakeTelegram
) -> None:
    file = await kept(sqlite, "affiche.png", PNG)
    telegram.fail_next("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS", times=9)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        for who in (ANNE, MARIE, PAUL):
            await stage.push(f"a:{who}", Message(text="Voici", file=file), platform="telegram", chat=str(who))
            assert (await stage.ended(f"a:{who}")).state == "delivered"
            message = await telegram.next_message(who)
            assert (message.kind, message.text) == ("document", "Voici")
    assert (telegram.calls["sendPhoto"], telegram.calls["sendDocument"], telegram.files) == (1, 3, 1)


async def test_a_name_that_telegram_does_not_know_is_replaced_by_the_bytes(
    sqlite: Database, telegram: FakeTelegram
) -> None:
    file = await kept(sqlite)
    async with sqlite.transaction() as session:
        (await session.get_one(AnnouncementFile, file.number)).references = {"telegram": "document-of-another-bot"}
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await stage.push("a:1", Message(text="Voici", file=file), platform="telegram", chat=str(ANNE))
        assert (await stage.ended("a:1")).state == "delivered"
    assert telegram.files == 1


@pytest.mark.parametrize("text", ["Voici", "mot " * 400])
async def test_a_correction_changes_the_text_and_sends_no_second_file(
    sqlite: Database, telegram: FakeTelegram, text: str
) -> None:
    file = await kept(sqlite)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await stage.push("a:1", Message(text=text, file=file), platform="telegram", chat=str(ANNE))
        ref = (await stage.ended("a:1")).message_ref
        await stage.push(
            "correction:1:2:1", Message(text="Corrigé", file=file), platform="telegram", chat=str(ANNE), edits=ref
        )
        row = await stage.ended("correction:1:2:1")
        assert row.state == "delivered" and row.message_ref == ref
    shown = telegram.in_chat(ANNE)
    assert [one.text for one in shown if one.text] == ["Corrigé"]
    assert len([one for one in shown if one.file]) == 1


async def test_slack_gets_the_file_and_a_correction_leaves_it(sqlite: Database, slack: FakeSlack) -> None:
    file = await kept(sqlite)
    async with Stage(sqlite, on_slack(slack)) as stage:
        await stage.push("a:1", Message(text="Voici", file=file), platform="slack", chat="U1")
        ref = (await stage.ended("a:1")).message_ref
        await stage.push("correction:1:2:1", Message(text="Corrigé", file=file), platform="slack", chat="U1", edits=ref)
        assert (await stage.ended("correction:1:2:1")).message_ref == ref
    assert [upload.content for upload in slack.workspace.uploads.values()] == [PDF]


async def test_staff_on_telegram_send_the_file_of_an_announcement(sqlite: Database, telegram: FakeTelegram) -> None:
    async with Stage(sqlite, on_telegram(telegram, sqlite), router=build_router()) as stage:
        await staff(sqlite, await stage.person(("telegram", "", str(ANNE), str(ANNE))))
        await stage.person(("telegram", "", str(MARIE), str(MARIE)))
        telegram.says(ANNE, "annonce")
        await telegram.next_message(ANNE)
        telegram.sends_file(ANNE, "programme.pdf", PDF, caption="Voici le **programme**")
        both = [await telegram.next_message(ANNE), await telegram.next_message(ANNE)]  # a file takes longer to leave
        shown, panel = sorted(both, key=lambda message: message.file is None)
        assert shown.text == "Voici le programme" and shown.file is not None and shown.file.name == "programme.pdf"
        telegram.presses(ANNE, panel, "Envoyer à 2 personnes")
        got = await telegram.next_message(MARIE)
        assert got.file is not None and got.file.content == PDF
    async with sqlite.reading() as session:
        rows = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.ANNOUNCEMENT))).all()
        assert all(len(str(row.payload)) < 400 for row in rows)  # no delivery carries the bytes
        assert await session.scalar(select(func.count()).select_from(AnnouncementFile)) == 1
        assert await session.scalar(select(func.count()).select_from(Upload)) == 0


async def test_staff_on_slack_add_a_file_to_a_draft(sqlite: Database, slack: FakeSlack) -> None:
    async with Stage(sqlite, on_slack(slack), router=build_router()) as stage:
        await staff(sqlite, await stage.person(("slack", slack.team_id, "U1", slack.im("U1"))))
        slack.says("U1", "annonce Bonjour")
        await slack.next_message("U1")
        panel = await slack.next_message("U1")
        slack.presses("U1", panel, "Joindre une image ou un fichier")
        await slack.next_message("U1")
        slack.sends_file("U1", "plan.pdf", PDF, mimetype="application/pdf")
        await slack.next_message("U1")
        await slack.wait_until(lambda: [m for m in slack.sent if m.files] or None)
    async with sqlite.reading() as session:
        found = (await session.scalars(select(Announcement))).one()
        assert found.file["filename"] == "plan.pdf" and found.file["size"] == len(PDF)


async def test_a_file_of_somebody_who_is_no_staff_is_not_even_asked_for(
    sqlite: Database, telegram: FakeTelegram
) -> None:
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        telegram.sends_file(ANNE, "virus.exe", b"MZ" * 50, caption="bonjour")
        await telegram.next_message(ANNE)
        heard: list[Request] = stage.heard
        assert heard[0].inbound.file is None and heard[0].text == "bonjour"
    assert not telegram.calls["getFile"]
    async with sqlite.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Upload)) == 0


async def announced(stage: Stage, message: Message, platform: str, chat: str) -> str:
    await stage.push("announcement:1:person:1", message, platform=platform, chat=chat)
    return (await stage.ended("announcement:1:person:1")).message_ref


async def corrected(stage: Stage, message: Message, platform: str, chat: str, revision: int = 2) -> tuple[str, str]:
    """By an edit of what the first delivery left; its state and reason."""
    first = await stage.delivery("announcement:1:person:1")
    about = f"correction:1:{revision}:{first.id}"
    more = {"platform": platform, "chat": chat, "edits": first.message_ref}
    await stage.push(about, message, Kind.NOTICE, **more)
    row = await stage.ended(about)
    return row.state, row.reason


async def test_every_message_of_a_long_announcement_is_corrected_and_what_is_too_many_goes(
    sqlite: Database, telegram: FakeTelegram
) -> None:
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await announced(stage, Message(text=LONG), "telegram", str(ANNE))
        assert await corrected(stage, Message(text=LONG.upper()), "telegram", str(ANNE)) == ("delivered", "")
        assert [one.text[0] for one in telegram.in_chat(ANNE)] == ["A", "B", "C"]
        shorter = Message(text="\n\n".join(("x" * 3000, "y" * 3000)))
        assert (await corrected(stage, shorter, "telegram", str(ANNE), 3))[0] == "delivered"
        assert [one.text[0] for one in telegram.in_chat(ANNE)] == ["x", "y"]
        assert (await corrected(stage, RECALLED, "telegram", str(ANNE), 4))[0] == "delivered"
        assert [one.text for one in telegram.in_chat(ANNE)] == ["Retirée"]
    assert telegram.arrived == 3


@pytest.mark.parametrize(("text", "left"), [("Voici", []), ("mot " * 400, ["Retirée"])])
async def test_a_recall_takes_the_file_back_too(
    sqlite: Database, telegram: FakeTelegram, text: str, left: list[str]
) -> None:
    file = await kept(sqlite)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await announced(stage, Message(text=text, file=file), "telegram", str(ANNE))
        assert (await corrected(stage, RECALLED, "telegram", str(ANNE)))[0] == "delivered"
    shown = telegram.in_chat(ANNE)
    assert [one.text for one in shown] == ["Retirée"] and not any(one.file for one in shown)
    assert all(one.silent for one in shown) != bool(left)  # what stands anew in the place of a caption rings nowhere


async def test_a_file_that_telegram_keeps_is_said_to_stay(sqlite: Database, telegram: FakeTelegram) -> None:
    file = await kept(sqlite)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await announced(stage, Message(text="Voici", file=file), "telegram", str(ANNE))
        telegram.fail_next("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")
        assert await corrected(stage, RECALLED, "telegram", str(ANNE)) == ("failed", "the file cannot be taken back")
    (shown,) = telegram.in_chat(ANNE)
    assert shown.text == "Retirée" and shown.file is not None


async def test_what_its_reader_has_deleted_is_not_sent_again_by_a_correction(
    sqlite: Database, telegram: FakeTelegram
) -> None:
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await announced(stage, Message(text="Voici"), "telegram", str(ANNE))
        telegram.in_chat(ANNE)[0].deleted = True
        assert await corrected(stage, RECALLED, "telegram", str(ANNE)) == ("failed", "Message to edit not found")
    assert telegram.in_chat(ANNE) == [] and telegram.arrived == 1


async def test_a_message_sent_in_two_tries_is_recalled_whole(sqlite: Database, telegram: FakeTelegram) -> None:
    telegram.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", {"retry_after": 1}, after=1)
    async with Stage(sqlite, on_telegram(telegram, sqlite)) as stage:
        await announced(stage, Message(text=LONG), "telegram", str(ANNE))
        assert len(telegram.in_chat(ANNE)) == 3
        telegram.fail_next("editMessageText", 429, "Too Many Requests: retry after 1", {"retry_after": 1})
        assert (await corrected(stage, RECALLED, "telegram", str(ANNE)))[0] == "delivered"
    assert [one.text for one in telegram.in_chat(ANNE)] == ["Retirée"]


async def test_slack_takes_back_a_long_announcement_with_its_file(sqlite: Database, slack: FakeSlack) -> None:
    file = await kept(sqlite)
    text = "\n\n".join("x" * 2900 for _ in range(6))
    async with Stage(sqlite, on_slack(slack)) as stage:
        await announced(stage, Message(text=text, file=file), "slack", "U1")
        assert (await corrected(stage, Message(text="Corrigé", file=file), "slack", "U1"))[0] == "delivered"
        assert [upload.deleted for upload in slack.workspace.uploads.values()] == [False]
        assert (await corrected(stage, RECALLED, "slack", "U1", 3))[0] == "delivered"
        assert (await corrected(stage, RECALLED, "slack", "U1", 4))[0] == "delivered"
    assert [upload.deleted for upload in slack.workspace.uploads.values()] == [True]
    said = [one for one in slack.workspace.messages.values() if not one.deleted and not one.files]
    assert [one.text for one in said] == ["Retirée"]
