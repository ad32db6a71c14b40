"""Messages as HTML: what the page shows, and that nobody's text becomes markup."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import rendering
from bot.web.server import pages
from handlers.messages import Button, Message, plain
from storage.web import Direction, WebMessage

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Bonjour", "<p>Bonjour</p>"),
        ("un\n\ndeux", "<p>un</p><p>deux</p>"),
        ("une ligne\nl’autre", "<p>une ligne<br>l’autre</p>"),
        ("**gras** et *penché*", "<p><strong>gras</strong> et <em>penché</em></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol><li value="3">a</li><li value="4">b</li></ol>'),
        (
            "- a\n  1. b\n  2. c\n- d",
            '<ul><li>a<ol><li value="1">b</li><li value="2">c</li></ol></li><li>d</li></ul>',
        ),
        ("1. a\n\n- b", '<ol><li value="1">a</li></ol><ul><li>b</li></ul>'),
        (
            "[lien](https://example.org/?a=1&b=2)",
            '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">lien</a></p>',
        ),
        (
            "[écrire](mailto:a@example.org)",
            '<p><a href="mailto:a@example.org" rel="noopener noreferrer">écrire</a></p>',
        ),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](https://example.org/x.png)", None),
    ],
)
def test_rich_text_becomes_our_own_tags_only(text: str, html: str | None) -> None:
    made = str(rendering.rich(text))
    assert "<img" not in made and "<script" not in made
    if html is not None:
        assert made == html


_ALLOWED = re.compile(
    r"</?(p|ul|li|strong|em)>|<p class=\"aside\">|<br>|</?ol>|<li value=\"\d+\">|</a>"
    r"|<a href=\"(https?://|mailto:|tel:)[^\"<>]*\"( target=\"_blank\")? rel=\"noopener noreferrer\">"
)


@given(st.text(alphabet="ab \n*_-1.[](){}<>&\"'`#!\\/:=jhtps", max_size=80))
def test_no_text_makes_a_tag_that_is_not_ours(text: str) -> None:
    for made in (str(rendering.rich(text)), str(rendering.rich(plain(text))), str(rendering.as_typed(text))):
        assert "<" not in _ALLOWED.sub("", made)
        assert made.count("<li") == made.count("</li>") and made.count("<ul>") == made.count("</ul>")


def test_what_people_type_is_shown_as_typed() -> None:
    assert str(rendering.as_typed("**a** <b>\nfin")) == "**a** &lt;b&gt;<br>fin"


def test_hostile_labels_and_names_stay_text_in_the_page() -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    message = Message(
        text=plain(hostile), buttons=((Button(label=hostile, action="a:b"), Button(label="x", url="https://e.org/")),)
    )
    row = WebMessage(
        id=1,
        direction=Direction.OUT,
        kind="reply",
        payload=message.model_dump(mode="json", exclude_defaults=True),
        created_at=datetime(2024, 3, 15, 9, tzinfo=UTC),
        edited_at=None,
    )
    html = pages().get_template("message.html").render(m=rendering.view(row, PARIS, "/api/1/files"))
    assert "<img" not in html
    assert html.count("<button") == 1


def test_times_are_the_readers() -> None:
    row = WebMessage(
        id=1,
        direction=Direction.IN,
        kind="",
        payload={"text": "x"},
        created_at=datetime(2024, 3, 15, 21, tzinfo=UTC),
        edited_at=None,
    )
    shown = rendering.view(row, ZoneInfo("Indian/Reunion"), "")
    assert (shown["day_label"], shown["hour"]) == ("samedi 16 mars 2024", "1\u00a0h")


def test_an_excerpt_has_the_first_words_and_no_markup() -> None:
    assert rendering.excerpt({"text": "**Rappel**\n\n- a\n- b"}) == "Rappel\n• a\n• b"
    assert rendering.excerpt({"text": "mot " * 100}, most=20) == "mot mot mot mot mot…"


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1\u00a0octet"), (999, "999\u00a0octets"), (2300, "2\u00a0Ko"), (1_440_000, "1,4\u00a0Mo")]
)
def test_sizes_are_french(count: int, text: str) -> None:
    assert rendering.size(count) == text


_FOLDER = Path(rendering.__file__).parent
_SOURCES = sorted(
    [*_FOLDER.glob("templates/*.html"), *_FOLDER.glob("static/*.js"), _FOLDER / "wording.py", _FOLDER / "guarding.py"]
)


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: path.name)
def test_the_pages_keep_french_typography(path: Path) -> None:
    """No plain space before ; : ! ? », none after «, and the curly apostrophe, in whatever a reader sees."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        seen = re.findall(r">([^<>]+)<", re.sub(r"\{[%{#].*?[%}#]\}", "", text, flags=re.DOTALL))
    else:
        seen = re.findall(r'"([^"\n]*[éèàêçôû’«][^"\n]*)"', re.sub(r'""".*?"""|//.*', "", text, flags=re.DOTALL))
    for phrase in seen:
        assert not re.search(r"[\w…] [;:!?»]|« |\w'\w", phrase), phrase
