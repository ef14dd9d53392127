"""Every page for everybody: WCAG 2.2 AA by axe, in both languages, narrow and wide, light and dark."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.api.conftest import World
from tests.web.status.conftest import LANGUAGES, PICTURES, SCHEMES, WIDTHS

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => Array.from(document.querySelectorAll("a, button, input, select, summary"))
  .filter((each) => !each.closest(".skip") && each.type !== "hidden")
  .map((each) => [each.outerHTML.slice(0, 160), each.getBoundingClientRect(), each.matches("button, .button")])
  .filter(([, box, button]) => box.width > 0 && Math.min(box.width, box.height) < (button ? 44 : 24))
  .map(([told]) => told)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = ("status", "found", "nothing", "unreadable", "event", "recall", "statement", "leaf", "seal", "problem")


@pytest.fixture(scope="package")
def paths(witnessed: World) -> dict[str, str]:
    """The address of every page."""
    with witnessed.ledger.store.read() as reader:
        stored = reader.statement(reader.find_event(witnessed.event.name).leaf)
        seal = reader.seal_covering(stored.leaf)
    return {
        "status": "/status",
        "found": "/search?q=customs",
        "nothing": "/search?q=6901234500004",
        "unreadable": "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "event": f"/events/{witnessed.event.name.hex()}",
        "recall": f"/events/{witnessed.filed.name.hex()}",
        "statement": f"/statements/{stored.identity.hex()}",
        "leaf": f"/statements/{stored.leaf}",
        "seal": f"/statements/{seal.leaf}",
        "problem": f"/events/{'0' * 64}",
    }


def look(page: Page, path: str, lang: str) -> None:
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == [], path
    assert page.evaluate(SMALL) == []
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("name", ["status", "nothing", "event", "statement", "problem"])
def test_a_page_is_for_everybody(visitor, paths: dict[str, str], name: str):
    """Narrow, dark and Chinese; wide, light and English. Every page in all eight ways is the long battery's."""
    for lang, width, scheme in (("zh", 360, "dark"), ("en", 1280, "light")):
        page = visitor(color_scheme=scheme, viewport={"width": width, "height": 900})
        look(page, paths[name], lang)


@pytest.mark.soak
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody_in_every_way(visitor, paths: dict[str, str], name: str):
    for lang, width, scheme in product(LANGUAGES, WIDTHS, SCHEMES):
        page = visitor(color_scheme=scheme, viewport={"width": width, "height": 900})
        look(page, paths[name], lang)
        page.screenshot(path=PICTURES / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)


def test_hostile_words_are_text_and_nothing_of_them_runs(visitor, paths: dict[str, str]):
    page = visitor()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for name in ("unreadable", "recall"):
        page.goto(f"{paths[name]}{'&' if '?' in paths[name] else '?'}lang=en")
        assert page.locator("main script, main img").count() == 0
    assert "<script>alert(1)</script>" in page.locator("main").inner_text()


def test_letters_of_twice_the_size_leave_names_of_witnesses_readable(visitor, paths: dict[str, str]):
    page = visitor()
    page.goto(f"{paths['status']}?lang=en")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    cell = page.locator("tbody th").first
    assert cell.evaluate("each => each.clientWidth / parseFloat(getComputedStyle(each).fontSize)") >= 6
    assert page.evaluate(OVERFLOW) == 0
