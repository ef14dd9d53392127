"""`/status`: what the server says of checkpoint, seals, witnesses and evidence."""

import base64
import time
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.client.trusted import read_charter
from ledger.signing.signer import generate
from tests.ledger.client.world import World
from tests.ledger.witnessing.conftest import OtherWitness, until
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_COSIGNATURE, NoteKey
from verifier.proof.evidence import CheckpointCommitment
from verifier.proof.evidence_kinds import confirm_evidence

PAGE, JSON = "text/html", "application/json"


@pytest.fixture
def witnessed(tmp_path, serve):
    """A ledger with two witnesses, of whom one must cosign; its server asks the first alone."""
    witnesses = [OtherWitness("near.example"), OtherWitness("far.example")]
    world = World(tmp_path / "ledger", [each.key for each in witnesses], quorum=1)
    world.found()
    yield world, serve(world.ledger, world.root, witnesses=(witnesses[0].url,))
    for each in witnesses:
        each.close()


def status_of(server):
    return server.get("/status", JSON).json


def test_each_witness_has_its_lag_and_last_cosignature(witnessed):
    world, server = witnessed
    size = world.ledger.head.edge.size
    until(lambda: status_of(server)["quorum"] == size)
    far, near = status_of(server)["witnesses"]
    assert (near["witness"], near["size"], near["leaves"]) == ("near.example", size, 0)
    assert 0 <= time.time() - near["cosigned"] < 600
    assert (far["witness"], far["size"], far["leaves"], far["cosigned"]) == ("far.example", 0, size, None)
    assert far["milliseconds"] > 0
    page = server.get("/status?lang=en", PAGE).text
    assert "near.example" in page
    assert "not at all" in page
    assert f"leaves: {size}, " in page
    assert "never" in page


def test_the_status_is_of_one_published_checkpoint_with_its_own_seal(witnessed):
    _, server = witnessed
    status = status_of(server)
    checkpoint, _ = parse_signed_checkpoint(status["checkpoint"]["note"].encode())
    assert (checkpoint.size, checkpoint.root.hex()) == (status["size"], status["checkpoint"]["root"])
    sealed = parse_seal(base64.b64decode(status["seal"]["entry"])).seal
    assert sealed.covered == status["seal"]["leaf"] == status["size"] - 1
    assert sealed.time == status["seal"]["time"]
    assert status["interval"]["seals"] >= 2
    assert status["interval"]["median"] <= status["interval"]["longest"]


def test_the_newest_checkpoint_that_a_quorum_cosigned_is_told_with_its_seal(witnessed):
    world, server = witnessed
    until(lambda: status_of(server)["cosigned"])
    size = status_of(server)["quorum"]
    world.note()
    world.publish()
    told = status_of(server)
    checkpoint, note = parse_signed_checkpoint(told["cosigned"]["checkpoint"]["note"].encode())
    assert checkpoint.size == told["quorum"] >= size
    assert "near.example" in {each.name for each in note.signatures}
    assert parse_seal(base64.b64decode(told["cosigned"]["seal"]["entry"])).seal.covered == checkpoint.size - 1


def test_before_the_founding_there_is_a_page_that_says_so(make_empty_world):
    server = make_empty_world
    status = status_of(server)
    assert (status["size"], status["checkpoint"], status["seal"], status["interval"]) == (0, None, None, None)
    assert "not founded yet" in server.get("/status?lang=en", PAGE).text


@pytest.fixture
def make_empty_world(tmp_path, serve):
    world = World(tmp_path / "empty")
    yield serve(world.ledger, world.root)
    world.ledger.close()


def test_no_evidence_is_said_to_be_the_servers_word(server):
    assert status_of(server)["evidence"] == []
    page = server.get("/status?lang=en", PAGE).text
    assert "knows of no evidence" in page
    assert "this server&#39;s word only" in page
    assert 'role="alert"' not in page


def test_what_is_no_evidence_is_not_shown_as_a_conviction(world, serve, tmp_path):
    (tmp_path / "x.evidence").write_bytes(b"<script>alert(1)</script>")
    (tmp_path / "other.txt").write_bytes(b"no evidence")
    server = serve(world.ledger, world.folder, evidence=tmp_path)
    (told,) = status_of(server)["evidence"]
    assert told["outcome"] is None
    page = server.get("/status?lang=en", PAGE).text
    assert 'role="alert"' not in page
    assert "convicts of nothing" in page
    assert server.get(told["file"]).body == b"<script>alert(1)</script>"
    assert server.get(told["file"]).headers["Content-Type"] == "application/vnd.suyuan.evidence+cbor"
    assert server.get(f"/status/evidence/{sha256(b'no evidence').hexdigest()}").status == 404


def test_evidence_that_holds_stands_above_everything_and_convicts_whoever_checks_it(world, serve, tmp_path):
    """Two checkpoints of one size with different roots, both under the ledger's own key."""
    note = world.ledger.prover.checkpoint()
    checkpoint, _ = parse_signed_checkpoint(note)
    other = world.keys.sign_checkpoint(replace(checkpoint, root=bytes(32)), int(time.time()))
    with world.ledger.store.read() as reader:
        policy = TrustPolicy(leaf_hash(reader.entries(0, 1)[0]))
    ledger = read_charter(world.ledger.prover.charter_file(), policy, int(time.time()))
    evidence = ledger.fork_evidence(CheckpointCommitment(note), CheckpointCommitment(other), [])
    (tmp_path / "fork.evidence").write_bytes(evidence)
    server = serve(world.ledger, world.folder, evidence=tmp_path)
    (told,) = status_of(server)["evidence"]
    assert (told["outcome"], told["digest"]) == ("fork", sha256(evidence).hexdigest())
    page = server.get("/status?lang=zh", PAGE).text
    assert page.index('role="alert"') < page.index("账本分叉") < page.index('id="checkpoint"')
    taken = server.get(told["file"]).body
    assert confirm_evidence(taken, ledger.standpoint).origin == world.ledger.origin
    (tmp_path / "fork.evidence").unlink()
    assert status_of(server)["evidence"] == []
    assert server.get(told["file"]).status == 404


@pytest.mark.parametrize(("accept", "status"), [(PAGE, 200), (JSON, 200), ("*/*", 200), ("image/png", 406)])
def test_the_form_is_what_was_asked_for(server, accept, status):
    assert server.get("/status", accept).status == status


def test_the_form_of_a_link_goes_before_what_is_accepted(server):
    assert server.get("/status?format=json", PAGE).headers["Content-Type"] == JSON
    assert server.get("/status?format=page", JSON).headers["Content-Type"] == "text/html; charset=utf-8"
    assert server.get("/status?format=proof").status == 400


def test_a_witness_with_a_hostile_name_is_shown_as_text(tmp_path, serve):
    named = NoteKey("<script>alert(1)</script>", ED25519_COSIGNATURE, generate(EDDSA).public)
    world = World(tmp_path / "hostile", [named], quorum=1)
    world.found()
    try:
        page = serve(world.ledger, world.root).get("/status?lang=en", PAGE).text
    finally:
        world.ledger.close()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
