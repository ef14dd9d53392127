"""Enforcement assistance: that a request was made, to whom, until when, and when it was answered, is provable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.compose.event import AttachmentDraft, Draft
from tests.verifier.proof.steps.forging import judged, notices, proved
from tests.world import DAY, ORDER, found_world, now, tell_parcel
from verifier.errors import NotPermittedError
from verifier.proof.bundle import RESTRICTED
from verifier.proof.traceproof import parse_trace_proof

REQUEST = "urn:suyuan:assistance:" + "7c" * 16
BASIS = {"zh": "海关行政互助", "en": "Mutual administrative assistance"}
CIPHERTEXT = b"\x01 an invented ciphertext \x02" * 8


@pytest.fixture
def world(tmp_path):
    made = found_world(tmp_path, witnesses=0, quorum=0)
    yield made
    made.ledger.close()


def request(world, *, until, to="market", concerns=()):
    subjects = {"request": REQUEST, **({"concerns": list(concerns)} if concerns else {})}
    draft = Draft(
        "assistance.requested", now(), subjects, {"basis": BASIS}, to=world.cast[to].uri, until=until,
        attachments={"/request": AttachmentDraft("application/octet-stream", CIPHERTEXT)},
    )  # fmt: skip
    return world.say("customs", draft)[0]


def answer(world, event, who="market", **changes):
    draft = Draft("assistance.answered", now(), data={"outcome": "granted"}, about=(event.name,))
    return world.say(who, replace(draft, **changes))[0]


def seal_past(world, time):
    while world.ledger.head.time < time:
        world.ledger.writer.call(world.ledger.writer.sequencer.seal).result()


def test_a_request_and_its_answer_are_proved_and_the_ciphertext_is_in_no_proof(world):
    asked = request(world, until=now() + DAY)
    answered = answer(world, asked, attachments={"/answer": AttachmentDraft("application/octet-stream", CIPHERTEXT)})
    proof = proved(world, REQUEST)
    verdict = judged(proof, world.standpoint())
    assert verdict.outcome == "verified"
    assert [each.event.name for each in verdict.story.timeline] == [asked.name, answered.name]
    assert [each for each in notices(verdict) if "answered" in each] == []
    assert CIPHERTEXT not in world.trace(REQUEST)


def test_only_the_agency_that_was_asked_may_answer(world):
    asked = request(world, until=now() + DAY)
    for who in ("tax", "customs"):
        with pytest.raises(NotPermittedError) as refused:
            answer(world, asked, who)
        assert refused.value.field == "events[0].head.about"
        assert world.cast["market"].uri in refused.value.expected
    with pytest.raises(NotPermittedError):
        answer(world, asked, "seller")


def test_only_agencies_ask(world):
    draft = Draft("assistance.requested", now(), {"request": REQUEST}, {"basis": BASIS}, until=now() + DAY)
    with pytest.raises(NotPermittedError, match="roles"):
        world.say("seller", replace(draft, to=world.cast["customs"].uri))


def test_an_answer_that_claims_a_time_before_the_request_is_refused(world):
    asked = request(world, until=now() + DAY)
    with pytest.raises(NotPermittedError, match="answered-before-requested"):
        answer(world, asked, time=now() - DAY)


def test_a_request_that_nobody_answered_in_time_is_told(world):
    until = now() + 200
    request(world, until=until)
    assert "notice.unanswered" not in notices(judged(proved(world, REQUEST), world.standpoint()))
    seal_past(world, until)
    verdict = judged(proved(world, REQUEST), world.standpoint())
    assert (verdict.outcome, notices(verdict)) == ("verified", ["notice.unanswered"])


def test_an_answer_behind_its_deadline_is_told_by_ledger_time_whatever_it_claims(world):
    until = now() + 200
    asked = request(world, until=until)
    seal_past(world, until)
    answer(world, asked, time=until - 1)
    assert notices(judged(proved(world, REQUEST), world.standpoint())) == ["notice.answered-late"]


def test_a_request_that_names_what_it_concerns_stands_in_the_case_and_not_in_the_public_trace(world):
    tell_parcel(world, until="list")
    asked = request(world, until=now() + DAY, concerns=[ORDER])
    public = parse_trace_proof(world.trace(ORDER))
    parties = judged(proved(world, ORDER, walk="parties"), world.standpoint(answering=True))
    assert asked.name in [each.event.name for each in parties.story.timeline]
    told = judged(public, world.standpoint(answering=True)).story.timeline
    assert asked.name not in [each.event.name for each in told]
    assert RESTRICTED not in [each.body for each in parties.story.timeline]
