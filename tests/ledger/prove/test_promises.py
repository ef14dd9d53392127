"""Promises of several statements at once are those that each gets alone, and none leaves that does not verify."""

from __future__ import annotations

import pytest

from ledger.errors import UnknownError
from ledger.prove.promises import SharedRoot
from ledger.prove.prover import _receipt_key
from verifier.errors import BadSignatureError


def test_promises_of_many_are_the_promises_of_each_in_the_order_asked(full):
    prover = full.ledger.prover
    with full.ledger.store.read() as reader:
        leaves = [leaf for leaf in range(full.size) if reader.statement(leaf)]
    asked = [*leaves[::-3], *leaves[:5], leaves[0]]
    assert prover.promises(asked) == [prover.promise(leaf) for leaf in asked]


def test_what_is_no_statement_fails_alone(full):
    prover, seal = full.ledger.prover, full.size - 1
    with full.ledger.store.read() as reader:
        leaf = next(each for each in range(full.size) if reader.statement(each))
    first, *others, last = prover.promises([leaf, seal, 10**9, leaf])
    assert first == last == prover.promise(leaf)
    assert [type(each) for each in others] == [UnknownError, UnknownError]


def test_after_one_that_verifies_another_is_looked_at_as_sharply(full):
    with full.ledger.sources() as sources:
        reader = sources.reader
        block = next(each for each in range(20, full.size) if reader.statement(each) and reader.statement(each + 1))
        checkpoint = reader.checkpoint_covering(block + 1)
        shared = SharedRoot(checkpoint, sources.log, _receipt_key(checkpoint.size, sources))
        good, other = reader.statement(block).entry, reader.statement(block + 1).entry
        shared.receipt(block, good)
        with pytest.raises(BadSignatureError):
            shared.receipt(block + 1, good)
        with pytest.raises(BadSignatureError):
            shared.receipt(block, other)
        assert shared.receipt(block, good) == full.ledger.prover.promise(block).receipt
