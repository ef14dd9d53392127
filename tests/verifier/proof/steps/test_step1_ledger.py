"""Step 1, Ledger: the pinned charter, approved by its own roots, names who may sign the checkpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor
from fixtures.zone.founding import heads_of_one
from ledger.signing.signer import generate
from tests.verifier.judgement.chronicle import Chronicle, approval
from tests.verifier.proof.steps.forging import failure, judged, said, signed, unchecked
from tests.world import ORIGIN
from verifier.errors import NotPermittedError, UntrustedError
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_NOTE, ML_DSA_COSIGNATURE, NoteKey, format_note, format_vkey, parse_note
from verifier.primitives.tlog_policy import parse_tlog_policy
from verifier.proof.bundle import EventPart, StatementPart
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.vocabulary import registry_types


def _checkpoint(told) -> Checkpoint:
    return parse_signed_checkpoint(told.proof.checkpoint)[0]


def _lines(told, keep) -> bytes:
    note = parse_note(told.proof.checkpoint)
    return format_note(replace(note, signatures=tuple(each for each in note.signatures if keep(each))))


def test_it_says_which_charter_and_which_checkpoint(told):
    verdict = judged(told.proof, told.standpoint)
    assert verdict.outcome == "verified"
    pinned = told.standpoint.policy.charter.hex()[:16]
    assert said(verdict, 1) == {
        "step1.charter": {"version": 1, "hash": pinned},
        "step1.checkpoint": {"origin": ORIGIN, "size": _checkpoint(told).size},
    }


def test_another_pinned_charter_is_not_this_ledger(told):
    standpoint = replace(told.standpoint, policy=TrustPolicy(bytes(32)))
    assert failure(judged(told.proof, standpoint)) == ("altered", 1, "untrusted", "charter")


def test_without_leaf_0_there_is_no_charter(told):
    for registry in (told.proof.registry[1:], ()):
        verdict = judged(told.proof, told.standpoint, registry=registry)
        assert failure(verdict) == ("altered", 1, "untrusted", "charter")


def test_a_charter_that_too_few_approved_is_not_in_force(told):
    """The three statements behind leaf 0 approve it; without one of them it never reached its threshold."""
    for left_out in told.proof.registry[1:4]:
        registry = tuple(part for part in told.proof.registry if part is not left_out)
        verdict = judged(told.proof, told.standpoint, registry=registry)
        assert failure(verdict) == ("altered", 1, "untrusted", "charter")


@pytest.mark.parametrize("leaf", [0, 1])
def test_a_charter_or_approval_that_its_root_did_not_sign_is_refused(told, leaf):
    part = told.proof.registry[leaf]
    bent = replace(part, signature=bytes([part.signature[0] ^ 1]) + part.signature[1:])
    registry = (*told.proof.registry[:leaf], bent, *told.proof.registry[leaf + 1 :])
    code, field = {0: ("untrusted", "charter"), 1: ("bad-signature", "statement signature")}[leaf]
    assert failure(judged(told.proof, told.standpoint, registry=registry)) == ("altered", 1, code, field)


def test_a_checkpoint_of_another_origin_is_refused(told, story_world):
    """The ledger's own keys sign for another name."""
    found = _checkpoint(told)
    note = signed(story_world, Checkpoint("other.test/ledger", found.size, found.root))
    verdict = judged(told.proof, told.standpoint, checkpoint=note)
    assert failure(verdict) == ("altered", 1, "untrusted", "checkpoint.origin")


def test_a_checkpoint_that_is_no_note_is_refused(told):
    for note in (b"", b"\xff", told.proof.checkpoint[:-1], told.proof.checkpoint.replace(b"\n\n", b"\n")):
        assert failure(judged(told.proof, told.standpoint, checkpoint=note))[:3] == ("altered", 1, "malformed")


def test_a_line_of_a_key_that_the_charter_does_not_name_is_refused(told, story_world):
    stranger = generate(EDDSA)
    twin = replace(story_world, witnesses=[replace(story_world.witnesses[0], signer=stranger)])
    twin.witnesses[0].key = NoteKey("stranger.test", 4, stranger.public)
    verdict = judged(told.proof, told.standpoint, checkpoint=signed(twin, _checkpoint(told)))
    assert failure(verdict) == ("altered", 1, "untrusted", "checkpoint signature")
    assert "stranger.test" in str(verdict.error)


