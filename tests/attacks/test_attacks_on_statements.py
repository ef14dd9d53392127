"""Attacks on statements and batches that the design names: each is refused, and leaves nothing behind."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.batch import sign_batch
from ledger.compose.event import Draft
from ledger.errors import ConflictError
from tests.attacks.conftest import examined, failed_step, fresh_unit, smuggle
from tests.world import PRODUCT, World, found_world, now, uscc
from verifier.errors import BadSignatureError, MalformedError, MismatchError, NotPermittedError
from verifier.ledgerformat.seal import format_seal_header
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.submission import Submission, format_submission, parse_submission
from verifier.primitives.cose import Sign1, format_sign1, signed_bytes
from verifier.primitives.keys import P256_ORDER


def _inspection(world: World):
    customs = world.cast["customs"]
    draft = Draft("endorsement.acknowledged", now(), data={"seen": []}, about=(world.events["list"].name,))
    head = world.zone.heads[world.events["list"].name]
    return customs, customs.compose(draft, world.zone.types, [head])


def test_re_signed_es256_statement_gets_the_recorded_leaf_and_the_same_receipt(world: World):
    customs, event = _inspection(world)
    first = customs._sequence[customs.signer.public.kid]
    sent = [
        sign_batch([event], customs.signer, issuer=customs.uri, audience=[world.ledger.origin], first=first)
        for _ in range(2)
    ]
    assert sent[0].statement != sent[1].statement, "ES256 draws a fresh signature each time"
    leaf = world.ledger.submit(format_submission(sent[0])).result()
    size = world.ledger.head.edge.size
    promise = world.ledger.prover.promise(leaf)
    assert world.ledger.submit(format_submission(sent[1])).result() == leaf
    assert world.ledger.head.edge.size == size, "nothing was recorded again"
    again = world.ledger.prover.promise(leaf)
    assert (again.receipt, again.entry) == (promise.receipt, sent[0].statement)


def test_mirrored_es256_signature_is_refused(world: World):
    customs, event = _inspection(world)
    submission = customs.sign([event], world.ledger.origin)
    statement = parse_statement(submission.statement)
    r, s = statement.signature[:32], int.from_bytes(statement.signature[32:], "big")
    mirrored = r + (P256_ORDER - s).to_bytes(32, "big")
    entry = format_sign1(Sign1(statement.protected, {}, statement.payload, mirrored))
    forged = Submission(entry, submission.heads, submission.bodies, submission.disclosures)
    with pytest.raises(BadSignatureError, match="signature"):
        world.ledger.submit(format_submission(forged))


def test_re_batched_event_is_refused_and_its_position_named(world: World):
    carrier = world.cast["carrier"]
    fresh = carrier.compose(
        Draft("transport.object", now(), {"epcs": [fresh_unit(2)]}, {"action": "OBSERVE"}), world.zone.types
    )
    submission = carrier.sign([fresh, world.events["arriving"]], world.ledger.origin)
    size = world.ledger.head.edge.size
    with pytest.raises(ConflictError, match=r"events\[1\]"):
        world.ledger.submit(format_submission(submission)).result()
    assert world.ledger.head.edge.size == size


def test_event_that_a_ledger_records_twice_is_refused_by_the_verifier(world: World, monkeypatch):
    carrier = world.cast["carrier"]
    with world.ledger.store.read() as reader:
        stored = reader.find_event(world.events["arriving"].name)
    world.ledger.writer.call(lambda: _forget_id(world, stored.seq)).result()
    smuggle(world, carrier, [world.events["arriving"]], monkeypatch)
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("incomplete", 6), "indexed twice, it can be shown only once"


def test_statement_for_another_ledger_is_refused(world: World, tmp_path, monkeypatch):
    customs, event = _inspection(world)
    replayed = customs.sign([event], "other.test/ledger")
    with pytest.raises(MismatchError, match=r"statement\.aud"):
        world.ledger.submit(format_submission(replayed))


def test_statement_for_another_ledger_that_is_recorded_anyway_is_refused_by_the_verifier(world: World, monkeypatch):
    customs, event = _inspection(world)
    smuggle(world, customs, [event], monkeypatch, origin="other.test/ledger")
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)
    assert "aud" in str(verdict.error)


def test_whole_submission_replayed_into_a_second_ledger_is_refused(world: World, tmp_path):
    other = found_world(tmp_path / "other", policies=False)
    try:
        customs, event = _inspection(world)
        with pytest.raises((MismatchError, NotPermittedError)):
            other.ledger.submit(format_submission(customs.sign([event], world.ledger.origin)))
    finally:
        other.ledger.close()


def test_seal_shaped_statement_is_refused_at_every_door(world: World):
    customs, event = _inspection(world)
    submission = customs.sign([event], world.ledger.origin)
    statement = parse_statement(submission.statement)
    protected = format_seal_header(alg=-7, kid=customs.signer.public.kid, origin=world.ledger.origin)
    signature = customs.signer.sign(signed_bytes(protected=protected, payload=statement.payload))
    entry = format_sign1(Sign1(protected, {}, statement.payload, signature))
    with pytest.raises(MalformedError, match="seal"):
        world.ledger.submit(
            format_submission(Submission(entry, submission.heads, submission.bodies, submission.disclosures))
        )
    with pytest.raises(MalformedError):
        world.ledger.submit_envelope(entry)
    with world.ledger.store.read() as reader:
        own_seal = reader.entries(world.ledger.head.edge.size - 1, world.ledger.head.edge.size)[0]
    with pytest.raises(MalformedError):
        world.ledger.submit_envelope(own_seal)


def test_root_key_says_nothing_but_registry_events(world: World):
    customs = world.cast["customs"]
    _, event = _inspection(world)
    with pytest.raises(NotPermittedError, match="root key"):
        world.ledger.submit(format_submission(customs.sign([event], world.ledger.origin, as_root=True))).result()


def test_overlapping_sequence_numbers_are_refused_and_the_next_free_one_named(world: World):
    carrier = world.cast["carrier"]
    kid = carrier.signer.public.kid
    used = carrier._sequence[kid]
    carrier._sequence[kid] = used - 1
    event = carrier.compose(
        Draft("transport.object", now(), {"epcs": [fresh_unit(3)]}, {"action": "OBSERVE"}), world.zone.types
    )
    with pytest.raises(ConflictError, match=f"numbers from {used}"):
        world.ledger.submit(format_submission(carrier.sign([event], world.ledger.origin))).result()
    carrier._sequence[kid] = used + 100
    leaf = world.ledger.submit(format_submission(carrier.sign([event], world.ledger.origin))).result()
    assert leaf > 0, "gaps are allowed"


def test_bad_event_refuses_its_whole_batch(world: World):
    carrier = world.cast["carrier"]
    good = carrier.compose(
        Draft("transport.object", now(), {"epcs": [fresh_unit(4)]}, {"action": "OBSERVE"}), world.zone.types
    )
    seller_item = f"{PRODUCT}/21/NOT-THERE"
    unknown = carrier.compose(
        Draft("transport.object", now(), {"epcs": [seller_item]}, {"action": "OBSERVE"}), world.zone.types
    )
    size = world.ledger.head.edge.size
    with pytest.raises(NotPermittedError, match=r"events\[1\]"):
        world.ledger.submit(format_submission(carrier.sign([good, unknown], world.ledger.origin))).result()
    assert world.ledger.head.edge.size == size
    with world.ledger.store.read() as reader:
        assert reader.find_event(good.name) is None


def test_unregistered_key_is_refused(world: World):
    stranger = enterprise(uscc("91330100MA2TEXT77"), "甲", "Stranger", ["carrier"])
    event = stranger.compose(
        Draft("transport.object", now(), {"epcs": [fresh_unit(5)]}, {"action": "OBSERVE"}), world.zone.types
    )
    with pytest.raises(NotPermittedError, match=r"statement\.kid"):
        world.ledger.submit(format_submission(stranger.sign([event], world.ledger.origin)))


def test_parsed_submission_is_what_was_sent(world: World):
    customs, event = _inspection(world)
    data = format_submission(customs.sign([event], world.ledger.origin))
    assert format_submission(parse_submission(data)) == data


def _forget_id(world: World, seq: int) -> None:
    """Change the recorded id so that the database's constraint lets the event in again."""
    connection = world.ledger.store.writer()._connection
    connection.execute("UPDATE event SET id = ? WHERE seq = ?", (b"\0" * 16, seq))
