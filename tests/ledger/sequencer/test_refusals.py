"""A refused submission leaves nothing behind, and hurts nobody who waits beside it."""

from __future__ import annotations

import json

import pytest

from fixtures.zone.actors import all_types
from ledger.compose.event import Draft
from ledger.errors import BusyError, ConflictError
from ledger.fsck.engines import open_rows
from ledger.fsck.rows import COLUMNS
from ledger.signing.signer import generate
from tests.ledger.sequencer.zone import FOREIGN, MOVED, ORIGIN, key_draft
from verifier.errors import NotPermittedError, SuyuanError
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import EDDSA


def everything(small):
    """Return all that lies on disk, and all that the index says in memory."""
    with open_rows(small.folder / "ledger.db") as rows:
        dump = {table: list(rows.all(table)) for table in COLUMNS}
    files = {path: path.read_bytes() for path in sorted((small.folder / "tiles").rglob("*")) if path.is_file()}
    overlay = small.ledger.writer.sequencer.overlay
    heap = (bytes(overlay.heap._classes), bytes(overlay.heap._hashes), overlay.pending)
    return dump, files, (small.folder / "guard").read_bytes(), heap, small.ledger.head


def test_refused_submission_leaves_no_trace(small):
    number = small.carrier.next_number(small.kid)
    small.move(0)
    small.settle()
    before = everything(small)
    for refused in (small.moved(FOREIGN), small.moved(1, FOREIGN), small.sign(small.event(2), first=number)):
        assert isinstance(small.ledger.submit(refused).exception(timeout=30), SuyuanError)
    small.settle()
    assert everything(small) == before
    small.move(9)
    assert everything(small) != before, "what is compared is what a block changes"


def test_one_bad_submission_in_a_group_does_not_hurt_the_others(small):
    known = small.event(50)
    small.ledger.submit(small.sign(known)).result(timeout=30)
    before = small.size
    answers = small.together(
        small.moved(1),
        small.moved(FOREIGN),
        small.moved(2),
        small.sign(known),  # the database alone knows it: the block is built anew without it
        small.sign(small.event(3), first=1_000),
        small.sign(small.event(4), first=1_000),
        small.moved(5),
    )
    outcomes = [each.exception(timeout=30) or each.result() for each in answers]
    assert [type(each) for each in outcomes] == [
        int, NotPermittedError, int, ConflictError, int, ConflictError, int,
    ]  # fmt: skip
    assert [each for each in outcomes if isinstance(each, int)] == list(range(before, before + 4))
    assert len(small.seals()) == len({seal.covered for seal in small.seals()})
    small.reopen()
    assert small.size == before + 5


def test_refused_event_does_not_open_what_the_next_one_uses(small):
    refused, later = small.together(small.moved(7, FOREIGN), small.moved(7))
    assert refused.exception(timeout=30)
    leaf = later.result(timeout=30)
    with small.ledger.store.read() as reader:
        assert [each.leaf for each in reader.batch(leaf)] == [leaf]


def test_registry_batch_that_contradicts_itself_is_refused_and_the_writer_goes_on(small):
    signer, before = generate(EDDSA), small.size
    drafts = [key_draft(small, signer), key_draft(small, signer)]
    events = [small.customs.compose(each, all_types()) for each in drafts]
    sent = format_submission(small.customs.sign(events, ORIGIN))
    (found,) = small.ledger.validate(sent)
    assert isinstance(found, NotPermittedError)
    with pytest.raises(NotPermittedError, match="one key, one use"):
        small.ledger.submit(sent).result(timeout=30)
    assert small.ledger.writer.stopped is None
    assert (small.size, small.move(1)) == (before, before)


def test_approval_of_what_another_approval_has_overtaken_is_refused_and_the_writer_goes_on(small):
    zone = small.decree_zone()
    file = json.dumps({**MOVED, "version": 2})
    draft = Draft("registry.type", small.clocks.ms, {"type": "urn:suyuan:type:test.moved"}, {"file": file})
    (first,), (second,) = (zone.say(small.customs, [draft], as_root=True) for _ in range(2))
    zone.approve([first.name])
    before = small.size
    with pytest.raises(NotPermittedError, match=r"type\.version"):
        zone.approve([second.name])
    assert small.ledger.writer.stopped is None
    assert small.size == before
    small.reopen()
    assert small.ledger.head.replay.registry.type_version("test.moved") == 2


def test_registry_event_that_is_refused_with_its_batch_brings_nothing_about(small):
    """The first event of the batch is fine; its key must not count once the second is refused."""
    signer, taken = generate(EDDSA), small.noter
    events = [small.customs.compose(key_draft(small, each), all_types()) for each in (signer, taken)]
    refused, good = small.together(
        format_submission(small.customs.sign(events, ORIGIN)), format_submission(small.customs.sign(events[:1], ORIGIN))
    )
    assert isinstance(refused.exception(timeout=30), NotPermittedError)
    assert good.result(timeout=30)
    assert small.ledger.head.replay.registry.key(signer.public.kid).since == good.result() + 1


def test_event_of_a_type_that_changed_while_it_waited_is_asked_to_come_again(small):
    zone = small.decree_zone()
    file = json.dumps({**MOVED, "version": 2})
    draft = Draft("registry.type", small.clocks.ms, {"type": "urn:suyuan:type:test.moved"}, {"file": file})
    (proposed,) = zone.say(small.customs, [draft], as_root=True)
    said = small.customs.compose(
        Draft("registry.approval", small.clocks.ms, about=(proposed.name,)), all_types(), [zone.heads[proposed.name]]
    )
    sent = small.moved(1)
    approved, moved = small.together(format_submission(small.customs.sign([said], ORIGIN, as_root=True)), sent)
    assert approved.result(timeout=30)
    with pytest.raises(BusyError, match=r"events\[0\]\.head\.type"):
        moved.result(timeout=30)
    assert small.ledger.submit(sent).result(timeout=30), "the same bytes are judged by the new version"