def test_a_checkpoint_without_the_ledgers_ed25519_line_is_refused(told):
    note = _lines(told, lambda line: not (line.name == ORIGIN and len(line.blob) == 64))
    assert failure(judged(told.proof, told.standpoint, checkpoint=note)) == ("altered", 1, "untrusted", "checkpoint")


def test_the_post_quantum_line_may_be_left_out_and_is_then_not_checked(told):
    verdict = judged(told.proof, told.standpoint, checkpoint=_lines(told, lambda line: len(line.blob) < 1000))
    assert verdict.outcome == "verified"
    assert "unchecked.post-quantum" in unchecked(verdict)
    assert "unchecked.post-quantum" not in unchecked(judged(told.proof, told.standpoint))


def _own_policy(told, *logs: NoteKey) -> Standpoint:
    text = "".join(f"log {format_vkey(key)}\n" for key in logs) + "quorum none\n"
    return replace(told.standpoint, policy=replace(told.standpoint.policy, policy=parse_tlog_policy(text)))


def test_the_log_lines_of_ones_own_policy_must_be_met_too(told, story_world):
    own = NoteKey(ORIGIN, ED25519_NOTE, story_world.keys.checkpoint.public)
    quantum = NoteKey(ORIGIN, ML_DSA_COSIGNATURE, story_world.keys.checkpoint_pq.public)
    for keys in ([own], [quantum], [own, quantum]):
        assert judged(told.proof, _own_policy(told, *keys)).outcome == "verified"
    other = NoteKey(ORIGIN, ED25519_NOTE, generate(EDDSA).public)
    assert failure(judged(told.proof, _own_policy(told, other))) == ("altered", 1, "untrusted", "checkpoint")


# The walk itself.


def _part(chronicle: Chronicle, who: Actor, *events, leaf: int = 0) -> StatementPart:
    submission = who.sign(events, chronicle.zone.ledger.origin, as_root=True)
    parsed = parse_statement(submission.statement)
    shown = tuple(EventPart(place, event.head, event.body) for place, event in enumerate(events))
    return StatementPart(leaf, parsed.protected, parsed.first, parsed.count, parsed.signature, b"", shown)


def _walk(*parts: StatementPart):
    pinned = leaf_hash(parts[0].assemble().entry)
    return walk_charter(Examination(Standpoint(TrustPolicy(pinned), 0, registry_types()), ()), parts)


def _charter(chronicle: Chronicle):
    return chronicle.customs.compose(chronicle.charter(), chronicle.zone.types)


def _approvals(chronicle: Chronicle, charter, count: int = 3) -> list[StatementPart]:
    head = heads_of_one(charter)
    said_ = [each.compose(approval(charter), chronicle.zone.types, [head]) for each in chronicle.agencies[:count]]
    pairs = zip(chronicle.agencies, said_, strict=False)
    return [_part(chronicle, who, event, leaf=leaf) for leaf, (who, event) in enumerate(pairs, 1)]


def test_a_pinned_charter_with_its_approvals_is_walked():
    chronicle = Chronicle()
    charter = _charter(chronicle)
    replay = _walk(_part(chronicle, chronicle.customs, charter), *_approvals(chronicle, charter))
    assert replay.registry.charter_at(0).name == charter.name


def test_a_pinned_batch_of_more_than_the_charter_is_refused():
    """Whether the other event is shown or not."""
    chronicle = Chronicle()
    charter, other = _charter(chronicle), _charter(chronicle)
    whole = _part(chronicle, chronicle.customs, charter, other)
    shown_alone = replace(whole, events=whole.events[:1], path=other.name)
    for part in (whole, shown_alone):
        with pytest.raises((NotPermittedError, UntrustedError), match="charter"):
            _walk(part, *_approvals(chronicle, charter))


def test_a_pinned_statement_that_holds_no_charter_is_refused():
    chronicle = Chronicle().found()
    stray = chronicle.customs.compose(approval(_charter(chronicle)), chronicle.zone.types, [chronicle.events[0].head])
    with pytest.raises((UntrustedError, NotPermittedError)):
        _walk(_part(chronicle, chronicle.customs, stray))


def test_a_charter_signed_with_a_key_that_it_does_not_name_is_refused():
    chronicle = Chronicle()
    charter = _charter(chronicle)
    chronicle.customs.root = generate(EDDSA)
    with pytest.raises(NotPermittedError, match="charter"):
        _walk(_part(chronicle, chronicle.customs, charter), *_approvals(chronicle, charter))
