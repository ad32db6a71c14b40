"""What the author of an announcement sees while it goes, on all three channels with their real SDKs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal import START
from tests.conversations.everywhere import Place, place

AUTHOR, READER = "sacha-essai", "annaig-exemple"


@pytest.fixture(params=["telegram", "slack", "web"])
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(request.param, tmp_path) as made:
        yield made


async def progress(here: Place) -> list[str]:
    """The messages in the author's chat that tell how far it is."""
    shown = [text.replace("\u00a0", " ").replace("\\", "") for text in await here.mouth.shown(AUTHOR)]
    return [text for text in shown if "Rendez-vous jeudi" in text and "%)" in text]


async def test_one_message_is_edited_in_the_authors_chat_and_the_report_comes_last(here: Place) -> None:
    await here.says(AUTHOR, "annonce Rendez-vous jeudi.")
    await here.presses(AUTHOR, "Envoyer à")
    assert "Rendez-vous jeudi." in await here.sees(READER) and await progress(here) == []
    await here.goes_to(START + timedelta(seconds=6))
    (first,) = await progress(here)
    assert "en attente" in first and "100 %" not in first  # in Cayenne it is night
    await here.goes_to(START + timedelta(hours=3))  # there it is morning: it leaves
    await here.goes_to(START + timedelta(hours=3, seconds=6))
    (last,) = await progress(here)  # in the place of the first
    assert "100 %" in last and "en attente" not in last
    final = (await here.mouth.shown(AUTHOR))[-1].replace("\u00a0", " ")
    assert "est terminée : remise à" in final and "Confirmée le" in final
