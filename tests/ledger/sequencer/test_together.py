"""Submissions taken in together: each is judged by itself, whatever becomes of the others."""

from concurrent.futures import Future

import pytest

from verifier.errors import BadSignatureError, MalformedError, SuyuanError
from verifier.ledgerformat.submission import format_submission, parse_submission


def spoilt(data):
    """Return a submission whose signature has one bit turned."""
    parsed = parse_submission(data)
    statement = bytearray(parsed.statement)
    statement[-1] ^= 1
    return format_submission(type(parsed)(bytes(statement), *[getattr(parsed, name) for name in
                                          ("heads", "bodies", "disclosures", "attachments")]))  # fmt: skip


@pytest.mark.parametrize("count", [1, 7, 8, 9, 40])
def test_every_signature_of_a_group_is_checked_wherever_it_stands(small, count):
    before = small.size
    for wrong in {0, count // 2, count - 1}:
        group = [small.moved(wrong * 100 + each) for each in range(count)]
        group[wrong] = spoilt(group[wrong])
        taken = small.ledger.submit_together(group)
        assert isinstance(taken[wrong], BadSignatureError)
        assert all(isinstance(each, Future) for place, each in enumerate(taken) if place != wrong)
        leaves = [each.result(timeout=30) for place, each in enumerate(taken) if place != wrong]
        assert leaves == sorted(leaves)
        assert all(leaf >= before for leaf in leaves)


def test_what_is_malformed_recorded_already_or_twice_in_a_group_hurts_no_other(small):
    first = small.moved(1)
    leaf = small.ledger.submit(first).result(timeout=30)
    fresh = small.moved(2)
    taken = small.ledger.submit_together([b"no submission", first, fresh, fresh, b""])
    assert isinstance(taken[0], MalformedError)
    assert isinstance(taken[4], MalformedError)
    assert taken[1].result(timeout=30) == leaf
    assert taken[2].result(timeout=30) == taken[3].result(timeout=30)


def test_an_empty_group_is_nothing(small):
    assert small.ledger.submit_together([]) == []


def test_one_alone_raises_what_a_group_returns(small):
    bent = spoilt(small.moved(1))
    (fault,) = small.ledger.submit_together([bent])
    with pytest.raises(SuyuanError) as raised:
        small.ledger.submit(bent)
    assert (type(raised.value), str(raised.value)) == (type(fault), str(fault))
