"""The project's own clients against the real server: what one says, the other understands."""

import subprocess
import sys

import pytest

from ledger.client.client import LedgerClient
from ledger.errors import ConflictError, PrivateError, UnknownError
from verifier.errors import BadSignatureError, MalformedError, TooLargeError
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.tiles import Tile


@pytest.fixture
def client(server):
    return LedgerClient(server.base)


def test_submitting_and_asking_again(client, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("C1"))
    receipt = client.submit(data)
    assert receipt.recorded
    assert client.submit(data) == receipt
    assert client.receipt(receipt.identity).leaf == receipt.leaf


def test_refusals_come_back_as_the_errors_they_were(client, world, zone_terms):
    with pytest.raises(MalformedError) as refused:
        client.submit(b"\xff")
    assert refused.value.field == "submission"
    with pytest.raises(TooLargeError):
        client.submit(bytes(20_000_000))
    data = world.submission(world.seller, zone_terms.item("C2"))
    statement = bytearray(parse_submission(data).statement)
    bent = data.replace(bytes(statement[-32:]), bytes(each ^ 1 for each in statement[-32:]))
    with pytest.raises(BadSignatureError):
        client.submit(bent)
    draft = zone_terms.product_draft(world, "06901234560046", {"zh": "一", "en": "one"}, 0)
    event = world.seller.compose(draft, world.zone.types)
    first, second = (format_submission(world.seller.sign([event], zone_terms.ORIGIN)) for _ in range(2))
    client.submit(first)
    with pytest.raises(ConflictError) as refused:
        client.submit(second)
    assert refused.value.field == "events[0].id"
    with pytest.raises(UnknownError):
        client.receipt(bytes(32))
    with pytest.raises(PrivateError):
        client.bundle(Tile(None, 0, 2))
    assert [each.field for each in client.validate(b"\xff")] == ["submission"]


def test_reading_the_log(client, open_server, world):
    assert LedgerClient(open_server.base).bundle(Tile(None, 0, 2))[0][:1] == b"\xd2"
    assert client.charter()
    assert client.checkpoint(2)
    assert client.consistency(2, 4)
    assert client.trace("urn:suyuan:agency:customs")
    assert client.event(world.event.name)


def test_the_auditor_recomputes_the_whole_ledger_over_http(open_server, world, tmp_path):
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    with world.ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
    policy = tmp_path / "trust.policy"
    policy.write_text(f"suyuan trust policy v1\ncharter {pinned.hex()}\n")
    command = [sys.executable, "-m", "verifier", "--lang", "en", "audit", open_server.base]
    command += ["--policy", str(policy), "--no-state"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
