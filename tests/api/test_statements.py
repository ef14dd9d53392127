"""Pages of events and statements: bytes, path, signature, key; and nothing that whoever asks may not read."""

import base64
import html
import re

import cbor2
import pytest

from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.receipt import parse_receipt, receipt_root
from verifier.ledgerformat.statement import parse_statement, statement_identity
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_inclusion
from verifier.proof.alone import verify_event
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.vocabulary import registry_types

PAGE, JSON = "text/html", "application/json"


@pytest.fixture
def recorded(world):
    """The statement of the world's event: leaf, bytes, identity."""
    with world.ledger.store.read() as reader:
        stored = reader.statement(reader.find_event(world.event.name).leaf)
    return stored.leaf, stored.entry, statement_identity(parse_statement(stored.entry)).hex()


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_a_statement_shows_bytes_signature_key_and_a_path_that_leads_to_the_checkpoint(server, world, recorded):
    leaf, entry, identity = recorded
    told = server.get(f"/statements/{identity}", JSON).json
    assert base64.b64decode(told["entry"]) == entry
    path = [bytes.fromhex(each) for each in told["path"]]
    size = told["checkpoint"]["size"]
    root = root_of_inclusion(index=leaf, size=size, leaf=leaf_hash(entry), path=path)
    note = server.get(f"/checkpoints/{size}").body
    assert root == parse_signed_checkpoint(note)[0].root
    assert root.hex() == told["checkpoint"]["root"]
    statement = parse_statement(entry)
    assert told["signature"] == statement.signature.hex()
    assert told["signer"]["kid"] == statement.header.kid.hex()
    assert told["signer"]["holder"]["uri"] == world.seller.uri
    registered = server.get(f"/events/{told['signer']['registeredBy']['event']}", JSON).json
    assert (registered["type"], registered["issuer"]["uri"]) == ("registry.enterprise-key", "urn:suyuan:agency:customs")
    receipt = parse_receipt(server.get(told["receipt"]).body)
    assert receipt_root(receipt, leaf_hash(entry)) == root or receipt.size != size
    assert server.get(told["download"]).body == entry


def test_by_its_number_a_leaf_shows_to_everybody_no_more_than_its_place(server, open_server, recorded, world):
    leaf, entry, identity = recorded
    answer = server.get(f"/statements/{leaf}?lang=en", PAGE)
    assert answer.status == 200
    assert leaf_hash(entry).hex() in answer.text
    hidden = (identity, world.seller.uri, parse_statement(entry).header.kid.hex(), world.event.name.hex(), "batch of")
    assert [each for each in hidden if each in answer.text] == []
    told = server.get(f"/statements/{leaf}", JSON).json
    assert (told["entry"], told["kind"], told["identity"], told["restricted"]) == (None, None, None, True)
    opened = open_server.get(f"/statements/{leaf}", JSON).json
    assert opened["identity"] == identity
    assert [each["name"] for each in opened["events"]] == [world.event.name.hex()]


def test_which_events_a_statement_has_is_told_to_the_entitled_alone(server, open_server, recorded, world):
    _, _, identity = recorded
    answer = server.get(f"/statements/{identity}?lang=en", PAGE)
    assert f"/events/{world.event.name.hex()}" not in answer.text
    assert "open to entitled parties only" in answer.text
    assert server.get(f"/statements/{identity}", JSON).json["events"] is None
    assert f"/events/{world.event.name.hex()}" in open_server.get(f"/statements/{identity}?lang=en", PAGE).text


def test_a_seal_is_shown_to_everybody(server, recorded):
    leaf, _, _ = recorded
    seal = server.get(f"/statements/{leaf}", JSON).json["seal"]["leaf"]
    answer = server.get(f"/statements/{seal}?lang=en", PAGE)
    assert "A seal of the ledger" in text_of(answer)
    entry = base64.b64decode(server.get(f"/statements/{seal}", JSON).json["entry"])
    assert cbor2.loads(cbor2.loads(entry).value[2])[2] == seal


