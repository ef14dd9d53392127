import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.client.trusted import read_charter
from ledger.errors import BusyError, ConflictError, PrivateError, UnknownError, UnreachableError
from ledger.prove.log import consistency_path
from tests.ledger.client.serving import Reply
from verifier.errors import MalformedError, UntrustedError
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.statement import parse_statement, statement_identity
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import check_consistency, leaf_hash
from verifier.primitives.tiles import Tile, tiles_of
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.evidence import CheckpointCommitment
from verifier.proof.traceproof import parse_trace_proof


def test_a_submission_gets_a_receipt_that_the_ledger_signed_for_it(world, client):
    submission = world.submission()
    receipt = client.submit(submission)
    statement = parse_submission(submission).statement
    read = parse_receipt(receipt.data)
    trusted = read_charter(client.charter(), world.policy, world.now() // 1000)
    key = trusted.registry.charter_at(read.size - 1).receipt
    verify_receipt(read, leaf=leaf_hash(statement), key=key, origin=trusted.origin)
    assert (receipt.leaf, receipt.size) == (read.index, read.size)
    assert receipt.identity == statement_identity(parse_statement(statement))


def test_the_same_bytes_again_get_the_same_receipt(world, client):
    submission = world.submission()
    assert client.submit(submission) == client.submit(submission)


def test_a_receipt_is_found_by_the_statement_s_identity(world, client):
    promise = client.submit(world.submission())
    newest = client.receipt(promise.identity)
    assert (newest.leaf, newest.identity) == (promise.leaf, promise.identity)
    with pytest.raises(UnknownError):
        client.receipt(bytes(32))


def test_what_the_ledger_refuses_names_the_field(world, client):
    again = world.zone.say(world.customs, [world.role_draft()])
    submission = world.customs.sign(again, world.ledger.origin)
    with pytest.raises(ConflictError) as refused:
        client.submit(format_submission(submission))
    assert refused.value.field == "events[0].id"


def test_validation_lists_faults_and_records_nothing(world, client):
    size = world.ledger.head.edge.size
    assert client.validate(world.submission()) == []
    (fault,) = client.validate(b"\xff")
    assert isinstance(fault, MalformedError)
    assert fault.field == "submission"
    assert world.ledger.head.edge.size == size


def test_checkpoints_and_consistency_fit_together(world, client):
    world.note(2)
    world.publish()
    newest, _ = parse_signed_checkpoint(client.checkpoint())
    older, _ = parse_signed_checkpoint(client.checkpoint(newest.size - 2))
    path = client.consistency(older.size, newest.size)
    check_consistency(size=older.size, root=older.root, newer_size=newest.size, newer_root=newest.root, path=path)
    assert parse_signed_checkpoint(client.checkpoint(quorum=True))[0].size >= newest.size


def test_a_partial_tile_that_was_collected_is_read_from_the_full_one(world, client):
    while world.ledger.head.edge.size <= 256:
        world.note(8)
    world.publish()
    tile = next(iter(tiles_of(world.ledger.head.edge.size, entries=False)))
    assert tile.width == 256
    assert client.tile(Tile(0, 0, 17)) == client.tile(tile)[:17]
    assert client.bundle(Tile(None, 0, 17)) == client.bundle(Tile(None, 0))[:17]


def test_bundles_are_private_where_reads_are_closed(service, client):
    service.open_reads(open_=False)
    with pytest.raises(PrivateError):
        client.bundle(Tile(None, 0))


def test_events_and_traces_come_as_files(world, client):
    (event,) = world.note()
    assert parse_event_proof(client.event(event.name)).statement.events[0].head == event.head
    assert parse_trace_proof(client.trace(world.seller.uri)).subject == world.seller.uri


def test_a_charter_that_is_not_the_pinned_one_is_not_trusted(world, client):
    with pytest.raises(UntrustedError):
        read_charter(client.charter(), TrustPolicy(bytes(32)), world.now() // 1000)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Location": "/entries/xyz"},
        {"Location": f"/entries/{'0' * 64}", "Suyuan-Standing": "promised", "Suyuan-Leaf": "-1"},
        {"Location": f"/entries/{'0' * 64}", "Suyuan-Standing": "done", "Suyuan-Leaf": "1", "Suyuan-Tree-Size": "2"},
    ],
)
def test_an_answer_without_its_headers_is_refused(world, service, client, headers):
    service.lie("/entries", Reply(b"", "application/cose", 201, headers))
    with pytest.raises(MalformedError):
        client.submit(world.submission())


@pytest.mark.parametrize("body", [b"", b"[]", b'{"size": "1"}', b'{"size": 1, "accepted": 1}'])
def test_another_answer_to_cosignatures_is_refused(service, client, body):
    service.lie("/cosignatures", Reply(body, "application/json"))
    with pytest.raises(MalformedError):
        client.cosign(b"")


def test_a_busy_ledger_is_told_as_busy_and_a_dead_one_as_unreachable(world, service, client):
    service.lie("/entries", Reply(b"", status=503, headers={"Retry-After": "2"}))
    with pytest.raises(BusyError) as busy:
        client.submit(world.submission())
    assert busy.value.retry_after == 2
    service.close()
    gone = LedgerClient(service.url, timeout=1, patience=Patience(attempts=1))
    with pytest.raises(UnreachableError):
        gone.checkpoint()


def test_two_commitments_that_agree_are_no_evidence(world, client):
    world.note(2)
    size = world.ledger.head.edge.size
    trusted = read_charter(client.charter(), world.policy, world.now() // 1000)
    notes = [CheckpointCommitment(client.checkpoint(each)) for each in (size - 2, size)]
    with world.ledger.sources() as sources:
        path = consistency_path(sources.log, size - 2, size, whole=True)
    assert trusted.fork_evidence(*notes, path) is None
    assert trusted.fork_evidence(notes[1], notes[1], []) is None
