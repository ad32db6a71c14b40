"""`make screenshots`: plays a short rehearsal in Chromium and writes the pictures of the documents."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from bot.app import App
from bot.rehearsal import Rehearsal, open_rehearsal, where_it_was
from bot.web.live import Hub
from bot.web.server import WebServer
from schedules.clock import MovedClock
from tests.web.conftest import ARGUMENTS, DESKTOP, NAMES, PHONE
from tests.web.installation import rehearsal_of

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
PATIENCE = 60_000


async def main() -> int:
    """Write both pictures."""
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    if chromium is None:
        sys.stderr.write(f"No Chromium found (looked for {', '.join(NAMES)}).\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = rehearsal_of(Path(folder))
        database = await open_rehearsal(settings)
        clock, hub = MovedClock(await where_it_was(database)), Hub()
        app = App(settings, database, clock)
        rehearsal = Rehearsal(app, clock, hub)
        server = WebServer(settings, app, rehearsal, hub)
        app.add(server)
        await app.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                await _phone(browser, server.address)
                await _desktop(browser, server.address)
                await browser.close()
        finally:
            await rehearsal.stop()
            await app.stop()
    return 0


async def _open(browser: Browser, address: str, size: dict[str, int], scale: float) -> Page:
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=scale,
        locale="fr-FR",
        reduced_motion="reduce",
        is_mobile=size is PHONE,
        has_touch=size is PHONE,
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address)
    return page


async def _be(page: Page, name: str) -> None:
    tab = page.get_by_role("button", name="Qui, quand")
    if await tab.is_visible():
        await tab.click()
    await page.get_by_role("link", name=name).first.click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def _ask(page: Page, text: str) -> None:
    before = await page.locator(".message.theirs").count()
    await page.get_by_label("Votre message").fill(text)
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator(".message.theirs").nth(before)).to_be_visible(timeout=PATIENCE)


async def _press(page: Page, label: str) -> None:
    button = page.locator(".message").get_by_role("button", name=label).last
    log = page.get_by_role("log")
    before = await log.inner_text()
    await button.click()
    await expect(log).not_to_have_text(before, use_inner_text=True, timeout=PATIENCE)


async def _desktop(browser: Browser, address: str) -> None:
    page = await _open(browser, address, DESKTOP, 1.5)
    await _be(page, "Sacha Essai")
    await _ask(page, "annonce Le programme des **Rencontres nationales** est en ligne.")
    await _press(page, "Envoyer à 9 personnes")
    await _be(page, "Annaïg Exemple")
    await page.get_by_text("Aller à une date").click()
    await page.get_by_label("Une autre date").fill("2024-10-07T15:00")
    await page.get_by_role("button", name="Y aller").click()
    await expect(page.locator("[data-face]")).to_contain_text("7 octobre 2024", timeout=PATIENCE)
    await expect(page.locator("body.moving")).to_have_count(0, timeout=PATIENCE)
    await _ask(page, "C’est quand l’AG ?")
    await _ask(page, "Le mail de Camille Zind ?")
    await page.get_by_label("Votre message").blur()
    await page.mouse.move(5, 5)
    await page.screenshot(path=FOLDER / "rehearsal-desktop.png")
    await page.context.close()


async def _phone(browser: Browser, address: str) -> None:
    page = await _open(browser, address, PHONE, 2)
    await _be(page, "Malo Fictif")
    await _ask(page, "consultations")
    await _press(page, "Structuration du réseau")
    await _press(page, "Commencer")
    await page.screenshot(path=FOLDER / "rehearsal-phone.png")
    await page.context.close()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
