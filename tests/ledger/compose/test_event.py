"""Composing: what leaves the participant's side passes the verifier's rules and hides what it must."""

from __future__ import annotations

import functools
import json
import random
from contextlib import nullcontext, suppress
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import all_types
from ledger.compose import event
from ledger.compose.batch import sign_batch, sign_envelope
from ledger.compose.event import AttachmentDraft, Draft, compose_event, uuid7
from ledger.signing.signer import generate
from tests.reference import HASH
from tests.world import uscc
from verifier.errors import MalformedError, MismatchError, NotPermittedError, SuyuanError, TooLargeError
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.disclosure import check_disclosure, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.mapping import check_body, check_head, check_links
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44

TYPES = all_types()
ORDER = TYPES["order.placed"]
FIRM = {"code": "3301000001", "name": "示例公司"}
ISSUER = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT02')}"
NOW = 1_790_000_000_000
DRAFT = Draft(
    "order.placed",
    NOW,
    {"order": f"urn:suyuan:order:{'a' * 32}"},
    {"platform": FIRM, "seller": FIRM, "lineCount": 1},
    {"/number": "N-1", "/buyer": {"name": "李四", "telephone": "12000000000"}},
    {"/source": AttachmentDraft("application/xml", b"<order/>")},
)


class Word(str):
    """A text of another type."""

    __slots__ = ()


def compose(draft=DRAFT, seed=1, kind=ORDER, **changes):
    return compose_event(draft, kind, issuer=ISSUER, random=random.Random(seed).randbytes, **changes)


def test_event_passes_every_rule_of_its_type_as_a_verifier_applies_them():
    event = compose()
    head, body = parse_head(event.head), parse_body(event.body)
    check_head(ORDER, head)
    check_body(ORDER, body)
    check_links(ORDER, head, body)
    assert head.body == body_hash(event.body) == HASH(b"\x05", event.body)
    assert event.name == HASH(b"\x00", event.head)
    assert (head.issuer, head.time, head.type) == (ISSUER, NOW, "order.placed")


def test_every_field_that_is_disclosed_is_there_once_null_where_it_was_left_out():
    event = compose()
    body = parse_body(event.body)
    disclosures = {each.pointer: each for each in map(parse_disclosure, event.disclosures)}
    for each in disclosures.values():
        check_disclosure(each, body.digests)
    assert disclosures.keys() == body.digests.keys() == ORDER.disclosures.keys()
    assert disclosures["/number"].value == "N-1"
    assert disclosures["/source"].value == {
        "mediaType": "application/xml", "sha256": sha256(b"<order/>").hexdigest(), "size": 8,
    }  # fmt: skip
    left_out = disclosures.keys() - {"/number", "/buyer", "/source"}
    assert left_out
    assert all(disclosures[pointer].value is None for pointer in left_out)
    assert event.attachments == (b"<order/>",)


def test_what_is_disclosed_stands_in_neither_head_nor_body():
    event = compose()
    for value in ("李四", "12000000000", "N-1", sha256(b"<order/>").hexdigest()):
        assert value.encode() not in event.head + event.body
        assert json.dumps(value)[1:-1].encode() not in event.head + event.body


def test_salts_and_ids_are_never_the_same_and_hide_that_two_values_are():
    one, two = compose(seed=1), compose(seed=2)
    digests = [list(parse_body(each.body).digests.values()) for each in (one, two)]
    assert not set(digests[0]) & set(digests[1])
    assert len(set(digests[0])) == len(digests[0])
    salts = [json.loads(each.body)["salt"] for each in (one, two)]
    assert salts[0] != salts[1]
    assert parse_head(one.head).id != parse_head(two.head).id


def test_same_randomness_gives_the_same_bytes():
    assert compose(seed=3) == compose(seed=3)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_ids_are_uuidv7_and_sort_by_time(time, drawn):
    made = uuid7(time, drawn)
    assert (len(made), made[6] >> 4, made[8] >> 6) == (16, 7, 2)
    assert int.from_bytes(made[:6], "big") == time
    later = [uuid7(each, drawn) for each in (time, min(time + 1, 2**48 - 1), 2**48 - 1)]
    assert all(before <= after for before, after in pairwise(later))


