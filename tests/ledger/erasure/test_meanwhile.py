"""The same bytes, said again while an order erases them: kept whole, or refused in the order's name, never halved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.admission.candidate import Candidate
from ledger.admission.intake import admit, receive
from ledger.compose.event import AttachmentDraft, ComposedEvent, Draft
from tests.ledger.admission.predicting import submit_as_predicted
from tests.ledger.erasure.test_eraser import settle
from tests.verifier.proof.governed import approve, order
from tests.world import FIRM, World, handle, now
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.submission import format_submission, parse_submission

SOURCE = b"<order>\xe5\xbc\xa0\xe4\xb8\x89</order>"


def _draft(number: int) -> Draft:
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    said = {"/number": f"M{number}", "/buyer": {"name": "李四", "telephone": "12000000000"}}
    attachments = {"/source": AttachmentDraft("application/xml", SOURCE)}
    return Draft("order.placed", now(), {"order": handle("order", f"meanwhile {number}")}, data, said, attachments)


def _composed(world: World, number: int) -> ComposedEvent:
    return world.cast["platform"].compose(_draft(number), world.zone.types)


def _signed(world: World, event: ComposedEvent) -> bytes:
    return format_submission(world.cast["platform"].sign([event], world.ledger.origin))


def _same_body(world: World, event: ComposedEvent) -> bytes:
    """Return a submission of another event with the same body."""
    head = parse_head(event.head)
    spelt = format_head(replace(head, id=head.id[:-1] + bytes([head.id[-1] ^ 1])))
    return _signed(world, replace(event, name=event_name(spelt), head=spelt))


@pytest.fixture
def first(world) -> ComposedEvent:
    """An order with an attachment."""
    (said,) = world.say("platform", _draft(1))
    return said


@contextmanager
def _writer_busy(world: World, last: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Keep the writer busy inside; `last` is what it does before it comes to what was submitted meanwhile."""
    started, release = threading.Event(), threading.Event()
    done = world.ledger.writer.call(lambda: (started.set(), release.wait(60), last()))
    assert started.wait(30)
    try:
        yield
    finally:
        release.set()
    done.result(30)


def _completing(world: World, ordered: ComposedEvent) -> bytes:
    """Let the roots approve an order; return the submission that completes it."""
    approve(world, ordered, by_officer=False)
    privacy = world.cast["privacy"]
    draft = Draft("registry.approval", now(), about=(ordered.name,))
    said = privacy.compose(draft, world.zone.types, [parse_head(ordered.head)])
    return format_submission(privacy.sign([said], world.ledger.origin))


def _candidate(world: World, data: bytes) -> Candidate:
    with world.ledger._leadership.door.arrival() as (_, standing):
        submission = parse_submission(data)
        return admit(receive(submission, parse_entry(submission.statement), standing), standing)


AGAIN = {"the same attachment": lambda world, _: _signed(world, _composed(world, 2)), "the same body": _same_body}


@pytest.mark.parametrize("again", AGAIN)
def test_what_came_in_before_an_order_and_is_reached_after_it_was_carried_out_is_refused(world, first, again):
    submission, ordered = AGAIN[again](world, first), order(world, first)
    completing = _candidate(world, _completing(world, ordered))
    sequencer = world.ledger.writer.sequencer

    def carry_out() -> None:
        sequencer.commit([completing])
        world.ledger.eraser.turn(sequencer.head.replay.registry, sequencer.head.edge.size)

    with _writer_busy(world, carry_out):
        answer = world.ledger.submit(submission)
    with pytest.raises(NotPermittedError, match=ordered.name.hex()):
        answer.result(30)


@pytest.mark.parametrize("again", AGAIN)
def test_what_stands_in_one_block_behind_the_approval_that_completes_an_order_is_refused(world, first, again):
    submission, ordered = AGAIN[again](world, first), order(world, first)
    completing = _completing(world, ordered)
    with _writer_busy(world):
        approved, answer = world.ledger.submit(completing), world.ledger.submit(submission)
    assert approved.result(30)
    with pytest.raises(NotPermittedError, match=ordered.name.hex()):
        answer.result(30)


@pytest.mark.parametrize("again", AGAIN)
def test_what_stands_before_that_approval_is_kept_whole(world, first, again):
    submission, ordered = AGAIN[again](world, first), order(world, first)
    completing = _completing(world, ordered)
    with _writer_busy(world):
        answer, approved = world.ledger.submit(submission), world.ledger.submit(completing)
    assert answer.result(30) + 1 == approved.result(30)
    settle(world)
    (name,) = [event_name(each) for each in parse_submission(submission).heads]
    with world.ledger.store.read() as reader:
        assert [each.deletion.attachments for each in reader.erasures()] == [()]
        stored = reader.find_event(name)
        assert stored.body is not None
        assert "/source" in reader.disclosures(stored.seq)
        assert reader.attachment(sha256(SOURCE).digest()) == SOURCE


@pytest.mark.parametrize("again", AGAIN)
def test_from_an_order_on_it_is_refused_before_a_quorum_covers_it_and_after(world, first, again):
    submission, ordered = AGAIN[again](world, first), order(world, first)
    approve(world, ordered)
    for step in (lambda: None, lambda: settle(world), world.reopen):
        step()
        with pytest.raises(NotPermittedError, match=ordered.name.hex()):
            submit_as_predicted(world.ledger, submission)
    with world.ledger.store.read() as reader:
        assert reader.is_attachment_erased(sha256(SOURCE).digest())


def test_an_order_about_another_field_leaves_the_attachment_to_everybody(world, first):
    approve(world, order(world, first, ["/buyer"]))
    settle(world)
    world.ledger.submit(_signed(world, _composed(world, 2))).result(30)
    with world.ledger.store.read() as reader:
        assert reader.attachment(sha256(SOURCE).digest()) == SOURCE


def _mentioning(world: World, pointer: str = "/buyer") -> Draft:
    """Return an order of which another field spells what an attachment's does; no bytes come with it."""
    named = {"mediaType": "application/xml", "sha256": sha256(SOURCE).hexdigest(), "size": len(SOURCE)}
    draft = _draft(3)
    return replace(draft, disclosed={**draft.disclosed, pointer: named}, attachments={})


@pytest.mark.parametrize("when", ["before the order", "behind it"])
def test_nobody_keeps_an_attachment_by_mentioning_its_hash_in_another_field(world, first, when):
    if when == "before the order":
        world.say("platform", _mentioning(world))
    approve(world, order(world, first))
    if when == "behind it":
        world.say("platform", _mentioning(world))
    settle(world)
    with world.ledger.store.read() as reader:
        assert reader.attachment(sha256(SOURCE).digest()) is None
        (erased,) = reader.erasures()
        assert erased.deletion.attachments == (sha256(SOURCE).digest(),)


def test_an_order_about_what_mentions_a_hash_takes_nothing_from_who_has_the_attachment(world, first):
    (mention,) = world.say("platform", _mentioning(world))
    approve(world, order(world, mention))
    world.ledger.submit(_signed(world, _composed(world, 2))).result(30)
    settle(world)
    with world.ledger.store.read() as reader:
        assert reader.attachment(sha256(SOURCE).digest()) == SOURCE
