"""Ceremony files by themselves: every byte is read, copies merge in any order, approvals are split where needed."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from ledger.governance.ceremony import Batch, Ceremony, format_ceremony, merge_ceremonies, parse_ceremony
from ledger.governance.checking import check_ceremony
from ledger.governance.drafts import adopt_policy, propose_charter
from ledger.governance.proposing import charter_data, propose
from ledger.governance.signing import _chunks, duties_of, sign_ceremony
from ledger.governance.state import no_state
from ledger.governance.submitting import rehearse, require_complete
from ledger.signing.signer import generate
from tests.docs.pages import ROOT
from tests.vectors.cddl import Schema
from tests.verifier.judgement.chronicle import TIME, Chronicle, bare
from verifier.errors import IncompleteError, MalformedError, NotPermittedError, SuyuanError, UnsupportedError
from verifier.ledgerformat.head import MAX_LINKS, parse_head
from verifier.ledgerformat.statement import parse_statement
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.primitives.keys import EDDSA

RULES = Schema(re.search(r"```cddl\n(.*?)```", (ROOT / "docs/formats.md").read_text("utf-8"), re.DOTALL)[1])
_BYTES = st.binary(max_size=40)
_KID = st.binary(min_size=32, max_size=32)
_URI = st.sampled_from([f"urn:suyuan:agency:{each}" for each in ("a", "b", "c")])


@st.composite
def batches(draw, *, signed: bool) -> Batch:
    count = draw(st.integers(1, 3))
    heads, bodies = (tuple(draw(_BYTES) for _ in range(count)) for _ in range(2))
    return Batch(draw(_URI), draw(_KID), heads, bodies, draw(_BYTES if signed else st.none() | _BYTES))


@st.composite
def ceremonies(draw) -> Ceremony:
    state = draw(st.booleans())
    approvals = {(each.issuer, each.kid): each for each in draw(st.lists(batches(signed=True), max_size=4))}
    return Ceremony(
        origin=draw(st.text(max_size=20)),
        pin=draw(_KID) if state else None,
        charter=draw(_BYTES) if state else None,
        registry=tuple(draw(st.lists(_BYTES, max_size=2))) if state else (),
        checkpoint=draw(_BYTES) if state else None,
        proposal=draw(batches(signed=False)),
        approvals=tuple(approvals[each] for each in sorted(approvals)),
    )


@given(ceremonies())
def test_what_is_written_is_read_and_there_is_one_spelling(ceremony):
    data = format_ceremony(ceremony)
    assert parse_ceremony(data) == ceremony
    assert RULES.matches("ceremony-file", data)
    assert format_ceremony(parse_ceremony(data)) == data


@given(ceremonies(), st.data())
def test_any_change_of_a_byte_is_refused_or_read_as_something_else(ceremony, data):
    whole = format_ceremony(ceremony)
    place = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    try:
        read = parse_ceremony(bent)
    except SuyuanError:
        return
    assert read != ceremony
    assert format_ceremony(read) == bent


@given(st.binary(max_size=200))
def test_bytes_of_anything_give_an_error_of_ours(data):
    with pytest.raises(SuyuanError):
        parse_ceremony(data)


@given(ceremonies(), st.lists(st.booleans(), min_size=4, max_size=4), st.booleans())
def test_copies_merge_to_the_same_whatever_their_order(ceremony, kept, signed):
    some = tuple(each for each, keep in zip(ceremony.approvals, kept, strict=False) if keep)
    others = tuple(each for each in ceremony.approvals if each not in some)
    unsigned = replace(ceremony.proposal, statement=None)
    copies = [
        replace(ceremony, approvals=some, proposal=ceremony.proposal if signed else unsigned),
        replace(ceremony, approvals=others),
        replace(ceremony, approvals=(), proposal=unsigned),
    ]
    merged = {format_ceremony(merge_ceremonies(order)) for order in permutations(copies)}
    assert merged == {format_ceremony(ceremony)}


@pytest.mark.parametrize(
    ("label", "value"),
    [(2, None), (3, None), (5, None), (1, b"origin"), (4, None), (6, []), (7, None), (8, 1)],
)
def test_a_part_that_is_missing_or_of_another_shape_is_refused(label, value):
    ceremony = Ceremony("a", bytes(32), b"c", (), b"n", Batch("urn:suyuan:agency:a", bytes(32), (b"h",), (b"b",)))
    word, version, content = parse_cbor(format_ceremony(ceremony))
    content[label] = value
    with pytest.raises(MalformedError):
        parse_ceremony(format_cbor([word, version, content]))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((2,), bytes(31)), ((6, 0), "urn:suyuan:policy:a"), ((6, 1), bytes(33)), ((6, 2), []), ((6, 3), []),
        ((6, 4), 0), ((2,), None),
    ],
)  # fmt: skip
def test_a_part_of_another_length_or_form_breaks_the_rules_and_is_refused(place, value):
    ceremony = Ceremony("a", bytes(32), b"c", (), b"n", Batch("urn:suyuan:agency:a", bytes(32), (b"h",), (b"b",)))
    word, version, content = parse_cbor(format_ceremony(ceremony))
    part = content
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    data = format_cbor([word, version, content])
    assert value is None or not RULES.matches("ceremony-file", data)
    with pytest.raises(MalformedError):
        parse_ceremony(data)


def test_a_ceremony_that_founds_a_ledger_carries_no_proofs():
    batch = Batch("urn:suyuan:agency:a", bytes(32), (b"h",), (b"b",))
    with pytest.raises(MalformedError, match="registry"):
        parse_ceremony(format_ceremony(Ceremony("a", None, None, (b"proof",), None, batch)))


def test_another_version_is_unsupported():
    with pytest.raises(UnsupportedError):
        parse_ceremony(format_cbor(["suyuan ceremony", 2, {}]))


# What is signed.


class Founders:
    """The first charter of a ledger, proposed by the first of five holders of whom three must approve."""

    def __init__(self) -> None:
        self.zone = Chronicle().zone
        self.holders = self.zone.agencies
        self.state = no_state(TIME)
        data = charter_data(dict(self.zone._charter().data), self.state)
        first = self.holders[0]
        draft = propose_charter(data, time=TIME)
        how = {"origin": data["origin"], "evidence": None, "random": secrets.token_bytes}
        self.ceremony = propose([draft], issuer=first.uri, kid=first.root.public.kid, **how)
        self.taken: dict[bytes, int] = {}

    def sign(self, ceremony: Ceremony, signer) -> Ceremony:
        def numbers(count: int) -> int:
            kid = signer.public.kid
            first = self.taken.get(kid, 0)
            self.taken[kid] = first + count
            return first

        checked = check_ceremony(ceremony, self.state)
        return sign_ceremony(checked, signer, numbers=numbers, time=TIME, random=secrets.token_bytes)


@pytest.fixture
def founders() -> Founders:
    return Founders()


def test_the_proposer_signs_proposal_and_approval_and_the_others_approvals_alone(founders):
    checked = check_ceremony(founders.ceremony, founders.state)
    assert duties_of(founders.holders[0].root.public.kid, checked) == ("proposal", "approval")
    assert duties_of(founders.holders[1].root.public.kid, checked) == ("approval",)
    signed = founders.sign(founders.ceremony, founders.holders[0].root)
    assert duties_of(founders.holders[0].root.public.kid, check_ceremony(signed, founders.state)) == ()
    firsts = [parse_statement(each.statement).first for each in (signed.proposal, *signed.approvals)]
    assert firsts == [0, 1]


def test_it_is_complete_and_takes_effect_at_the_third_approval_and_a_fourth_is_spare(founders):
    ceremony = founders.ceremony
    for count, holder in enumerate(founders.holders[:4], 1):
        ceremony = founders.sign(ceremony, holder.root)
        checked = check_ceremony(ceremony, founders.state)
        rehearsed = rehearse(checked)
        assert (checked.complete, rehearsed.takes_effect) == (count >= 3, count >= 3)
        if count < 3:
            with pytest.raises(IncompleteError):
                require_complete(checked, rehearsed)
    assert (len(rehearsed.sends), len(rehearsed.spare)) == (4, 1)


def test_a_stranger_signs_nothing(founders):
    with pytest.raises(NotPermittedError, match="--key"):
        founders.sign(founders.ceremony, generate(EDDSA))


def test_a_key_that_stands_elsewhere_may_not_propose():
    founders = Founders()
    stranger = agency("stranger", "陌", "Stranger", [])
    proposal = replace(founders.ceremony.proposal, kid=stranger.root.public.kid)
    with pytest.raises(NotPermittedError):
        check_ceremony(replace(founders.ceremony, proposal=proposal), founders.state)


def test_a_charter_stands_alone(founders):
    batch = founders.ceremony.proposal
    twice = replace(batch, heads=batch.heads * 2, bodies=batch.bodies * 2)
    with pytest.raises(SuyuanError):
        check_ceremony(replace(founders.ceremony, proposal=twice), founders.state)


def test_approvals_of_many_acts_are_split_so_that_each_joins_no_more_than_a_head_can(founders):
    joins = tuple(("registry", bytes([0, each]) * 16) for each in range(30))
    acts = [bare("registry.policy", 1, position=each, joins=joins[each : each + 20]) for each in range(10)]
    far = [
        bare("registry.policy", 1, position=10 + each, joins=(("registry", bytes([1, each]) * 16),))
        for each in range(80)
    ]
    chunks = list(_chunks([*acts, *far]))
    assert [each for chunk in chunks for each in chunk] == [*acts, *far]
    for chunk in chunks:
        assert len(chunk) <= 64
        assert len({pair for each in chunk for pair in each.head.joins}) <= MAX_LINKS


def test_drafts_say_what_they_were_told():
    policy = adopt_policy("p", types=["a.b"], rule={"role": "customs"}, basis={"zh": "甲", "en": "A"}, zone="z", time=1)
    assert isinstance(policy, Draft)
    assert policy.subjects == {"policy": "urn:suyuan:policy:p", "types": ["urn:suyuan:type:a.b"]}
    assert policy.data["zone"] == "z"


def test_proposed_heads_are_of_the_proposer(founders):
    assert parse_head(founders.ceremony.proposal.heads[0]).issuer == founders.holders[0].uri
