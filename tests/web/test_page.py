"""The rehearsal page in a real Chromium, as a person uses it."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import func, select

from handlers.messages import Reply
from handlers.request import Inbound
from storage.inbox import InboxItem
from storage.web import WebMessage, write_in
from tests.web.conftest import DESKTOP, PHONE, Open
from tests.web.installation import Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.asyncio(loop_scope="session"),
]

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Votre message").fill(text)
    await page.get_by_role("button", name="Envoyer").click()


async def show(page: Page, tab: str) -> None:
    """On a phone, open a view; on a desktop all three are there."""
    button = page.get_by_role("navigation", name="Les trois vues").get_by_role("button", name=tab)
    if await button.is_visible():
        await button.click()


@SIZES
async def test_one_chooses_a_person_asks_and_reads_the_answer(open_tab: Open, size: dict[str, int]) -> None:
    page = await open_tab(size=size)
    await show(page, "Qui, quand")
    await page.get_by_role("link", name="Ravi Répétition").click()
    await expect(page.get_by_role("heading", name="Ravi Répétition")).to_be_visible()
    await expect(page.get_by_text("Bonjour Ravi.")).to_be_visible()
    await ask(page, "C’est quand <l’AG> & *où* ?")
    await expect(page.get_by_role("log").get_by_text("C’est quand <l’AG> & *où* ?", exact=True)).to_be_visible()
    await expect(page.get_by_text("Vous avez écrit : C’est quand <l’AG> & *où* ? (question 1)")).to_be_visible()
    await expect(page.get_by_text("Bonjour Ravi.")).to_be_hidden()


@SIZES
async def test_a_suggestion_is_sent_by_its_button(open_tab: Open, size: dict[str, int]) -> None:
    page = await open_tab(size=size)
    await expect(page.locator(".chip")).to_have_count(3)
    await page.get_by_role("button", name="Qui contacter").click()
    await expect(page.get_by_text("Vous avez écrit : Qui contacter ?")).to_be_visible()


async def test_suggestions_differ_by_what_the_person_may_do(open_tab: Open) -> None:
    page = await open_tab()
    found = set()
    for name in ("Annaïg Exemple", "Sacha Essai", "Ravi Répétition"):
        await page.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        found.add(tuple(await page.locator(".chip").all_inner_texts()))
    assert len(found) == 3


@SIZES
async def test_a_button_is_pressed_and_its_message_replaced(open_tab: Open, size: dict[str, int]) -> None:
    page = await open_tab(size=size)
    await ask(page, "choix")
    await page.get_by_role("button", name="Oui").click()
    await expect(page.get_by_text("Compté : 1.")).to_be_visible()
    await expect(page.get_by_text("Question 1.")).to_have_count(0)


async def test_a_notice_is_shown_and_the_message_stays(open_tab: Open) -> None:
    page = await open_tab()
    await ask(page, "choix")
    await page.get_by_role("button", name="Non").click()
    await expect(page.get_by_role("status").filter(has_text="C’est noté.")).to_be_visible()
    await expect(page.get_by_text("Question 1.")).to_be_visible()


async def test_a_refusal_after_a_press_stays_until_it_is_read(open_tab: Open) -> None:
    page = await open_tab()
    await ask(page, "clos")
    await page.get_by_role("button", name="Trop tard").click()
    said = page.get_by_role("alert").filter(has_text="Ce vote est clos.")
    await expect(said).to_be_visible()
    await said.click()
    await expect(said).to_be_hidden()
    await ask(page, "choix")
    await page.get_by_role("button", name="Non").click()
    await expect(page.get_by_role("status").filter(has_text="C’est noté.")).to_be_visible()


async def test_a_tall_picture_leaves_room_for_the_conversation(open_tab: Open) -> None:
    page = await open_tab()
    await ask(page, "image haute")
    picture = page.get_by_role("img", name="Une affiche")
    await expect(picture).to_be_visible()
    await page.wait_for_function("document.querySelector('.picture img').naturalHeight === 4000")
    box = await picture.bounding_box()
    assert box is not None and box["height"] <= 480 and 0.9 < box["width"] / box["height"] * 20 < 1.1


async def test_buttons_of_older_messages_remain_pressable(open_tab: Open) -> None:
    page = await open_tab()
    await ask(page, "choix")
    await expect(page.get_by_role("button", name="Oui")).to_be_visible()
    await ask(page, "autre chose")
    await expect(page.get_by_text("(question 1)")).to_be_visible()
    await page.get_by_role("button", name="Oui").click()
    await expect(page.get_by_text("Compté : 1.")).to_be_visible()


async def test_a_double_click_presses_and_sends_once(open_tab: Open, rehearsal: Installation) -> None:
    page = await open_tab()
    await ask(page, "choix")
    await page.get_by_role("button", name="Oui").dblclick()
    await expect(page.get_by_text("Compté : 1.")).to_be_visible()
    await page.get_by_label("Votre message").fill("une fois")
    await page.get_by_role("button", name="Envoyer").dblclick()
    await expect(page.get_by_text("(question 1)")).to_be_visible()
    await page.get_by_label("Votre message").fill("la dernière")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("la dernière (question 2)")).to_be_visible()
    await expect(page.get_by_text("Compté : 1.")).to_be_visible()
    async with rehearsal.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InboxItem)) == 4


@SIZES
async def test_a_reload_keeps_the_conversation(open_tab: Open, size: dict[str, int]) -> None:
    page = await open_tab(size=size)
    for text in ("choix", "fichier", "contact"):
        await ask(page, text)
        await expect(page.locator(".message.mine").filter(has_text=text)).to_be_visible()
    await expect(page.get_by_text("La voici.")).to_be_visible()
    await expect(page.locator(".message")).to_have_count(6)
    before = await page.locator(".message .bubble").all_inner_texts()
    await page.reload()
    await expect(page.locator(".message")).to_have_count(6)
    assert await page.locator(".message .bubble").all_inner_texts() == before


async def test_two_tabs_show_the_same_at_once(open_tab: Open) -> None:
    first, second = await open_tab(), await open_tab(size=PHONE)
    await ask(first, "d’un onglet")
    await expect(second.get_by_text("Vous avez écrit : d’un onglet")).to_be_visible()
    await ask(second, "choix")
    await first.get_by_role("button", name="Oui").click()
    await expect(second.get_by_text("Compté : 1.")).to_be_visible()
    texts = [await page.locator(".message .bubble").all_inner_texts() for page in (first, second)]
    assert texts[0] == texts[1]


async def test_files_cards_and_links_are_shown_and_can_be_had(open_tab: Open) -> None:
    page = await open_tab()
    await ask(page, "fichier")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="agenda été.ics").click()
    assert (await download.value).suggested_filename == "agenda été.ics"
    await ask(page, "contact")
    await expect(page.get_by_role("link", name="01 23 45 67 89")).to_have_attribute("href", "tel:0123456789")
    await expect(page.get_by_role("link", name="c@example.org")).to_have_attribute("href", "mailto:c@example.org")
    await ask(page, "image")
    picture = page.get_by_role("img", name="Un graphique")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 1
    await ask(page, "choix")
    await expect(page.get_by_role("link", name="Le site")).to_have_attribute("rel", "noopener noreferrer")


async def test_a_fault_is_answered_with_an_apology(open_tab: Open, caplog: pytest.LogCaptureFixture) -> None:
    page = await open_tab()
    await ask(page, "panne secrète")
    await expect(page.get_by_text("Je suis désolé")).to_be_visible()
    assert "secrète" not in caplog.text


async def test_everything_works_by_keyboard(open_tab: Open) -> None:
    page = await open_tab()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Aller au message")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Votre message")).to_be_focused()
    await page.keyboard.type("deux")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("lignes")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("(question 1)")).to_be_visible()
    await page.keyboard.type("choix")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Oui")).to_be_visible()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("link", name="Le site")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Oui")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Compté : 1.")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Encore")).to_be_focused()
    await page.get_by_role("button", name="+ 1 semaine").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-face]")).to_contain_text("vendredi 22 mars 2024")
    await page.get_by_role("link", name="Malo Fictif").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Malo Fictif")).to_be_visible()


@SIZES
async def test_the_clock_moves_and_reminders_leave_with_their_own_time(open_tab: Open, size: dict[str, int]) -> None:
    page = await open_tab(size=size)
    await show(page, "Qui, quand")
    face = page.locator("[data-face]")
    await expect(face).to_contain_text("vendredi 15 mars 2024")
    await expect(face).to_contain_text("10 h 0")
    await page.get_by_role("button", name="+ 1 heure").click()
    await expect(face).to_contain_text("11 h 0")
    await page.get_by_text("Aller à une date").click()
    await page.get_by_role("button", name="vendredi 5 avril 2024").click()
    await expect(face).to_contain_text("vendredi 5 avril 2024")
    await show(page, "Envois")
    left = page.get_by_role("region", name="Tout ce qui est parti")
    days = left.get_by_role("heading")
    await expect(days).to_have_text(["jeudi 4 avril 2024", "vendredi 29 mars 2024"])
    await expect(left.get_by_text("Rappel", exact=True)).to_have_count(2)
    await expect(left.get_by_text("9 h", exact=True)).to_have_count(2)
    await left.get_by_role("link", name="Hugo Inventé").first.click()
    await expect(page.get_by_role("heading", name="Hugo Inventé")).to_be_visible()
    await expect(page.locator(".message.of-reminder")).to_have_count(2)


async def test_the_clock_goes_to_a_date_typed_and_never_back(open_tab: Open) -> None:
    page = await open_tab()
    await page.get_by_text("Aller à une date").click()
    await page.get_by_label("Une autre date").fill("2024-03-20T14:30")
    await page.get_by_role("button", name="Y aller").click()
    await expect(page.locator("[data-face]")).to_contain_text("mercredi 20 mars 2024")
    await expect(page.locator("[data-face]")).to_contain_text("14 h 3")
    await page.get_by_text("Aller à une date").click()
    field = page.get_by_label("Une autre date")
    assert await field.get_attribute("min") == await field.input_value()
    await field.fill("2024-03-19T14:30")
    await page.get_by_role("button", name="Y aller").click()
    assert await field.evaluate("field => field.validity.rangeUnderflow")
    await expect(page.locator("[data-face]")).to_contain_text("mercredi 20 mars 2024")


async def test_what_others_receive_is_counted_on_them_and_told_at_once(open_tab: Open, rehearsal: Installation) -> None:
    page = await open_tab()
    phone = await open_tab(size=PHONE)
    await rehearsal.push("malo-fictif", "Bonjour **Malo**.")
    await rehearsal.push("ravi-repetition", "Bonjour **Malo**.")
    malo = page.get_by_role("link", name="Malo Fictif").first
    await expect(malo.locator(".count")).to_have_text("1")
    left = page.get_by_role("region", name="Tout ce qui est parti")
    await expect(left.get_by_text("Bonjour Malo.")).to_have_count(1)
    await expect(left.get_by_role("link")).to_have_text(["Malo Fictif", "Ravi Répétition 13 h, heure de La Réunion"])
    await expect(phone.get_by_role("button", name="Envois").locator(".count")).to_have_text("2")
    await malo.click()
    await expect(page.locator(".message.of-announcement")).to_contain_text("Bonjour Malo.")
    await expect(page.get_by_role("link", name="Malo Fictif").first.locator(".count")).to_be_hidden()
    await show(phone, "Envois")
    await expect(phone.get_by_role("button", name="Envois").locator(".count")).to_be_hidden()


async def test_the_page_says_that_the_connection_is_lost_and_sends_again_once(
    open_tab: Open, rehearsal: Installation
) -> None:
    page = await open_tab(strict=False)  # the browser itself reports the lost connection
    await ask(page, "avant")
    await expect(page.get_by_text("avant (question 1)")).to_be_visible()
    port = int(rehearsal.url.rpartition(":")[2])
    await rehearsal.server.stop()
    await ask(page, "pendant")
    await expect(page.get_by_role("alert")).to_contain_text("n’est pas parti")
    await expect(page.get_by_label("Votre message")).to_have_value("pendant")
    again = type(rehearsal.server)(rehearsal.settings.model_copy(update={"port": port}), rehearsal, rehearsal.rehearsal)
    rehearsal.worker.messengers["web"] = again.messenger
    await again.start()
    try:
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_text("pendant (question 2)")).to_be_visible()
        await expect(page.get_by_role("alert")).to_be_hidden()
        async with rehearsal.database.reading() as session:
            typed = await session.scalar(select(func.count()).where(WebMessage.direction == "in"))
        assert typed == 2
    finally:
        await again.stop()


async def test_what_another_process_writes_is_shown_too(open_tab: Open, rehearsal: Installation) -> None:
    page = await open_tab()
    person = await rehearsal.person("annaig-exemple")
    async with rehearsal.database.transaction() as session:  # with no word to this process
        await write_in(session, f"person:{person.id}", "elsewhere", "Écrit ailleurs", datetime(2024, 3, 15, tzinfo=UTC))
    await expect(page.get_by_text("Écrit ailleurs")).to_be_visible()


async def test_the_notice_after_a_press_that_another_process_handled_is_shown(
    open_tab: Open, rehearsal: Installation
) -> None:
    page = await open_tab()
    await ask(page, "choix")
    rehearsal.gateway.acknowledge_with("web", _nowhere)  # as if the press were handled by a worker
    await page.get_by_role("button", name="Non").click()
    await expect(page.get_by_role("status").filter(has_text="C’est noté.")).to_be_visible()


async def _nowhere(inbound: Inbound, reply: Reply) -> None:
    """Nobody here has the page."""


async def test_a_long_conversation_stays_at_its_end_unless_one_reads_above(
    open_tab: Open, rehearsal: Installation
) -> None:
    page = await open_tab()
    for number in range(12):
        await rehearsal.push("annaig-exemple", f"Annonce {number}\n\nSur deux lignes.", about=f"long:{number}")
    await expect(page.locator(".message")).to_have_count(12)
    scroll = page.get_by_role("region", name="Conversation")
    await expect(page.get_by_role("log").get_by_text("Annonce 11")).to_be_in_viewport()
    await scroll.evaluate("box => { box.scrollTop = 0; }")
    await rehearsal.push("annaig-exemple", "La dernière", about="long:last")
    await expect(page.locator(".message")).to_have_count(13)
    assert await scroll.evaluate("box => box.scrollTop") == 0


async def test_a_reply_longer_than_the_window_is_read_from_its_beginning(open_tab: Open) -> None:
    page = await open_tab(size=PHONE)
    for text in ("premier", "deuxième"):
        await ask(page, text)
        await expect(page.locator(".message.theirs").filter(has_text=text)).to_be_visible()
    await ask(page, "\n".join(f"ligne {number}" for number in range(60)))
    reply = page.locator(".message.theirs").last
    await expect(reply).to_contain_text("ligne 59")
    box, window = await reply.bounding_box(), await page.locator("[data-scroll]").bounding_box()
    assert box is not None and window is not None
    assert 0 <= box["y"] - window["y"] < 40
    assert box["height"] > window["height"]
