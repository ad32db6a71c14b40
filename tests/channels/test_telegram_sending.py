"""What becomes of a delivery on Telegram: every refusal and every lost answer, against a real server."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.telegram.channel import TelegramChannel
from handlers.messages import Attachment, Button, ContactCard, Message
from schedules.clock import machine_now
from storage.database import Database
from storage.outbox import Kind
from tests.channels.staging import CHOICES, Stage
from tests.fakes.telegram.server import FakeTelegram

ANNE = 1001
GROUP = -500
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.knows(ANNE)
        yield telegram


def settings_for(telegram: FakeTelegram, **more: Any) -> Settings:
    return Settings(_env_file=None, telegram_bot_token=SecretStr(telegram.token), telegram_api_url=telegram.url, **more)


@pytest.fixture
async def stage(telegram: FakeTelegram, sqlite: Database) -> AsyncIterator[Stage]:
    settings = settings_for(telegram)
    async with Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")) as stage:
        yield stage


async def announce(stage: Stage, message: Message | None = None, chat: int = ANNE, **more: Any) -> None:
    await stage.push("a", message or Message(text="bonjour"), platform="telegram", chat=str(chat), **more)


@pytest.mark.parametrize(
    ("status", "description", "reason"),
    [
        (403, "Forbidden: bot was blocked by the user", "bot was blocked by the user"),
        (403, "Forbidden: user is deactivated", "user is deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user", "bot can't initiate conversation with a user"),
        (400, "Bad Request: chat not found", "Chat not found"),
    ],
)
async def test_a_person_who_cannot_be_written_to_is_marked(
    stage: Stage, telegram: FakeTelegram, status: int, description: str, reason: str
) -> None:
    person = await stage.person(("telegram", "", str(ANNE), str(ANNE)))
    account = await stage.account("telegram", str(ANNE))
    telegram.fail_next("sendMessage", status, description)
    await announce(stage, person_id=person, account_id=account.id)
    row = await stage.ended("a")
    assert (row.state, row.reason, row.doubts, telegram.arrived) == ("failed", reason, 0, 0)
    assert (await stage.account("telegram", str(ANNE))).unreachable == reason


async def test_refused_content_is_not_tried_again_and_says_nothing_of_the_person(
    stage: Stage, telegram: FakeTelegram
) -> None:
    person = await stage.person(("telegram", "", str(ANNE), str(ANNE)))
    account = await stage.account("telegram", str(ANNE))
    telegram.fail_next("sendMessage", 400, "Bad Request: can't parse entities: <mot secret>")
    await announce(stage, person_id=person, account_id=account.id)
    row = await stage.ended("a")
    assert (row.state, row.reason) == ("failed", "Can't parse entities")
    assert (await stage.account("telegram", str(ANNE))).unreachable is None


@pytest.mark.parametrize("accepted", [True, False])
async def test_an_announcement_whose_answer_is_lost_stays_in_doubt(
    stage: Stage, telegram: FakeTelegram, accepted: bool
) -> None:
    telegram.drop_connection_after("sendMessage", accepted=accepted)
    await announce(stage)
    row = await stage.ended("a")
    assert (row.state, row.doubts, telegram.calls["sendMessage"]) == ("uncertain", 1, 1)
    assert telegram.arrived <= row.doubts


async def test_a_server_error_is_a_doubt(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.fail_next("sendMessage", 502, "Bad Gateway", accepted=True)
    await announce(stage)
    assert ((await stage.ended("a")).state, telegram.arrived) == ("uncertain", 1)


async def test_a_server_that_is_not_there_is_no_doubt(telegram: FakeTelegram, sqlite: Database) -> None:
    settings = settings_for(telegram)
    async with Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")) as stage:
        async with FakeTelegram(port=free_port()) as gone:
            settings.telegram_api_url = gone.url
        silent = TelegramChannel(settings, stage.gateway, sqlite, "w2")
        stage.worker.add(silent.messenger)
        await announce(stage, kind=Kind.ANNOUNCEMENT)
        row = await stage.tried("a", "waiting")
        assert (row.reason, row.doubts) == ("Telegram cannot be reached", 0)
        await silent.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_silence_asked_for_in_a_group_is_the_groups(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.group(GROUP)
    telegram.retry_after(GROUP, 30)
    await announce(stage, chat=GROUP)
    await stage.tried("a", "waiting")
    await stage.push("b", Message(text="en privé"), platform="telegram", chat=str(ANNE))
    assert (await stage.ended("b")).state == "delivered"


async def test_two_silences_asked_for_in_private_are_the_bots(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.knows(2)
    telegram.retry_after(None, 1)
    await announce(stage)
    await stage.push("b", Message(text="aussi"), platform="telegram", chat="2")
    assert ((await stage.ended("a")).state, (await stage.ended("b")).state) == ("delivered", "delivered")
    assert telegram.too_many <= 2


async def test_a_silence_asked_for_in_one_private_chat_stops_nobody_else(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.knows(2)
    telegram.retry_after(ANNE, 30)
    await announce(stage)
    await stage.tried("a", "waiting")
    await stage.push("b", Message(text="aussi"), platform="telegram", chat="2")
    assert (await stage.ended("b")).state == "delivered"
    assert telegram.too_many == 1


@pytest.mark.parametrize("said", [{"retry_after": "bientôt"}, {"retry_after": 0}, None])
async def test_a_silence_said_badly_is_a_short_one(stage: Stage, telegram: FakeTelegram, said: Any) -> None:
    telegram.fail_next("sendMessage", 429, "Too Many Requests: retry later", said)
    before = machine_now()
    await announce(stage)
    row = await stage.tried("a", "waiting")
    assert (row.reason, row.doubts, row.tries, telegram.calls["sendMessage"]) == ("too many requests", 0, 0, 1)
    assert 0 < row.not_before - before < 10


@pytest.mark.parametrize(
    ("status", "page", "ends"),
    [
        (429, "<h1>429 Too Many Requests</h1>", ("waiting", "too many requests", 0)),
        (413, "<h1>413 Request Entity Too Large</h1>", ("failed", "request entity too large", 0)),
        (504, "<h1>504 Gateway Time-out</h1>", ("uncertain", "the answer was lost", 1)),
    ],
)
async def test_what_a_proxy_on_the_way_refuses_did_not_arrive_and_what_it_lost_is_a_doubt(
    stage: Stage, telegram: FakeTelegram, status: int, page: str, ends: tuple[str, str, int]
) -> None:
    telegram.fail_next("sendMessage", status, "", page=page)
    await announce(stage)
    row = await stage.tried("a", ends[0])
    assert (row.state, row.reason, row.doubts) == ends


async def test_no_silence_is_longer_than_a_day(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 10**9})
    before = machine_now()
    await announce(stage)
    assert 80_000 < (await stage.tried("a", "waiting")).not_before - before < 90_000


async def test_a_group_that_moved_is_followed(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.group(GROUP)
    new = telegram.migrate(GROUP)
    await announce(stage, chat=GROUP)
    assert (await telegram.next_message(new)).text == "bonjour"
    assert (await stage.ended("a")).chat == str(new)


async def test_what_arrived_of_a_long_message_is_not_sent_again(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", {"retry_after": 1}, after=1)
    await announce(stage, Message(text="\n\n".join(letter * 3000 for letter in "abc"), buttons=(CHOICES,)))
    row = await stage.ended("a")
    assert [message.text[0] for message in telegram.sent] == ["a", "b", "c"]
    assert [message.labels for message in telegram.sent] == [[], [], ["Oui", "Non"]]
    every = " ".join(str(message.message_id) for message in telegram.sent)  # all of them may be corrected
    assert (row.state, row.doubts, row.message_ref) == ("delivered", 0, every)


async def test_a_doubt_about_one_part_repeats_that_part_only(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.drop_connection_after("sendMessage", 1)
    await announce(stage, Message(text="\n\n".join(letter * 3000 for letter in "abc")), kind=Kind.REMINDER)
    row = await stage.ended("a")
    assert [message.text[0] for message in telegram.sent] == ["a", "b", "b", "c"]
    assert (row.state, row.doubts) == ("delivered", 1)


async def test_an_edit_that_changes_nothing_has_succeeded(stage: Stage, telegram: FakeTelegram) -> None:
    await announce(stage)
    ref = (await stage.ended("a")).message_ref
    await stage.push("b", Message(text="bonjour"), platform="telegram", chat=str(ANNE), edits=ref)
    assert ((await stage.ended("b")).state, telegram.arrived) == ("delivered", 1)


async def test_a_message_that_can_no_longer_be_edited_is_sent_anew(stage: Stage, telegram: FakeTelegram) -> None:
    await announce(stage, edits="424242")
    row = await stage.ended("a")
    assert ((await telegram.next_message(ANNE)).text, row.state) == ("bonjour", "delivered")


async def test_an_edit_whose_answer_is_lost_is_made_again_without_a_doubt(stage: Stage, telegram: FakeTelegram) -> None:
    await announce(stage)
    ref = (await stage.ended("a")).message_ref
    telegram.drop_connection_after("editMessageText")
    await stage.push("b", Message(text="bonsoir"), platform="telegram", chat=str(ANNE), edits=ref)
    row = await stage.ended("b")
    assert (row.state, row.doubts, telegram.sent[0].text, telegram.arrived) == ("delivered", 0, "bonsoir", 1)


async def test_files_pictures_and_cards_arrive(stage: Stage, telegram: FakeTelegram) -> None:
    files = [
        Attachment(filename="ag.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR"),
        Attachment(filename="part.png", media_type="image/png", content=PNG, alt="Participation par région"),
    ]
    for number, file in enumerate(files):
        await stage.push(f"f{number}", Message(text="", attachment=file), platform="telegram", chat=str(ANNE))
        await stage.ended(f"f{number}")
    card = ContactCard(
        given_name="Camille", family_name="Zind", phone="+33102030405", email="c@example.org",
        function="consultante ; associée", organisation="Conseil, Études & Cie",
    )  # fmt: skip
    await announce(stage, Message(text="Voici", contact=card))
    await stage.ended("a")
    assert [message.kind for message in telegram.sent] == ["document", "photo", "text", "contact"]
    assert telegram.sent[1].text == "Participation par région"
    assert telegram.sent[0].file is not None
    assert (telegram.sent[0].file.name, telegram.sent[0].file.content) == ("ag.ics", b"BEGIN:VCALENDAR")
    contact = dict(telegram.sent[3].contact or {})
    lines = contact.pop("vcard").splitlines()
    assert contact == {"phone_number": "+33102030405", "first_name": "Camille", "last_name": "Zind"}
    assert lines[0] == "BEGIN:VCARD" and "N:Zind;Camille" in lines and "EMAIL:c@example.org" in lines
    assert "ORG:Conseil\\, Études & Cie" in lines and "TITLE:consultante \\; associée" in lines


async def test_a_replaced_message_keeps_its_place_and_its_file_follows(
    telegram: FakeTelegram, sqlite: Database
) -> None:
    settings = settings_for(telegram)
    file = Attachment(filename="ag.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")
    async with Stage(sqlite, lambda gateway, _: TelegramChannel(settings, gateway, sqlite, "w1")) as stage:
        await announce(stage, Message(text="avant", buttons=((Button(label="x", action="test:choose:x"),),)))
        ref = (await stage.ended("a")).message_ref
        after = Message(text="après", attachment=file)
        await stage.push("b", after, platform="telegram", chat=str(ANNE), edits=ref)
        await stage.ended("b")
    assert [(message.kind, message.text) for message in telegram.sent] == [("text", "après"), ("document", "")]


async def test_what_cannot_be_shown_fails_at_once(stage: Stage, telegram: FakeTelegram) -> None:
    await announce(stage, Message(text="?", buttons=((Button(label="x", action="é" * 33),),)))
    row = await stage.ended("a")
    assert (row.state, row.reason, telegram.arrived) == ("failed", "cannot be shown on Telegram", 0)


async def test_a_long_notice_is_cut(stage: Stage, telegram: FakeTelegram) -> None:
    stage.notice = "é" * 300
    telegram.says(ANNE, "/demande")
    update = telegram.presses(ANNE, await telegram.next_message(ANNE), "Oui")
    answer = await telegram.answer_to(update)
    assert answer.text.endswith("é…")
    assert 150 < len(answer.text) <= 200


async def test_a_press_too_old_to_be_acknowledged_has_its_effect(stage: Stage, telegram: FakeTelegram) -> None:
    telegram.says(ANNE, "/demande")
    message = await telegram.next_message(ANNE)
    telegram.fail_next("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired")
    telegram.presses(ANNE, message, "Oui")
    assert (await telegram.next_edit(message)).text == "Choisi\u00a0: oui"
    assert stage.channels[0].health().ok
