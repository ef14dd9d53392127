"""A hidden code is checked on this device against the proof that is shown, without a desk or a network."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ledger.activation.drawing import draw_codes
from tests.web.page import lies
from tests.web.page.scene import RECALLED


@pytest.fixture
def drawn(scene):
    return scene.parcel.hidden


def outcome(page, code):
    page.fill("#hidden-code", code)
    page.get_by_role("button", name="Check on this device").click()
    told = page.locator("[data-code]")
    assert len(told.locator("p").nth(1).inner_text().split()) > 5, "a sentence, and no key of one"
    return told.get_attribute("data-code")


def test_the_code_of_the_item_and_no_other_is_confirmed_and_nobody_is_told_it(visit, scene, drawn):
    page, asked = visit(scene.item, "en"), []
    page.wait_for_selector("#hidden-code")
    page.on("request", lambda each: asked.append(each.url))
    (other,) = draw_codes([drawn.item], bytes)
    assert outcome(page, drawn.hidden.readable.lower()) == "first"
    assert outcome(page, other.hidden.text) == "other"
    assert outcome(page, drawn.hidden.text[:-1]) == "misspelt"
    assert outcome(page, drawn.hidden.text[:-1] + ("0" if drawn.hidden.text[-1] != "0" else "1")) == "misspelt"
    assert asked == []
    assert page.get_by_role("link", name="Activate").count() == 0, "there is no desk"


def test_a_code_behind_the_hash_is_checked_at_once_and_taken_out_of_the_address(phone, scene, drawn):
    page = phone()
    page.goto(f"{scene.item}?lang=en#{drawn.hidden.text}")
    expect(page.locator("[data-code]")).to_be_focused()
    expect(page.locator("[data-code]")).to_have_attribute("data-code", "first")
    assert page.url.endswith(f"{scene.item}?lang=en")
    page.fill("#hidden-code", "")
    page.goto(f"{scene.item}?lang=en#{drawn.hidden.text}")  # scanned once more, on the same page
    expect(page.locator("#hidden-code")).to_have_value(drawn.hidden.text)
    expect(page.locator("[data-code]")).to_have_attribute("data-code", "first")
    page.goto(f"/01/{RECALLED}?lang=en#{drawn.hidden.text}")
    expect(page.locator("[data-code]")).to_have_attribute("data-code", "none")


def test_against_a_proof_that_does_not_hold_no_code_is_checked(phone, scene, server, drawn):
    proof = server.get(f"{scene.item}?format=proof").body
    shown = [lies.altered(proof), b"none"]
    page = phone()
    page.route("**/*format=proof*", lambda route: route.fulfill(body=shown.pop()))
    for _ in range(len(shown)):
        page.goto("/?lang=en")
        page.goto(f"{scene.item}?lang=en#{drawn.hidden.text}")
        expect(page.locator("[data-code]")).to_have_attribute("data-code", "cannot")


def test_where_no_code_is_committed_none_is_asked_for(visit):
    page = visit(f"/01/{RECALLED}", "en")
    page.wait_for_load_state("networkidle")
    assert page.locator("#hidden").inner_html() == ""
