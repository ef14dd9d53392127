"""`suyuan fetch` before a real service: what is open to whoever asks becomes files that the verifier reads alone."""

from __future__ import annotations

import json

import pytest

from ledger.compose.event import Draft
from tests.ledger.cli.participants import open_street
from tests.world import FIRM, ORDER, now, tell_parcel
from verifier.cli.main import main
from verifier.ledgerformat.disclosure import parse_disclosure

NEVER = "urn:suyuan:claim:tax:" + "0" * 64


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        tell_parcel(made.world, until="order")
        paid = Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, {"/amount": {"paid": "199"}})
        (made.world.events["payment"],) = made.world.say("payer", paid)
        made.asking("payer")
        made.asking("tax")
        made.service.open_reads(open_=False)
        made.publish()
        yield made


def fetch(street, run, subject, *words, who="payer"):
    return run("fetch", subject, "--out", "files", *words, *street.to, *(street.asking(who) if who else ()), "--json")


def test_what_is_open_to_a_party_is_recomputed_from_files_alone(street, run, tmp_path, capsys):
    ran = fetch(street, run, ORDER)
    assert (ran.code, ran.answer["outcome"]) == (0, "verified"), ran.err
    street.service.close()
    payment = street.world.events["payment"]
    answers = [json.loads((tmp_path / each).read_text()) for each in ran.answer["files"] if each.endswith(".json")]
    (told,) = (each for each in answers if each["event"] == payment.name.hex())
    assert told["disclosures"]["/amount"] in payment.disclosures
    assert {(tmp_path / each).stat().st_mode & 0o777 for each in ran.answer["files"]} == {0o600}
    main(["recompute", *ran.answer["files"], "--policy", "zone.policy", "--json"])
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert "payment/amount/paid" not in result["missing"], "it is here"
    assert {"payment/amount/currency", "list"} <= set(result["missing"])


def test_what_is_not_open_is_named(street, run):
    ran = fetch(street, run, ORDER, who=None)
    assert ran.code == 0, ran.err
    assert street.world.events["order"].name.hex() in ran.answer["withheld"]
    assert [each for each in ran.answer["files"] if each.endswith(".json")] == []


def test_a_value_that_the_event_does_not_commit_to_is_not_written(street, run, tmp_path, monkeypatch):
    other = next(each for each in street.world.events["order"].disclosures)
    pointer = parse_disclosure(other).pointer
    monkeypatch.setattr("ledger.client.client.LedgerClient.disclosures", lambda _self, _name: {pointer: other})
    ran = fetch(street, run, ORDER)
    assert ran.code == 1, ran.err
    assert not list((tmp_path / "files").glob("order.payment-*.json"))


def test_that_there_is_nothing_is_a_file_as_well(street, run, tmp_path):
    ran = fetch(street, run, NEVER, "--kind", "claim", who="tax")
    assert (ran.code, ran.answer["outcome"]) == (0, "not-recorded"), ran.err
    (proof,) = ran.answer["files"]
    assert (tmp_path / proof).read_bytes()
