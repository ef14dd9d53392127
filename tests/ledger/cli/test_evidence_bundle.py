"""`suyuan evidence-bundle` before a real service, and `suyuan-verify bundle` without any."""

from __future__ import annotations

import json

import pytest

from ledger.compose.event import AttachmentDraft, Draft
from tests.docs.pages import ROOT
from tests.ledger.cli.participants import open_street
from tests.vectors.cddl import Schema
from tests.world import DAY, FIRM, ORDER, now, tell_parcel
from verifier.cli.main import main
from verifier.errors import MalformedError, UnsupportedError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.primitives.cbor import format_cbor
from verifier.proof.evidencebundle import EvidenceBundle, format_bundle, parse_bundle

RULES = Schema((ROOT / "docs/formats.md").read_text("utf-8").split("```cddl\n")[1].split("```")[0])
SOURCE = b"<source>invented</source>"


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        tell_parcel(made.world, until="order")
        source = {"/source": AttachmentDraft("application/xml", SOURCE)}
        paid = Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, {"/amount": "199.00"}, source)
        (made.world.events["payment"],) = made.world.say("payer", paid)
        made.asking("customs")
        made.asking("payer")
        made.speaking("payer")
        made.service.open_reads(open_=False)
        yield made


def give(street, run, *fields, name="payment", grantee="warehouse", giver="payer"):
    words = [word for each in fields for word in ("--field", each)]
    event = street.world.events[name].name.hex()
    options = (*street.asking(giver), *street.speaking(giver))
    ran = run("grant", "give", street.uri(grantee), event, *words, "--until", now() + DAY, *options)
    assert ran.code == 0, ran.err
    street.publish()
    return ran.answer["subjects"]["grant"]


def make(street, run, *, who="payer", grantee="warehouse", purpose="bank", out="order.bundle"):
    words = ("--grantee", street.uri(grantee), "--purpose", purpose, "--out", out)
    return run("evidence-bundle", ORDER, *words, *street.to, *street.asking(who), "--json")


