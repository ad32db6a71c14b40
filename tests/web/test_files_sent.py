"""A file sent from the page: staff's announcement gets its image there as on any other channel."""

import io
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from handlers.messages import StoredFile
from storage.announcement_files import file_content
from storage.announcements import Announcement
from storage.database import Database
from storage.people import Role
from storage.uploads import Upload
from tests.stage import Stage
from tests.web.opened import Browser, Pages, served

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100_000  # more than any other call may bring


@pytest.fixture
async def pages(sqlite: Database) -> AsyncIterator[Pages]:
    async with served(Stage(sqlite)) as made:
        yield made


async def sends(browser: Browser, content: bytes, update: str = "update-0009", **headers: str) -> tuple[int, str]:
    address = f"{browser.home}/api/moi/file?update={update}&name=affiche%20%C3%A9t%C3%A9.png&type=image%2Fpng"
    how = {"Origin": browser.home, "Content-Type": "application/octet-stream", **headers}
    async with browser.http.post(address, data=io.BytesIO(content), headers=how) as response:
        return response.status, await response.text()


async def staff_with_a_draft(pages: Pages) -> tuple[Browser, str]:
    camille = await pages.stage.person("Camille", "Exemple", roles=(Role.STAFF,))
    browser, me = pages.browser(), f"web:person:{camille}"
    await browser.enter(await pages.link(camille))
    await pages.stage.says(me, "annonce Rendez-vous jeudi.")
    await pages.stage.presses(me, (await pages.stage.heard(me)).button("Joindre une image"))
    return browser, me


async def test_staff_join_an_image_to_their_announcement_from_the_page(pages: Pages) -> None:
    browser, me = await staff_with_a_draft(pages)
    assert (await sends(browser, PNG))[0] == 202
    assert (await sends(browser, PNG))[0] == 202  # the page may send it again: it counts once
    await pages.stage.gateway.handle_all()
    shown = next(one for one in reversed((await pages.stage.heard(me)).messages) if one.file)
    assert shown.file is not None and shown.file.filename == "affiche été.png"
    _, said = await browser.get("/api/moi/messages")
    said = "".join(one["html"] for one in json.loads(said)["messages"])
    assert said.count("Fichier envoyé\u00a0: affiche été.png (100\u00a0Ko)") == 1
    async with pages.stage.database.reading() as session:
        announcement = (await session.scalars(select(Announcement))).one()
        kept = await file_content(session, StoredFile.model_validate(announcement.file).number)
        assert kept is not None and kept[2] == PNG
        assert await session.scalar(select(func.count()).select_from(Upload)) == 0


async def test_a_file_that_is_too_large_is_said_so_and_nothing_is_lost(pages: Pages) -> None:
    browser, me = await staff_with_a_draft(pages)
    status, sentence = await sends(browser, b"0" * (8 * 1024 * 1024 + 1))
    assert status == 413 and "dépasse 8\u00a0Mo" in sentence
    assert (await sends(browser, PNG))[0] == 202
    await pages.stage.gateway.handle_all()
    assert any(one.file for one in (await pages.stage.heard(me)).messages)


async def test_only_staff_send_files_and_only_from_our_own_page(pages: Pages) -> None:
    browser, _ = await staff_with_a_draft(pages)
    assert (await sends(browser, PNG, Origin="https://elsewhere.example"))[0] == 403
    assert (await sends(browser, PNG, **{"Content-Type": "multipart/form-data"}))[0] == 400
    assert (await sends(browser, PNG, update="x"))[0] == 400
    nora = await pages.stage.person("Nora", "Exemple", roles=(Role.DIRECTOR,))
    hers = pages.browser()
    await hers.enter(await pages.link(nora))
    assert (await sends(hers, PNG))[0] == 403
    for one, is_staffs in ((browser, True), (hers, False)):
        assert ("data-file" in (await one.get("/moi"))[1]) is is_staffs
