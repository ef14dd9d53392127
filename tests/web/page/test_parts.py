"""What stands on the page of a checked trace, and what it opens to."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.web.page.scene import RECALLED, WAITING
from verifier.proof.traceproof import parse_trace_proof

STAGES = ["Filing", "Order", "Clearance", "Transport", "Delivery", "After-sales"]


@pytest.fixture
def item(visit, scene):
    return visit(scene.item, "en")


def test_life_is_told_stage_by_stage_with_issuer_cosigners_and_recognition(item):
    assert item.locator(".stage h3").all_inner_texts() == STAGES
    filing = item.locator(".stage").first.inner_text()
    assert "Product filing recognised" in " ".join(filing.split())
    assert "Issued by Example Import Trading Ltd" in filing
    assert "Example Customs: recognised" in filing
    assert "Logistics event: receiving" in item.locator(".stage").nth(3).inner_text()


def test_the_way_is_sketched_and_told_in_words(item):
    sketch = item.locator("svg.route")
    told = sketch.get_attribute("aria-label")
    assert told.index("New Zealand") < told.index("9520000001001") < told.index("9520000001018")
    assert told.index("9520000001018") < told.index("9520000001025")
    assert sketch.locator("circle").count() == told.count("→") + 1
    assert sketch.locator("image, foreignObject").count() == 0


def test_each_fact_opens_to_bytes_that_hash_as_shown(item):
    item.locator(".events summary").first.click()
    shown = item.locator(".events details[open]").first
    shown.get_by_text("The bytes").click()  # which waits for the script that tells them
    body, head = shown.locator("pre").nth(0).text_content(), shown.locator("pre").nth(1).text_content()
    hashes = re.findall(r"\b[0-9a-f]{64}\b", shown.locator("dl").last.inner_text())
    assert hashlib.sha256(b"\x05" + body.encode()).hexdigest() == hashes[0]
    assert hashlib.sha256(b"\x00" + bytes.fromhex(head)).hexdigest() == hashes[1]
    assert "Signed by the key (EdDSA)" in shown.inner_text()
    assert "Key registered by" in shown.inner_text()


def test_evidence_that_cannot_be_fetched_is_asked_for_again(visit, scene):
    page = visit(scene.item, "en")
    page.route("**/evidence.js", lambda route: route.abort())
    page.locator(".events summary").first.click()
    page.get_by_text("A connection is needed").wait_for()
    page.unroute("**/evidence.js")
    page.locator(".events summary").first.click()
    page.locator(".events summary").first.click()
    page.get_by_text("Customs code").wait_for()
    assert page.locator("#verdict").get_attribute("data-state") == "verified"


def test_nine_steps_and_what_was_not_checked_are_told(item):
    item.get_by_text("The nine steps").click()
    assert item.locator(".steps > li").count() == 9
    assert item.locator(".steps .state.passed").count() == 9
    assert "whether what was stated is true" in item.locator("section[aria-labelledby=unchecked]").inner_text()


def test_a_step_that_failed_says_so_and_those_behind_it_were_not_reached(visit):
    page = visit(f"/01/{WAITING}", "en")
    page.get_by_text("The nine steps").click()
    assert page.locator(".steps .state").all_inner_texts() == ["passed"] * 6 + ["failed"] + ["not reached"] * 2


def test_the_downloaded_proof_is_what_was_checked(item, server, scene, tmp_path: Path):
    with item.expect_download() as downloading:
        item.get_by_text("Download the proof").click()
    kept = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(kept)
    assert kept.suffix == ".trace"
    assert parse_trace_proof(kept.read_bytes()).subject == scene.parcel.item


def test_who_answers_for_recalls_and_whom_to_ask(item, visit):
    told = item.locator("section[aria-labelledby=filed]").inner_text()
    assert "示例进口商贸有限公司 (91000000EXAMPLE02T)" in told
    assert "https://service.example/" in told
    assert "12315" in item.locator("section[aria-labelledby=report]").inner_text()
    recall = visit(f"/01/{RECALLED}", "en").locator(".recall").inner_text()
    assert "Responsible for recalls" in recall


def test_the_policy_is_shown_by_its_fingerprint_and_can_be_replaced(item, scene, tmp_path: Path):
    shown = item.locator("#fingerprint")
    assert shown.text_content() == hashlib.sha256(scene.policy).hexdigest()
    item.get_by_text("Trust policy", exact=True).click()
    assert "the party that is being checked" in item.locator("section[aria-labelledby=why]").inner_text()
    own = tmp_path / "own.policy"
    own.write_bytes(b"none\n")
    item.set_input_files("#policy-file", own)
    item.get_by_text("That is no trust policy").wait_for()
    own.write_bytes(b"suyuan trust policy v1\ncharter " + b"0" * 64 + b"\n")
    item.set_input_files("#policy-file", own)
    item.wait_for_selector("#verdict[data-state=altered]")
    assert item.evaluate("document.activeElement.id") == "verdict"
    item.get_by_text("Trust policy", exact=True).click()
    item.get_by_text("Back to the page's policy").click()
    item.wait_for_selector("#verdict[data-state=verified]")


def test_the_verdict_is_announced(item):
    live = item.locator("#live")
    assert live.get_attribute("role") == "status"
    assert live.text_content() == "Verified. The records are authentic and complete."


def test_the_other_language_is_one_touch_away(item):
    item.get_by_text("中文").click()
    item.wait_for_selector("#verdict")
    assert item.locator("html").get_attribute("lang") == "zh-Hans"
    assert "已核验" in item.locator("#verdict").inner_text()


def test_the_address_chooses_the_subject_and_not_the_servers_text(visit, scene, server):
    page = visit(scene.item, "en", lie=server.get(f"/01/{WAITING}?format=proof").body)
    assert page.locator("#verdict").get_attribute("data-state") == "cannot"
