"""Witnesses' lines: each verified, the first of a key kept, counted against the charter's quorum; forks told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.errors import ConflictError, UnknownError
from ledger.signing.signer import generate
from tests.ledger.sequencer.zone import START, Witness
from verifier.errors import BadSignatureError, MalformedError, MismatchError, UntrustedError
from verifier.primitives.checkpoint import format_checkpoint, parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import ED25519_COSIGNATURE, Note, NoteKey, format_note, parse_note


def kept(zone, size):
    with zone.ledger.store.read() as reader:
        return reader.cosignatures(size)


def note_of(zone, *lines, checkpoint=None):
    checkpoint = checkpoint or parse_signed_checkpoint(zone.ledger.prover.checkpoint())[0]
    return format_note(Note(format_checkpoint(checkpoint), tuple(lines)))


def newest(zone):
    return parse_signed_checkpoint(zone.ledger.prover.checkpoint())[0]


@pytest.fixture
def zone(witnessed):
    witnessed.move(1)
    return witnessed


def test_quorum_is_reached_with_the_second_witness_and_not_with_the_first_twice(zone):
    one, two, three = zone.witnesses
    size = zone.size
    assert not zone.cosign(witnesses=[one]).quorum
    assert not zone.cosign(witnesses=[one]).quorum
    with zone.ledger.store.read() as reader:
        assert reader.newest_checkpoint(quorum=True).size < size
    assert zone.cosign(witnesses=[two]).quorum
    assert zone.cosign(witnesses=[three]).quorum
    assert parse_signed_checkpoint(zone.ledger.prover.checkpoint(quorum=True))[0].size == size
    assert len(kept(zone, size)) == 3


def test_first_line_of_a_key_stays_whatever_comes_later(zone):
    (one, *_), checkpoint = zone.witnesses, newest(zone)
    first = zone.ledger.cosign(note_of(zone, one.line(checkpoint, START // 1000)))
    later = zone.ledger.cosign(note_of(zone, one.line(checkpoint, START // 1000 + 5)))
    assert (len(first.lines), later.lines) == (1, ())
    assert kept(zone, checkpoint.size) == list(first.lines)


def test_lines_of_several_witnesses_come_in_one_note_beside_the_ledger_s_own(zone):
    said = zone.cosign()
    assert (len(said.lines), said.quorum) == (3, True)
    note = parse_note(zone.ledger.prover.checkpoint())
    checkpoint = newest(zone)
    assert zone.ledger.cosign(format_note(note)).lines == (), "as it is handed out it may come back"
    assert {line.name for line in note.signatures} == {
        zone.ledger.origin,
        *(f"witness{each}.test" for each in range(3)),
    }
    assert checkpoint.size == zone.size


def test_nothing_of_a_note_is_kept_where_one_line_is_false(zone):
    (one, two, _), checkpoint = zone.witnesses, newest(zone)
    line = two.line(checkpoint)
    bent = replace(line, blob=line.blob[:-1] + bytes([line.blob[-1] ^ 1]))
    with pytest.raises(BadSignatureError):
        zone.ledger.cosign(note_of(zone, one.line(checkpoint), bent))
    signer = generate(EDDSA)
    stranger = Witness(NoteKey("witness0.test", ED25519_COSIGNATURE, signer.public), signer)
    for other in (stranger, Witness(NoteKey("new.test", ED25519_COSIGNATURE, signer.public), signer)):
        with pytest.raises(UntrustedError):
            zone.ledger.cosign(note_of(zone, one.line(checkpoint), other.line(checkpoint)))
    assert kept(zone, checkpoint.size) == []


def test_line_over_another_checkpoint_is_no_line_over_this_one(zone):
    (one, *_), before = zone.witnesses, newest(zone)
    zone.move(2)
    with pytest.raises(BadSignatureError):
        zone.ledger.cosign(note_of(zone, one.line(before)))
    assert kept(zone, zone.size) == []
    assert zone.ledger.cosign(note_of(zone, one.line(before), checkpoint=before)).size == before.size


def test_another_root_for_our_size_is_a_fork_and_worth_keeping(zone):
    (one, *_), checkpoint = zone.witnesses, newest(zone)
    other = replace(checkpoint, root=bytes(32))
    with pytest.raises(ConflictError, match="root") as refused:
        zone.ledger.cosign(note_of(zone, one.line(other), checkpoint=other))
    assert "fork" in refused.value.todo
    assert kept(zone, checkpoint.size) == []


def test_size_at_which_no_block_ended_is_unknown(zone):
    (one, *_), checkpoint = zone.witnesses, newest(zone)
    for size in (checkpoint.size - 1, checkpoint.size + 1, 10**6):
        other = replace(checkpoint, size=size)
        with pytest.raises(UnknownError):
            zone.ledger.cosign(note_of(zone, one.line(other), checkpoint=other))


def test_another_ledger_s_checkpoint_is_not_ours(zone):
    (one, *_), checkpoint = zone.witnesses, newest(zone)
    other = replace(checkpoint, origin="other.test/ledger")
    with pytest.raises(ConflictError):
        zone.ledger.cosign(note_of(zone, one.line(other), checkpoint=other))


def test_note_without_a_witness_s_line_is_refused(zone):
    own = zone.ledger.prover.checkpoint()
    with pytest.raises(MismatchError, match="no witness's line"):
        zone.ledger.cosign(own)
    for broken in (b"", own[:-2], b"text\n\nno line\n"):
        with pytest.raises(MalformedError):
            zone.ledger.cosign(broken)


def test_older_checkpoint_may_be_cosigned_later_and_the_newest_quorum_stays(zone):
    before = zone.ledger.prover.checkpoint()
    zone.move(2)
    zone.cosign()
    assert zone.cosign(note=before).quorum
    assert parse_signed_checkpoint(zone.ledger.prover.checkpoint(quorum=True))[0].size == zone.size
    assert zone.ledger.oldest_without_quorum() == 0


def test_lines_are_there_after_a_restart_and_in_the_published_checkpoint(zone):
    zone.cosign(witnesses=zone.witnesses[:2])
    size = zone.size
    lines = kept(zone, size)
    zone.reopen()
    assert kept(zone, size) == lines
    zone.clocks.seconds += 2
    zone.settle()
    published = zone.ledger.tiles.checkpoint()
    assert parse_signed_checkpoint(published)[0].size == size
    assert all(line.encode() in published for line in lines)
