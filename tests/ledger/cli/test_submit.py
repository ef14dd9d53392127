import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.client.sequence import next_number, sequence_path
from ledger.errors import UnreachableError
from ledger.signing.keyfile import save_key
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Reply, Service
from tests.ledger.client.world import World, copy_ledger
from tests.ledger.witness.conftest import keys_of
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.submission import parse_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.checkpoint import format_checkpoint, parse_signed_checkpoint
from verifier.proof.evidence import confirm_fork, parse_fork_evidence
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

PRODUCT = "https://id.gs1.org/01/06901234567892"
ENV = ("--passphrase-env", "PASS")


@pytest.fixture
def sign(world, service) -> tuple[str, ...]:
    return ("--to", service.url, "--key", "customs.pem", "--issuer", world.customs.uri, "--first", "1000", *ENV)


@pytest.fixture
def describe_event():
    def describe(world: World) -> dict[str, object]:
        draft = world.role_draft()
        return {"type": draft.type, "subjects": dict(draft.subjects), "data": dict(draft.data)}

    return describe


@pytest.fixture
def describe(world, tmp_path, describe_event):
    """Write a description of these events, or of one that is all right."""

    def write(*events: dict[str, object], name: str = "events.json") -> str:
        (tmp_path / name).write_text(json.dumps(list(events) or [describe_event(world)]))
        return name

    return write


@pytest.fixture
def describe_in(tmp_path, describe_event):
    """A ledger with witnesses, its service, and how to submit to it."""
    made: list[tuple[World, Service]] = []

    def build(witnesses, quorum):
        world = World(tmp_path / "witnessed", witnesses, quorum)
        world.found()
        service = Service(world.ledger)
        made.append((world, service))
        save_key(tmp_path / "customs.pem", world.customs.signer, SECRET.encode())
        (tmp_path / "zone.policy").write_bytes(world.policy_file)
        (tmp_path / "events.json").write_text(json.dumps(describe_event(world)))
        key = ("--key", "customs.pem", "--issuer", world.customs.uri, "--first", "1000", *ENV)
        return world, service, ("--to", service.url, *key)

    yield build
    for world, service in made:
        service.close()
        world.ledger.close()


def kept(tmp_path: Path, folder: str = "receipts") -> dict[str, Path]:
    return {path.suffix.removeprefix(".") or path.name: path for path in (tmp_path / folder).iterdir()}


def test_a_description_is_composed_signed_sent_and_kept(run, world, *, service, describe, sign, tmp_path):
    ran = run("submit", describe(), *sign, "--json")
    assert ran.code == 0
    answer = ran.answer
    assert (answer["standing"], answer["checked"]) == ("promised", False)
    assert "not checked" in ran.err
    files = kept(tmp_path)
    assert set(files) == {"submission", "statement", "promise"}
    submission = parse_submission(files["submission"].read_bytes())
    assert submission.statement == files["statement"].read_bytes()
    assert world.ledger.prover.promise(answer["leaf"]).receipt == files["promise"].read_bytes()
    assert next_number(tmp_path / "customs.pem", world.customs.signer.public.kid) == 1001


def test_what_was_kept_can_be_sent_again_and_gets_the_same_promise(run, service, describe, sign, tmp_path):
    first = run("submit", describe(), *sign, "--json").answer
    again = run("submit", kept(tmp_path)["submission"], "--to", service.url, "--json")
    assert again.code == 0
    assert again.answer == first


def test_sequence_numbers_go_on_by_themselves(run, world, *, service, describe, sign, tmp_path):
    assert run("submit", describe(), *sign).code == 0
    without_first = tuple(each for each in sign if each not in ("--first", "1000"))
    assert run("submit", describe(), *without_first).code == 0
    assert next_number(tmp_path / "customs.pem", world.customs.signer.public.kid) == 1002