@pytest.mark.parametrize("reference", ["ab" * 32, "9007199254740991", "999999"])
def test_what_is_not_there_is_not_found(server, reference):
    assert server.get(f"/statements/{reference}", JSON).status == 404


@pytest.mark.parametrize("reference", ["x", "-1", "01", "AB" * 32, "1.5", "9" * 17])
def test_what_names_no_leaf_is_refused(server, reference):
    assert server.get(f"/statements/{reference}", JSON).status == 400


def test_an_event_page_shows_its_bytes_its_batch_its_key_and_who_registered_it(server, world, recorded):
    leaf, entry, identity = recorded
    name = world.event.name.hex()
    told = server.get(f"/events/{name}", JSON).json
    statement = parse_statement(entry)
    assert told["statement"]["identity"] == identity
    assert told["statement"]["signature"] == statement.signature.hex()
    assert told["bodyHash"] == cbor2.loads(world.event.head)[12].hex()
    page = text_of(server.get(f"/events/{name}?lang=en", PAGE))
    for said in (
        name, identity, statement.signature.hex(), statement.header.kid.hex(), "Demonstration customs",
        "event 1 of 1 under one signature", f"leaf {leaf}", "Take the receipt", world.event.head[:8].hex(" "),
        '1: "transport.commissioning"',
    ):  # fmt: skip
        assert said in page, said


def test_the_proof_that_vouches_for_an_event_lets_a_stranger_verify_it(server, world, zone_terms):
    """Of every kind of event that is open: with subjects, an answer to another, a recall, the registry's own."""
    with world.ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
        heads = [stored.head for stored in reader.events_from(0) if stored.head[0] != 0xD2]
    standpoint = Standpoint(TrustPolicy(pinned), zone_terms.now() // 1000, registry_types())
    by_type = {parse_head(head).type: event_name(head).hex() for head in heads}
    assert {"filing.product", "endorsement.recognised", "aftersales.recall", "registry.policy"} <= by_type.keys()
    vouched = []
    for type_, name in by_type.items():
        address = server.get(f"/events/{name}", JSON).json["registry"]
        if address:
            held = parse_trace_proof(server.get(f"{address}&format=proof").body)
            proof = parse_event_proof(server.get(f"/events/{name}?format=proof").body)
            assert verify_event(proof, held, standpoint).event.name.hex() == name, type_
            vouched.append(type_)
    assert {"filing.product", "endorsement.recognised", "aftersales.recall", "registry.enterprise"} <= set(vouched)
    assert "registry.policy" not in vouched  # roots signed it: no event proof is of that


def test_a_restricted_body_stays_so_on_every_page(server, open_server, world, zone_terms):
    claim = f"urn:suyuan:claim:customs:{'cd' * 32}"
    draft = zone_terms.Draft("finance.invoice", zone_terms.now(), {"invoice": claim}, {"kind": "agricultural"})
    (event,) = world.zone.say(world.seller, [draft])
    name = event.name.hex()
    for form in ("page", "json", "proof"):
        answer = server.get(f"/events/{name}?format={form}&lang=en")
        assert answer.status == 200
        assert "agricultural" not in answer.body.decode("latin-1")
        assert claim not in answer.body.decode("latin-1")
        assert "agricultural" in open_server.get(f"/events/{name}?format={form}&lang=en").body.decode("latin-1")
    assert server.get(f"/events/{name}", JSON).json["registry"] is None
    assert open_server.get(f"/events/{name}", JSON).json["registry"] is None
    assert "Open to entitled parties only" in text_of(server.get(f"/events/{name}?lang=en", PAGE))


def test_hostile_text_in_a_body_is_shown_as_text(server, world):
    answer = server.get(f"/events/{world.filed.name.hex()}?lang=en", PAGE)
    assert "<script>" not in answer.text
    assert "<script>alert(1)</script>" in text_of(answer)
