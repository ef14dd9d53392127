"""A ledger that went back to an older state, and one that keeps its tiles: what the browser kept is handed out."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from ledger.backup import back_up
from ledger.clock import milliseconds
from ledger.opening import open_ledger
from tests.api.conftest import Server, settings_for
from tests.web.page.scene import PASSPHRASE, Scene
from tests.web.page.test_convict import pass_on
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.evidence_kinds import ROLLBACK, Convicted, confirm_evidence
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types


@pytest.fixture(scope="module")
def restored(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, bytes]]:
    """An older copy that went on by itself a second after the true ledger said more; and its trace of the item."""
    other = tmp_path_factory.mktemp("restored") / "zone"
    guard = other.with_suffix(".guard")
    shutil.copyfile(scene.folder.with_suffix(".guard"), guard)
    back_up(scene.folder, other, keys=True)
    for number in range(3):
        scene.observe(f"E{number}")
    scene.cosign()
    time.sleep(1.1)  # times of signatures are seconds
    truth, scene.ledger = scene.ledger, open_ledger(other, PASSPHRASE, guard=guard)
    try:
        scene.observe("F")
        scene.cosign()
    finally:
        went_on, scene.ledger = scene.ledger, truth
    assert went_on.head.edge.size < truth.head.edge.size
    running = Server(went_on, settings_for(other))
    yield running, went_on.prover.trace(scene.parcel.item).data
    running.stop()
    went_on.close()


def saved(page: Page, text: str, place: Path) -> bytes:
    with page.expect_download() as downloading:
        page.get_by_text(text).click()
    downloading.value.save_as(place)
    return place.read_bytes()


def convicted(page: Page, scene: Scene, folder: Path) -> Convicted:
    standpoint = Standpoint(parse_trust_policy(scene.policy), milliseconds() // 1000, registry_types())
    return confirm_evidence(saved(page, "Save the evidence", folder / "saved.evidence"), standpoint)


def seen(page: Page, base: str) -> int:
    """Let a browser look at the ledger; return the size that it keeps."""
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=grown]")
    return parse_signed_checkpoint(note_kept(page))[0].size


def note_kept(page: Page) -> bytes:
    kept = "Object.entries(localStorage).find(([key]) => key.includes('note'))[1]"
    return page.evaluate(kept).encode()


def test_a_shorter_log_that_was_signed_later_is_saved_as_evidence(phone, scene, restored, server, tmp_path):
    page = phone()
    size = seen(page, server.base)
    page.route("**/*", lambda route: pass_on(route, server.base, restored[0].base))
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=forked]")
    assert "an old copy" not in page.locator("#status-check").inner_text()
    found = convicted(page, scene, tmp_path)
    assert found.kind == ROLLBACK
    assert found.facts["sizes"][1] == size
    page.unroute_all()
    page.goto("/?lang=en")
    page.set_input_files("#picture", tmp_path / "saved.evidence")
    page.wait_for_selector("#verdict[data-state=evidence]")


def test_the_page_of_a_trace_hands_the_same_evidence_out(visit, scene, restored, tmp_path):
    page = visit(scene.item)
    visit(scene.item, lie=restored[1], page=page)
    assert page.locator("#verdict").get_attribute("data-state") == "incomplete"
    assert convicted(page, scene, tmp_path).kind == ROLLBACK


def test_an_older_copy_of_an_honest_ledger_convicts_nobody(phone, scene, server):
    page = phone()
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=grown]")
    old = page.request.get(f"{server.base}/status?format=json").body()
    scene.observe("G")
    scene.cosign()
    seen(page, server.base)
    page.route("**/status?format=json*", lambda route: route.fulfill(body=old))
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=weak]")
    said = page.locator("#status-check").inner_text()
    assert "an old copy" in said
    assert "Save the evidence" not in said


def test_where_the_ledger_keeps_its_tiles_both_signed_notes_are_handed_out(phone, scene, server, tmp_path):
    page = phone()
    size = seen(page, server.base)
    kept = note_kept(page)
    scene.observe("H")
    scene.cosign()
    page.route("**/tile/**", lambda route: route.fulfill(status=403))
    page.goto("/status?lang=en")
    page.wait_for_selector("#status-check [data-state=cannot]")
    assert "/tile/" in page.locator("#status-check").inner_text()
    assert saved(page, "Save the note that this browser kept", tmp_path / "kept") == kept
    shown = parse_signed_checkpoint(saved(page, "Save the note that is shown now", tmp_path / "shown"))[0]
    assert shown.size > size
    assert note_kept(page) == kept
