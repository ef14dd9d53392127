"""For everybody: WCAG 2.2 AA by axe in both languages, wide and narrow, light and dark; targets, reflow, keyboard."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.page import lies
from tests.web.page.conftest import PICTURES
from tests.web.page.scene import FREE, HOSTILE, RECALLED, WAITING

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WAYS = list(product(("zh", "en"), (360, 1280), ("light", "dark")))
PAIRS = [way for way in WAYS if (way[0] == "en") ^ (way[1] == 1280) ^ (way[2] == "dark")]  # each meets each other once
SMALL = """() => [...document.querySelectorAll("a, button, input, summary")]
  .filter((each) => !each.closest(".skip") && each.type !== "hidden")
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect(), each.matches("button, .button, summary")])
  .filter(([, box, whole]) => box.width > 0 && Math.min(box.width, box.height) < (whole ? 44 : 24))
  .map(([told]) => told)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "wanted => document.querySelectorAll(wanted).forEach((each) => (each.open = true))"


def require_for_everybody(page):
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(OVERFLOW) == 0


def open_all(page):
    """Open everything that opens, and what is in it once it is there."""
    page.evaluate(OPEN_ALL, "details")
    page.locator(".events pre").nth(page.locator(".events > li").count()).wait_for(state="attached")
    page.evaluate(OPEN_ALL, "details")


def seen(page, name, lang, width, scheme):
    """Look at a page in one way, and keep a picture."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    require_for_everybody(page)
    page.screenshot(path=PICTURES / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_whole_life_with_evidence_steps_and_policy_open(visit, scene, lang):
    page = visit(scene.item, lang)
    page.locator(".events summary").first.click()
    page.wait_for_selector(".events pre", state="attached")
    page.evaluate(OPEN_ALL, ":is(.events > li:first-child, section[aria-labelledby=why]) details")
    for _, width, scheme in (way for way in PAIRS if way[0] == lang):
        seen(page, "whole", lang, width, scheme)


def test_pairs_of_language_width_and_scheme_leave_none_out():
    for first, second in combinations(range(3), 2):
        assert {(way[first], way[second]) for way in PAIRS} == {(way[first], way[second]) for way in WAYS}


@pytest.mark.soak
def test_all_evidence_open_at_once(visit, scene):
    for lang, width, scheme in WAYS:
        page = visit(scene.item, lang)
        open_all(page)
        seen(page, "open", lang, width, scheme)


@pytest.mark.parametrize(
    ("name", "path"), [("recalled", f"/01/{RECALLED}"), ("free", f"/01/{FREE}"), ("waiting", f"/01/{WAITING}")]
)
def test_a_state_that_asks_for_attention(visit, name, path):
    for lang, width, scheme in (("zh", 360, "dark"), ("en", 1280, "light")):
        seen(visit(path, lang), name, lang, width, scheme)


def test_altered_and_cannot_be_checked(visit, server, scene):
    proof = server.get(f"{scene.item}?format=proof").body
    for lang, scheme, lie in (("zh", "light", lies.altered(proof)), ("en", "dark", b"none")):
        seen(visit(scene.item, lang, lie=lie), "altered" if lie != b"none" else "cannot", lang, 360, scheme)


def test_home_and_what_is_opened_there(phone, server, scene):
    page = phone()
    for lang, width, scheme in (("zh", 360, "dark"), ("en", 1280, "light")):
        page.goto(f"/?lang={lang}")
        page.wait_for_selector("#camera p, #camera button")
        seen(page, "home", lang, width, scheme)
        proof = {"name": "item.trace", "mimeType": "", "buffer": server.get(f"{scene.item}?format=proof").body}
        page.set_input_files("#picture", proof)
        page.wait_for_selector("#verdict")
        seen(page, "home-opened", lang, width, scheme)


@pytest.mark.soak
@pytest.mark.parametrize("path", [f"/01/{RECALLED}", f"/01/{FREE}", f"/01/{WAITING}", f"/01/{HOSTILE}"])
def test_every_state_in_every_way(visit, path):
    for lang, width, scheme in WAYS:
        seen(visit(path, lang), path.rpartition("/")[2], lang, width, scheme)


def test_a_page_of_320_pixels_needs_no_scrolling_sideways(visit, scene):
    page = visit(scene.item, "en", viewport={"width": 320, "height": 640})
    page.evaluate(OPEN_ALL, "details")
    page.wait_for_selector(".events pre", state="attached")
    page.evaluate(OPEN_ALL, "details")
    assert page.evaluate(OVERFLOW) == 0


def test_the_first_screen_of_a_phone_has_product_and_verdict(visit, scene):
    for lang in ("zh", "en"):
        page = visit(scene.item, lang)
        box = page.locator("#verdict").bounding_box()
        assert box["y"] + box["height"] < 740, lang


def test_all_can_be_reached_and_opened_by_keyboard(visit, scene):
    page = visit(scene.item, "en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".events summary").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".events details[open] dl")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details').open")


def test_nothing_moves_for_whoever_asked_for_less_motion(visit, scene):
    page = visit(scene.item, "en", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
