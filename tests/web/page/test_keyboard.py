"""With the keyboard alone: from a typed code to opened evidence, in a sensible order, with a focus that is seen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.scene import RECALLED, Scene

HERE = "document.activeElement"
MOST_TABS = 80
# How much an outline stands out from what it is drawn on: the ground of the next element around that has one.
CONTRAST = """() => {
  const focused = document.activeElement;
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const style = getComputedStyle(focused);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return 0;
  const inside = parseFloat(style.outlineOffset) < 0;
  let around = inside ? focused : focused.parentElement;
  while ((numbers(getComputedStyle(around).backgroundColor)[3] ?? 1) === 0) around = around.parentElement;
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pair = [light(style.outlineColor), light(getComputedStyle(around).backgroundColor)].sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
}"""
PLACE = """() => {
  const { top, bottom, left } = document.activeElement.getBoundingClientRect();
  return { y: top + scrollY, x: left, seen: bottom > 0 && top < innerHeight };
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"selector => {HERE}.matches(selector)", selector):
            return
    raise AssertionError(selector)


def walk(page: Page) -> list[dict]:
    """Press Tab from the top to the end; return where each stop is."""
    stops = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"{HERE} === document.body"):
            return stops
        stops.append(page.evaluate(PLACE) | {"contrast": page.evaluate(CONTRAST)})
    raise AssertionError("a trap: Tab does not come to an end")


@pytest.mark.parametrize("path", ["item", "/", "/status", f"/01/{RECALLED}"])
def test_tab_goes_down_the_page_to_its_end_and_what_has_the_focus_is_seen(phone, visit, scene: Scene, path: str):
    for lang, scheme, width in (("zh", "light", 360), ("en", "dark", 1280)):
        page = phone(color_scheme=scheme, viewport={"width": width, "height": 740})
        page.goto(f"{scene.item if path == 'item' else path}?lang={lang}")
        page.wait_for_load_state("networkidle")
        stops = walk(page)[1:]  # the first is the link that skips
        assert len(stops) > 4
        down = [each["y"] for each in stops]
        assert all(after > before - 60 for before, after in pairwise(down)), "of one line or below"
        assert all(each["seen"] for each in stops)
        assert min(each["contrast"] for each in stops) >= 3


def test_from_a_typed_code_to_opened_evidence_and_back_to_a_search(phone, scene: Scene):
    page = phone()
    page.goto("/?lang=en")
    page.wait_for_selector("#camera p")
    tab_to(page, "#q")
    page.keyboard.type(scene.item.split("/")[2])
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{HERE}.id") == "main", "the link that skips leads to the content"
    tab_to(page, "summary[aria-label^=Evidence]")
    page.keyboard.press("Space")
    page.wait_for_selector(".events details[open] dl")
    tab_to(page, ".events details[open] a, .events details[open] summary")
    page.locator(".events details[open] > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".events details[open]").count() == 0
    tab_to(page, "section[aria-labelledby=why] summary")
    page.keyboard.press("Enter")
    assert page.locator(".steps > li").first.is_visible()


def test_the_hidden_code_is_checked_by_enter_and_what_came_of_it_is_said(visit, scene: Scene):
    page = visit(scene.item)
    page.wait_for_selector("#hidden-code")
    tab_to(page, "#hidden-code")
    page.keyboard.type("not a code")
    page.keyboard.press("Enter")
    expect(page.locator("#hidden [role=status] [data-code]")).to_have_attribute("data-code", "misspelt")
    assert page.evaluate(f"{HERE}.id") == "hidden-code", "it stays where the code is mended"
