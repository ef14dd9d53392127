"""A recorded match against what its recorder says it saw: confirmed, refuted, or not to be told."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.verifier.results.paperwork import EXPORT_FOUR, EXPORTED, PAPERS, exported, papers
from verifier.errors import MalformedError, MismatchError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import parse_type
from verifier.results.documents import EXPORT_SOURCES, SOURCES
from verifier.results.findings import parse_result
from verifier.results.matching import match
from verifier.results.recomputation import Input
from verifier.results.recomputed_matches import MATCH, compare, recompute_matches, record_match
from verifier.results.rules import EXPORT_RULES, EXPORT_VERSION
from verifier.vocabulary import type_files

ORDER = "urn:suyuan:order:" + "0" * 32
TYPES = {kind: parse_type(type_files()[kind]) for kind in (*SOURCES.values(), *EXPORT_SOURCES.values(), MATCH)}


def given(number: int, kind: str, data: dict[str, Any], disclosed: dict[str, Any], *, about: tuple[bytes, ...] = (),
          order: str = ORDER) -> Input:  # fmt: skip
    name = number.to_bytes(32, "big")
    head = Head(kind, bytes(16), "urn:suyuan:agency:customs", 0, (), bytes(32), about=about)
    shown = tuple(Disclosure(each, value, sha256(name + each.encode()).digest()) for each, value in disclosed.items())
    body = Body({"order": order}, data, {each.pointer: each.digest for each in shown})
    return Input(Event(name, number, 0, head, body, b""), TYPES[kind], shown)


def four(**bent: dict[str, Any]) -> dict[str, Input]:
    inputs = {}
    for number, source in enumerate(("order", "payment", "waybill", "list"), 1):
        stated = PAPERS[source] | bent.get(source, {})
        shown = {each: stated[each] for each in stated if each.startswith("/")}
        inputs[source] = given(number, SOURCES[source], stated["data"], shown)
    return inputs


def recorded(inputs: dict[str, Input], **changes: Any) -> Input:
    data = record_match(match(papers(*inputs)), inputs) | changes
    return given(9, MATCH, data, {}, about=tuple(each.event.name for each in inputs.values()))


def only(*inputs: Input):
    (found,) = recompute_matches(inputs)
    return found


def without(one: Input, *pointers: str) -> Input:
    return replace(one, disclosures=tuple(each for each in one.disclosures if each.pointer not in pointers))


def test_what_follows_is_confirmed_whoever_is_looking_and_in_whatever_order():
    inputs = four()
    found = only(recorded(inputs), *reversed(inputs.values()))
    assert (found.outcome, found.missing) == ("confirmed", ())


def test_what_its_recorder_did_not_see_is_not_looked_at():
    """Who looked at less said less: more that is disclosed today changes nothing about that."""
    inputs = four()
    seen = inputs | {"order": without(inputs["order"], "/buyer")}
    data = record_match(match(papers() | {"order": papers()["order"]}), seen)
    lie = given(9, MATCH, data, {}, about=tuple(each.event.name for each in inputs.values()))
    found = only(lie, *inputs.values())
    assert (found.outcome, found.rules["match.buyer"]) == ("refuted", "refuted"), "it says that it saw no buyer"


def test_each_rule_that_is_said_to_differ_and_does_not_is_refuted():
    inputs = four()
    honest = recorded(inputs)
    for at, each in enumerate(honest.event.body.data["findings"]):
        findings = list(honest.event.body.data["findings"])
        findings[at] = {**each, "outcome": "differs", "fields": ["order/number"]}
        found = only(recorded(inputs, findings=findings, outcome="differs"), *inputs.values())
        assert [rule for rule, status in found.rules.items() if status == "refuted"] == [each["rule"]]


def test_a_rule_that_is_not_mentioned_hides_nothing():
    inputs = four()
    findings = recorded(inputs).event.body.data["findings"][1:]
    assert only(recorded(inputs, findings=findings), *inputs.values()).rules["match.order-key"] == "refuted"


def test_a_document_that_is_not_here_or_not_shown_leaves_its_rules_untold():
    inputs = four()
    found = only(recorded(inputs), *(inputs[each] for each in ("order", "payment", "list")))
    assert (found.outcome, found.missing) == ("untold", ("waybill",))
    assert found.rules["match.seller"] == "confirmed"
    assert {rule for rule, status in found.rules.items() if status == "untold"} == {
        "match.order-key", "match.consignee", "match.waybill", "match.packages",
    }  # fmt: skip
    bare = replace(inputs["waybill"], event=replace(inputs["waybill"].event, body=None))
    assert only(recorded(inputs), *(inputs | {"waybill": bare}).values()).missing == ("waybill",)


def test_a_difference_that_can_be_seen_refutes_agreement_whatever_else_is_hidden():
    inputs = four(payment={"/amount": {"paid": "1", "currency": "142"}})
    lie = recorded(inputs)
    found = only(lie, *(inputs | {"list": without(inputs["list"], "/lines")}).values())
    assert (found.outcome, found.rules["match.money"], found.rules["match.lines"]) == ("refuted", "refuted", "untold")


@pytest.mark.parametrize("version", [{"rules": "2"}, {"normalisation": "2"}])
def test_rules_of_a_version_that_is_not_known_here_are_not_guessed(version):
    inputs = four()
    found = only(recorded(inputs, **version), *inputs.values())
    assert (found.outcome, found.result) == ("untold", None)
    assert any("2" in each for each in found.missing)


def test_the_year_cannot_be_told_from_documents():
    inputs = four()
    findings = [*recorded(inputs).event.body.data["findings"],
                {"rule": "match.yearly-limit", "outcome": "agrees", "fields": []}]  # fmt: skip
    found = only(recorded(inputs, findings=findings), *inputs.values())
    assert (found.outcome, found.rules["match.yearly-limit"]) == ("untold", "untold")


def test_a_match_that_is_none_or_looked_at_what_it_does_not_answer_is_refused():
    inputs = four()
    stray = recorded(inputs)
    stray = replace(stray, event=replace(stray.event, head=replace(stray.event.head, about=stray.event.head.about[1:])))
    with pytest.raises(MismatchError):
        only(stray, *inputs.values())
    with pytest.raises(MismatchError):
        only(recorded(inputs, outcome="differs"), *inputs.values())
    with pytest.raises(MalformedError):
        only(recorded(inputs, documents=[]), *inputs.values())


def test_a_match_that_saw_what_is_no_documents_own_is_refused():
    """Digests that stand in none of its documents look like evidence and are none."""
    inputs = four()
    honest = recorded(inputs).event.body.data["documents"]
    strange = {**honest["order"], "seen": [*honest["order"]["seen"], honest["payment"]["seen"][0]]}
    with pytest.raises(MismatchError, match="seen"):
        only(recorded(inputs, documents={**honest, "order": strange}), *inputs.values())


def test_a_match_of_papers_of_two_orders_is_refused():
    stated = PAPERS["payment"]
    shown = {each: stated[each] for each in stated if each.startswith("/")}
    foreign = given(2, "order.payment", stated["data"], shown, order="urn:suyuan:order:" + "1" * 32)
    inputs = four() | {"payment": foreign}
    with pytest.raises(MismatchError, match="several orders"):
        only(recorded(inputs), *inputs.values())


def test_orders_without_a_record_are_matched_from_the_latest_of_each_document():
    inputs = four()
    later = given(7, "order.payment", PAPERS["payment"]["data"], {"/number": "ORDER-9"})
    other = given(8, "order.placed", PAPERS["order"]["data"], {}, order="urn:suyuan:order:" + "1" * 32)
    first, second = recompute_matches([*inputs.values(), later, other])
    assert first.outcome == second.outcome == "unrecorded"
    assert first.result.outcome == "differs"
    assert later.event.name in first.inputs
    assert second.inputs == (other.event.name,)


def test_a_result_is_compared_with_itself_as_confirmed_and_with_any_other_not():
    results = [
        match(papers(*there)) for there in (("order",), ("order", "list"), ("order", "payment", "waybill", "list"))
    ]
    for one in results:
        for other in results:
            statuses = set(compare(parse_result_of(one), other, whole=True).values())
            assert (statuses == {"confirmed"}) == (one is other)


def parse_result_of(result):
    data = record_match(result, {})
    return parse_result({key: data[key] for key in ("rules", "normalisation", "outcome", "findings")})


def four_exported(**bent: dict[str, Any]) -> dict[str, Input]:
    inputs = {}
    for number, source in enumerate(EXPORT_FOUR, 1):
        stated = EXPORTED[source] | bent.get(source, {})
        shown = {each: stated[each] for each in stated if each.startswith("/")}
        inputs[source] = given(number, EXPORT_SOURCES[source], stated["data"], shown)
    return inputs


def recorded_export(inputs: dict[str, Input], **changes: Any) -> Input:
    data = record_match(match(exported(*inputs), rules=EXPORT_VERSION), inputs) | changes
    return given(9, MATCH, data, {}, about=tuple(each.event.name for each in inputs.values()))


def test_an_export_is_recomputed_by_the_rules_of_exports():
    inputs = four_exported()
    found = only(recorded_export(inputs), *inputs.values())
    assert (found.outcome, list(found.rules)) == ("confirmed", list(EXPORT_RULES[:-1]))
    (unrecorded,) = recompute_matches(inputs.values())
    assert (unrecorded.outcome, unrecorded.result.rules, unrecorded.result.outcome) == (
        "unrecorded", EXPORT_VERSION, "agrees",
    )  # fmt: skip


def test_an_export_that_is_said_to_agree_and_does_not_is_refuted():
    inputs = four_exported(funds={"/number": "EXPORT-2"})
    found = only(recorded_export(inputs), *inputs.values())
    assert [rule for rule, status in found.rules.items() if status == "refuted"] == ["match.export-funds"]


def test_a_document_of_another_type_is_no_document_of_the_match():
    inputs = four_exported()
    with pytest.raises(MismatchError):
        recompute_matches([recorded_export(inputs, rules="1"), *inputs.values()])
    swapped = inputs | {"funds": inputs["waybill"]}
    with pytest.raises(MismatchError):
        recompute_matches([recorded_export(swapped), *inputs.values()])


def test_a_tally_comes_to_its_order_by_the_parcel():
    parcel = "urn:suyuan:parcel:" + "1" * 32
    inputs = four()
    waybill = inputs["waybill"]
    named = replace(waybill.event, body=replace(waybill.event.body, subjects={"order": ORDER, "parcel": parcel}))
    tally = given(5, "transport.tally", PAPERS["tally"]["data"], {"/number": "WB-2"})
    tally = replace(tally, event=replace(tally.event, body=replace(tally.event.body, subjects={"parcel": parcel})))
    (found,) = recompute_matches([*(inputs | {"waybill": replace(waybill, event=named)}).values(), tally])
    differing = {each.rule: each.fields for each in found.result.findings if each.outcome == "differs"}
    assert differing == {"match.tally": ("list/numbers/waybill", "tally/number")}
