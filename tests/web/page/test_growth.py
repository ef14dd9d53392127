"""A longer log than this browser saw has to begin with what it saw: the page of a trace checks that too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.scene import Scene
from tests.web.page.test_convict import convicted, pass_on

STRIP, STORY = "#verdict", "section[aria-labelledby=timeline]"
GREW, NOT_CHECKED = "The log only grew", "was not checked"
UNJOINED = "Object.entries(localStorage).filter(([key]) => key.includes('unjoined')).map(([, note]) => note)"
NOTE = "Object.entries(localStorage).find(([key]) => key.includes('note'))[1]"


def grow(scene: Scene, serial: str) -> None:
    scene.observe(serial)
    scene.cosign()


def deny_tiles(page: Page) -> None:
    page.route("**/tile/**", lambda route: route.fulfill(status=403))


def test_a_log_that_grew_is_joined_to_what_this_browser_saw_and_asked_for_no_tile_again(visit, scene):
    page, tiles = visit(scene.item), []
    page.on("request", lambda each: tiles.append(each.url) if "/tile/" in each.url else None)
    grow(scene, "J1")
    visit(scene.item, page=page)
    expect(page.locator(STRIP)).to_contain_text(GREW)
    assert "is its beginning" not in page.locator("section[aria-labelledby=unchecked]").inner_text()
    assert page.evaluate(UNJOINED) == []
    before = len(tiles)
    visit(scene.item, page=page)
    page.wait_for_load_state("networkidle")
    assert (before > 0, len(tiles)) == (True, before)


def test_where_tiles_do_not_come_it_says_so_and_the_next_visit_joins(visit, scene):
    page = visit(scene.item)
    first = page.evaluate(NOTE)
    for serial in ("J2", "J3"):
        grow(scene, serial)
        deny_tiles(page)
        visit(scene.item, page=page)
        expect(page.locator(STRIP)).to_contain_text(NOT_CHECKED)
        assert page.locator(STRIP).get_attribute("data-state") == "verified"
        assert page.evaluate(UNJOINED) == [first], "what was seen and joined stays until something is joined to it"
    page.unroute("**/tile/**")
    visit(scene.item, page=page)
    expect(page.locator(STRIP)).to_contain_text(GREW)
    assert page.evaluate(UNJOINED) == []


@pytest.mark.parametrize("hidden_first", [False, True], ids=["at once", "with tiles hidden at first"])
def test_a_longer_log_that_left_out_what_was_seen_is_convicted(  # noqa: PLR0917 - fixtures
    visit, scene, elsewhere, server, tmp_path, hidden_first
):
    page = visit(scene.item)
    page.route("**/*", lambda route: pass_on(route, server.base, elsewhere.base))
    if hidden_first:
        deny_tiles(page)
        visit(scene.item, page=page)
        expect(page.locator(STRIP)).to_contain_text(NOT_CHECKED)
        page.unroute("**/tile/**")
    visit(scene.item, page=page)
    expect(page.locator(STRIP)).to_contain_text("it forked")
    expect(page.locator("#live")).to_contain_text("it forked")
    assert page.locator(STRIP).get_attribute("data-state") == "incomplete"
    assert page.locator(STORY).count() == 0
    sizes = convicted(page, scene, tmp_path / "fork.evidence").sizes
    assert sizes[0] < sizes[1]


def test_tiles_that_lead_elsewhere_convict_nobody_and_both_notes_are_handed_out(visit, scene):
    page = visit(scene.item)
    grow(scene, "J4")
    page.route("**/tile/**", lambda route: route.fulfill(body=bytes(len(route.fetch().body()))))
    visit(scene.item, page=page)
    expect(page.get_by_text("Save the note that is shown now")).to_be_visible()
    expect(page.get_by_text("Save the note that this browser kept")).to_be_visible()
    assert page.locator(STRIP).get_attribute("data-state") == "incomplete"
    assert "does not lead to what this browser saw" in page.locator(STRIP).inner_text()
    expect(page.locator("#live")).to_contain_text("Incomplete. What the ledger handed out")
    assert page.locator(STORY).count() == 1
    assert len(page.evaluate(UNJOINED)) == 1