def verify(capsys, name, *more):
    code = main(["bundle", name, "--policy", "zone.policy", "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def values_of(event):
    """Return every disclosed value of an event as text, by pointer."""
    found = [parse_disclosure(each) for each in event.disclosures]
    return {each.pointer: each for each in found}


def test_a_bundle_holds_exactly_what_was_granted_and_verifies_without_the_ledger(street, run, capsys, tmp_path):
    give(street, run, "body", "/amount")
    made = make(street, run)
    assert made.code == 0, made.err
    street.service.close()
    code, found = verify(capsys, "order.bundle")
    assert (code, found["outcome"], found["purpose"]) == (0, "verified", "bank")
    payment = street.world.events["payment"]
    told = {each["name"]: each for trace in found["traces"] for each in trace["story"]["events"]}
    assert told[payment.name.hex()]["disclosed"].keys() == {"/amount"}
    assert told[payment.name.hex()]["disclosed"]["/amount"] == values_of(payment)["/amount"].value
    bundle = (tmp_path / "order.bundle").read_bytes()
    assert payment.body in bundle
    for name, event in street.world.events.items():
        for text in event.disclosures:
            granted = name == "payment" and parse_disclosure(text).pointer == "/amount"
            assert (text.encode() in bundle) == granted, (name, parse_disclosure(text).pointer)


def test_a_body_of_the_case_that_was_not_granted_is_closed_though_whoever_made_the_bundle_reads_it(
    street, run, capsys, tmp_path
):
    give(street, run, "/number", name="order", giver="platform")
    made = make(street, run, who="platform")
    assert made.code == 0, made.err
    _, found = verify(capsys, "order.bundle")
    told = {each["type"]: each for each in found["traces"][0]["story"]["events"]}
    assert told["order.payment"]["body"] == "restricted"
    assert told["order.placed"]["disclosed"] == {"/number": "ORDER-1"}
    assert street.world.events["payment"].body not in (tmp_path / "order.bundle").read_bytes()


def test_an_attachment_goes_along_where_its_disclosure_was_granted(street, run, capsys, tmp_path):
    give(street, run, "body", "/source")
    payment = street.world.events["payment"].name.hex()
    assert make(street, run, out="by-a-party").answer["leftOut"] == [[payment, "/source"]]  # for agencies only
    assert make(street, run, who="customs", purpose="dispute").code == 0
    _, found = verify(capsys, "order.bundle", "--extract", "out")
    (attachment,) = found["attachments"]
    assert attachment["there"]
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == attachment["sha256"]
    assert path.read_bytes() == SOURCE


def test_a_field_whose_body_was_not_granted_is_left_out_and_told(street, run, capsys):
    give(street, run, "/amount")
    made = make(street, run)
    payment = street.world.events["payment"].name.hex()
    assert made.answer["leftOut"] == [[payment, "/amount"]]
    _, found = verify(capsys, "order.bundle")
    assert all(not each["disclosed"] for trace in found["traces"] for each in trace["story"]["events"])


def test_without_a_grant_in_force_there_is_no_bundle(street, run, tmp_path):
    assert make(street, run).code == 3
    handle = give(street, run, "body", "/amount")
    assert make(street, run, grantee="carrier").code == 3
    ended = run("grant", "end", handle, "--reason", "over", *street.speaking("payer"))
    assert ended.code == 0, ended.err
    street.publish()
    assert make(street, run).code == 3
    assert not (tmp_path / "order.bundle").exists()


def test_a_bundle_is_never_written_over_and_its_purpose_is_one_of_four(street, run, tmp_path):
    give(street, run, "body")
    assert make(street, run, purpose="other").code == 2
    (tmp_path / "order.bundle").write_bytes(b"kept")
    assert make(street, run).code == 4
    assert (tmp_path / "order.bundle").read_bytes() == b"kept"


def test_what_is_put_into_or_changed_in_a_bundle_is_seen(street, run, capsys, tmp_path):
    give(street, run, "body", "/amount", "/source")
    assert make(street, run, who="customs").code == 0
    data = (tmp_path / "order.bundle").read_bytes()
    bundle = parse_bundle(data)
    assert format_bundle(bundle) == data
    assert RULES.matches("evidence-bundle", data)
    assert not RULES.matches("evidence-bundle", format_bundle(EvidenceBundle("other", bundle.traces)))
    payment = street.world.events["payment"]
    amount = next(each for each in payment.disclosures if parse_disclosure(each).pointer == "/amount").encode()
    wrong = {
        "another attachment": format_bundle(EvidenceBundle("bank", bundle.traces, (*bundle.attachments, b"forged"))),
        "a changed attachment": data.replace(SOURCE, SOURCE.replace(b"invented", b"inventeD")),
        "a changed body": data.replace(payment.body, payment.body.replace(b"firm", b"Firm", 1)),
        "a changed value": data.replace(amount, amount[:-4] + b"AAAA"),
    }
    for name, each in wrong.items():
        (tmp_path / "wrong.bundle").write_bytes(each)
        assert each != data, name
        assert main(["bundle", "wrong.bundle", "--policy", "zone.policy"]) == 1, name
        capsys.readouterr()


def test_people_read_what_is_disclosed(street, run, capsys):
    give(street, run, "body", "/amount")
    make(street, run)
    assert main(["bundle", "order.bundle", "--policy", "zone.policy"]) == 0
    said = capsys.readouterr().out
    assert "/amount: " in said
    assert "a bank" in said or "银行" in said


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {1: "other", 2: [b""], 3: []},
        {1: "bank", 2: [], 3: []},
        {1: "bank", 2: [b""] * 65, 3: []},
        {1: "bank", 2: "text", 3: []},
        {1: "bank", 2: [b""], 3: [b"same", b"same"]},
        {1: "bank", 2: [b""], 3: [], 4: None},
    ],
)
def test_what_is_no_bundle_is_refused(content):
    with pytest.raises(MalformedError):
        parse_bundle(format_cbor(["suyuan bundle", 1, content]))


def test_another_version_is_not_supported():
    with pytest.raises(UnsupportedError):
        parse_bundle(format_cbor(["suyuan bundle", 2, {}]))
