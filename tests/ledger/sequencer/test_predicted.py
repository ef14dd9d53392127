"""`validate` goes the whole way of `submit`: what is recorded is given again, and the door may be closed."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.errors import BusyError
from tests.ledger.admission.predicting import submit_as_predicted


def _revoke_key(small) -> None:
    subjects = {"key": f"urn:suyuan:key:{small.kid.hex()}"}
    data = {"reason": "lost", "compromisedSince": None}
    small.decree_zone().say(small.customs, [Draft("registry.revocation", small.clocks.ms, subjects, data)])


def test_what_is_recorded_is_without_fault_though_its_key_is_revoked_since(small):
    sent = small.moved(1)
    leaf = submit_as_predicted(small.ledger, sent)
    fresh = small.moved(2)
    _revoke_key(small)
    assert submit_as_predicted(small.ledger, sent) == leaf
    assert [each.field for each in small.ledger.validate(fresh)] == ["statement.kid"]


def test_while_no_quorum_comes_it_says_so_as_submitting_does(witnessed):
    submit_as_predicted(witnessed.ledger, witnessed.moved(1))
    witnessed.clocks.ms += 61_000
    for ask in (witnessed.ledger.validate, witnessed.ledger.submit):
        with pytest.raises(BusyError, match="no quorum for over 60 s"):
            ask(witnessed.moved(2))
    witnessed.cosign()
    submit_as_predicted(witnessed.ledger, witnessed.moved(3))


def test_a_fault_is_told_though_no_quorum_comes(witnessed):
    witnessed.move(1)
    witnessed.clocks.ms += 61_000
    (fault,) = witnessed.ledger.validate(witnessed.sign(witnessed.event(2, time=witnessed.clocks.ms + 3_600_000)))
    assert fault.field == "events[0].head.time"


def test_an_id_that_is_taken_is_told_in_the_words_of_the_database(small):
    event = small.event(1)
    small.ledger.submit(small.sign(event)).result(30)
    (fault,) = small.ledger.validate(small.sign(event))
    assert fault.code == "conflict"


def test_a_writer_that_stopped_is_no_fault_of_a_submission(small, monkeypatch):
    def fail(*_args):
        raise RuntimeError("a disk that is gone")

    with monkeypatch.context() as patched:
        patched.setattr(small.ledger.writer.sequencer, "commit", fail)
        with pytest.raises(Exception, match="a disk that is gone"):
            small.move(1)
    for ask in (small.ledger.validate, small.ledger.submit):
        with pytest.raises(Exception, match="a disk that is gone"):
            ask(small.moved(2))