def test_a_promise_is_checked_and_redeemed(run, service, describe, sign, tmp_path):
    ran = run("submit", describe(), *sign, "--policy", "zone.policy", "--wait", "5", "--json")
    assert ran.code == 0
    assert (ran.answer["standing"], ran.answer["checked"]) == ("recorded", True)
    files = kept(tmp_path)
    assert set(files) == {"submission", "statement", "promise", "receipt", "checkpoint", "charter"}
    verified = subprocess.run(
        [sys.executable, "-m", "verifier", "receipt", files["receipt"], "--statement", files["statement"],
         "--checkpoint", files["checkpoint"], "--charter", files["charter"], "--policy", "zone.policy", "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["outcome"] == "recorded"


def test_a_dry_run_records_nothing_keeps_nothing_and_takes_no_number(run, world, *, service, describe, sign, tmp_path):
    size = world.ledger.head.edge.size
    ran = run("submit", describe(), *sign, "--dry-run", "--json")
    assert (ran.code, ran.answer) == (0, {"faults": []})
    assert world.ledger.head.edge.size == size
    assert not (tmp_path / "receipts").exists()
    assert not sequence_path(tmp_path / "customs.pem").exists()


def test_a_dry_run_lists_every_fault(run, world, service, describe, sign):
    draft = world.role_draft()
    bad = {"type": draft.type, "subjects": dict(draft.subjects), "data": {**draft.data, "roles": "seller"}}
    ran = run("submit", describe(bad, bad), *sign, "--dry-run", "--json")
    assert ran.code == 1
    assert len(ran.answer["faults"]) == 2
    assert all(fault["field"].startswith("events[") for fault in ran.answer["faults"])
    assert "faults" in run("submit", describe(bad), *sign, "--dry-run").out


def test_what_the_ledger_refuses_is_1_and_names_the_field(run, world, service, describe, sign):
    draft = world.role_draft()
    bad = {"type": draft.type, "subjects": dict(draft.subjects), "data": {**draft.data, "names": {}}}
    ran = run("submit", describe(bad), *sign)
    assert ran.code in (1, 2)
    assert "events[0]" in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_ledger_that_is_away_is_4_and_the_submission_is_kept(run, service, describe, *, sign, tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.client.transport.Patience.pause", lambda *_: 0.0)
    service.lie("/entries", Reply(b"", status=502))
    ran = run("submit", describe(), *sign)
    assert ran.code == 4
    assert set(kept(tmp_path)) == {"submission", "statement"}
    assert "again" in ran.err
    service.lies.clear()
    assert run("submit", kept(tmp_path)["submission"], "--to", service.url).code == 0


def test_no_quorum_in_time_is_3_and_the_promise_can_be_redeemed_later(run, tmp_path, describe_in):
    witnesses = keys_of(tmp_path / "keys", "w.example")
    world, service, sign = describe_in(witnesses.note_keys, quorum=1)
    waiting = (*sign, "--policy", "zone.policy", "--wait", "0", "--json")
    ran = run("submit", "events.json", *waiting)
    assert ran.code == 3
    assert set(kept(tmp_path)) == {"submission", "statement", "promise", "charter"}
    note = world.ledger.prover.checkpoint()
    checkpoint = parse_signed_checkpoint(note)[0]
    lines = witnesses.cosign(checkpoint, witnesses.note_keys, int(time.time()))
    world.ledger.cosign(format_checkpoint(checkpoint).encode() + b"\n" + lines)
    again = run("submit", kept(tmp_path)["submission"], "--to", service.url, *waiting[-5:])
    assert (again.code, again.answer["standing"]) == (0, "recorded")


def test_a_broken_promise_is_1_and_the_evidence_convicts_the_ledger(run, world, *, service, describe, sign, tmp_path):
    """The ledger promises on one fork and shows the other to everybody else."""
    world.ledger.close()
    copy_ledger(world.root, tmp_path / "twin")
    world.ledger = promising = world.open()
    showing = world.open(tmp_path / "twin", guard=tmp_path / "twin" / "guard", new_guard=True)

    def promise_and_switch(body: bytes) -> Reply:
        service.lies.clear()
        service.ledger = promising
        reply = service.submit(body)
        world.ledger = service.ledger = showing
        world.note(2)
        service.submit(body)
        world.publish()
        return reply

    service.ledger = promising
    service.lies["/entries"] = promise_and_switch
    ran = run("submit", describe(), *sign, "--policy", "zone.policy", "--wait", "1", "--json")
    assert ran.code == 1
    assert "promise" in ran.answer["error"]["field"]
    evidence = parse_fork_evidence(kept(tmp_path)["evidence"].read_bytes())
    fork = confirm_fork(evidence, Standpoint(world.policy, 0, registry_types()))
    assert fork.sizes[0] < fork.sizes[1]
    assert "receipt" not in kept(tmp_path)
    promising.close()


def test_a_wrong_answer_to_consistency_alone_breaks_no_promise(run, world, service, describe, sign):
    def lie_about_consistency(body: bytes) -> Reply:
        del service.lies["/entries"]
        reply = service.submit(body)
        world.note()
        world.publish()
        size = world.ledger.head.edge.size
        service.lie(f"/consistency/{size - 2}/{size}", Reply(b"", "text/plain"))
        return reply

    service.lies["/entries"] = lie_about_consistency
    ran = run("submit", describe(), *sign, "--policy", "zone.policy", "--wait", "1")
    assert ran.code == 0, ran.err
    assert any("/tile/" in each for each in service.asked)


def test_a_receipt_of_another_ledger_is_1(run, world, *, service, describe, sign, tmp_path):
    (tmp_path / "other.policy").write_bytes(format_trust_policy(TrustPolicy(bytes(32))))
    ran = run("submit", describe(), *sign, "--policy", "other.policy")
    assert ran.code == 1
    assert "charter" in ran.err


def test_another_promise_for_the_same_bytes_is_1_and_both_are_kept(run, world, *, service, describe, sign, tmp_path):
    assert run("submit", describe(), *sign).code == 0
    files = kept(tmp_path)
    submission = files["submission"]
    leaf = world.ledger.head.edge.size
    identity = submission.stem
    world.note()
    headers = {"Location": f"/entries/{identity}", "Suyuan-Leaf": "1", "Suyuan-Tree-Size": "2"}
    other = world.ledger.prover.promise(leaf).receipt
    service.lie("/entries", Reply(other, "application/cose", 201, {**headers, "Suyuan-Standing": "promised"}))
    ran = run("submit", submission, "--to", service.url)
    assert ran.code == 1
    assert kept(tmp_path)["other-promise"].read_bytes() == other
    assert kept(tmp_path)["promise"].read_bytes() == files["promise"].read_bytes() != other


def test_answers_find_their_events_in_what_was_kept_and_in_the_ledger(run, world, *, service, describe, sign, tmp_path):
    save_key(tmp_path / "seller.pem", world.seller.signer, SECRET.encode())
    data = {"names": {"zh": "卖家", "en": "Seller"}, "customsCode": "3501960ABC"}
    filing = {"type": "filing.enterprise", "subjects": {"enterprise": world.seller.uri}, "data": data}
    own = ("--to", service.url, "--key", "seller.pem", "--issuer", world.seller.uri, *ENV, "--keep", "own")
    assert run("submit", describe(filing), *own).code == 0
    world.publish()
    (head,) = parse_submission(kept(tmp_path, "own")["submission"].read_bytes()).heads
    answer = {"type": "endorsement.acknowledged", "data": {"seen": []}, "about": [event_name(head).hex()]}
    for keep, asked in (("own", 0), ("empty", 1)):
        service.asked.clear()
        ran = run("submit", describe(answer), *sign, "--keep", keep)
        sign = tuple(each for each in sign if each not in ("--first", "1000"))
        assert ran.code == 0, ran.err
        assert len([each for each in service.asked if "/events/" in each]) == asked


def test_an_answer_is_never_to_another_event_than_was_named(run, world, service, describe, *, sign):
    (recorded,) = world.note()
    named = "ab" * 32
    service.lie(f"/events/{named}", Reply(world.ledger.prover.event(recorded.name), "application/octet-stream"))
    ran = run("submit", describe({"type": "endorsement.acknowledged", "about": [named], "data": {"seen": []}}), *sign)
    assert ran.code == 1
    assert "another event" in ran.err


def test_an_answer_to_an_event_that_is_nowhere_is_refused(run, service, describe, sign, tmp_path):
    answer = {"type": "endorsement.acknowledged", "about": ["ab" * 32], "data": {"seen": []}}
    ran = run("submit", describe(answer), *sign)
    assert ran.code == 1
    assert "events[0]" in ran.err
    assert not sequence_path(tmp_path / "customs.pem").exists()


def test_types_of_one_s_own_win(run, service, describe, sign, tmp_path):
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "filing.product.json").write_text("{}")
    assert run("submit", describe(), *sign, "--types", "types").code == 2
    assert run("submit", describe(), *sign, "--types", "none").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("events.json",), 2),
        (("none.json", "--to", "http://127.0.0.1:1"), 4),
        (("events.json", "--to", "ftp://ledger"), 2),
        (("events.json", "--to", "http://127.0.0.1:1"), 2),
        (("events.json", "--to", "http://127.0.0.1:1", "--key", "customs.pem"), 2),
        (("events.json", "--to", "http://127.0.0.1:1", "--wait", "1"), 2),
        (("noise", "--to", "http://127.0.0.1:1"), 2),
        (("broken.json", "--to", "http://127.0.0.1:1", "--key", "customs.pem", "--issuer", "x", *ENV), 2),
        (("events.json", "--to", "http://127.0.0.1:1", "--key", "none.pem", "--issuer", "x", *ENV), 4),
        (("events.json", "--to", "http://127.0.0.1:1", "--policy", "events.json"), 2),
    ],
)
def test_wrong_usage_and_missing_files_leave_nothing(run, world, *, tmp_path, describe, arguments, code):
    describe()
    (tmp_path / "noise").write_bytes(b"\x83no submission")
    (tmp_path / "broken.json").write_bytes(b"{")
    ran = run("submit", *arguments)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "receipts").exists()


def test_a_key_of_another_passphrase_signs_nothing(run, service, describe, sign, monkeypatch):
    monkeypatch.setenv("PASS", "another")
    ran = run("submit", describe(), *sign)
    assert ran.code == 4
    assert "POST /entries" not in service.asked


def test_nothing_goes_over_a_line_that_others_read_without_a_word(run, describe, world, monkeypatch):
    monkeypatch.setattr("ledger.client.transport.Transport.send", _unreachable)
    ran = run("submit", describe(), "--to", "http://ledger.example", "--key", "customs.pem", "--issuer", "x", *ENV)
    assert "not encrypted" in ran.err


def _unreachable(self: object, *_args: object) -> None:
    raise UnreachableError("http://ledger.example", came="nothing", expected="an answer")
