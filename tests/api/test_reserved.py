"""What is reserved for agencies, witnesses, auditors and parties is closed to whoever signs nothing."""

import pytest

from fixtures.zone.actors import enterprise
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.proof.bundle import RESTRICTED
from verifier.proof.eventproof import parse_event_proof

JSON, EVENT = "application/json", "application/vnd.suyuan.event+cbor"


RESERVED = [
    ("/tile/entries/000.p/2", "entries"),
    ("/batches/0", "batches"),
    ("/trace?subject=https://id.gs1.org/01/06901234567892&walk=parties", "walk"),
    ("/01/06901234567892?walk=parties", "walk"),
]


@pytest.mark.parametrize(("path", "field"), RESERVED)
def test_reserved_reads_are_closed_by_default(server, path, field):
    answer = server.get(path, JSON)
    assert answer.status == 401
    problem = answer.json
    assert problem["type"] == "urn:suyuan:problem:unauthenticated"
    assert problem["field"] == field
    assert "an agency" in problem["expected"]
    assert "Sign the request" in problem["todo"]


@pytest.mark.parametrize(("path", "field"), RESERVED)
def test_reserved_reads_are_open_where_the_operator_says_so(open_server, world, path, field):
    assert open_server.get(path, "*/*").status == 200


def test_hash_tiles_and_checkpoints_are_open(server, world):
    for path in ("/checkpoint", "/charter", "/tile/0/000.p/2", "/consistency/2/4", "/checkpoints/2"):
        assert server.get(path).status == 200


def test_open_reads_are_warned_of_at_start(server, open_server):
    assert open_server.logged(lambda line: line["event"] == "open reads")["level"] == "warning"
    assert not [line for line in server.lines if line["event"] == "open reads"]


@pytest.fixture(scope="module")
def payment(world, zone_terms):
    """A payment: it joins no public history, and has a disclosure."""
    payer = enterprise("91310000MA1FL5E91N", "示范支付公司", "Example Payments", ["payment", "platform"])
    world.zone.admit_enterprises(world.customs, [payer])
    firm = {"code": "1", "name": "firm"}
    subjects = {"order": "urn:suyuan:order:" + "0123456789abcdef" * 2}
    data = {"platform": firm, "seller": firm, "lineCount": 1}
    world.zone.say(payer, [zone_terms.Draft("order.placed", zone_terms.now(), subjects=subjects, data=data)])
    draft = zone_terms.Draft(
        "order.payment", zone_terms.now(), subjects=subjects, data={"firm": firm}, disclosed={"/number": "secret-4711"}
    )
    (event,) = world.zone.say(payer, [draft])
    return event, subjects["order"]


def test_a_restricted_body_is_shown_to_nobody_who_only_names_the_event(server, open_server, payment):
    event, _ = payment
    closed = server.get(f"/events/{event.name.hex()}", EVENT).body
    assert parse_event_proof(closed).statement.events[0].body == RESTRICTED
    assert server.get(f"/events/{event.name.hex()}", JSON).json["data"] is None
    assert event.body not in closed
    opened = open_server.get(f"/events/{event.name.hex()}", EVENT).body
    assert parse_event_proof(opened).statement.events[0].body == event.body


def test_the_page_of_a_restricted_event_says_so(server, payment):
    event, _ = payment
    page = server.get(f"/events/{event.name.hex()}?lang=en", "text/html").text
    assert "Open to entitled parties only" in page


def test_the_parties_walk_shows_the_case_and_the_public_walk_does_not(server, open_server, payment):
    _, order = payment
    public = server.get(f"/trace?subject={order}", JSON).json
    assert [each["type"] for each in public["story"]["events"]] == ["order.placed"]
    parties = open_server.get(f"/trace?subject={order}&walk=parties", JSON).json
    assert [each["type"] for each in parties["story"]["events"]] == ["order.placed", "order.payment"]


def test_disclosures_are_in_no_proof_and_no_batch_and_not_opened_by_the_operator(open_server, world, payment):
    event, order = payment
    with world.ledger.store.read() as reader:
        stored = reader.find_event(event.name)
        (text,) = [each for each in reader.disclosures(stored.seq).values() if "secret" in str(parse_disclosure(each))]
    paths = (f"/events/{event.name.hex()}", f"/trace?subject={order}&walk=parties", f"/batches/{stored.leaf}")
    for path in paths:
        for accept in ("*/*", JSON, "text/html"):
            answer = open_server.get(path, accept if "batches" not in path else "*/*")
            assert answer.status == 200
            assert text.encode() not in answer.body
            assert b"secret-4711" not in answer.body
    assert open_server.get(f"/events/{event.name.hex()}/disclosures").status == 401
