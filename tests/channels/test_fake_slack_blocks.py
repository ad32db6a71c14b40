"""The fake Slack refuses what Slack refuses in blocks and views, in Slack's words. One line a rule."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import FakeSlack

Block = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(echo=False) as slack:
        slack.add_user("U1", "Anne Le Goff")
        yield slack


@pytest.fixture
def bot(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[])


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str = "Oui", **more: Any) -> Block:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def options(count: int, text: str = "x", value: str = "v") -> list[Block]:
    return [{"text": plain(text), "value": value} for _ in range(count)]


def choice(kind: str, count: int, **more: Any) -> Block:
    return {"type": kind, "options": options(count), **more}


def ask(element: Block, label: str = "Votre avis", **more: Any) -> Block:
    return {"type": "input", "label": plain(label), "element": element, **more}


def context(count: int) -> Block:
    return {"type": "context", "elements": [plain("x")] * count}


def modal(*blocks: Block, title: str = "Titre", **more: Any) -> Block:
    return {"type": "modal", "title": plain(title), "submit": plain("Envoyer"), "blocks": list(blocks), **more}


TEXT_INPUT = {"type": "plain_text_input"}

WITHIN: list[list[Block]] = [
    [section("a" * 3000)],
    [{"type": "header", "text": plain("a" * 150)}],
    [actions(button("a" * 75, value="v" * 2000, action_id="a" * 255))],
    [actions(*(button(action_id=f"b{n}") for n in range(25)))],
    [context(10), {"type": "divider"}],
    [section()] * 50,
    [section("a" * 2640) for _ in range(5)],
    [actions(choice("radio_buttons", 10)), actions(choice("static_select", 100, placeholder=plain("a" * 150)))],
    [section(accessory=choice("multi_static_select", 100)), section(fields=[plain("x")] * 10)],
    [{"type": "image", "image_url": "https://example.org/a.png", "alt_text": "une affiche", "title": plain("x")}],
    [ask({"type": "datepicker", "initial_date": "2024-10-08"})],
]

BEYOND: list[tuple[list[Block], str]] = [
    ([section("a" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ([{"type": "header", "text": plain("a" * 151)}], "must be less than 151 characters"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "unsupported type: mrkdwn"),
    ([actions(button("a" * 76))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    ([actions(button(value="v" * 2001))], "must be less than 2001 characters"),
    ([actions(button(style="warning"))], "must be a valid enum value: warning"),
    ([actions(button(disabled=True))], "invalid additional property: disabled"),
    ([actions(button(action_id="a" * 256))], "must be less than 256 characters"),
    (
        [actions(button(action_id="oui")), actions(button(action_id="oui"))],
        '`action_id` "oui" already exists [json-pointer:/blocks/1/elements/0/action_id]',
    ),
    ([section(block_id="b"), section(block_id="b")], '`block_id` "b" already exists'),
    ([section(block_id="b" * 256)], "must be less than 256 characters"),
    ([actions(*(button() for _ in range(26)))], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    ([actions()], "must provide at least 1 items"),
    ([context(11)], "no more than 10 items allowed"),
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([actions(choice("radio_buttons", 11))], "no more than 10 items allowed"),
    ([actions(choice("checkboxes", 0))], "must provide at least 1 items"),
    ([actions(choice("static_select", 101))], "no more than 100 items allowed"),
    ([actions(choice("multi_static_select", 1))], "unsupported type: multi_static_select"),
    ([actions({"type": "static_select", "options": options(1, "a" * 76)})], "must be less than 76 characters"),
    ([actions({"type": "static_select", "options": options(1, "a", "v" * 151)})], "must be less than 151 characters"),
    ([actions(choice("radio_buttons", 1, initial_option={}))], "initial options must match"),
    ([{"type": "image", "image_url": "https://example.org/a.png"}], "missing required field: alt_text"),
    ([ask(TEXT_INPUT, "a" * 2001)], "must be less than 2001 characters"),
    ([ask(button())], "unsupported type: button"),
    ([ask({"type": "number_input"})], "missing required field: is_decimal_allowed"),
    ([ask({"type": "datepicker", "initial_date": "8/10/2024"})], "must be a date"),
    ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ([section(fields=[plain("a" * 2001)])], "must be less than 2001 characters"),
]

VIEWS_BEYOND: list[tuple[Block, str]] = [
    (modal(title="a" * 25), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("a" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=plain("a" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="a" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="a" * 256), "must be less than 256 characters"),
    (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(note="x"), "invalid additional property: note"),
    (
        {"type": "modal", "title": plain("x"), "blocks": [ask(TEXT_INPUT)]},
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
    ),
    ({"type": "modal", "blocks": []}, "missing required field: title"),
    ({"type": "home", "blocks": []}, "must be a valid enum value: home"),
    (modal(ask({"type": "plain_text_input", "max_length": 3001})), "must be an integer from 0 to 3000"),
]


@pytest.mark.parametrize("blocks", WITHIN)
async def test_blocks_within_the_limits_arrive(bot: AsyncWebClient, blocks: list[Block]) -> None:
    answer = await bot.chat_postMessage(channel="U1", text="x", blocks=blocks)
    assert all(block["block_id"] for block in answer["message"]["blocks"])


@pytest.mark.parametrize(("blocks", "complaint"), BEYOND)
async def test_blocks_beyond_a_limit_are_refused(bot: AsyncWebClient, blocks: list[Block], complaint: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await bot.chat_postMessage(channel="U1", text="x", blocks=blocks)
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert any(line.startswith(f"[ERROR] {complaint}") for line in answer["response_metadata"]["messages"])


async def test_all_the_text_of_a_message_together_has_a_limit(bot: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await bot.chat_postMessage(channel="U1", text="x", blocks=[section("a" * 2641) for _ in range(5)])
    assert refused.value.response["error"] == "msg_blocks_too_long"


async def test_blocks_that_are_no_list_are_refused(bot: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await bot.chat_postMessage(channel="U1", text="x", blocks="{pas du json")
    assert refused.value.response["error"] == "invalid_blocks_format"


@pytest.mark.parametrize(("view", "complaint"), VIEWS_BEYOND)
async def test_views_beyond_a_limit_are_refused(
    slack: FakeSlack, bot: AsyncWebClient, view: Block, complaint: str
) -> None:
    trigger = slack.command("U1", "/concerte").payload["trigger_id"]
    with pytest.raises(SlackApiError) as refused:
        await bot.views_open(trigger_id=trigger, view=view)
    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    assert any(line.startswith(f"[ERROR] {complaint}") for line in answer["response_metadata"]["messages"])
    # A refused view leaves the trigger usable.
    await bot.views_open(trigger_id=trigger, view=modal(ask(TEXT_INPUT), private_metadata="a" * 3000))
