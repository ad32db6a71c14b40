"""What a message becomes on Telegram: HTML, parts within the limits, keyboards."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.rendering import CAPTION, MOST_BUTTONS, TEXT, html, openable, parts_of
from handlers.messages import Attachment, Button, ContactCard, Message, plain
from handlers.richtext import read
from tests.fakes.telegram.formatting import parse_html, units

ICS = Attachment(filename="ag.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**gras** et *doux*", "<b>gras</b> et <i>doux</i>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("[ici](https://example.org/?a=1&b=2)", '<a href="https://example.org/?a=1&amp;b=2">ici</a>'),
        ("[01 02 03](tel:+33102)", "01 02 03 (+33102)"),
        ("[a@b.fr](mailto:a@b.fr)", "a@b.fr"),
        ("- un\n- deux", "• un\n• deux"),
        ("1. un\n2. deux", "1. un\n2. deux"),
        ("un\n\ndeux", "un\n\ndeux"),
    ],
)
def test_rich_text_becomes_html(written: str, shown: str) -> None:
    assert html(read(written)) == shown


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aé😀 <&>*_\n-1.", max_size=300), st.integers(1, 60))
def test_parts_are_within_the_limit_and_lose_nothing(text: str, times: int) -> None:
    parts = parts_of(Message(text=plain(text) * times))
    read_back = [parse_html(part.html) for part in parts]
    assert all(units(part.html) <= TEXT and part.html.strip() for part in parts)
    assert all(not found.complaints for found in read_back)
    whole = parse_html(html(read(plain(text) * times))).text
    assert "".join("".join(found.text.split()) for found in read_back) == "".join(whole.split())


def test_the_buttons_are_on_the_last_part() -> None:
    parts = parts_of(Message(text="mot " * 3000, buttons=((Button(label="Oui", action="t:oui"),),)))
    assert len(parts) == 3
    assert [part.keyboard is not None for part in parts] == [False, False, True]


def test_long_labels_stand_one_in_a_row() -> None:
    short = tuple(Button(label=str(n), action=f"t:{n}") for n in range(10))
    long = tuple(Button(label="une réponse assez longue n° " + str(n), action=f"t:{n}") for n in range(3))
    keyboard = parts_of(Message(text="?", buttons=(short, long)))[0].keyboard
    assert keyboard is not None
    assert [len(row) for row in keyboard.inline_keyboard] == [8, 2, 1, 1, 1]


def test_more_buttons_than_fit_go_on_in_another_message() -> None:
    rows = tuple((Button(label=f"choix {n}", action=f"t:{n}"),) for n in range(MOST_BUTTONS + 20))
    parts = parts_of(Message(text="?", buttons=rows))
    sizes = [sum(map(len, part.keyboard.inline_keyboard)) for part in parts if part.keyboard]
    assert (len(parts), sizes) == (2, [MOST_BUTTONS, 20])


def test_a_link_that_no_button_takes_is_written_out() -> None:
    parts = parts_of(Message(text="Voir", buttons=((Button(label="La page", url="http://localhost:8000/p"),),)))
    assert "La page\u00a0: http://localhost:8000/p" in parts[0].html
    assert parts[0].keyboard is None
    assert [openable(url) for url in ("https://a.fr/x", "mailto:a@b.fr", "http://[")] == [True, False, False]


def test_an_action_too_long_for_telegram_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        parts_of(Message(text="?", buttons=((Button(label="x", action="é" * 33),),)))


def test_a_short_text_is_the_caption_of_its_file() -> None:
    (part,) = parts_of(Message(text="Voici", attachment=ICS))
    assert (part.html, part.attachment) == ("Voici", ICS)
    text, file = parts_of(Message(text="mot " * CAPTION, attachment=ICS))
    assert (text.attachment, file.html, file.attachment) == (None, "", ICS)
    text, file = parts_of(Message(text="Voici", attachment=ICS), editing=True)
    assert (text.html, file.attachment) == ("Voici", ICS)


def test_a_card_without_a_number_is_only_the_text() -> None:
    card = ContactCard(given_name="Camille", family_name="Zind", email="c@example.org")
    assert len(parts_of(Message(text="Camille", contact=card))) == 1
    called = card.model_copy(update={"phone": "+33102030405"})
    assert [part.contact for part in parts_of(Message(text="Camille", contact=called))] == [None, called]


def test_nothing_to_say_is_no_part() -> None:
    assert parts_of(Message(text=" ")) == []
