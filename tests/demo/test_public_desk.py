"""The hidden code of the demonstration's parcel: activated once, tried again from a copy, complained about."""

from __future__ import annotations

import json
import re
import time
import urllib.request

from tests.demo.running import Demo
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.examination import Standpoint
from verifier.proof.promise import parse_promise, verify_promise
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types


def standpoint(demo: Demo) -> Standpoint:
    policy = parse_trust_policy((demo.folder / "trust.policy").read_bytes())
    return Standpoint(policy, int(time.time()), registry_types())


def test_the_item_was_activated_once_and_every_verifier_says_so(demo: Demo) -> None:
    verdict = examine_trace((demo.folder / "parcel.trace").read_bytes(), standpoint(demo))
    types = [each.event.head.type for each in verdict.story.timeline]
    assert types.count("transport.hidden-code") == types.count("aftersales.activation") == 1
    notices = [each.key for each in verdict.notices]
    assert notices.count("notice.activated") == 1
    assert "notice.false-activation" not in notices


def test_consumer_and_complainant_hold_receipts_that_verify(demo: Demo) -> None:
    told = {}
    for name in ("activation", "complaint"):
        promise = parse_promise((demo.folder / f"{name}.promise").read_bytes())
        told[name] = verify_promise(promise, standpoint(demo))
    assert told["activation"].event.head.type == "aftersales.activation"
    assert told["activation"].event.body.data["region"] == "CN-ZJ"
    complaint = {each.pointer: each.value for each in told["complaint"].disclosures}
    assert "activated before" in complaint["/text"]
    assert "activated before" not in json.dumps(dict(told["complaint"].event.body.data))


def test_whoever_opens_the_public_desk_and_reveals_the_code_again_is_told_of_the_first(demo: Demo) -> None:
    (address,) = (line.partition(": ")[2] for line in demo.said() if line.startswith("Example Public Desk: "))
    said = demo.errors.read_text("utf-8")
    code = re.search(r"scratch layer, ([0-9A-Z ]{39}):", said)[1]
    with urllib.request.urlopen(address) as page:
        assert "<form" in page.read().decode()
    item = address.partition("item=")[2]
    body = json.dumps({"item": item, "code": code}).encode()
    desk = address.partition("/code")[0]
    asked = urllib.request.Request(f"{desk}/activations", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        told = json.loads(answer.read())
    assert (told["outcome"], told["region"]) == ("again", "CN-ZJ")


def test_the_items_page_leads_to_the_public_desk(demo: Demo) -> None:
    (address,) = (line for line in demo.said() if line.startswith("http"))
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": "text/html"})) as answer:
        assert "/desk/code?" in answer.read().decode()
