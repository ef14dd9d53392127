"""The single window's tool over a real service: any order of arrival, never twice, mismatches with both sources."""

from __future__ import annotations

from tests.verifier.results.paperwork import FOUR


def _of(done, purchase):
    return [each for each in done.told if each.order == purchase.order]


def test_four_papers_that_agree_are_matched_once(office, desk):
    purchase = office.purchase().say()
    (told,) = _of(desk.run(), purchase)
    assert (told.outcome, told.said) == ("agrees", True)
    data = office.recorded("clearance.match")[-1]
    named = {source: each["event"] for source, each in data["documents"].items()}
    assert named == {source: purchase.said[source].name.hex() for source in FOUR}
    assert desk.run().told == []
    assert len(desk.sent) == 1
