"""The desk's pages in Debian's Chromium: the way of a buyer, and WCAG 2.2 AA by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.world import PRODUCT
from verifier.primitives.base64strict import format_base64url
from verifier.proof.promise import parse_promise, verify_promise

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => Array.from(document.querySelectorAll("a, button, input, select, textarea"))
  .filter((each) => !each.closest(".skip") && each.type !== "hidden")
  .map((each) => [each.outerHTML.slice(0, 160), each.getBoundingClientRect(), each.matches("button, .button")])
  .filter(([, box, button]) => box.width > 0 && Math.min(box.width, box.height) < (button ? 44 : 24))
  .map(([told]) => told)"""


@pytest.fixture
def visitor(browser: Browser, server) -> Iterator[Callable[..., Page]]:
    """Open a window of one's own, whose storage is empty."""
    opened = []

    def open_page(**options: Any) -> Page:
        wanted = {"viewport": {"width": 360, "height": 740}, "base_url": server.url} | options
        opened.append(browser.new_context(**wanted))
        page = opened[-1].new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    yield open_page
    for each in opened:
        each.close()


def scan(page: Page, server, drawn) -> None:
    """Open the desk's page as the page of the item leads to it, with the code behind `#`."""
    page.goto(f"{server.url}/desk/code?lang=en&item={drawn.item}#{drawn.hidden.text}")


def test_a_scanned_code_is_filled_in_and_no_server_saw_it_before_it_is_sent(counter, server, visitor):
    drawn, page, asked = counter.item(), visitor(), []
    page.on("request", lambda request: asked.append(request.url))
    scan(page, server, drawn)
    expect(page.locator("#code")).to_have_value(drawn.hidden.text)
    assert drawn.hidden.text not in page.url
    assert not any(drawn.hidden.text in each for each in asked if "#" not in each)


def test_the_buyer_draws_the_secret_and_keeps_the_receipt_and_the_next_one_is_told(counter, server, visitor):
    drawn, buyer, sent = counter.item(), visitor(), []
    buyer.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    scan(buyer, server, drawn)
    buyer.select_option("#region", "CN-ZJ")
    buyer.click("button[type=submit]")
    expect(buyer.get_by_text("you are the first to activate it")).to_be_visible()
    secret = buyer.locator("[data-secret]").text_content()
    (form,) = [parse_qs(each) for each in sent]
    assert set(form) == {"item", "code", "region", "claim"}
    assert secret
    assert all(secret not in each for each in sent)
    with buyer.expect_download() as download:
        buyer.click("text=Download the receipt")
    found = verify_promise(parse_promise(download.value.path().read_bytes()), counter.world.standpoint())
    assert found.event.body.data["claim"] == form["claim"][0]
    other = visitor()
    scan(other, server, drawn)
    other.click("button[type=submit]")
    expect(other.get_by_text("somebody else activated it before")).to_be_visible()
    expect(other.get_by_text("Zhejiang")).to_be_visible()
    expect(other.locator("#kept")).to_have_count(0)


def test_a_complaint_is_lodged_and_followed_without_scripts(server, visitor):
    page = visitor(java_script_enabled=False)
    page.goto(f"/desk/lodge?lang=en&goods={PRODUCT}")
    page.fill("#text", "an invented complaint <script>alert(1)</script>")
    page.click("button[type=submit]")
    handle = page.locator(".mono").first.text_content()
    secret = page.locator("[data-secret]").text_content()
    page.click("text=Look for answers")
    page.fill("#handle", handle)
    page.fill("#secret", secret)
    page.click("button[type=submit]")
    expect(page.get_by_text("There is no answer yet.")).to_be_visible()


def look(page: Page, path: str) -> None:
    """Hold the page that is open to WCAG 2.2 AA; nothing scrolls sideways, nothing is too small to touch."""
    violations = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations] == [], path
    assert page.evaluate(SMALL) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


WAYS = [*product(("zh", "en"), (360, 1280), ("light", "dark"))]
SOME = WAYS[1:2]  # all eight ways are the long battery's


@pytest.mark.parametrize("way", [each if each in SOME else pytest.param(each, marks=pytest.mark.soak) for each in WAYS])
def test_pages_are_for_everybody(counter, server, visitor, way):
    (lang, width, scheme), drawn = way, counter.item()
    page = visitor(viewport={"width": width, "height": 900}, color_scheme=scheme)
    paths = [f"/code?item={drawn.item}", "/lodge?kind=return", "/follow", f"/standing-of-code?item={drawn.item}"]
    for path in (*paths, "/standing-of-code?item=x"):
        page.goto(f"/desk{path}{'&' if '?' in path else '?'}lang={lang}")
        look(page, path)


def test_what_is_told_is_for_everybody(counter, server, visitor):
    drawn = counter.item()
    for outcome in ("first", "again"):
        page = visitor()
        scan(page, server, drawn)
        page.click("button[type=submit]")
        page.wait_for_url("**/activations**")
        look(page, outcome)


def test_a_secret_that_is_not_this_receipts_is_not_shown(counter, server, visitor):
    drawn, page = counter.item(), visitor()
    scan(page, server, drawn)
    left = format_base64url(bytes(16))
    page.evaluate("secret => sessionStorage.setItem('suyuan-desk-pending', secret)", left)
    page.evaluate("document.querySelector('form[data-claim]').submit()")  # as without the script
    page.wait_for_url("**/activations**")
    shown = page.locator("[data-secret]").text_content()
    assert shown
    assert shown != left
