"""What a message becomes on Slack: mrkdwn that pings nobody, blocks and messages within the limits."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.rendering import LABEL, SECTION, mrkdwn, parts_of
from handlers.messages import Attachment, Button, ContactCard, Message, plain
from handlers.richtext import read
from tests.fakes.slack.blocks import check_message_blocks


def checked(message: Message) -> list[list[dict[str, Any]]]:
    """The blocks of every part, as the strict server takes them."""
    return [check_message_blocks(json.dumps(part.blocks)) for part in parts_of(message) if part.blocks]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**gras** et *doux*", "*gras* et _doux_"),
        ("***les deux***", "*_les deux_*"),
        ("**gras ** x", "\u200b**gras \u200b** x"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("[ici](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|ici>"),
        ("[a|b](https://example.org/)", "<https://example.org/|a¦b>"),
        ("- un\n- deux", "• un\n• deux"),
        ("nom_prenom_x 3 * 4 * 5", "nom_prenom_x 3 * 4 * 5"),
    ],
)
def test_rich_text_becomes_mrkdwn(written: str, shown: str) -> None:
    assert mrkdwn(read(written)).replace("\u200b", "") == shown.replace("\u200b", "")


@pytest.mark.parametrize("typed", ["@channel", "allez @here !", "**@everyone**", "[@Channel](https://e.org/@here)"])
def test_nobody_calls_everybody_without_brackets_either(typed: str) -> None:
    rendered = mrkdwn(read(typed))
    assert not re.search(r"(?<![\w/])@(?!\u200b)", rendered)
    (part,) = parts_of(Message(text=typed))
    assert "@\u200b" in part.text


def test_an_address_and_a_link_are_left_whole() -> None:
    assert mrkdwn(read("camille@group.fr")) == "camille@group.fr"
    assert "https://e.org/@everyone|" in mrkdwn(read("[ici](https://e.org/@everyone)"))


@pytest.mark.parametrize("typed", ["*important*", "_x_", "~non~", "`code`", "(*a*)"])
def test_marks_that_somebody_typed_make_no_style(typed: str) -> None:
    rendered = mrkdwn(read(plain(typed)))
    assert rendered.replace("\u200b", "") == typed
    for mark in "*_~`":
        if mark in typed:
            assert f"\u200b{mark}\u200b" in rendered


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aé😀 <&>*_\n-1.`~|", max_size=300), st.integers(1, 150))
def test_parts_are_within_the_limits_and_lose_nothing(text: str, times: int) -> None:
    blocks = [block for part in checked(Message(text=plain(text) * times)) for block in part]
    assert all(block["type"] == "section" and len(block["text"]["text"]) <= SECTION for block in blocks)
    told = "".join("".join(block["text"]["text"].replace("\u200b", "").split()) for block in blocks)
    whole = mrkdwn(read(plain(text) * times)).replace("\u200b", "")
    assert told == "".join(whole.split())


def test_buttons_carry_their_action_and_a_name_of_their_own() -> None:
    twice = Button(label="Oui", action="t:oui", style="primary")
    rows = ((twice, twice), (Button(label="x" * 100, url="https://example.org"),))
    (blocks,) = checked(Message(text="?", buttons=rows))
    elements = [element for block in blocks[1:] for element in block["elements"]]
    assert [element["action_id"] for element in elements] == ["b0", "b1", "b2"]
    assert [element.get("value") for element in elements] == ["t:oui", "t:oui", None]
    assert (elements[0]["style"], elements[2]["url"]) == ("primary", "https://example.org")
    assert elements[2]["text"]["text"] == "x" * (LABEL - 1) + "…"


def test_many_rows_go_on_in_another_message() -> None:
    rows = tuple((Button(label=f"choix {n}", action=f"t:{n}"),) for n in range(120))
    sizes = [len(blocks) for blocks in checked(Message(text="?", buttons=rows))]
    assert sizes == [50, 50, 21]


def test_the_buttons_come_after_the_text() -> None:
    parts = checked(Message(text="mot " * 5000, buttons=((Button(label="Oui", action="t:oui"),),)))
    kinds = [[block["type"] for block in blocks] for blocks in parts]
    assert kinds[-1][-1] == "actions"
    assert sum("actions" in kind for kind in kinds) == 1


def test_a_file_follows_in_a_part_of_its_own() -> None:
    file = Attachment(filename="ag.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")
    parts = parts_of(Message(text="Voici", attachment=file))
    assert [part.attachment for part in parts] == [None, file]


def test_a_contact_has_a_card_with_coordinates_to_touch() -> None:
    card = ContactCard(
        given_name="Camille", family_name="Zind", phone="01 02 03 04 05", email="c@example.org",
        function="consultante", organisation="Conseil & Cie",
    )  # fmt: skip
    ((said, shown),) = checked(Message(text="Joindre **Camille Zind**", contact=card))
    assert said["text"]["text"] == "Joindre *Camille Zind*"
    assert shown["text"]["text"] == "*Camille Zind*\nconsultante, Conseil &amp; Cie"
    assert [field["text"] for field in shown["fields"]] == [
        "*Téléphone*\n<tel:0102030405|01 02 03 04 05>",
        "*Courriel*\n<mailto:c@example.org|c@example.org>",
    ]


def test_a_card_does_not_say_again_what_the_text_links_to() -> None:
    card = ContactCard(given_name="Camille", family_name="Zind", phone="01 02 03 04 05")
    (blocks,) = checked(Message(text="[01 02 03 04 05](tel:0102030405)", contact=card))
    assert len(blocks) == 1


def test_the_notification_says_the_beginning_and_pings_nobody() -> None:
    (part,) = parts_of(Message(text=plain("<!channel> ") + "mot " * 500))
    assert part.text.startswith("&lt;!channel&gt; mot")
    assert len(part.text.encode()) < 4000


def test_nothing_to_say_is_no_part() -> None:
    assert parts_of(Message(text=" ")) == []


def test_a_button_that_does_nothing_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="action or an address"):
        parts_of(Message(text="?", buttons=((Button(label="x"),),)))
