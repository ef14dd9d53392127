"""The same statement is recorded once and gets the same bytes; the same event never stands in the ledger twice."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from fixtures.zone.actors import all_types
from ledger.compose.batch import sign_batch
from ledger.compose.event import Draft
from ledger.errors import ConflictError
from tests.ledger.sequencer.zone import ORIGIN
from verifier.errors import SuyuanError
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import format_submission, parse_submission


@pytest.fixture
def twice(small):
    """Return two submissions of one batch by an ES256 key: the same statement, signed twice."""
    event = small.customs.compose(
        Draft("registry.enterprise", small.clocks.ms, {"enterprise": small.carrier.uri}, _firm(small)), all_types()
    )
    first = small.customs.next_number(small.customs.signer.public.kid)
    sent = [
        sign_batch([event], small.customs.signer, issuer=small.customs.uri, audience=[ORIGIN], first=first)
        for _ in range(2)
    ]
    assert sent[0].statement != sent[1].statement
    return [format_submission(each) for each in sent]


def test_signed_again_and_in_flight_together_is_recorded_once(small, twice):
    before = small.size
    answers = small.together(twice[0], twice[1], twice[0])
    assert [each.result(timeout=30) for each in answers] == [before] * 3
    assert small.size == before + 2
    assert small.entries()[before] == parse_submission(twice[0]).statement, "the ledger keeps the first"


def test_later_and_after_a_restart_the_same_bytes_come_back(small, twice):
    leaf = small.ledger.submit(twice[0]).result(timeout=30)
    promise = small.ledger.prover.promise(leaf)
    small.move(1)
    assert small.ledger.submit(twice[1]).result(timeout=30) == leaf
    assert small.ledger.prover.promise(leaf) == promise
    small.reopen()
    size = small.size
    assert small.ledger.submit(twice[1]).result(timeout=30) == leaf
    assert small.ledger.prover.promise(leaf) == promise
    assert small.size == size


def test_event_in_another_statement_is_refused_by_position_whether_recorded_or_in_the_same_block(small):
    event, fresh = small.event(1), small.event(2)
    first, second = small.sign(event), small.sign(fresh, event)
    accepted, refused = small.together(first, second)
    assert accepted.result(timeout=30)
    assert "events[1]" in refused.exception(timeout=30).field
    again = small.sign(small.event(3), event)
    with pytest.raises(ConflictError, match=r"events\[1\]"):
        small.ledger.submit(again).result(timeout=30)
    small.reopen()
    with pytest.raises(ConflictError, match=r"events\[1\]"):
        small.ledger.submit(again).result(timeout=30)
    assert small.move(2), "nothing of the refused batches was recorded"


def test_id_twice_in_one_batch_is_refused_and_the_writer_goes_on(small):
    one, other = (small.event(each, random=bytes) for each in (1, 2))
    assert one.name != other.name
    sent = small.sign(small.event(3), one, other)
    assert [each.field for each in small.ledger.validate(sent)] == ["events[2].head.id"]
    _refused(small, lambda: small.ledger.submit(sent).result(timeout=30), r"events\[2\]\.head\.id")


def test_id_that_another_issuer_has_used_is_free(small):
    moved = small.event(1, random=bytes)
    small.customs.random = bytes
    said = small.customs.compose(
        Draft("registry.enterprise", small.clocks.ms, {"enterprise": small.carrier.uri}, _firm(small)), all_types()
    )
    assert small.ledger.submit(small.sign(moved)).result(timeout=30)
    assert small.ledger.submit(format_submission(small.customs.sign([said], ORIGIN))).result(timeout=30)


def test_envelope_twice_in_one_block_is_recorded_once(small):
    before = small.size
    with small.held():
        answers = [small.ledger.submit_envelope(small.envelope()) for _ in range(3)]
    assert [each.result(timeout=30) for each in answers] == [before] * 3
    assert small.size == before + 2
    small.reopen()
    assert small.ledger.submit_envelope(small.envelope()).result(timeout=30) == before


@pytest.mark.parametrize("order", [("event", "envelope"), ("envelope", "event")])
@pytest.mark.parametrize("together", [True, False])
def test_id_drawn_to_clash_with_an_envelope_is_refused_and_the_writer_goes_on(small, order, together):
    entry, identity = _envelope_that_looks_like_an_id(small)
    event = small.event(1)
    spelt = format_head(replace(parse_head(event.head), id=identity[:16]))
    event = replace(event, head=spelt, name=event_name(spelt))
    sent = {
        "event": lambda: small.ledger.submit(small.sign(event)),
        "envelope": lambda: small.ledger.submit_envelope(entry),
    }
    with small.held() if together else nullcontext():
        answers = [sent[each]() for each in order]
    assert answers[0].result(timeout=30)
    assert isinstance(answers[1].exception(timeout=30), ConflictError)
    assert small.ledger.writer.stopped is None
    assert small.move(9)


def _envelope_that_looks_like_an_id(small):
    """Return an envelope, and its identity, whose first 16 bytes are spelt like a UUIDv7."""
    for number in range(10_000):
        entry = small.envelope(number.to_bytes(32, "big"))
        identity = statement_identity(parse_entry(entry))
        if identity[6] >> 4 == 7 and identity[8] >> 6 == 2:
            return entry, identity
    raise AssertionError("one in 64 does")


def _firm(small):
    return {"names": dict(small.carrier.names), "roles": ["carrier"], "gs1Prefixes": ["69012345"], "subjects": []}


def _refused(small, act, match):
    before = small.size
    with pytest.raises(SuyuanError, match=match):
        act()
    assert small.size == before
    assert small.ledger.writer.stopped is None
    assert small.move(77) == before
