"""What the demonstration erases by order is gone, and every proof says what became of it."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from ledger.cli.witness_status import read_status
from ledger.client.client import LedgerClient
from ledger.errors import UnknownError
from ledger.signing.keyfile import load_key
from ledger.witness.folder import WitnessFolder
from tests.demo.running import BIN, Demo
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.bundle import Erased
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verdict import StoryEvent, Verdict
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

pytestmark = pytest.mark.slow
BEFORE, AFTER = "before-erasure.trace", "parcel.trace"


def verdict_of(demo: Demo, file: str) -> Verdict:
    policy = parse_trust_policy((demo.folder / "trust.policy").read_bytes())
    return examine_trace((demo.folder / file).read_bytes(), Standpoint(policy, int(time.time()), registry_types()))


def delivery(verdict: Verdict) -> StoryEvent:
    assert verdict.story is not None
    (found,) = (each for each in verdict.story.timeline if each.event.head.type == "delivery.signed")
    return found


def body_before(demo: Demo) -> bytes:
    """Return the bytes of the body that was erased, out of the proof from before."""
    name, proof = delivery(verdict_of(demo, BEFORE)).event.name, parse_trace_proof((demo.folder / BEFORE).read_bytes())
    (shown,) = (each for part in proof.trace for each in part.events if event_name(each.head) == name)
    assert isinstance(shown.body, bytes)
    return shown.body


def test_a_proof_from_before_still_verifies(demo: Demo) -> None:
    verdict = verdict_of(demo, BEFORE)
    assert verdict.outcome == "verified"
    assert delivery(verdict).event.body is not None


def test_a_proof_from_after_verifies_and_names_the_order(demo: Demo) -> None:
    verdict = verdict_of(demo, AFTER)
    assert verdict.outcome == "verified"
    shown, said = delivery(verdict), [each for each in verdict.notices if each.key == "notice.erased"]
    assert isinstance(shown.body, Erased)
    assert verdict.story is not None
    (order,) = (each for each in verdict.story.timeline if each.event.head.type == "registry.erasure")
    assert shown.body.order == order.event.name
    assert order.event.head.about == (shown.event.name,)
    assert len(said) == 1


def test_nothing_of_it_is_left_at_ledger_and_mirror_nor_in_a_backup_made_afterwards(demo: Demo) -> None:
    body = body_before(demo)
    assert body in (demo.folder / BEFORE).read_bytes(), "this battery can find it"
    kept = [path for part in ("ledger", "mirror", "lie") for path in (demo.folder / part).rglob("*") if path.is_file()]
    assert {"ledger.db", "erasures.json"} < {path.name for path in kept}
    assert [str(path) for path in kept if holds(path, body)] == []


def holds(path: Path, body: bytes) -> bool:
    return body in path.read_bytes()


def test_whoever_asks_for_the_body_is_told_that_it_is_not_to_be_had(demo: Demo) -> None:
    with pytest.raises(UnknownError, match="that are kept"):
        LedgerClient(demo.url).body(delivery(verdict_of(demo, AFTER)).event.name)


def test_the_mirror_itself_confirms_and_the_operators_report_names_its_copy(demo: Demo) -> None:
    command = [str(BIN / "suyuan"), "erase", "report", str(demo.folder / "ledger"), "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    (order,) = report["orders"]
    assert order["event"] == delivery(verdict_of(demo, AFTER)).event.name.hex()
    said = [(each["agency"], each["copy"], each["event"]) for each in order["confirmations"]]
    (noted,) = json.loads(next((demo.folder / "mirror").glob("*/erasures.json")).read_bytes())
    assert said == [("urn:suyuan:agency:commerce", "mirror", noted["confirmed"])]
    assert order["confirmations"][0]["mirror"] == mirror_of(demo)
    assert order["awaited"] == []
    (status,) = read_status(WitnessFolder(demo.folder / "witnesses" / "commerce"), demo.folder / "mirror")[2]
    assert (status["erased"], status["confirmed"]) == (1, 1)


def mirror_of(demo: Demo) -> str:
    """Return the thumbprint of the mirror's own key."""
    path = demo.folder / "witnesses" / "commerce" / "keys" / "mirror" / "cosigner.pem"
    return load_key(path, (demo.folder / "passphrase").read_bytes().strip()).public.kid.hex()