REFUSED = {
    "a role too few": (replace(DRAFT, subjects={}), SuyuanError),
    "a role too many": (replace(DRAFT, subjects={**DRAFT.subjects, "item": "x"}), SuyuanError),
    "a subject of another form": (replace(DRAFT, subjects={"order": "urn:suyuan:agency:customs"}), SuyuanError),
    "a subject in another spelling": (replace(DRAFT, subjects={"order": f"urn:suyuan:order:{'A' * 32}"}), SuyuanError),
    "a field that the type does not disclose": (replace(DRAFT, disclosed={"/colour": "red"}), MismatchError),
    "a disclosed field in clear": (replace(DRAFT, data={**DRAFT.data, "number": "N-1"}), MismatchError),
    "an end that the type does not have": (replace(DRAFT, until=NOW), SuyuanError),
    "an answer that the type is not": (replace(DRAFT, about=(bytes(32),)), SuyuanError),
    "a number with a fraction": (replace(DRAFT, data={**DRAFT.data, "lineCount": 1.5}), MalformedError),
    "a number beyond 2**53": (replace(DRAFT, data={**DRAFT.data, "lineCount": 2**53}), MalformedError),
    "no number": (replace(DRAFT, data={**DRAFT.data, "lineCount": float("nan")}), MalformedError),
    "half a sign": (replace(DRAFT, data={**DRAFT.data, "note": "\ud800"}), MalformedError),
    "half a sign, disclosed": (replace(DRAFT, disclosed={"/number": "\ud800"}), MalformedError),
    "no number, disclosed": (replace(DRAFT, disclosed={"/number": float("nan")}), MalformedError),
}


@pytest.mark.parametrize(("draft", "error"), REFUSED.values(), ids=REFUSED)
def test_draft_that_does_not_fit_its_type_makes_no_event(draft, error):
    with pytest.raises(error):
        compose(draft)


ODD = [1.5, 2**53, -(2**53), True, None, (1, 2), "é", "\ud800", {1: "x"}, {"1": "x", 1: "y"}, [[[]]], b"x", Word("x")]


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(ODD) | st.lists(st.sampled_from(ODD), max_size=3)))
def test_what_is_composed_is_what_a_reader_of_its_bytes_finds(data):
    read = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event, "check_body", lambda _kind, body: read.append(body))
        with suppress(MalformedError):
            assert parse_body(compose(replace(DRAFT, data=data)).body) == read[0]
            return
        assert not read, "refused before anything is made of it"


@pytest.mark.parametrize("depth", [14, 15])
def test_what_is_too_deep_for_a_reader_is_not_composed(depth):
    data = {"a": functools.reduce(lambda inner, _: [inner], range(depth), 1)}
    refused = pytest.raises(MalformedError, match="levels") if depth == 15 else nullcontext()
    with refused:
        parse_body(compose(replace(DRAFT, data=data)).body)


def test_what_is_too_long_for_a_reader_is_not_composed():
    with pytest.raises(TooLargeError):
        compose(replace(DRAFT, data={"note": "x" * 65_536}))


def test_endorsement_joins_what_its_target_joins_and_only_of_what_it_may_answer():
    target = parse_head(compose().head)
    draft = Draft("endorsement.recognised", NOW, data={"seen": []}, about=(compose().name,))
    head = parse_head(compose(draft, kind=TYPES["endorsement.recognised"], targets=[target]).head)
    assert {pair for pair in target.joins if pair[0] in ("trace", "case", "registry")} <= set(head.joins)
    release = Draft("clearance.release", NOW, data={"code": "800"}, about=(compose().name,))
    with pytest.raises(NotPermittedError):
        compose(release, kind=TYPES["clearance.release"], targets=[target])


@pytest.mark.parametrize("alg", [ES256, EDDSA, ML_DSA_44])
def test_one_signature_covers_the_batch_and_the_submission_is_read_back_as_it_was(alg):
    signer, events = generate(alg), [compose(seed=each) for each in range(5)]
    submission = sign_batch(events, signer, issuer=ISSUER, audience=["b.test/x", "a.test/x"], first=7)
    again = parse_submission(format_submission(submission))
    assert again == submission
    statement = parse_entry(submission.statement)
    assert isinstance(statement, Statement)
    statement.verify(signer.public)
    assert (statement.count, statement.first, statement.header.issuer) == (5, 7, ISSUER)
    assert list(statement.header.audience) == ["a.test/x", "b.test/x"]
    assert again.attachments == (b"<order/>",), "once, however many events name it"


def test_envelope_holds_a_digest_and_nothing_of_what_was_digested():
    signer, digest = generate(ES256), sha256(b"a report").digest()
    entry = sign_envelope(digest, signer, issuer=ISSUER, subject="https://notes.test/1", audience=["a.test/x"])
    envelope = parse_entry(entry)
    assert isinstance(envelope, Envelope)
    envelope.verify(signer.public)
    assert b"a report" not in entry
    assert digest in entry
