"""A lying service answers with a true proof of something else: whoever asked is told so, and believes nothing of it."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.matching.judging import CaseReader
from ledger.matching.memory import Due
from ledger.trade.histories import read_history
from ledger.trade.listed import ListReader
from tests.verifier.proof.registers import SET, enter, found_registers, proof_of, reconcile
from tests.world import DECLARATION, ITEM, ORDER, PARCEL, World, now
from verifier.errors import IncompleteError, SuyuanError
from verifier.proof.traceproof import format_trace_proof
from verifier.proof.verify import RefusedError, examine_trace, verify_trace

BASIS = {"zh": "示例", "en": "Example"}
LIST, ENTRY = "urn:suyuan:list:banned:meta", "urn:suyuan:list:banned:1901101000"


class Swapping:
    """A service of this ledger that answers with the proof of another walk than it was asked for."""

    def __init__(self, world: World, walk: str) -> None:
        self._world, self._walk = world, walk

    def history(self, _kind: str, subject: str, *, since: object = None) -> bytes:
        del since
        return self.trace(subject)

    def trace(self, subject: str, *, walk: str = "") -> bytes:
        del walk
        self._world.cosign()
        return self._world.ledger.prover.trace(subject, walk=self._walk).data


class Leaving:
    """A service that leaves out the first entries of histories, whether that was asked for or not."""

    def __init__(self, world: World, count: int) -> None:
        self._world, self._count = world, count

    def history(self, kind: str, subject: str, *, since: object = None) -> bytes:
        del since
        return format_trace_proof(proof_of(self._world, subject, since=self._count, kind=kind))


@pytest.fixture
def banned(world: World) -> World:
    data = {"names": BASIS, "version": "1", "basis": BASIS}
    listed = {"listed": "negative", "of": "hs-code", "since": "20200101"}
    world.say("customs", Draft("reference.list", now(), {"list": LIST}, {**data, **listed}))
    world.say("customs", Draft("reference.entry", now(), {"entry": ENTRY, "list": LIST}, data))
    return world


@pytest.mark.parametrize("walk", ["quota", "claim", "recall", "public"])
def test_the_absence_of_another_history_is_no_absence_from_a_list(banned, walk):
    honest = ListReader(Swapping(banned, "list"), banned.standpoint())
    assert honest.presence("banned", "1901101000").listed
    lying = ListReader(Swapping(banned, walk), banned.standpoint())
    with pytest.raises(SuyuanError, match="walk"):
        lying.presence("banned", "1901101000")


def test_another_history_is_not_taken_for_the_one_that_was_asked_for(banned):
    with pytest.raises(RefusedError, match="walk"):
        read_history(Swapping(banned, "member"), "list", LIST, banned.standpoint())


def test_a_case_is_not_judged_from_what_the_public_sees_of_it(world):
    """What parties may read is where payments stand: without it the match would lack one, and say so in earnest."""
    due = Due(ORDER, PARCEL, 1, 0)
    honest = CaseReader(Swapping(world, "parties"), world.standpoint(), issuer=world.cast["customs"].uri)
    honest._open = lambda _told: ()  # disclosures are another matter
    assert "payment" in honest.read(due).inputs
    lying = CaseReader(Swapping(world, "public"), world.standpoint(), issuer=world.cast["customs"].uri)
    lying._open = honest._open
    with pytest.raises(RefusedError, match="walk"):
        lying.read(due)


def test_a_part_of_a_history_is_not_taken_for_the_whole(tmp_path):
    """Somebody stated what the first entries came to: whoever asked for all of them was not asking for that."""
    sets = found_registers(tmp_path / "zone")
    enter(sets, SET, count=2)
    reconcile(sets, 2)
    whole = Leaving(sets, 0)
    assert len(read_history(whole, "member", SET, sets.standpoint()).events) == 3
    assert len(read_history(Leaving(sets, 2), "member", SET, sets.standpoint(), since=2).events) == 1
    with pytest.raises(IncompleteError, match="since"):
        read_history(Leaving(sets, 2), "member", SET, sets.standpoint())
    sets.ledger.close()


@pytest.mark.parametrize("walk", ["member", "recall", "case", "registry", "parties"])
def test_a_proof_of_another_walk_than_asked_for_is_refused(world, walk):
    asked, given = ("public", walk) if walk != "case" else ("parties", "public")
    world.cosign()
    proof = world.ledger.prover.trace(ITEM, walk=given).data
    verdict = examine_trace(proof, world.standpoint(), subject=ITEM, walk=asked)
    assert (verdict.outcome, verdict.error.field) == ("unreadable", "walk")
    with pytest.raises(RefusedError):
        verify_trace(proof, world.standpoint(), subject=ITEM, walk=asked)


def test_one_history_of_a_subject_says_that_it_is_not_its_trace(world):
    """Not recognised as a trace, a product would else look verified by some other history of it."""
    world.cosign()
    proof = world.ledger.prover.trace(DECLARATION, walk="recall").data
    whole = world.ledger.prover.trace(DECLARATION, walk="public").data
    told, other = ({said.key for said in examine_trace(each, world.standpoint()).unchecked} for each in (proof, whole))
    assert "unchecked.trace" in told
    assert "unchecked.trace" not in other
