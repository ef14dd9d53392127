"""What joins a `member` history alone is answered as well: endorsed by agencies, corrected by its speaker."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.vocabulary import ANSWERED_KINDS, MEMBER, parse_type
from verifier.vocabulary import type_files

TYPES = [parse_type(data, name) for name, data in type_files().items()]
ALONE = [
    each.name
    for each in TYPES
    if not each.answers
    and MEMBER in {kind for role in each.subjects.values() if not role.optional for kind in role.joins}
    and not ANSWERED_KINDS & {kind for role in each.subjects.values() if not role.optional for kind in role.joins}
]


def answer(teller, by, name, type_, data):
    about = (teller.tell(name).name,)
    (event,) = teller.zone.say(teller.cast[by], [Draft(type_, teller.zone.clock(), data=data, about=about)])
    return parse_head(event.head)


def test_there_are_such_types():
    assert {"credit.fact", "risk.signal", "statistics.report", "book.credited"} <= set(ALONE)


@pytest.mark.parametrize("name", [each for each in ALONE if each != "reference.entry"])
def test_an_agency_endorses_it_in_the_history_that_it_joins(teller, name):
    target = parse_head(teller.tell(name).head)
    head = answer(teller, "customs", name, "endorsement.recognised", {"seen": []})
    inherited = {pair for pair in target.joins if pair[0] in ANSWERED_KINDS}
    assert set(head.joins) == (inherited or {pair for pair in target.joins if pair[0] == MEMBER})


def test_whoever_said_it_corrects_it(teller):
    head = answer(teller, "market", "credit.fact", "record.correction", {"reason": "incorrect-data"})
    assert [kind for kind, _ in head.joins] == [MEMBER]
