"""Histories over a real server: whole, absent, and since a state; what it hands out verifies offline."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.api.conftest import Server, settings_for
from tests.verifier.proof.registers import RECONCILED, SET, enter, found_registers, reconcile
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verify import examine_trace

TRACE, JSON = "application/vnd.suyuan.trace+cbor", "application/json"
MEMBERS = f"/histories/member?subject={quote(SET, safe='')}"
BEFORE = 3


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    made = found_registers(tmp_path_factory.mktemp("registers") / "zone")
    enter(made, SET, count=2)
    reconcile(made, 2)
    reconcile(made, BEFORE)
    enter(made, SET)
    made.cosign()
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def opened(registers) -> Iterator[Server]:
    running = Server(registers.ledger, settings_for(registers.folder, open_reads=True))
    yield running
    running.stop()


def test_a_history_is_proved_whole(opened, registers):
    answer = opened.get(MEMBERS, TRACE)
    assert (answer.status, answer.headers["Content-Type"]) == (200, TRACE)
    verdict = examine_trace(answer.body, registers.standpoint(), subject=SET)
    assert (verdict.outcome, len(verdict.story.timeline), verdict.story.rest) == ("verified", 5, None)
    assert int(answer.headers["Suyuan-Tree-Size"]) == verdict.story.size


@pytest.mark.parametrize("kind", ["list", "recall"])
def test_absence_is_proved_to_anybody(opened, registers, serve, kind):
    server = serve(registers.ledger, registers.folder)
    answer = server.get(f"/histories/{kind}?subject=urn:suyuan:list:negative:1", TRACE)
    assert answer.status == 200
    assert examine_trace(answer.body, registers.standpoint()).outcome == "not-recorded"


@pytest.mark.parametrize("kind", ["claim", "member", "quota"])
def test_what_tells_of_somebodys_business_is_reserved(registers, serve, kind):
    answer = serve(registers.ledger, registers.folder).get(f"/histories/{kind}?subject={quote(SET, safe='')}", JSON)
    assert (answer.status, answer.json["field"]) == (401, "history")


@pytest.mark.parametrize(("since", "count"), [("2", 2), (str(BEFORE), BEFORE), ("latest", BEFORE)])
def test_a_history_is_proved_since_a_state(opened, registers, since, count):
    answer = opened.get(f"{MEMBERS}&since={since}", TRACE)
    verdict = examine_trace(answer.body, registers.standpoint(), subject=SET)
    assert (verdict.outcome, verdict.story.rest.count) == ("verified", count)
    assert parse_trace_proof(answer.body).since.count == count
    told = opened.get(f"{MEMBERS}&since={since}", JSON).json["story"]
    assert told["rest"]["count"] == count
    assert len(told["events"]) == 5 - count


@pytest.mark.parametrize("since", ["1", "4", "5", "999999"])
def test_what_nobody_stated_is_unknown(opened, since):
    answer = opened.get(f"{MEMBERS}&since={since}", JSON)
    assert (answer.status, answer.json["field"]) == (404, "since")


def test_there_is_no_latest_state_where_none_was_stated(opened):
    answer = opened.get("/histories/list?subject=urn:suyuan:list:negative:1&since=latest", JSON)
    assert (answer.status, answer.json["field"]) == (404, "since")


@pytest.mark.parametrize("query", ["&since=0", "&since=-1", "&since=x", "&since=", "&since=01", "&walk=public"])
def test_parameters_are_strict(opened, query):
    assert opened.get(MEMBERS + query, JSON).status == 400


@pytest.mark.parametrize("kind", ["trace", "case", "registry", "keys", "note", "MEMBER", "%00"])
def test_only_these_kinds_have_histories_of_their_own(opened, kind):
    assert opened.get(f"/histories/{kind}?subject={quote(SET, safe='')}", JSON).status == 400


def test_a_page_leads_to_the_proof_of_this_history(opened):
    page = opened.get(f"{MEMBERS}&since=latest", "text/html").body.decode()
    assert f"/histories/member?subject={quote(SET, safe='')}&amp;since=latest&amp;format=proof" in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_auditors_command_says_whose_word_stands_for_the_rest(opened, registers, tmp_path, lang):
    (tmp_path / "members.trace").write_bytes(opened.get(f"{MEMBERS}&since=latest", TRACE).body)
    (tmp_path / "policy").write_bytes(format_trust_policy(registers.standpoint().policy))
    command = [
        sys.executable, "-m", "verifier", "--lang", lang, "trace", "members.trace", "--policy", "policy", "--no-state",
        "--subject", SET,
    ]  # fmt: skip
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    stated = json.loads(opened.get(f"{MEMBERS}&since=latest", JSON).body)["story"]["rest"]["statedBy"]
    assert stated[:16] in told
    assert RECONCILED in told
