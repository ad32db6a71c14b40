"""The fake Telegram is held to the Bot API by the real client library: what these tests show, other tests rely on."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import ExtBot, Updater
from telegram.request import HTTPXRequest

from tests.fakes.telegram.formatting import parse_html
from tests.fakes.telegram.server import FakeTelegram

ANNE = 71
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def bot_for(fake: FakeTelegram, token: str = "", read_timeout: float = 5) -> Bot:
    """The real client, pointed at the fake."""
    request = HTTPXRequest(connection_pool_size=8, read_timeout=read_timeout)
    updates = HTTPXRequest(connection_pool_size=4, read_timeout=read_timeout)
    return Bot(
        token or fake.token,
        base_url=f"{fake.url}/bot",
        base_file_url=f"{fake.url}/file/bot",
        request=request,
        get_updates_request=updates,
    )


@pytest.fixture(autouse=True)
def _time_periods_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's setting; without it `RetryAfter` warns of its own deprecation."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(webhook_delays=(0.01, 0.02)) as fake:
        fake.knows(ANNE, name="Anne")
        yield fake


@pytest.fixture
async def bot(tg: FakeTelegram) -> AsyncIterator[Bot]:
    async with bot_for(tg) as client:
        yield client


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[button] for button in buttons])


def button(label: str, data: str = "x") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)


# Messages


async def test_a_message_arrives_with_its_text_its_source_and_its_buttons(tg: FakeTelegram, bot: Bot) -> None:
    markup = keyboard(button("Oui", "answer:yes"), InlineKeyboardButton("Le site", url="https://example.org"))
    sent = await bot.send_message(ANNE, "L’<b>AG</b> &amp; la suite", parse_mode="HTML", reply_markup=markup)

    seen = await tg.next_message(ANNE)
    assert (seen.text, seen.html) == ("L’AG & la suite", "L’<b>AG</b> &amp; la suite")
    assert seen.labels == ["Oui", "Le site"]
    assert seen.button("Oui").data == "answer:yes"
    assert seen.message_id == sent.message_id
    assert sent.parse_entities() == {sent.entities[0]: "AG"}
    assert sent.reply_markup == markup
    assert tg.arrived == 1 and tg.arrivals == {ANNE: 1}


async def test_messages_of_a_chat_are_handed_out_once_and_in_order(tg: FakeTelegram, bot: Bot) -> None:
    for text in ("un", "deux"):
        await bot.send_message(ANNE, text)
    assert [(await tg.next_message(ANNE)).text for _ in "12"] == ["un", "deux"]
    with pytest.raises(AssertionError, match="not within"):
        await tg.next_message(ANNE, timeout=0.01)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<b></b> \n", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("<b>gras", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("été <h1>x</h1>", 'can\'t parse entities: Unsupported start tag "h1" at byte offset 6'),
        ("<b><i>x</b></i>", 'can\'t parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
        ("3 < 4", "can't parse entities: Unclosed start tag at byte offset 2"),
        ("<br/>", 'can\'t parse entities: Unsupported start tag "br/" at byte offset 0'),
    ],
)
async def test_a_bad_text_is_refused_in_telegrams_words(tg: FakeTelegram, bot: Bot, text: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        await bot.send_message(ANNE, text, parse_mode="HTML")
    assert refusal.value.message.lower() == reason.lower()
    assert tg.arrived == 0


async def test_the_limit_counts_what_the_reader_sees(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(ANNE, "<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")
    assert tg.sent[0].text == "&" * 4096


def test_every_permitted_tag_is_understood() -> None:
    source = (
        "😀<b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><ins>f</ins><s>g</s><strike>h</strike><del>i</del>"
        "<code>j</code><pre><code class=\"language-python\">k</code></pre><a href='https://a.fr/?x=1&amp;y=2'>l</a>"
        "<blockquote>m</blockquote><blockquote expandable>n</blockquote><tg-spoiler>o</tg-spoiler>"
        '<span class="tg-spoiler">p</span>'
    )
    parsed = parse_html(source)
    assert parsed.text == "😀abcdefghijklmnop"
    assert parsed.complaints == []
    kinds = [(entity["type"], entity["offset"]) for entity in parsed.entities]
    assert kinds[:3] == [("bold", 2), ("bold", 3), ("italic", 4)]
    assert {"expandable_blockquote", "spoiler", "text_link", "pre", "strikethrough"} <= {kind for kind, _ in kinds}
    assert next(e["url"] for e in parsed.entities if e["type"] == "text_link") == "https://a.fr/?x=1&y=2"


@pytest.mark.parametrize("source", ["A & B", "l&eacute;", "<a href='mailto:a@b.fr'>x</a>", "<b style='x'>y</b>"])
async def test_what_telegram_would_garble_in_silence_is_a_violation(source: str) -> None:
    with pytest.raises(AssertionError, match="misused"):
        async with FakeTelegram(any_chat=True) as tg, bot_for(tg) as bot:
            await bot.send_message(ANNE, source, parse_mode="HTML")


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (keyboard(button("x", "é" * 32 + "x")), "button_data_invalid"),
        (keyboard(InlineKeyboardButton("x")), "text buttons are unallowed in the inline keyboard"),
        (keyboard(*[button(str(n)) for n in range(101)]), "reply markup is too long"),
        (keyboard(InlineKeyboardButton("x", url="http://localhost:8000")), "wrong http url"),
    ],
)
async def test_a_bad_keyboard_is_refused(tg: FakeTelegram, bot: Bot, markup: InlineKeyboardMarkup, reason: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        await bot.send_message(ANNE, "x", reply_markup=markup)
    assert reason in refusal.value.message.lower()
    await bot.send_message(ANNE, "x", reply_markup=keyboard(*[button(str(n), "é" * 32) for n in range(100)]))


@pytest.mark.parametrize(
    "made",
    [
        {"text": "x", "callback_data": "x", "url": "https://example.org"},
        {"text": " ", "callback_data": "x"},
        {"text": "x", "callback_data": "x", "colour": "red"},
    ],
)
async def test_a_button_that_telegram_would_mangle_is_a_violation(tg: FakeTelegram, made: Any) -> None:
    # The client library itself would not send such a thing.
    asked = {"chat_id": ANNE, "text": "x", "reply_markup": {"inline_keyboard": [[made]]}}
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{tg.url}/bot{tg.token}/sendMessage", json=asked)
        assert response.status == 400
    assert [violation.method for violation in tg.violations] == ["sendMessage"]
    tg.violations.clear()


async def test_an_unknown_method_or_parameter_is_refused_and_noted(tg: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="has no parameter 'colour'"):
        await bot.send_message(ANNE, "x", api_kwargs={"colour": "red"})
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{tg.url}/bot{tg.token}/sendFlowers")
        assert (response.status, (await response.json())["description"]) == (404, "Not Found: method not found")
        malformed = {"chat_id": ANNE, "text": "x", "reply_parameters": {}}
        assert (await session.post(f"{tg.url}/bot{tg.token}/sendMessage", json=malformed)).status == 500
    assert [violation.method for violation in tg.violations] == ["sendMessage", "sendFlowers", "sendMessage"]
    tg.violations.clear()


async def test_a_message_answers_another(tg: FakeTelegram, bot: Bot) -> None:
    first = await bot.send_message(ANNE, "x")
    second = await bot.send_message(ANNE, "y", reply_parameters=ReplyParameters(first.message_id))
    assert second.reply_to_message is not None and second.reply_to_message.message_id == first.message_id
    with pytest.raises(BadRequest, match="to be replied not found"):
        await bot.send_message(ANNE, "z", reply_parameters=ReplyParameters(999))


async def test_files_and_cards_arrive_and_can_be_sent_again_by_their_id(tg: FakeTelegram, bot: Bot) -> None:
    document = await bot.send_document(ANNE, InputFile(b"a;b", "avis.csv"), caption="<b>Voici</b>", parse_mode="HTML")
    photo = await bot.send_photo(ANNE, PNG)
    await bot.send_contact(ANNE, "+33100000000", "Camille")
    assert document.document is not None
    await bot.send_document(ANNE, document.document.file_id)

    assert [message.kind for message in tg.sent] == ["document", "photo", "contact", "document"]
    assert tg.sent[0].file == tg.sent[3].file
    assert tg.sent[0].file is not None and tg.sent[0].file.content == b"a;b"
    assert tg.sent[0].text == "Voici"
    with pytest.raises(BadRequest, match="use file of type photo as document"):
        await bot.send_document(ANNE, photo.photo[-1].file_id)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(ANNE, b"no picture")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ANNE, PNG, caption="x" * 1025)


async def test_a_file_somebody_sends_can_be_fetched(tg: FakeTelegram, bot: Bot) -> None:
    tg.sends_file(ANNE, "membres.csv", b"prenom;nom", caption="La liste")
    [update] = await bot.get_updates()
    assert update.message is not None and update.message.document is not None
    assert update.message.caption == "La liste"
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"prenom;nom"


# Edits


async def test_an_edit_keeps_what_the_message_said_before(tg: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(ANNE, "10 %", reply_markup=keyboard(button("Arrêter")))
    await bot.edit_message_text("20 %", ANNE, sent.message_id)
    seen = await tg.next_edit(tg.sent[0])
    assert (seen.text, seen.labels) == ("20 %", [])
    assert (seen.edits[0].text, tg.arrived) == ("10 %", 1)

    await bot.edit_message_reply_markup(ANNE, sent.message_id, reply_markup=keyboard(button("Reprendre")))
    assert (await tg.next_edit(seen)).labels == ["Reprendre"]


async def test_an_edit_that_cannot_be_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(ANNE, "x")
    photo = await bot.send_photo(ANNE, PNG)
    theirs = tg.written(tg.says(ANNE, "y")).message_id
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text("x", ANNE, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ANNE, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ANNE, theirs)
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("x", ANNE, photo.message_id)
    await bot.edit_message_caption(ANNE, photo.message_id, caption="Légende")
    assert tg.sent[1].text == "Légende"


async def test_a_message_can_be_deleted_for_48_hours(tg: FakeTelegram, bot: Bot) -> None:
    first, second = await bot.send_message(ANNE, "x"), await bot.send_message(ANNE, "y")
    assert await bot.delete_message(ANNE, first.message_id)
    assert [message.text for message in tg.in_chat(ANNE)] == ["y"]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ANNE, first.message_id)
    tg.let_pass(48 * 3600 + 60)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(ANNE, second.message_id)


# Updates


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(tg: FakeTelegram, bot: Bot) -> None:
    first, second = tg.says(ANNE, "un", name="Anne-Marie"), tg.says(ANNE, "deux")
    for _ in "12":
        assert [update.update_id for update in await bot.get_updates()] == [first, second]
    [update] = await bot.get_updates(limit=1)
    assert update.message is not None and update.message.from_user is not None
    assert (update.message.text, update.message.from_user.first_name) == ("un", "Anne-Marie")
    assert [update.update_id for update in await bot.get_updates(offset=second)] == [second]
    assert tg.waiting == [second]
    assert await bot.get_updates(offset=second + 1) == ()
    tg.redeliver(first)
    assert [update.update_id for update in await bot.get_updates(offset=second + 1)] == [first]
    assert await bot.get_updates(offset=second + 1) == ()


async def test_a_long_poll_ends_when_somebody_speaks(tg: FakeTelegram, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await tg.wait_until(lambda: tg.polling)
    tg.says(ANNE, "bonjour")
    assert [update.message.text for update in await poll if update.message] == ["bonjour"]
    assert not tg.polling
    poll = asyncio.create_task(bot.get_updates(offset=tg.waiting[0] + 1))
    await tg.all_confirmed()
    await poll


async def test_the_poller_that_was_there_first_gets_a_conflict(tg: FakeTelegram, bot: Bot) -> None:
    async with bot_for(tg) as other:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await tg.wait_until(lambda: tg.polling)
        second = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        tg.says(ANNE, "x")
        assert len(await second) == 1


async def test_a_poller_that_died_does_not_stand_in_the_way(tg: FakeTelegram, bot: Bot) -> None:
    async with aiohttp.ClientSession() as session:
        dying = asyncio.create_task(session.post(f"{tg.url}/bot{tg.token}/getUpdates", data={"timeout": 20}))
        await tg.wait_until(lambda: tg.polling)
        dying.cancel()
        await asyncio.wait([dying])
    tg.says(ANNE, "x")
    assert len(await bot.get_updates(timeout=20)) == 1


async def test_old_updates_are_forgotten_presses_first(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(ANNE, "x", reply_markup=keyboard(button("Oui")))
    written = tg.says(ANNE, "x")
    tg.presses(ANNE, tg.sent[0], "Oui")
    tg.let_pass(151)
    assert [update.update_id for update in await bot.get_updates()] == [written]
    tg.let_pass(24 * 3600)
    assert await bot.get_updates() == ()


async def test_commands_and_deep_links_come_as_telegram_marks_them(tg: FakeTelegram, bot: Bot) -> None:
    tg.starts(ANNE, "relier_abc-1")
    tg.says(ANNE, "😀 /aide svp")
    opened, asked = [update.message for update in await bot.get_updates() if update.message]
    assert opened.text == "/start relier_abc-1"
    assert [entity.type for entity in opened.entities] == ["bot_command"]
    assert asked.parse_entities() == {asked.entities[0]: "/aide"}
    with pytest.raises(AssertionError, match="no payload"):
        tg.starts(ANNE, "é")


async def test_only_the_kinds_of_update_the_bot_wants_are_sent(tg: FakeTelegram, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["message"])
    tg.block(ANNE)
    tg.unblock(ANNE)
    written = tg.says(ANNE, "x")
    assert [update.update_id for update in await bot.get_updates()] == [written]


async def test_a_group_a_shared_number_and_a_correction_come_in_their_shape(tg: FakeTelegram, bot: Bot) -> None:
    tg.adds_bot(ANNE, -5, "Comité")
    written = tg.says(ANNE, "Quand ?", chat=-5)
    tg.corrects(written, "Où ?")
    tg.shares_contact(ANNE, "+33100000000")
    added, asked, corrected, shared = await bot.get_updates()
    assert added.my_chat_member is not None and added.my_chat_member.new_chat_member.status == "member"
    assert asked.message is not None and (asked.message.chat.type, asked.message.chat.title) == ("group", "Comité")
    assert corrected.edited_message is not None and corrected.edited_message.text == "Où ?"
    assert shared.message is not None and shared.message.contact is not None
    assert shared.message.contact.user_id == ANNE


# Presses


async def test_a_press_is_an_update_and_its_answer_is_seen(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(ANNE, "D’accord ?", reply_markup=keyboard(button("Oui", "answer:yes")))
    pressed = tg.presses(ANNE, await tg.next_message(ANNE), "Oui")
    [update] = await bot.get_updates()
    query = update.callback_query
    assert query is not None and query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == ("answer:yes", ANNE, tg.sent[0].message_id)
    await query.answer("Noté", show_alert=True)
    answer = await tg.answer_to(pressed)
    assert (answer.user, answer.text, answer.alert) == (ANNE, "Noté", True)
    with pytest.raises(BadRequest, match="Message_too_long"):
        await query.answer("x" * 201)
    tg.let_pass(151)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await query.answer()


async def test_a_press_can_be_forged_and_a_missing_button_cannot_be_pressed(tg: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(ANNE, "x", reply_markup=keyboard(button("Oui")))
    tg.presses(666, tg.sent[0], data="admin:delete")
    [update] = await bot.get_updates()
    assert update.callback_query is not None and update.callback_query.data == "admin:delete"
    with pytest.raises(AssertionError, match="only \\['Oui'\\]"):
        tg.presses(ANNE, tg.sent[0], "Non")


async def test_a_button_of_a_reply_keyboard_says_its_label(tg: FakeTelegram, bot: Bot) -> None:
    markup = ReplyKeyboardMarkup([[KeyboardButton("Mon numéro", request_contact=True)]], one_time_keyboard=True)
    await bot.send_message(ANNE, "x", reply_markup=markup)
    tg.presses(ANNE, tg.sent[0], "Mon numéro")
    [update] = await bot.get_updates()
    assert update.message is not None and update.message.text == "Mon numéro"


# Closed doors


async def test_a_closed_chat_is_refused_in_telegrams_words(tg: FakeTelegram, bot: Bot) -> None:
    tg.block(ANNE)
    [update] = await bot.get_updates()
    assert update.my_chat_member is not None and update.my_chat_member.new_chat_member.status == "kicked"
    tg.deactivate(72)
    tg.stranger(73)
    tg.group(-5)
    tg.kicks(ANNE, -5)
    doors: list[tuple[int, type[Exception], str]] = [
        (ANNE, Forbidden, "Forbidden: bot was blocked by the user"),
        (72, Forbidden, "Forbidden: user is deactivated"),
        (73, Forbidden, "Forbidden: bot can't initiate conversation with a user"),
        (-5, Forbidden, "Forbidden: bot was kicked from the group chat"),
        (74, BadRequest, "Chat not found"),
    ]
    for chat, kind, reason in doors:
        with pytest.raises(kind) as refusal:
            await bot.send_message(chat, "x")
        assert str(refusal.value) == reason
    assert tg.arrived == 0
    tg.unblock(ANNE)
    tg.starts(73)
    for chat in (ANNE, 73):
        await bot.send_message(chat, "x")
    assert tg.arrived == 2


async def test_a_group_that_became_a_supergroup_names_its_new_id(tg: FakeTelegram, bot: Bot) -> None:
    new = tg.migrate(tg.group(-5))
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "x")
    assert moved.value.new_chat_id == new
    await bot.send_message(new, "x")
    assert tg.arrivals == {new: 1}


async def test_a_wrong_or_revoked_token_is_unauthorized(tg: FakeTelegram) -> None:
    stranger = bot_for(tg, token="123:wrong")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    async with bot_for(tg) as bot:
        tg.unauthorized()
        with pytest.raises(InvalidToken):
            await bot.send_message(ANNE, "x")
        tg.recover()
        await bot.send_message(ANNE, "x")


# Limits


async def test_the_bucket_lets_one_second_of_messages_through_and_counts_the_rest() -> None:
    async with FakeTelegram(any_chat=True, rate=5) as tg, bot_for(tg) as bot:
        results = await asyncio.gather(*(bot.send_message(100 + n, "x") for n in range(20)), return_exceptions=True)
        refused = [result for result in results if isinstance(result, RetryAfter)]
        assert 10 <= len(refused) <= 15
        assert (tg.arrived, tg.too_many) == (20 - len(refused), len(refused))
        assert tg.limits.refused == {"bot": len(refused)}


async def test_one_chat_and_one_group_have_limits_of_their_own() -> None:
    async with FakeTelegram(any_chat=True, chat_rate=1, group_rate=2) as tg, bot_for(tg) as bot:
        await bot.send_message(1, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "x")
        await bot.send_message(2, "x")
        tg.limits.set(group_rate=2)
        tg.group(-5)
        for _ in "12":
            await bot.send_message(-5, "x")
        with pytest.raises(RetryAfter) as refusal:
            await bot.send_message(-5, "x")
        assert isinstance(refusal.value.retry_after, timedelta)
        assert 20 <= refusal.value.retry_after.total_seconds() <= 30
        assert tg.limits.refused == {"chat": 1, "group": 1}


async def test_a_halt_stops_one_chat_and_nothing_else(tg: FakeTelegram, bot: Bot) -> None:
    tg.knows(72)
    tg.retry_after(ANNE, 7)
    with pytest.raises(RetryAfter, match="Retry in 0:00:07"):
        await bot.send_message(ANNE, "x")
    await bot.send_message(72, "x")
    tg.retry_after(None, 7)
    with pytest.raises(RetryAfter):
        await bot.send_message(72, "x")
    assert (tg.arrived, tg.too_many) == (1, 2)


# Mishaps


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_lost_answer_tells_the_client_nothing_of_what_arrived(
    tg: FakeTelegram, bot: Bot, accepted: bool
) -> None:
    tg.drop_connection_after("sendMessage", 1, accepted=accepted)
    await bot.send_message(ANNE, "un")
    with pytest.raises(NetworkError):
        await bot.send_message(ANNE, "deux")
    await bot.send_message(ANNE, "trois")
    assert [message.text for message in tg.sent] == (["un", "deux", "trois"] if accepted else ["un", "trois"])


async def test_a_planned_refusal_hits_the_next_calls_of_its_method(tg: FakeTelegram, bot: Bot) -> None:
    tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 3", {"retry_after": 3})
    tg.fail_next("sendMessage", 500, "Internal Server Error", accepted=True)
    with pytest.raises(RetryAfter):
        await bot.send_message(ANNE, "un")
    with pytest.raises(NetworkError):
        await bot.send_message(ANNE, "deux")
    assert [message.text for message in tg.sent] == ["deux"]
    assert [refusal.code for _, refusal in tg.refusals] == [429, 500]


async def test_a_slow_call_has_its_effect_though_the_client_gives_up(tg: FakeTelegram) -> None:
    async with bot_for(tg, read_timeout=0.05) as bot:
        tg.slow("sendMessage", 5)
        with pytest.raises(TimedOut):
            await bot.send_message(ANNE, "x")
        assert (await tg.next_message(ANNE)).text == "x"


async def test_a_held_call_goes_on_though_the_client_gave_up(tg: FakeTelegram) -> None:
    async with bot_for(tg, read_timeout=0.05) as bot:
        hold = tg.hold("sendMessage", accepted=False)
        with pytest.raises(TimedOut):
            await bot.send_message(ANNE, "x")
        await hold.reached()
        assert tg.arrived == 0
        hold.release()
        await tg.next_message(ANNE)


async def test_an_outage_ends(tg: FakeTelegram, bot: Bot) -> None:
    tg.outage()
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ANNE, "x")
    tg.recover()
    await bot.send_message(ANNE, "x")


# Menus, actions, webhook


async def test_menus_and_actions_are_checked_and_kept(tg: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("aide", "Ce que je sais faire")])
    assert await bot.get_my_commands() == (BotCommand("aide", "Ce que je sais faire"),)
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("À propos", "x")])
    await bot.send_chat_action(ANNE, "typing")
    assert tg.actions == [(ANNE, "typing")]
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await bot.send_chat_action(ANNE, "dancing")


async def test_a_webhook_gets_each_update_until_it_says_2xx_and_polling_is_a_conflict(
    tg: FakeTelegram, bot: Bot
) -> None:
    received: list[tuple[str | None, Update | None]] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        update = Update.de_json(await request.json(), bot)
        received.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update))
        return web.Response(status=503 if len(received) < 3 else 204)

    early = tg.says(ANNE, "un")
    runner = web.ServerRunner(web.Server(receive))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    poll = asyncio.create_task(bot.get_updates(offset=early + 1, timeout=20))
    await tg.wait_until(lambda: tg.polling)
    try:
        host, port = runner.addresses[0][:2]
        url = f"http://{host}:{port}/telegram/events"
        with pytest.raises(BadRequest, match="https url must be provided"):
            await bot.set_webhook("http://example.org/x")
        with pytest.raises(BadRequest, match="unallowed characters"):
            await bot.set_webhook(url, secret_token="é")
        await bot.set_webhook(url, secret_token="s3cret")
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await poll
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        second, third = tg.says(ANNE, "deux"), tg.says(ANNE, "trois")
        await tg.all_confirmed()
        assert [(push.update_id, push.attempt, push.status) for push in tg.pushes] == [
            (second, 1, 503),
            (second, 2, 503),
            (second, 3, 204),
            (third, 1, 204),
        ]
        assert {secret for secret, _ in received} == {"s3cret"}
        tg.redeliver(second)
        await tg.all_confirmed()
        assert len(received) == 5
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        await bot.delete_webhook()
        assert await bot.get_updates() == ()
    finally:
        await runner.cleanup()


async def test_the_extended_client_reads_everything_too(tg: FakeTelegram) -> None:
    bot: ExtBot[None] = ExtBot(tg.token, base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot")
    async with bot:
        assert bot.username == "concerte_test_bot"
        tg.says(ANNE, "x")
        assert len(await bot.get_updates()) == 1


async def test_the_clients_own_polling_works_against_it_and_confirms_what_it_took(tg: FakeTelegram) -> None:
    taken: asyncio.Queue[object] = asyncio.Queue()
    updater = Updater(bot_for(tg), taken)
    async with updater:
        written = tg.says(ANNE, "avant")
        await updater.start_polling(timeout=timedelta(seconds=10), allowed_updates=Update.ALL_TYPES)
        first = await taken.get()
        assert isinstance(first, Update) and first.update_id == written
        await tg.wait_until(lambda: tg.polling and not tg.waiting)
        later = tg.says(ANNE, "pendant")
        second = await taken.get()
        assert isinstance(second, Update) and second.update_id == later
        await updater.stop()
    assert tg.waiting == []


# A process of its own


async def test_it_runs_as_a_process_that_is_told_and_asked_over_http() -> None:
    command = [sys.executable, "-m", "tests.fakes.telegram", "--any-chat", "--rate", "50"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        ready = json.loads(await process.stdout.readline())
        client = Bot(ready["token"], base_url=f"{ready['url']}/bot", base_file_url=f"{ready['url']}/file/bot")
        async with client as bot, aiohttp.ClientSession(ready["url"]) as control:
            await bot.send_message(5, "Bonjour", reply_markup=keyboard(button("Oui", "yes")))
            [message] = await (await control.get("/control/messages")).json()
            assert (message["chat"], message["text"], message["buttons"]) == (5, "Bonjour", ["Oui"])
            pressed = {"user": 5, "message": message["message_id"], "label": "Oui"}
            update_id = await (await control.post("/control/presses", json=pressed)).json()
            [update] = await bot.get_updates()
            assert update.update_id == update_id
            await control.post("/control/limits", json={"rate": 1})
            await bot.send_message(6, "x")
            with pytest.raises(RetryAfter):
                await bot.send_message(7, "x")
            assert (await control.post("/control/dances", json={})).status == 400
            stats = await (await control.get("/control/stats")).json()
            assert (stats["arrived"], stats["too_many"], stats["calls"]["sendMessage"]) == (2, 1, 3)
            assert stats["last_arrival"] > stats["first_arrival"] > 0
            assert await (await control.get("/control/arrivals")).json() == {"5": 1, "6": 1}
            await control.post("/control/reset")
            assert (await (await control.get("/control/stats")).json())["arrived"] == 0
    finally:
        process.terminate()
        assert await process.wait() == 0
