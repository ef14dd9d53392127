"""An officer at the desk, in a real browser, before a real ledger."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_an_officer_works_through_the_queue_by_keyboard_only(office, page: Page, cosigned_when):
    page.goto(office.open_desk())
    expect(page.locator("h1")).to_have_text("待本机构处理的记录")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(9)
    page.screenshot(path="build/desk/queue.png")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("已核验")
    page.wait_for_load_state()
    page.keyboard.press("r")
    page.locator("#reason").focus()
    page.keyboard.type("标签缺失")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sign")).to_be_visible()
    page.locator("#sign").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "promised")
    office.world.cosign()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "recorded")
    page.screenshot(path="build/desk/result.png")
