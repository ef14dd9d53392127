"""Which answers a case allows, and what of it counts as seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.desk.office import ACCEPTING, verbs_for
from fixtures.zone.actors import all_types
from ledger.client.client import LedgerClient
from ledger.endorsing.case import Case
from ledger.endorsing.endorse import VERBS
from ledger.endorsing.fetch import CaseReader
from verifier.proof.verdict import CONTRADICTORY


@pytest.fixture(scope="module")
def case(office) -> Case:
    (name,) = office.file(51)
    return CaseReader(LedgerClient(office.service.url), office.world.standpoint()).read(bytes.fromhex(name))


def test_a_case_that_nothing_speaks_against_may_be_answered_in_every_way_but_withdrawn(office, case):
    assert set(verbs_for(case, office.world.cast["customs"].uri, all_types())) == VERBS.keys() - {"withdraw"}


def test_what_is_disputed_or_contradicts_itself_is_not_recognised(office, case):
    uri = office.world.cast["customs"].uri
    contradictory = replace(case, verdict=replace(case.verdict, outcome=CONTRADICTORY))
    recognition = replace(case.told.recognition, outcome="disputed")
    disputed = replace(case, told=replace(case.told, recognition=recognition))
    for each in (contradictory, disputed):
        assert set(verbs_for(each, uri, all_types())) == {"acknowledge", "refuse"}
    assert {"recognise", "recognise-with-conditions"} == ACCEPTING


def test_what_no_endorsement_answers_has_no_answers_here(office, case):
    head = replace(case.event.head, type="assistance.requested")
    other = replace(case, told=replace(case.told, event=replace(case.event, head=head)))
    assert verbs_for(other, office.world.cast["customs"].uri, all_types()) == ()
