"""Every page of the desk for everybody: WCAG 2.2 AA by axe, in both languages, wide and narrow; targets, reflow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.api.desk.conftest import gtin, product_draft

PICTURES = Path("build/desk")
SEEN = [("zh", 1280), ("en", 360)]  # in every run; a picture is taken of each
OTHERS = [("zh", 360), ("en", 1280)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => Array.from(document.querySelectorAll("a, button, input, select, textarea, summary"))
  .filter((each) => !each.closest(".skip") && each.type !== "hidden")
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect(), each.matches("button, .button")])
  .filter(([, box, button]) => box.width > 0 && Math.min(box.width, box.height) < (button ? 44 : 24))
  .map(([told]) => told)"""
BROKEN_WORDS = """() => Array.from(document.querySelectorAll(".rows th")).flatMap((each) =>
  Array.from(each.textContent.matchAll(/\\S+/g)).filter((word) => {
    const range = document.createRange();
    range.setStart(each.firstChild, word.index);
    range.setEnd(each.firstChild, word.index + word[0].length);
    return range.getClientRects().length > 1;
  }).map((word) => word[0]))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="package")
def paths(office, browser, desk) -> dict[str, str]:
    """The address of every page, answers under way and done among them."""
    (name,) = office.file(31)
    listed = office.world.events["inspection"].name.hex()
    context = browser.new_context(base_url=desk.base, storage_state=desk.state)
    page = context.new_page()
    page.goto(f"/answer?verb=recognise-with-conditions&event={name}&lang=en")
    page.fill("#conditions", "标签须有中文 | labels in Chinese")
    page.fill("#until", "2099-12-31")
    page.locator("#next").click()
    page.wait_for_selector("#sign")
    confirm = page.url.partition("?")[0]
    page.goto(f"/answer?verb=acknowledge&event={listed}")
    page.locator("#next").click()
    page.locator("#sign").click()
    page.wait_for_selector("[data-state]")
    promised = page.url.partition("?")[0]
    context.close()
    return {
        "queue": "/?wrong=nothing",
        "case": f"/case/{listed}",
        "missing": f"/case/{'0' * 64}",
        "answer": f"/answer?verb=recognise-with-conditions&event={name}",
        "confirm": confirm,
        "promised": promised,
        "history": "/history",
        "day": "/day",
        "status": "/status",
        "nowhere": "/nowhere",
    }


PAGES = ["queue", "case", "missing", "answer", "confirm", "promised", "history", "day", "status"]


def require_for_everybody(page: Page, path: str, lang: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-Hans", "en": "en"}[lang]
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("name", [*PAGES, "nowhere"])
def test_a_page_is_for_everybody(at_desk: Page, paths: dict[str, str], name: str):
    for lang, width in SEEN:
        require_for_everybody(at_desk, paths[name], lang, width)
        at_desk.screenshot(path=PICTURES / f"{name}-{lang}-{width}.png", full_page=True)
        at_desk.set_viewport_size({"width": 320, "height": 640})
        assert at_desk.evaluate(OVERFLOW) == 0, lang


@pytest.mark.soak
@pytest.mark.parametrize("name", [*PAGES, "nowhere"])
def test_a_page_is_for_everybody_in_each_language_at_each_width(at_desk: Page, paths: dict[str, str], name: str):
    for lang, width in SEEN + OTHERS:
        require_for_everybody(at_desk, paths[name], lang, width)


def test_a_form_with_mistakes_says_so_at_the_top_and_at_each_field(at_desk: Page, paths: dict[str, str]):
    at_desk.goto(paths["answer"])
    at_desk.locator("#next").click()
    expect(at_desk.locator("#errors")).to_be_focused()
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator("#conditions")).to_be_focused()
    assert Axe().run(at_desk, options=RULES).response["violations"] == []
    at_desk.screenshot(path=PICTURES / "mistakes.png", full_page=True)


def test_what_has_the_focus_is_never_hidden(at_desk: Page):
    at_desk.set_viewport_size({"width": 360, "height": 500})
    at_desk.goto("/")
    hidden = """() => { const box = document.activeElement.getBoundingClientRect();
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return !(document.activeElement.contains(over) || (over && over.contains(document.activeElement))); }"""
    for _ in range(20):
        at_desk.keyboard.press("Tab")
        assert not at_desk.evaluate(hidden), at_desk.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("path", ["/", "/day", "/status"])
def test_no_column_s_heading_is_broken_within_a_word(at_desk: Page, path: str):
    at_desk.set_viewport_size({"width": 1280, "height": 900})
    at_desk.goto(f"{path}?lang=en")
    expect(at_desk.locator(".rows th").first).to_be_visible()
    assert at_desk.evaluate(BROKEN_WORDS) == []


def test_hostile_text_of_an_event_is_shown_as_text(office, at_desk: Page):
    hostile = "<img src=x><script>document.title = 1</script>"
    draft = product_draft(office.world, gtin(32))
    names = {"zh": hostile, "en": hostile}
    office.world.cosign()  # the pages before this one may have taken longer than a quorum may be away
    (said,) = office.world.say("seller", replace(draft, data={**draft.data, "names": names}))
    office.world.cosign()
    at_desk.goto(f"/case/{said.name.hex()}")
    expect(at_desk.locator("#facts ~ dl")).to_contain_text(hostile)
    assert at_desk.locator("main img, main script").count() == 0
