"""The personal link: whose it is, who it opens the page for, and how it ends. Attacks are in test_attacks.py."""

import logging
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import func, select

from bot.web import wording
from storage.audit import Act, AuditEntry
from storage.database import Database
from storage.people import Account, Role
from storage.personal import DAY, NO_LINK, PersonalLink, WebSession
from tests.stage import Stage
from tests.web.opened import Pages, sentence, served

TELEGRAM, STAFF = "telegram:100", "telegram:900"


@pytest.fixture
async def pages(sqlite: Database) -> AsyncIterator[Pages]:
    async with served(Stage(sqlite)) as made:
        yield made


async def audited(pages: Pages) -> Sequence[str]:
    async with pages.stage.database.reading() as session:
        return (await session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))).all()


async def sessions(pages: Pages) -> int:
    async with pages.stage.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(WebSession)) or 0


async def test_a_link_says_whose_it_is_and_opens_that_persons_page(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple", TELEGRAM)
    token, browser = await pages.link(camille), pages.browser()
    status, asked = await browser.get(f"/p/{token}")
    assert status == 200
    assert "Ce lien est celui de Camille Exemple . Continuer" in sentence(asked)
    await browser.enter(token)
    status, page = await browser.get("/moi")
    assert status == 200
    assert "Camille Exemple" in page and 'data-api="/api/moi"' in page
    assert "vient d’être ouverte dans un navigateur" in (await pages.stage.heard(TELEGRAM)).text
    assert Act.LINK_OPENED in await audited(pages)


async def test_the_page_talks_as_its_person(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple", roles=(Role.DIRECTOR,))
    browser = pages.browser()
    await browser.enter(await pages.link(camille))
    sent = await browser.post("/api/moi/say", json={"update": "update-0001", "text": "rappels"})
    assert sent.status == 202
    await pages.stage.gateway.handle_all()
    heard = await pages.stage.heard(f"web:person:{camille}")
    assert heard.messages and "qui vous êtes" not in heard.text
    _, shown = await browser.get("/api/moi/messages")
    assert "rappels" in shown
    for other in (f"/api/{camille}/messages", "/api/1/messages", "/api/moi%2F../1/messages"):
        assert (await browser.get(other))[0] in (403, 404)


async def test_opening_the_address_changes_nothing_for_scanners_open_it_too(pages: Pages) -> None:
    token = await pages.link(await pages.stage.person("Camille", "Exemple"))
    for _ in range(3):
        async with pages.browser().http.head(f"{pages.home}/p/{token}") as response:
            assert response.status == 200
        assert (await pages.browser().get(f"/p/{token}"))[0] == 200
    assert await sessions(pages) == 0
    async with pages.stage.database.reading() as session:
        assert (await session.scalars(select(PersonalLink.last_used))).one() is None
        assert await session.scalar(select(func.count()).select_from(Account)) == 0
    assert list(await audited(pages)) == []


async def test_its_not_me_before_opening_ends_the_link_and_tells_those_concerned(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple", TELEGRAM)
    await pages.stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    token, stranger = await pages.link(camille), pages.browser()
    refused = await stranger.post(f"/p/{token}", choix="pas-moi")
    assert refused.status == 200 and not stranger.cookie
    assert (await stranger.get(f"/p/{token}"))[0] == 404
    for who in (TELEGRAM, STAFF):
        assert "arrivé chez quelqu’un d’autre" in (await pages.stage.heard(who)).text
    assert Act.LINK_REVOKED in await audited(pages)


async def test_its_not_me_on_the_page_closes_it_everywhere(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple")
    token, one, two = await pages.link(camille), pages.browser(), pages.browser()
    await one.enter(token)
    await two.enter(token)
    ended = await one.post("/moi/pas-moi")
    assert ended.status == 200 and not one.cookie
    assert (await two.get("/moi"))[0] == 403
    async with pages.stage.database.reading() as session:
        assert (await session.scalars(select(Account.unreachable))).one() == NO_LINK
    again = pages.browser()
    await again.enter(await pages.link(camille))
    async with pages.stage.database.reading() as session:
        assert (await session.scalars(select(Account.unreachable))).one() is None


async def test_leaving_forgets_this_browser_and_keeps_the_link(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple")
    token, browser = await pages.link(camille), pages.browser()
    await browser.enter(token)
    assert (await browser.post("/moi/quitter")).status == 200
    assert not browser.cookie and await sessions(pages) == 0
    assert (await browser.get("/moi"))[0] == 403
    await browser.enter(token)
    assert (await browser.get("/moi"))[0] == 200


async def test_a_session_ends_after_a_week_and_a_link_after_three_months(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple")
    token, browser = await pages.link(camille), pages.browser()
    await browser.enter(token)
    pages.stage.wait(7 * DAY + 1)
    assert (await browser.get("/moi"))[0] == 403
    await browser.enter(token)
    pages.stage.wait(83 * DAY)
    status, page = await browser.get(f"/p/{token}")
    assert status == 404 and wording.LINK_GONE in page


async def test_unknown_and_revoked_links_are_answered_alike(pages: Pages) -> None:
    camille = await pages.stage.person("Camille", "Exemple", TELEGRAM)
    token, browser = await pages.link(camille), pages.browser()
    await pages.stage.presses(TELEGRAM, "account:links-off")
    revoked = await browser.get(f"/p/{token}")
    unknown = await browser.get("/p/" + "x" * 32)
    assert revoked == unknown
    posted = await browser.post(f"/p/{token}", choix="continuer")
    assert posted.status == 404 and not browser.cookie
    assert (await audited(pages)).count(Act.RIGHT_REFUSED) == 3


async def test_whoever_guesses_is_made_to_wait_and_fills_no_journal(pages: Pages) -> None:
    token, browser = await pages.link(await pages.stage.person("Camille", "Exemple")), pages.browser()
    for guess in range(20):
        assert (await browser.get(f"/p/{guess:032}"))[0] == 404
    for _ in range(5):
        status, page = await browser.get("/p/" + "y" * 32)
        assert status == 429 and wording.TOO_MANY_TRIES in page
    assert (await audited(pages)).count(Act.RIGHT_REFUSED) == 20
    headers = {"X-Forwarded-For": "203.0.113.9"}  # another client of the proxy on this private address
    async with browser.http.get(f"{pages.home}/p/{token}", headers=headers) as response:
        assert response.status == 200
    pages.stage.wait(15 * 60 + 1)
    assert (await browser.get(f"/p/{token}"))[0] == 200


async def test_the_token_is_in_no_log(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token, browser = await pages.link(await pages.stage.person("Camille", "Exemple")), pages.browser()
    await browser.get(f"/p/{token}")
    await browser.post(f"/p/{token}", choix="continuer", origin="https://evil.example")
    await browser.enter(token)
    await browser.get("/moi")
    await browser.get(f"/p/{token}/more")
    secret = browser.cookie
    assert secret and caplog.records
    for record in caplog.records:
        assert token not in record.getMessage() and secret not in record.getMessage()
    assert any("/p/{token}" in record.getMessage() for record in caplog.records)


async def test_the_cookie_is_out_of_reach_and_the_address_goes_nowhere(sqlite: Database) -> None:
    stage = Stage(sqlite)
    async with served(stage, "https://concerte.example") as pages:
        token, browser = await pages.link(await stage.person("Camille", "Exemple")), pages.browser()
        async with browser.http.get(f"{pages.home}/p/{token}") as asked:
            assert asked.headers["Referrer-Policy"] == "strict-origin"
            assert asked.headers["Cache-Control"] == "no-store"
            assert "noindex" in asked.headers["X-Robots-Tag"]
        entered = await browser.post(f"/p/{token}", origin="https://concerte.example", choix="continuer")
        cookie = entered.headers["Set-Cookie"]
        assert cookie.startswith("__Host-concerte=")
        for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            assert word in cookie
        assert "Domain" not in cookie


async def test_a_person_asks_for_their_own_link_and_ends_it(pages: Pages) -> None:
    stage = pages.stage
    await stage.person("Camille", "Exemple", TELEGRAM)
    given = await stage.says(TELEGRAM, "lien")
    token = given.text.split("https://concerte.example/p/")[1].split("`")[0]
    browser = pages.browser()
    await browser.enter(token)
    ended = await stage.presses(TELEGRAM, given.button("Révoquer"))
    assert "ne vaut plus rien" in ended.text
    assert (await browser.get("/moi"))[0] == 403
    assert "qui vous êtes" in (await stage.says("telegram:666", "lien")).text


async def test_one_press_in_chat_ends_a_page_that_somebody_else_opened(pages: Pages) -> None:
    stage = pages.stage
    director = await stage.person("Dominique", "Exemple", TELEGRAM, roles=(Role.DIRECTOR,))
    await stage.person("Sacha", "Essai", STAFF, roles=(Role.STAFF,))
    thief = pages.browser()
    await thief.enter(await pages.link(director))
    told = await stage.heard(TELEGRAM)
    await stage.presses(TELEGRAM, told.button("Ce n’est pas moi"))
    assert (await thief.get("/moi"))[0] == 403
    assert "Dominique Exemple" in (await stage.heard(STAFF)).text
