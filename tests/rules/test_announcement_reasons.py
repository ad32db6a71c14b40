"""Why something was not sent is said in French to staff, whatever the platform's capitals."""

import re
from pathlib import Path

import pytest

from handlers.announcements.state_wording import reason

ROOT = Path(__file__).parents[2]
GIVEN = re.compile(r'DeliveryError\(\s*"([^"]+)"')


def given() -> list[str]:
    """Every reason that our own code gives for a try that failed."""
    sources = [path for folder in ("bot", "schedules") for path in (ROOT / folder).rglob("*.py")]
    return sorted({found for path in sources for found in GIVEN.findall(path.read_text())})


@pytest.mark.parametrize("code", [*given(), "stop", "erased", "no account", "expired", "user_disabled"])
def test_every_reason_of_ours_has_french_words(code: str) -> None:
    said = reason(code)
    assert "plateforme\u00a0:" not in said and code not in said


@pytest.mark.parametrize("code", ["Chat not found", "chat not found", "CHAT NOT FOUND"])
def test_capitals_do_not_matter(code: str) -> None:
    assert reason(code) == "conversation introuvable"


def test_what_nobody_knows_is_told_as_the_platform_says_it() -> None:
    assert reason("odd_error") == "refus de la plateforme\u00a0: «\u00a0odd_error\u00a0»"
