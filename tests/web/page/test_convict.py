"""A fork that a browser saw is saved as evidence, which the Python verifier confirms."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Route

from ledger.clock import milliseconds
from tests.web.page.scene import Scene
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.evidence import Fork, confirm_fork, parse_fork_evidence
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types


def convicted(page: Page, scene: Scene, place: Path) -> Fork:
    with page.expect_download() as downloading:
        page.get_by_text("Save the evidence").click()
    downloading.value.save_as(place)
    standpoint = Standpoint(parse_trust_policy(scene.policy), milliseconds() // 1000, registry_types())
    return confirm_fork(parse_fork_evidence(place.read_bytes()), standpoint)


def forked(visit, scene, histories) -> Page:
    """A browser that was shown the true history, and then the false one."""
    page = visit(scene.item, "en", lie=histories.true)
    return visit(scene.item, "en", lie=histories.false, page=page)


def test_two_histories_of_one_length_are_saved_as_evidence_and_the_page_confirms_it(visit, scene, histories, tmp_path):
    page = forked(visit, scene, histories)
    sizes = convicted(page, scene, tmp_path / "fork.evidence").sizes
    assert sizes[0] == sizes[1]
    page.goto("/?lang=en")
    page.set_input_files("#picture", tmp_path / "fork.evidence")
    page.wait_for_selector("#verdict[data-state=evidence]")


def test_a_history_that_left_out_what_this_browser_saw_is_saved_as_evidence(phone, scene, elsewhere, server, tmp_path):
    page = phone()
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=grown]")
    page.route("**/*", lambda route: pass_on(route, server.base, elsewhere.base))
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=forked]")
    sizes = convicted(page, scene, tmp_path / "fork.evidence").sizes
    assert sizes[0] < sizes[1]


def test_where_nothing_that_convicts_was_kept_the_page_says_what_to_keep(visit, scene, histories):
    page = visit(scene.item, "en", lie=histories.true)
    forget = "Object.keys(localStorage).filter((k) => k.includes('note')).forEach((k) => localStorage.removeItem(k))"
    page.evaluate(forget)
    visit(scene.item, "en", lie=histories.false, page=page)
    page.get_by_text("Keep the proof or the signed note").wait_for()


def pass_on(route: Route, here: str, there: str) -> None:
    route.fulfill(response=route.fetch(url=route.request.url.replace(here, there)))
