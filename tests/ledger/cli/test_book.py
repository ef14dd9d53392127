"""`suyuan book` before a real service: the balance of a line, and its reconciliation."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import Draft
from tests.ledger.cli.participants import open_street
from tests.world import now, uscc
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import subject_name

BOOK = "urn:suyuan:book:H2244A000001"
LINE = "urn:suyuan:book-line:H2244A000001:1"


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        keeper = enterprise(
            uscc("91330100MA2TEXT06"), "示例保税仓", "Example Bonded Warehouse", ["warehouse"], subjects=[BOOK]
        )
        made.world.cast["keeper"] = keeper
        made.world.zone.admit_enterprises(made.world.cast["customs"], [keeper])
        names = {"zh": "示例仓", "en": "Example Warehouse"}
        filed = Draft(
            "filing.enterprise", now(), {"enterprise": keeper.uri}, {"names": names, "customsCode": "3301000009"}
        )
        made.world.say("keeper", filed)
        data = {"customs": "2244", "kind": "bonded-retail"}
        made.world.say("keeper", Draft("book.opened", now(), {"book": BOOK, "enterprise": keeper.uri}, data))
        for who in ("customs", "keeper", "seller"):
            made.asking(who)
        made.service.open_reads(open_=False)
        yield made


def moved(street, kind, quantity, *, pointer="/quantity", line=LINE, **data):
    draft = Draft(f"book.{kind}", now(), {"line": line, "book": BOOK}, {"unit": "007", **data}, {pointer: quantity})
    (event,) = street.world.say("keeper", draft)
    street.publish()
    return event


def balance(street, run, *more, who="keeper", line=LINE):
    return run("book", "balance", line, *street.to, *street.asking(who), "--json", *more)


def reconcile(street, run, counted, *more):
    words = ("--counted", counted, *street.speaking("customs"), *street.asking("customs"))
    ran = run("book", "reconcile", LINE, *words, *more)
    street.publish()
    return ran


def test_the_balance_is_told_with_its_position(street, run):
    moved(street, "credited", "100")
    moved(street, "debited", "2.50001")
    ran = balance(street, run)
    assert ran.code == 0, ran.err
    told = ran.answer
    assert (told["amount"], told["unit"], told["events"], told["notShown"]) == ("97.49999", "007", 2, 0)
    assert (told["leaf"], told["position"], told["size"]) == (street.size - 2, 0, street.size)
    assert told["proof"] == "verified"
    with street.world.ledger.store.read() as reader:
        assert reader.counter(subject_name(LINE)) == 9_749_999, "the ledger's own counter says the same"


def test_after_a_reconciliation_the_proof_begins_there(street, run):
    moved(street, "credited", "100")
    moved(street, "debited", "3")
    ran = reconcile(street, run, "97")
    assert ran.code == 0, ran.err
    assert (ran.answer["outcome"], ran.answer["amount"], ran.answer["counted"]) == ("agrees", "97", "97")
    moved(street, "debited", "7")
    told = balance(street, run).answer
    assert (told["amount"], told["events"], told["notShown"]) == ("90", 4, 2)
    assert told["since"]
    assert told["reconciliations"] == {}
    whole = balance(street, run, "--whole").answer
    assert (whole["amount"], whole["notShown"]) == ("90", 0)
    assert whole["reconciliations"] == {whole["since"]: "confirmed"}
    again = reconcile(street, run, "88")
    assert (again.code, again.answer["outcome"]) == (0, "shortage")
    assert balance(street, run, who="customs").answer["notShown"] == 4


def test_the_proof_does_not_grow_with_the_line(street, run):
    moved(street, "credited", "100")
    sizes = []
    for _ in range(3):
        for _ in range(8):
            moved(street, "debited", "0.5")
        with street.world.ledger.store.read() as reader:
            count = len(reader.history_heads(index_key("member", subject_name(LINE)), street.size))
        assert reconcile(street, run, "1").code == 0
        told = balance(street, run).answer
        sizes.append((told["events"] - told["notShown"], told["notShown"]))
        assert told["notShown"] == count
    assert {shown for shown, _ in sizes} == {1}
    assert [rest for _, rest in sizes] == [9, 18, 27]


def test_a_dry_run_and_a_refusal_record_nothing(street, run):
    moved(street, "credited", "5")
    street.speaking("customs")
    before = street.size
    assert reconcile(street, run, "5", "--dry-run").code == 0
    assert street.size == before
    for counted in ("-1", "five", "1.000001"):
        assert reconcile(street, run, counted).code != 0
    assert reconcile(street, run, "5", "--unit", "035").code != 0
    assert street.size == before


def test_a_stranger_does_not_read_the_line_and_its_keeper_and_agencies_do(street, run):
    moved(street, "credited", "5")
    ran = balance(street, run, who="seller")
    assert (ran.code, ran.answer["error"]["code"]) == (1, "private"), ran.err
    assert balance(street, run, who="keeper").answer["amount"] == balance(street, run, who="customs").answer["amount"]


def test_a_line_without_events_is_told_as_empty(street, run):
    street.publish()
    ran = balance(street, run, line=f"{LINE}9", who="customs")
    told = ran.answer
    assert (ran.code, told["events"], told["amount"], told["proof"]) == (3, 0, "0", "not-recorded")
    assert told["size"] == street.size


def test_what_is_told_to_people_names_line_amount_and_place_in_both_languages(street, run):
    moved(street, "credited", "5")
    for lang, words in (("en", "the proof covers"), ("zh", "证明覆盖")):
        ran = run("book", "balance", LINE, *street.to, *street.asking("keeper"), "--lang", lang)
        assert ran.code == 0
        assert f"{LINE}" in ran.out
        assert "5 007" in ran.out
        assert words in ran.out
