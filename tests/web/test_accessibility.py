"""What a page must offer to everybody: names, order, contrast, size, room, a visible focus."""

from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from storage.outbox import Kind
from tests.web.conftest import DESKTOP, PHONE, Open
from tests.web.installation import Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.asyncio(loop_scope="session"),
]

NARROW = {"width": 360, "height": 740}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
VIEWS = ("who", "talk", "left")

_VISIBLE = """
const visible = (element) => element.checkVisibility({ visibilityProperty: true })
  && !element.closest(".unseen, .skip") && element.getClientRects().length > 0;
"""
_CONTRASTS = (
    "() => {"
    + _VISIBLE
    + """
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const poor = [];
  let looked = 0;
  const judge = (element, color, what) => {
    const style = getComputedStyle(element);
    const back = behind(element);
    const [a, b] = [light(over(rgba(color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    looked += 1;
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} ${what}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("noscript, svg") || !visible(element)) continue;
    judge(element, getComputedStyle(element).color, `${element.className}: ${node.data.trim().slice(0, 30)}`);
  }
  for (const field of document.querySelectorAll("textarea, input")) {
    if (visible(field)) judge(field, getComputedStyle(field, "::placeholder").color, "placeholder");
  }
  return { poor, looked };
}"""
)
_SMALL = (
    "() => {"
    + _VISIBLE
    + """
  const targets = "button, input, textarea, summary, a.action, a.person, a.file, .contact a, a.left-person";
  return [...document.querySelectorAll(targets)]
    .filter(visible)
    .filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      const least = one.matches("a.left-person") && !matchMedia("(pointer: coarse)").matches ? 24 : 44;
      return height < least - 0.5 || width < least - 0.5;
    })
    .map((one) => `${one.className} ${one.textContent.trim().slice(0, 20)}`);
}"""
)
_WIDE = """() => [...document.querySelectorAll("html, body, .scroll, .zone, .left-scroll")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.tagName)"""
_HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))"
_NAMELESS = """() => [...document.querySelectorAll("button, a, input, textarea, img, nav, [role=region], [role=group]")]
  .filter((one) => {
    const by = one.getAttribute("aria-labelledby");
    const name = one.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent)
      || one.labels?.[0]?.textContent || one.alt || (one.matches("button, a") && one.textContent);
    return !name || !name.trim();
  }).map((one) => one.outerHTML.slice(0, 80))"""


async def _fill(page: Page, rehearsal: Installation) -> None:
    """Everything the page can show at once."""
    for text in ("fichier", "contact", "choix", "M" * 300):
        await page.get_by_label("Votre message").fill(text)
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.mine").filter(has_text=text[:200])).to_be_visible()
    for kind in (Kind.REMINDER, Kind.NUDGE, Kind.NOTICE, Kind.ANNOUNCEMENT):
        await rehearsal.push("annaig-exemple", f"Un message, {kind}.", kind=kind)
        await rehearsal.push("maeva-maquette", f"Un message, {kind}.", kind=kind)
    await expect(page.locator(".message")).to_have_count(12)
    await page.locator("[data-goto]").evaluate("details => { details.open = true; }")


async def _look(page: Page, view: str) -> None:
    tab = page.locator(f"[data-show={view}]")
    if await tab.is_visible():
        await tab.click()


@SIZES
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_contrast_is_enough_everywhere(
    open_tab: Open, rehearsal: Installation, size: dict[str, int], dark: bool
) -> None:
    page = await open_tab(size=size, dark=dark)
    await _fill(page, rehearsal)
    looked = 0
    for view in VIEWS:
        await _look(page, view)
        found = await page.evaluate(_CONTRASTS)
        assert found["poor"] == []
        looked += found["looked"]
    assert looked > 60


@SIZES
async def test_everything_can_be_hit_and_nothing_scrolls_sideways(
    open_tab: Open, rehearsal: Installation, size: dict[str, int]
) -> None:
    page = await open_tab(size=size)
    await _fill(page, rehearsal)
    for view in VIEWS:
        await _look(page, view)
        assert await page.evaluate(_SMALL) == []
        assert await page.evaluate(_WIDE) == []


async def test_headings_are_in_order_and_everything_has_a_name(open_tab: Open, rehearsal: Installation) -> None:
    page = await open_tab()
    await _fill(page, rehearsal)
    levels = await page.evaluate(_HEADINGS)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert await page.evaluate(_NAMELESS) == []
    assert await page.evaluate("() => document.documentElement.lang") == "fr"
    repeated = "() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id); "
    assert await page.evaluate(repeated + "return ids.filter((id, at) => ids.indexOf(id) !== at); }") == []


async def test_new_messages_are_announced_and_roles_are_there(open_tab: Open) -> None:
    page = await open_tab()
    await expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("main")).to_have_count(1)
    await expect(page.get_by_role("banner")).to_have_count(1)
    await expect(page.get_by_role("complementary", name="Tout ce qui est parti")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Vous êtes…")).to_be_visible()
    await expect(page.get_by_role("link", name="Annaïg Exemple")).to_have_attribute("aria-current", "page")


async def test_the_focus_is_always_seen(open_tab: Open, rehearsal: Installation) -> None:
    page = await open_tab()
    await _fill(page, rehearsal)
    await page.evaluate("() => { document.activeElement.blur(); window.getSelection().removeAllRanges(); }")
    unseen = []
    for _ in range(45):
        await page.keyboard.press("Tab")
        seen = await page.evaluate(
            """() => { const one = document.activeElement; const style = getComputedStyle(one);
            return one === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
              ? "" : one.outerHTML.slice(0, 60); }"""
        )
        if seen:
            unseen.append(seen)
    assert unseen == []


async def test_motion_is_spared_to_those_who_ask(open_tab: Open) -> None:
    page = await open_tab()  # every tab of these tests asks for reduced motion
    assert await page.evaluate("() => document.getAnimations().length") == 0
    await page.get_by_label("Votre message").fill("bonjour")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("(question 1)")).to_be_visible()
    assert await page.locator(".message .bubble").first.evaluate("one => getComputedStyle(one).animationName") == "none"


async def test_the_check_of_contrast_notices_a_pale_colour(open_tab: Open) -> None:
    page = await open_tab()
    await page.evaluate("() => document.documentElement.style.setProperty('--soft', '#aab')")
    assert (await page.evaluate(_CONTRASTS))["poor"] != []
