"""The personal page in a real Chromium: a form is taken as ours, the conversation works, leaving closes it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Route, expect

from storage.database import Database
from storage.people import Role
from tests.patience import PATIENCE
from tests.stage import Stage
from tests.web.opened import Pages, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]


PICTURE: FilePayload = {"name": "affiche.png", "mimeType": "image/png", "buffer": b"0" * 2300}


@pytest_asyncio.fixture(loop_scope="session")
async def pages(copied_sqlite: str) -> AsyncIterator[Pages]:
    database = Database(copied_sqlite)
    async with served(Stage(database)) as made:
        yield made
    await database.close()


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_link_is_opened_the_page_talks_and_is_left(browser: Browser, pages: Pages, width: int) -> None:
    director = await pages.stage.person("Dominique", "Exemple", roles=(Role.DIRECTOR,))
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{pages.home}/p/{await pages.link(director)}")
    await expect(page.get_by_text("Dominique Exemple")).to_be_visible()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page).to_have_url(f"{pages.home}/moi")
    await page.get_by_label("Votre message").fill("aide")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("aide", exact=True).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for name in ("Ce n’est pas moi", "Quitter"):
        await expect(page.get_by_role("button", name=name)).to_be_visible()
    await page.get_by_role("button", name="Quitter").click()
    await expect(page.get_by_text("Vous avez quitté votre page")).to_be_visible()
    await page.goto(f"{pages.home}/moi")
    await expect(page.get_by_text("suivez votre lien personnel")).to_be_visible()
    await context.close()
    assert [fault for fault in faults if "403" not in fault] == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_staff_choose_a_file_and_it_goes_with_what_they_write(browser: Browser, pages: Pages, width: int) -> None:
    staff = await pages.stage.person("Camille", "Exemple", roles=(Role.STAFF,))
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    await page.goto(f"{pages.home}/p/{await pages.link(staff)}")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_label("Envoyer une image ou un fichier").set_input_files(PICTURE)
    await expect(page.get_by_text("Fichier envoyé\u00a0: affiche.png (2\u00a0Ko)")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await context.close()


async def test_what_is_done_before_the_script_listens_is_not_lost(browser: Browser, pages: Pages) -> None:
    staff = await pages.stage.person("Camille", "Exemple", roles=(Role.STAFF,))
    context = await browser.new_context(locale="fr-FR")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    await page.goto(f"{pages.home}/p/{await pages.link(staff)}")
    await page.get_by_role("button", name="Continuer").click()
    await page.wait_for_url("**/moi")
    arrived = asyncio.Event()  # until then the script is on a slow line

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/conversation*.js", slowly)
    await page.reload(wait_until="commit")
    await page.get_by_label("Votre message").fill("merci")
    await page.get_by_role("button", name="Envoyer", exact=True).click()
    await page.get_by_label("Envoyer une image ou un fichier").set_input_files(PICTURE)
    await expect(page.get_by_label("Votre message")).to_have_value("merci")
    assert page.url == f"{pages.home}/moi"  # what was written is not in the address, and so in no log
    arrived.set()
    sent = page.get_by_text("Fichier envoyé\u00a0: affiche.png (2\u00a0Ko)")
    await expect(sent).to_have_count(1)
    await page.get_by_role("button", name="Envoyer", exact=True).click()
    await expect(page.get_by_label("Votre message")).to_have_value("")
    await expect(page.get_by_text("merci", exact=True)).to_have_count(1)
    await page.reload()
    await expect(sent).to_have_count(1)
    await context.close()
