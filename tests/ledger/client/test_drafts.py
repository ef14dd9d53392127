import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import all_types
from ledger.client.drafts import compose_all, read_descriptions
from ledger.errors import SetupError, UnknownError
from verifier.errors import MalformedError, SuyuanError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import State, parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.strict_json import parse_json

NOW = 1_795_000_000_000
ISSUER = "urn:suyuan:agency:customs"
PRODUCT = "https://id.gs1.org/01/06901234567892"


def described(value, folder=None, now=NOW):
    return read_descriptions(json.dumps(value).encode(), folder, now)


def compose(value, folder=None, find_head=None):
    def nowhere(name: bytes):
        raise UnknownError("event", came=name, expected="a recorded event")

    drafts = described(value, folder)
    return compose_all(drafts, all_types(), issuer=ISSUER, find_head=find_head or nowhere, random=bytes)


def filing(**more):
    value = {
        "type": "filing.product",
        "subjects": {"product": PRODUCT, "enterprise": "urn:suyuan:enterprise:91350100M000100Y43"},
        "data": {"names": {"zh": "茶", "en": "Tea"}, "hsCode": "0902100010", "origin": "CN"},
    }
    return {**value, **more}


def test_one_event_or_many_in_order():
    assert [each.draft.type for each in described(filing())] == ["filing.product"]
    assert [each.draft.time for each in described([filing(time=1), filing(time=2)])] == [1, 2]


def test_an_event_without_a_time_happened_now():
    assert described(filing())[0].draft.time == NOW


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        (0, 0),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-22T08:00:00+08:00", 1_795_305_600_000),
        ("2026-11-22T00:00:00.123456Z", 1_795_305_600_123),
    ],
)
def test_times_are_milliseconds_or_carry_their_zone(written, milliseconds):
    draft = described(filing(time=written, until=written))[0].draft
    assert (draft.time, draft.until) == (milliseconds, milliseconds)


def test_disclosures_and_attachments_become_digests_and_bytes(tmp_path):
    (tmp_path / "source.xml").write_bytes(b"<xml/>")
    (event,) = compose(filing(disclosed={"/price": "12.00"}, attachments={"/source": "source.xml"}), tmp_path)
    assert event.attachments == (b"<xml/>",)
    assert set(parse_body(event.body).digests) == {"/price", "/source"}
    assert len(event.disclosures) == 2
    (other,) = compose(filing(attachments={"/source": {"path": "source.xml", "mediaType": "text/x"}}), tmp_path)
    assert other.body != event.body


def test_the_media_type_of_an_attachment_is_its_name_s_unless_it_is_given(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"1")
    (tmp_path / "a").write_bytes(b"1")
    named = [described(filing(attachments={"/source": each}), tmp_path)[0] for each in ("a.pdf", "a")]
    kinds = [each.draft.attachments["/source"].media_type for each in named]
    assert kinds == ["application/pdf", "application/octet-stream"]


def test_an_answer_names_an_earlier_event_of_the_description_or_of_the_ledger():
    endorsement = {"type": "endorsement.recognised", "about": ["#0"], "data": {"seen": []}}
    first, second = compose([filing(), endorsement])
    assert parse_head(second.head).about == (first.name,)
    named = {**endorsement, "about": [first.name.hex()]}
    (again,) = compose(named, find_head=lambda name: {first.name: parse_head(first.head)}[name])
    assert parse_head(again.head).joins == parse_head(second.head).joins


MONTH = "urn:suyuan:set:lists:91350100M000100Y43:2026-11"
STATE = {"kind": "member", "subject": MONTH, "count": 3, "root": "ab" * 32}


def test_a_state_is_the_root_of_a_history_s_first_entries():
    reconciled = {
        "type": "book.reconciled",
        "subjects": {"line": "urn:suyuan:book-line:B1:1", "book": "urn:suyuan:book:B1"},
        "data": {"unit": "007", "outcome": "agrees"},
        "disclosed": {"/balance": "5"},
        "state": {**STATE, "subject": "urn:suyuan:book-line:B1:1"},
    }
    (event,) = compose(reconciled)
    name = subject_name("urn:suyuan:book-line:B1:1")
    assert parse_head(event.head).state == State("member", name, 3, bytes.fromhex("ab" * 32))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (filing(state=None), "events[0].state"),
        (filing(state={**STATE, "more": 1}), "events[0].state"),
        (filing(state={**STATE, "count": 0}), "events[0].state.count"),
        (filing(state={**STATE, "count": True}), "events[0].state.count"),
        (filing(state={**STATE, "root": "AB" * 32}), "events[0].state.root"),
        (filing(state={**STATE, "kind": 1}), "events[0].state.kind"),
        (filing(state={**STATE, "subject": "urn:x"}), "events[0].state.subject"),
        ([], "events"),
        (1, "events[0]"),
        ({}, "events[0]"),
        (filing(extra=1), "events[0]"),
        ([filing(), {"type": 1}], "events[1].type"),
        (filing(time="2026-11-22T08:00:00"), "events[0].time"),
        (filing(time=-1), "events[0].time"),
        (filing(time=True), "events[0].time"),
        (filing(until="soon"), "events[0].until"),
        (filing(subjects=[]), "events[0].subjects"),
        (filing(subjects={"product": 1}), "events[0].subjects.product"),
        (filing(subjects={"product": [PRODUCT, 1]}), "events[0].subjects.product"),
        (filing(data="x"), "events[0].data"),
        (filing(about="#0"), "events[0].about"),
        (filing(to=""), "events[0].to"),
        (filing(attachments={"/source": 1}), "events[0].attachments"),
        (filing(attachments={"/source": {"file": "x"}}), "events[0].attachments"),
    ],
)
def test_another_shape_is_refused_at_its_field(value, field, tmp_path):
    with pytest.raises(MalformedError) as refused:
        described(value, tmp_path)
    assert refused.value.field == field


@pytest.mark.parametrize("about", ["#0", "#1", "#00", "x", "ab" * 31])
def test_an_answer_to_nothing_is_refused(about):
    with pytest.raises(SuyuanError) as refused:
        compose({"type": "endorsement.recognised", "about": [about], "data": {"seen": []}})
    assert refused.value.field == "events[0].about"


def test_a_type_that_nobody_knows_is_refused():
    with pytest.raises(SuyuanError) as refused:
        compose([filing(), filing(type="filing.dragon")])
    assert refused.value.field == "events[1].type"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"none\.xml"):
        described(filing(attachments={"/source": "none.xml"}), tmp_path)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    (tmp_path / "large").write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(MalformedError):
        described(filing(attachments={"/source": "large"}), tmp_path)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers(-5, 5) | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "time", "data", "about", "x"]), inner)
)).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_is_read_is_a_draft_or_refused(data):
    try:
        drafts = read_descriptions(data, None, NOW)
    except SuyuanError:
        return
    assert all(each.draft.type for each in drafts)
    assert parse_json(data)


def test_what_is_random_comes_from_the_source_that_was_given():
    drawn: list[int] = []

    def random(size: int) -> bytes:
        drawn.append(size)
        return sha256(str(len(drawn)).encode()).digest()[:size]

    drafts = described(filing())
    compose_all(drafts, all_types(), issuer=ISSUER, find_head=lambda _: None, random=random)
    assert sorted(drawn) == [10, 16, 16, 16]
