"""What another platform would show is its own rendering, told back."""

import pytest

from bot.showing import as_shown
from handlers.announcements.departure_wording import duration
from handlers.messages import Button, Message, StoredFile, plain
from handlers.richtext import read, visible
from handlers.weighing import lasting

TEXT = (
    "**Bonjour** à *tous*, voyez [le programme](https://exemple.fr/p?a=1&b=2) :\n\n- un\n- deux\n\n5 < 6 & snake_case *"
)
FILE = StoredFile(number=7, filename="plan.pdf", type="application/pdf", size=12)
READ = ((Button(label="J’ai lu", action="announce:read:1"),),)


@pytest.mark.parametrize("platform", ["telegram", "slack", "web"])
def test_what_the_reader_sees_is_the_same_text_with_its_styles(platform: str) -> None:
    (shown,) = as_shown(Message(text=TEXT, buttons=READ, shown_as=platform))
    said = visible(read(shown.text))
    assert " ".join(said.split()) == " ".join(visible(read(TEXT)).split())
    assert "**Bonjour**" in shown.text and "*tous*" in shown.text and "https://exemple.fr/p?a=1&b=2" in shown.text
    assert shown.buttons == READ and shown.shown_as == ""


@pytest.mark.parametrize(("platform", "parts"), [("telegram", 2), ("slack", 1), ("web", 1)])
def test_a_long_text_is_as_many_messages_as_the_platform_makes_of_it(platform: str, parts: int) -> None:
    assert len(as_shown(Message(text="mot " * 1500, shown_as=platform))) == parts


@pytest.mark.parametrize(
    ("platform", "text", "files"),
    [
        ("telegram", "Court", [True]),  # the text is the caption
        ("telegram", "mot " * 400, [True, False]),  # too long for a caption: the file goes before it
        ("slack", "Court", [False, True]),
        ("web", "Court", [True]),
    ],
)
def test_the_file_stands_where_the_platform_puts_it(platform: str, text: str, files: list[bool]) -> None:
    shown = as_shown(Message(text=text, file=FILE, shown_as=platform))
    assert [one.file is not None for one in shown] == files
    assert all(one.attachment is None for one in shown)


def test_a_label_is_cut_where_the_platform_cuts_it() -> None:
    long = ((Button(label="x" * 70, action="a:b"),),)
    widths = {
        name: len(as_shown(Message(text="?", buttons=long, shown_as=name))[0].buttons[0][0].label)
        for name in ("telegram", "slack")
    }
    assert widths == {"telegram": 60, "slack": 70}


@pytest.mark.parametrize("platform", ["telegram", "slack", "web"])
def test_nothing_that_was_typed_becomes_a_style(platform: str) -> None:
    typed = "*pas gras* _ni ceci_ <b>non</b> [x](https://a.fr) `c`"
    (shown,) = as_shown(Message(text=plain(typed), shown_as=platform))
    assert visible(read(shown.text)).replace("\u200b", "") == typed


def test_a_message_that_is_no_preview_is_itself() -> None:
    assert as_shown(Message(text=TEXT)) == (Message(text=TEXT),)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "moins d’une minute"),
        (60, "environ 1 minute"),
        (370, "environ 6 minutes"),
        (9000, "environ 2\u00a0h\u00a030"),
    ],
)
def test_how_long_it_takes_is_said_in_words(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_platforms_send_side_by_side_each_at_its_own_pace() -> None:
    waiting = {("telegram", ""): 9000, ("slack", "T1"): 400, ("slack", "T2"): 700, ("web", ""): 50_000}
    rates = {"telegram": 30, "slack": 200 / 60}
    assert lasting(waiting, rates, {"text": "Bonjour"}) == 300
    assert (
        lasting(waiting | {("slack", "T1"): 1400}, rates, {"text": "Bonjour"}) == 420
    )  # the workspaces side by side, too
    assert lasting({}, {}, {}) == 0
