"""A real Chromium, and tabs that fail a test when the page complains or calls elsewhere."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

from tests.patience import PATIENCE
from tests.web.installation import Installation, fresh

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Awaitable[Page]]

expect.set_options(timeout=PATIENCE * 1000)  # milliseconds


def find_chromium() -> str:
    """The path of a Chromium; skips where there is none, and fails there in CI."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    missing = f"NO CHROMIUM: none of {', '.join(NAMES)} is installed, so the pages are NOT tested"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a worker."""
    path = find_chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def rehearsal(tmp_path: Path) -> AsyncIterator[Installation]:
    """A rehearsal that runs, on a database of its own."""
    async for made in fresh(tmp_path):
        yield made


class Watch:
    """What a tab must not do: complain in the console, break a policy, call another host."""

    def __init__(self, page: Page, home: str) -> None:
        self.faults: list[str] = []
        self._home = urlsplit(home).netloc
        page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", self._request)

    def _note(self, bad: bool, text: str) -> None:
        if bad:
            self.faults.append(text)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self._note(parts.scheme not in ("data", "blob") and parts.netloc != self._home, f"request to {parts.netloc}")


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(browser: Browser, rehearsal: Installation) -> AsyncIterator[Open]:
    """Opens a tab on the rehearsal; at the end no tab may have complained."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    async def opened(
        path: str = "/", *, size: dict[str, int] | None = None, dark: bool = False, strict: bool = True
    ) -> Page:
        size = size or DESKTOP
        context = await browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="fr-FR",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=size["width"] < 600,
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = await context.new_page()
        if strict:
            watches.append(Watch(page, rehearsal.url))
        await page.goto(rehearsal.url + path)
        return page

    yield opened
    await asyncio.gather(*(context.close() for context in contexts))
    assert [fault for watch in watches for fault in watch.faults] == []
