"""What intake refuses, by field; `validate` finds the same, all of it, and neither leaves anything behind."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger.compose.batch import sign_batch
from ledger.compose.event import AttachmentDraft, Draft
from ledger.signing.signer import generate
from tests.world import FIRM, ORIGIN, handle, now
from verifier.errors import SuyuanError
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.disclosure import format_disclosure
from verifier.ledgerformat.head import format_head, parse_head
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import ES256

MINUTE = 60_000


def order(world, number=1, **changes):
    """Return an order of the platform, composed."""
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    source = AttachmentDraft("application/xml", b"<order %d/>" % number)
    draft = Draft(
        "order.placed",
        now(),
        {"order": handle("order", f"intake {number}")},
        data,
        {"/number": f"N{number}", "/buyer": {"name": "李四", "telephone": "12000000000"}},
        {"/source": source},
        to=world.cast["seller"].uri,
    )
    return world.cast["platform"].compose(replace(draft, **changes), world.zone.types)


def signed(world, *events, who="platform", signer=None, **changes):
    """Return a submission of these events, some of its parts exchanged after signing."""
    actor = world.cast[who]
    said = {"issuer": actor.uri, "audience": [ORIGIN], "first": 500_000}
    said |= {name: changes.pop(name) for name in list(changes) if name in said}
    submission = sign_batch(events, signer or actor.signer, **said)
    return format_submission(replace(submission, **changes))


def with_head(event, **changes):
    spelt = format_head(replace(parse_head(event.head), **changes))
    return replace(event, head=spelt)


def with_body(event, change):
    """Return the event with another body, its head naming it."""
    body = json.loads(event.body)
    change(body)
    spelt = json.dumps(body, ensure_ascii=False).encode()
    return replace(with_head(event, body=body_hash(spelt)), body=spelt)


def in_data(name, value):
    return lambda body: body["data"].__setitem__(name, value)


def foreign(pointer="/number", value="another"):
    return format_disclosure(salt=bytes(16), pointer=pointer, value=value)


def swapped(world):
    one, two = order(world, 1), order(world, 2)
    return signed(world, one, two, bodies=(two.body, one.body))


SPOILT = {
    "another ledger's": ("statement.aud", lambda w: signed(w, order(w), audience=["other.test/zone"])),
    "nobody's key": ("statement.kid", lambda w: signed(w, order(w), signer=generate(ES256))),
    "another's name": ("statement.iss", lambda w: signed(w, order(w), issuer=w.cast["seller"].uri)),
    "another's event": ("events[0].head.issuer", lambda w: signed(w, with_head(order(w), issuer=w.cast["seller"].uri))),
    "a head less": ("heads", lambda w: signed(w, order(w, 1), order(w, 2), **_first_of(w))),
    "another head": ("heads", lambda w: signed(w, order(w, 1), heads=(order(w, 2).head,))),
    "bodies exchanged": ("events[0].body", swapped),
    "a time ahead": ("events[0].head.time", lambda w: signed(w, order(w, time=now() + 7 * MINUTE))),
    "an unknown type": ("events[0].head.type", lambda w: signed(w, with_head(order(w), type="order.unheard-of"))),
    "data out of bounds": ("events[0].body.data", lambda w: signed(w, with_body(order(w), in_data("lineCount", 0)))),
    "a field too many": ("events[0].body.data", lambda w: signed(w, with_body(order(w), in_data("colour", "red")))),
    "a value in clear": ("events[0].body.data", lambda w: signed(w, with_body(order(w), in_data("number", "N1")))),
    "a digest less": ("events[0].body._sd", lambda w: signed(w, with_body(order(w), _without_number))),
    "a subject of another form": (
        "events[0].body.subjects", lambda w: signed(w, with_body(order(w), _with_subject("urn:suyuan:agency:customs"))),
    ),
    "joins that are not the subject's": (
        "events[0].head.joins", lambda w: signed(w, with_head(order(w), joins=parse_head(order(w, 2).head).joins)),
    ),
    "an end it may not have": ("events[0].head.until", lambda w: signed(w, with_head(order(w), until=now() + MINUTE))),
    "a disclosure less": ("events[0].disclosures", lambda w: _disclosing(w, lambda texts: texts[1:])),
    "a disclosure twice": ("events[0].disclosures", lambda w: _disclosing(w, lambda texts: (*texts, texts[0]))),
    "a foreign disclosure": ("events[0].disclosure", lambda w: _disclosing(w, lambda texts: (*texts[1:], foreign()))),
    "an attachment less": ("events[0].attachments", lambda w: signed(w, order(w), attachments=())),
    "another attachment": ("events[0].attachments", lambda w: signed(w, order(w), attachments=(b"<order x/>",))),
    "an attachment too many": ("attachments", lambda w: signed(w, order(w), attachments=(b"<order 1/>", b"more"))),
    "an event twice": ("events[1].head", lambda w: signed(w, *[order(w)] * 2)),
    "an id twice": ("events[1].head.id", lambda w: signed(w, first := order(w), _same_id(first, order(w, 2)))),
}  # fmt: skip


def _first_of(world):
    one = order(world)
    return {"heads": (one.head,), "bodies": (one.body,), "disclosures": (one.disclosures,)}


def _with_subject(subject):
    return lambda body: body["subjects"].__setitem__("order", subject)


def _without_number(body):
    del body["_sd"]["/number"]


def _disclosing(world, change):
    event = order(world)
    return signed(world, event, disclosures=(tuple(change(event.disclosures)),))


def _same_id(first, second):
    return with_head(second, id=parse_head(first.head).id)


def refusal(world, submission) -> SuyuanError:
    with pytest.raises(SuyuanError) as refused:
        world.ledger.submit(submission).result(timeout=30)
    return refused.value


@pytest.mark.parametrize(("field", "spoil"), SPOILT.values(), ids=SPOILT)
def test_spoilt_submission_is_refused_by_its_field_and_validated_alike(world, field, spoil):
    size, submission = world.ledger.head.edge.size, spoil(world)
    error = refusal(world, submission)
    assert error.field.startswith(field), error
    assert error.expected
    assert (error.code, error.field) in [(each.code, each.field) for each in world.ledger.validate(submission)]
    assert world.ledger.head.edge.size == size


def test_submission_that_is_not_spoilt_has_no_faults_and_validating_records_nothing(world):
    size, submission = world.ledger.head.edge.size, signed(world, order(world, 1), order(world, 2))
    for _ in range(2):
        assert world.ledger.validate(submission) == []
    assert world.ledger.head.edge.size == size


def test_validating_finds_the_fault_of_every_event_and_submitting_names_the_first(world):
    events = [
        with_body(order(world, 1), in_data("lineCount", 0)),
        order(world, 2),
        with_head(order(world, 3), until=now() + MINUTE),
        order(world, 4, time=now() + 9 * MINUTE),
    ]
    submission = signed(world, *events)
    fields = [each.field for each in world.ledger.validate(submission)]
    assert [each.split(".")[0] for each in fields] == ["events[0]", "events[2]", "events[3]"]
    assert refusal(world, submission).field == fields[0]


@pytest.mark.parametrize("place", range(0, 1000, 83))
def test_submission_with_a_bent_byte_is_refused_without_another_exception(world, place):
    whole = bytearray(signed(world, order(world)))
    whole[place % len(whole)] ^= 1
    size = world.ledger.head.edge.size
    assert refusal(world, bytes(whole)).field
    assert world.ledger.validate(bytes(whole))
    assert world.ledger.head.edge.size == size
