"""A block: its leaves in the order of submission, then one seal over all of them."""

from __future__ import annotations

import random

import pytest

from ledger.errors import ConflictError
from ledger.sequencer import queue
from tests.ledger.index.yardstick import histories_of, root_of
from tests.ledger.sequencer.zone import FOREIGN
from tests.reference import HASH, MTH
from verifier.errors import SuyuanError
from verifier.ledgerformat.seal import is_seal, parse_seal
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.checkpoint import parse_signed_checkpoint


def test_what_waits_together_is_one_block_in_the_order_of_submission(small):
    before, seals = small.size, len(small.seals())
    sent = [small.moved(each) for each in range(7)]
    leaves = [each.result(timeout=30) for each in small.together(*sent)]
    assert leaves == list(range(before, before + 7))
    assert small.entries()[before:-1] == [parse_submission(each).statement for each in sent]
    assert is_seal(small.entries()[-1])
    assert len(small.seals()) == seals + 1
    assert small.size == before + 8


def test_when_nothing_waits_a_submission_is_a_block_of_its_own(small):
    before, seals = small.size, len(small.seals())
    assert [small.move(each) for each in range(3)] == [before, before + 2, before + 4]
    assert len(small.seals()) == seals + 3


@pytest.mark.parametrize("seed", range(3))
def test_every_seal_and_root_is_what_the_formats_make_of_the_entries(small, seed):
    drawn = random.Random(seed)
    for _ in range(8):
        group = [[drawn.choice((drawn.randrange(12), drawn.randrange(12, 99))) for _ in range(drawn.randrange(1, 5))]]
        group += [[drawn.randrange(12)] for _ in range(drawn.randrange(3))]
        group.insert(drawn.randrange(len(group) + 1), [FOREIGN])
        for future in small.together(*[small.moved(*each) for each in group]):
            future.exception(timeout=30)
    entries = small.entries()
    seals = [leaf for leaf, entry in enumerate(entries) if is_seal(entry)]
    assert len(seals) > 8
    with small.ledger.store.read() as reader:
        events = [(each.head, each.leaf, each.position) for each in reader.events_from(0) if each.head[0] != 0xD2]
        notes = {leaf: reader.checkpoint(leaf + 1) for leaf in seals}
        assert all(
            reader.seal_covering(leaf).leaf == min(s for s in seals if s >= leaf) for leaf in range(len(entries))
        )
    previous, time = None, 0
    for place, leaf in enumerate(seals):
        signed = parse_seal(entries[leaf])
        signed.verify(small.keys.seal.public, small.keys.origin)
        histories = histories_of(each for each in events if each[1] < leaf)
        assert signed.seal.first == (seals[place - 1] + 1 if place else 0)
        assert (signed.seal.covered, signed.seal.previous) == (leaf, previous)
        assert (signed.seal.root, signed.seal.keys) == (root_of(histories), len(histories))
        assert signed.seal.time > time
        checkpoint, _ = parse_signed_checkpoint(notes[leaf].note)
        assert (checkpoint.size, checkpoint.root) == (leaf + 1, MTH(entries[: leaf + 1]))
        previous, time = HASH(b"\x00", entries[leaf]), signed.seal.time


def test_block_grows_no_larger_than_its_bound(small, monkeypatch):
    monkeypatch.setattr(queue, "MAX_BLOCK_EVENTS", 5)
    before = len(small.seals())
    futures = small.together(*[small.moved(*range(each, each + 2)) for each in range(0, 14, 2)])
    leaves = [each.result(timeout=30) for each in futures]
    assert leaves == sorted(leaves)
    assert [seal.covered - seal.first for seal in small.seals()[before:]] == [3, 3, 1]


def test_ranges_of_numbers_may_have_gaps_and_come_in_any_order_but_never_overlap(small):
    first = small.carrier.next_number(small.kid)
    answers = small.together(
        small.sign(small.event(0), small.event(1), first=first + 10),
        small.sign(small.event(2), first=first),
        small.sign(small.event(3), small.event(4), first=first + 9),
        small.sign(small.event(5), first=first + 11),
        small.sign(small.event(6), first=first + 12),
    )
    assert [isinstance(each.exception(timeout=30), ConflictError) for each in answers] == [
        False, False, True, True, False,
    ]  # fmt: skip
    for taken in (0, 10, 11, 12):
        with pytest.raises(ConflictError, match=r"statement\.first"):
            small.ledger.submit(small.sign(small.event(7), first=first + taken)).result(timeout=30)
    with pytest.raises(ConflictError, match=r"statement\.first"):
        small.ledger.submit(small.sign(small.event(7), small.event(8), first=first + 9)).result(timeout=30)
    assert small.ledger.submit(small.sign(small.event(7), small.event(8), first=first + 1)).result(timeout=30)


def test_numbers_of_one_key_do_not_hinder_another(small):
    kid = small.customs.signer.public.kid
    assert small.customs.next_number(kid) > 0
    assert small.ledger.submit(small.sign(small.event(0), first=0)).result(timeout=30)


def test_validation_judges_as_the_writer_would_and_records_nothing(small):
    before, root = small.size, small.ledger.head.root
    good, bad = small.moved(1), small.moved(FOREIGN)
    assert small.ledger.validate(good) == []
    (found,) = small.ledger.validate(bad)
    assert isinstance(found, SuyuanError)
    assert "events[0]" in found.field
    assert (small.size, small.ledger.head.root) == (before, root)
    assert small.ledger.submit(good).result(timeout=30) == before
    assert small.ledger.validate(good) == [], "what is recorded is given again"
