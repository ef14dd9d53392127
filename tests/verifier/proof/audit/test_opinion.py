"""The second opinion: other people's code agrees on an honest log, and does not on a tampered one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.second_opinion.merkly_roots import roots
from tests.reference import MTH
from tests.verifier.proof.audit.forge import flip
from verifier.ledgerformat.batch_answer import format_batch_answer, parse_batch_answer
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.walk import audit

OPINION = ("merkly", roots)


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_merkly_gives_the_roots_of_rfc_6962(leaves):
    if len(leaves) < 2:
        assert roots(leaves, hashed=False) is None
        return
    assert roots(leaves, hashed=False) == MTH(leaves)
    assert roots([leaf_hash(leaf) for leaf in leaves], hashed=True) == MTH(leaves)


def test_it_agrees_on_every_root_that_it_can_compute(rich, source):
    report = audit(source, rich.standpoint, opinion=OPINION)
    counts = report.counts
    assert report.outcome == "verified"
    several = sum(
        len(parse_batch_answer(data)) > 1 for path, data in source.files.items() if path.startswith("batches/")
    )
    assert (counts["opinion.batches"], counts["opinion.not-compared.batches"]) == (several, counts["batches"] - several)
    assert (counts["opinion.tiles"], counts["opinion.not-compared.tiles"]) == (2, 1)  # tile/1/000.p/1 has one hash


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/"])
def test_it_catches_a_tampered_tile_by_itself(rich, source, path):
    (path,) = (each for each in source.files if each.startswith(path))
    report = audit(source.with_files({path: flip(source.files[path], 300)}), rich.standpoint, opinion=OPINION)
    assert {(each.check, each.place.path) for each in report.findings} == {("tree", path), ("opinion", path)}


def _nothing(_leaves, *, hashed):
    return bytes(31) + bytes([hashed])


def test_it_catches_other_roots_than_ours(rich, source):
    report = audit(source, rich.standpoint, opinion=("liar", _nothing))
    assert report.outcome == "altered"
    assert {each.check for each in report.findings} == {"opinion"}
    assert report.findings[0].place.path is not None


def test_a_batch_of_other_heads_is_not_handed_to_it(rich, source):
    path = next(
        path for path, data in source.files.items() if path.startswith("batches/") and len(parse_batch_answer(data)) > 2
    )
    first, second, *rest = parse_batch_answer(source.files[path])
    swapped = format_batch_answer([replace(second), replace(first), *rest])
    report = audit(source.with_files({path: swapped}), rich.standpoint, opinion=OPINION)
    assert [(each.check, each.place.path) for each in report.findings] == [("batch", path)]
