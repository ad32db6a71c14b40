"""Announcements written to break a platform, to people who block everything, about events that are gone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.slack.rendering import parts_of as on_slack
from bot.telegram.rendering import TEXT, measured
from bot.telegram.rendering import parts_of as on_telegram
from handlers.messages import Message
from handlers.richtext import read, visible
from schedules.delivery import Worker
from schedules.retry import DeliveryError
from storage.agenda import Event
from storage.announcements import Announcement
from storage.database import Database
from storage.outbox import Delivery, State
from storage.people import Account
from tests import building
from tests.announcing import ANNE, NOW, STAFF, Chat, deliveries, network
from tests.fakes.telegram.formatting import parse_html
from tests.recording import HandClock, RecordingMessenger
from tests.stage import Stage

GONE = DeliveryError("bot was blocked by the user", permanent=True, unreachable=True)
HOSTILE = [
    "**gras *et italique** jamais fermé*",
    "***" * 50,
    '[lien "cité"](https://e.org/?a="b"&c=<d>)',
    "[a](https://e.org/'onclick='x) [b](javascript:alert(1)) [c](https://e.org/|x>y)",
    "<b>x</b> <!channel> <@U1> <https://mal.fr|banque> &amp; &lt;",
    "[**gras** dans [un lien](https://e.org)](https://f.org)",
    "- un\n  - **deux\n    - trois** <i>\n1. quatre",
    "*😀" * 3000,
    "é" * 4095 + "**x**" + "😀" * 10,
    "[" + "x" * 5000 + "](https://e.org/" + "y" * 1500 + ")",
    "\u202e\u200bzéro\u0000 \ufeff",
]


def no_worse_than_text(text: str) -> None:
    """Both platforms take every part, within their limits, and no visible character is lost on Telegram."""
    shown = []
    for part in on_telegram(Message(text=text)):
        found = parse_html(part.html)  # refuses what the server would refuse
        assert len(measured(found.text)) <= TEXT
        shown.append(found.text)
    said = "".join(visible(read(text)).split())
    assert "".join("".join(shown).split()).replace("\u2003", "") == said.replace("\u2003", "")
    for slack in on_slack(Message(text=text)):
        for block in slack.blocks:
            inside = block["text"]["text"]
            assert len(inside) <= 3000 and "<!" not in inside and "<@" not in inside


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text(text: str) -> None:
    no_worse_than_text(text)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["**", "*", "_", "[", "](https://e.org/\"'&)", "\n\n- ", "<", "!channel>", "😀", "mot "]))
)
def test_any_mixture_of_marks_is_taken(pieces: list[str]) -> None:
    no_worse_than_text("".join(pieces) * 40)


async def test_somebody_who_blocks_both_platforms_ends_as_failed_once_on_each(database: Database) -> None:
    await network(database)
    async with database.transaction() as session:
        session.add(
            Account(
                platform="slack", external_id="anne", chat="slack-anne", person_id=ANNE, workspace="", created_at=NOW
            )
        )
    await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")
    channels = [RecordingMessenger("telegram"), RecordingMessenger("slack")]
    for channel in channels:
        channel.faults.extend([GONE] * 9)
    await Worker(database, list(channels), HandClock(NOW), "w1").drain()
    row = (await deliveries(database))[ANNE]
    assert (row.state, row.platform, row.reason) == (State.FAILED, "slack", "bot was blocked by the user")
    assert [len(channel.arrived) for channel in channels] == [0, 0]


async def test_the_other_address_is_never_somebody_elses(database: Database) -> None:
    await network(database)
    await (await Chat(database, STAFF).say("annonce Bonjour")).press("Envoyer")
    telegram, slack = RecordingMessenger("telegram"), RecordingMessenger("slack")
    telegram.faults.extend([GONE] * 9)
    await Worker(database, [telegram, slack], HandClock(NOW), "w1").drain()
    rows = await deliveries(database)
    assert rows[ANNE].state == State.FAILED and rows[ANNE].platform == "telegram"
    async with database.reading() as session:
        whose = {one.chat: one.person_id for one in await session.scalars(select(Account))}
    sent = (await deliveries(database)).items()
    assert all(row.person_id == person == whose[row.chat] for person, row in sent if row.state == State.DELIVERED)


async def test_the_button_of_an_event_that_is_gone_says_so(sqlite: Database) -> None:
    stage = Stage(sqlite)
    stage.clock.at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    await stage.person("Anne", "Le Goff", "telegram:1")
    async with sqlite.transaction() as session:
        event = await building.event(session, "Séminaire", "2026-12-09")
        number = event.id
        session.add(
            Announcement(author_id=None, text="x", event_id=number, created_at=NOW, updated_at=NOW, audience={})
        )
    async with sqlite.transaction() as session:
        await session.execute(delete(Event).where(Event.id == number))
    heard = await stage.presses("telegram:1", f"calendar:show:{number}")
    assert heard.messages and "erreur" not in heard.text.lower() and "Séminaire" not in heard.text
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Announcement.event_id))).one() is None
        assert (await session.scalars(select(Delivery.state))).all()
