"""Text that a database on a server cannot keep is refused by every engine alike, before the writer sees it."""

from __future__ import annotations

import json

import pytest

from ledger.admission import intake
from ledger.compose.event import Draft
from tests.ledger.sequencer.zone import MOVED, ORIGIN
from tests.world import handle
from verifier.errors import MalformedError
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type

NUL = "/name/a\0b"


NAMED = {"order": {"form": "handle:order", "joins": ["trace"], "opens": ["handle:order"]}}


def type_with(pointer):
    erasable = {name: value for name, value in MOVED.items() if name != "permanent"}
    return json.dumps({**erasable, "version": 2, "subjects": NAMED, "disclosures": {pointer: {"audience": "public"}}})


def decree(small, pointer):
    """Let a type with a disclosure be in force."""
    subjects = {"type": "urn:suyuan:type:test.moved"}
    draft = Draft("registry.type", small.clocks.ms, subjects, {"file": type_with(pointer)})
    small.decree_zone().decree([draft])


def said(small, pointer):
    """Return a submission of an event of that type."""
    draft = Draft("test.moved", small.clocks.ms, {"order": handle("order", "a")}, {}, {pointer: "x"})
    event = small.carrier.compose(draft, {"test.moved": parse_type(type_with(pointer).encode())})
    return format_submission(small.carrier.sign([event], ORIGIN))


def test_type_with_a_field_that_no_server_can_keep_is_refused_and_the_writer_goes_on(small):
    before = small.size
    with pytest.raises(MalformedError, match=r"type\.disclosures"):
        decree(small, NUL)
    assert small.ledger.writer.stopped is None
    assert (small.size, small.move(1)) == (before, before)


def test_event_of_such_a_type_that_is_recorded_already_is_refused_and_the_writer_goes_on(small, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(intake, "require_storable_type", lambda *_: None)
        decree(small, NUL)
    before, sent = small.size, said(small, NUL)
    with pytest.raises(MalformedError, match="U\\+0000"):
        small.ledger.submit(sent)
    assert [each.field for each in small.ledger.validate(sent)] == ["events[0].disclosure"]
    assert small.ledger.writer.stopped is None
    assert small.size == before
