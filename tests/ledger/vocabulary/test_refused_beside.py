"""Rules of order of the types beside the flow: for each, an event that the ledger refuses by its code."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.telling import altered, refusal
from tests.world import handle
from verifier.errors import SuyuanError
from verifier.vocabulary import type_files

PRODUCT = "https://id.gs1.org/01/09520000000110"
IMPORT = "urn:suyuan:declaration:072a9710726204f4dda02074be379f3a"  # which never left the country
WAREHOUSE = "urn:suyuan:enterprise:91000000EXAMPLE067"
STAGES = ("reference", "credit", "risk", "quality", "finance", "aftersales", "statistics", "identity")


def claim(seed):
    """Return a claim that no example uses."""
    return f"urn:suyuan:claim:tax:{sha256(seed.encode()).hexdigest()}"


def changed(name, *, by=None, about=None, **subjects):
    """Return an example with other subjects, said by somebody else, or about another example."""
    members = {"subjects": {**read_example(name).event.get("subjects", {}), **subjects}}
    members |= {"about": about} if about else {}
    return altered(name, **members, **({"by": by} if by else {}))


AGAIN = {
    "invoiced-twice": "finance.invoice",
    "claimed-twice": "finance.refund-claimed",
    "decided-twice": "finance.refund-decided",
    "settled-twice": "finance.fx-settled",
    "insured-twice": "finance.insured",
    "return-closed-twice": "aftersales.return-closed",
    "overseas-delivered-twice": "aftersales.overseas-delivered",
    "sold-abroad-twice": "aftersales.overseas-sale",
    "resumed-without-suspension": "aftersales.sale-resumed",
    "returned-without-exhibit": "aftersales.exhibit-returned",
    "activated-twice": "aftersales.activation",
    "return-restored-twice": "aftersales.return-restored",
    "suspended-twice": "aftersales.sale-suspended",
}
OTHERWISE = {
    "entered-before-list": lambda: changed("reference.entry", list="urn:suyuan:list:none:meta"),
    "removed-without-entry": lambda: changed("reference.entry-removed", entry="urn:suyuan:list:retail-import:none"),
    "repaired-without-record": lambda: changed("credit.repaired", enterprise=WAREHOUSE),
    "claimed-before-departure": lambda: changed(
        "finance.refund-claimed", declarations=[IMPORT], lists=[claim("a")], invoices=[claim("b")]
    ),
    "declaration-claimed-twice": lambda: changed("finance.refund-claimed", lists=[claim("g")], invoices=[claim("h")]),
    "settled-before-departure": lambda: changed("finance.fx-settled", declarations=[IMPORT], receipts=[claim("c")]),
    "returned-without-claim": lambda: changed("finance.refund-returned", lists=[claim("d")]),
    "returned-after-decision": lambda: changed("finance.refund-returned", about=["finance.refund-claimed"]),
    "released-without-pledge": lambda: changed("finance.pledge-released", receipt=claim("e")),
    "lifted-without-recall": lambda: changed("aftersales.recall-lifted", goods=[PRODUCT]),
    "progress-without-recall": lambda: changed("aftersales.recall-progress", goods=[PRODUCT]),
    "sold-before-stocked": lambda: changed(
        "aftersales.overseas-sale", stock="urn:suyuan:set:overseas-stock:91000000EXAMPLE02T:NONE"
    ),
}
NEEDED = ("clearance.list", "finance.refund-decided", "aftersales.recall-lifted", "credit.repaired")
TWICE = {
    "pledged-twice": lambda: changed("finance.pledged", receipt=claim("f")),
    "returned-twice": lambda: changed("aftersales.return", item=f"{PRODUCT}/21/EX0902"),
    "exhibited-twice": lambda: changed("aftersales.exhibit-out", by="seller", goods=[f"{PRODUCT}/21/EX0903"]),
}
TOLD_BY_THE_TRACE = {"returned-before-departure", "repaired-before-delivered", "stocked-before-departure",
                     "returned-before-delivered", "overseas-returned-before-delivered"}  # fmt: skip
WITHOUT_COLLISION = {"decided-after-return"}  # needs a ledger where the claim was returned and not made again


@pytest.mark.parametrize("code", AGAIN)
def test_what_may_be_said_once_is_refused_the_second_time(teller, code):
    teller.tell(AGAIN[code])
    assert refusal(teller, read_example(AGAIN[code])).startswith(f"events[0].order.{code}: ")


@pytest.mark.parametrize("code", OTHERWISE)
def test_what_must_stand_before_is_asked_for(teller, code):
    for name in NEEDED:
        teller.tell(name)
    example = OTHERWISE[code]()
    for name in example.after:
        teller.tell(name)
    assert refusal(teller, example).startswith(f"events[0].order.{code}: ")


@pytest.mark.parametrize("code", TWICE)
def test_what_is_open_is_not_opened_again(teller, code):
    example = TWICE[code]()
    for name in (*example.after, "filing.product"):
        teller.tell(name)
    goods = [each for each in _subjects(example) if "/21/EX090" in each]
    for item in goods:
        teller.say(changed("transport.commissioning.exhibited", item=item))
    teller.say(example)
    assert refusal(teller, example).startswith(f"events[0].order.{code}: ")


def test_each_platform_and_agency_suspends_a_sale_by_itself_and_resumes_its_own(teller):
    """A recall is met by every platform that sells the goods: one's word is not another's, nor ends it."""
    suspended = [
        (
            by,
            teller.say(
                changed("aftersales.sale-suspended", by=by, goods=[PRODUCT], suspension=handle("suspension", by))
            ),
        )
        for by in ("platform", "market", "customs")
        if teller.tell("filing.product")
    ]
    for by, event in suspended:
        resumed = replace(teller.draft(altered("aftersales.sale-resumed")), about=(event.name,))
        teller.zone.say(teller.cast[by], [resumed])
        with pytest.raises(SuyuanError, match="resumed-without-suspension"):
            teller.zone.say(teller.cast[by], [resumed])


def test_an_exhibit_comes_back_by_the_answer_to_its_own_going_out(teller):
    """Out, back, and out again: who once took it out does not end what another has it for now."""
    teller.tell("filing.product")
    item = f"{PRODUCT}/21/EX0904"
    teller.say(changed("transport.commissioning.exhibited", item=item))
    out = changed("aftersales.exhibit-out", by="seller", goods=[item])
    first = teller.say(out)
    back = teller.draft(altered("aftersales.exhibit-returned"))
    teller.zone.say(teller.cast["seller"], [replace(back, about=(first.name,))])
    second = teller.say(out)
    with pytest.raises(SuyuanError, match="returned-without-exhibit"):
        teller.zone.say(teller.cast["seller"], [replace(back, about=(first.name,))])
    teller.zone.say(teller.cast["seller"], [replace(back, about=(second.name,))])


def test_every_rule_of_these_types_has_an_event_that_it_refuses(teller):
    codes = {
        rule.code: rule.refuse
        for name in type_files()
        if name.split(".")[0] in STAGES
        for rule in teller.zone.types[name].order
    }
    assert {code for code, refuse in codes.items() if refuse} == {*AGAIN, *OTHERWISE, *TWICE, *WITHOUT_COLLISION}
    assert {code for code, refuse in codes.items() if not refuse} == TOLD_BY_THE_TRACE


def _subjects(example):
    for given in example.event.get("subjects", {}).values():
        yield from [given] if isinstance(given, str) else given
