from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.compose.batch import sign_envelope
from ledger.signing.signer import generate
from verifier.ledgerformat.batch_answers import parse_batch_answers
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.cbor import parse_cbor
from verifier.primitives.keys import EDDSA, format_key
from verifier.primitives.merkle import leaf_hash

COSE, SUBMISSION = "application/cose", "application/vnd.suyuan.submission+cbor"


def verify(world, receipt, entry, leaf):
    parsed = parse_receipt(receipt)
    verify_receipt(parsed, leaf=leaf_hash(entry), key=world.keys.receipt.public, origin=world.ledger.origin)
    return parsed


def envelope(world, signer, subject):
    return sign_envelope(bytes(32), signer, issuer=world.seller.uri, subject=subject, audience=[world.ledger.origin])


def test_a_submission_is_answered_with_a_receipt_that_verifies(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("E1"))
    answer = server.post("/entries", data, SUBMISSION)
    assert answer.status == 201
    assert answer.headers["Content-Type"] == COSE
    entry = parse_submission(data).statement
    leaf = int(answer.headers["Suyuan-Leaf"])
    verify(world, answer.body, entry, leaf)
    assert int(answer.headers["Suyuan-Tree-Size"]) > leaf
    assert answer.headers["Suyuan-Standing"] == "recorded"
    location = answer.headers["Location"]
    assert len(location.removeprefix("/entries/")) == 64
    newest = server.get(location)
    assert newest.status == 200
    verify(world, newest.body, entry, leaf)
    assert server.get(f"{location}/statement").body == entry


def test_the_same_submission_again_gets_the_same_bytes(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("E2"))
    first = server.post("/entries", data, SUBMISSION)
    server.post("/entries", world.submission(world.seller, zone_terms.item("E3")), SUBMISSION)
    again = server.post("/entries", data, SUBMISSION)
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.headers["Location"] == again.headers["Location"]


def test_the_same_submission_many_times_at_once_is_recorded_once(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("E4"))
    size = world.ledger.head.edge.size
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.post("/entries", data, SUBMISSION), range(8)))
    assert {each.status for each in answers} == {201}
    assert len({each.body for each in answers}) == 1
    assert world.ledger.head.edge.size == size + 2  # the statement and its seal


def test_an_id_that_is_recorded_already_is_a_conflict(server, world, zone_terms):
    draft = zone_terms.product_draft(world, "06901234560039", {"zh": "一", "en": "one"}, 0)
    event = world.seller.compose(draft, world.zone.types)
    first, second = (format_submission(world.seller.sign([event], zone_terms.ORIGIN)) for _ in range(2))
    assert server.post("/entries", first, SUBMISSION).status == 201
    answer = server.post("/entries", second, SUBMISSION)
    assert answer.status == 409
    assert "id" in parse_cbor(answer.body)["urn:suyuan:problem:conflict"]["field"]


def test_a_statement_by_a_stranger_is_not_permitted(server, world, zone_terms):
    entry = envelope(world, generate(EDDSA), "urn:example:1")
    answer = server.post("/entries", entry, COSE)
    assert answer.status == 403
    assert "kid" in parse_cbor(answer.body)[-2]


def test_a_changed_signature_is_refused(server, world, zone_terms):
    data = bytearray(world.submission(world.seller, zone_terms.item("E6")))
    signature = parse_submission(bytes(data)).statement[-64:]
    at = data.index(signature)
    data[at + 5] ^= 1
    answer = server.post("/entries", bytes(data), SUBMISSION)
    assert answer.status == 400
    assert "urn:suyuan:problem:bad-signature" in parse_cbor(answer.body)


@pytest.fixture(scope="module")
def envelope_key(world, zone_terms):
    """A key of the seller that may sign hash envelopes about one prefix."""
    signer = generate(EDDSA)
    draft = zone_terms.Draft(
        "registry.enterprise-key", zone_terms.now(),
        subjects={"key": f"urn:suyuan:key:{signer.public.kid.hex()}", "holder": world.seller.uri},
        data={"use": "statement", "key": format_key(signer.public), "types": ["*"], "subjects": ["https://files.example/"]},
    )  # fmt: skip
    world.zone.say(world.customs, [draft])
    return signer


def test_a_plain_scitt_statement_is_recorded(server, open_server, world, zone_terms, envelope_key):
    entry = sign_envelope(
        bytes(32),
        envelope_key,
        issuer=world.seller.uri,
        subject="https://files.example/1",
        audience=[zone_terms.ORIGIN],
    )
    answer = server.post("/entries", entry, 'application/cose; cose-type="cose-sign1"')
    assert answer.status == 201
    leaf = int(answer.headers["Suyuan-Leaf"])
    verify(world, answer.body, entry, leaf)
    assert parse_batch_answers(open_server.get(f"/batches/{leaf}/{leaf + 1}").body, leaf).answers == ()
    assert server.post("/entries", entry, COSE).body == answer.body
    assert server.get(answer.headers["Location"] + "/statement").body == entry


def test_a_hash_envelope_about_somebody_elses_subject_is_not_permitted(server, world, zone_terms, envelope_key):
    entry = sign_envelope(
        bytes(32),
        envelope_key,
        issuer=world.seller.uri,
        subject="https://other.example/1",
        audience=[zone_terms.ORIGIN],
    )
    answer = server.post("/entries", entry, COSE)
    assert answer.status == 403


def test_a_batch_statement_alone_is_told_where_to_go(server, world, zone_terms):
    entry = parse_submission(world.submission(world.seller, zone_terms.item("E7"))).statement
    answer = server.post("/entries", entry, COSE)
    assert answer.status == 400
    assert SUBMISSION in parse_cbor(answer.body)[-2]


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/cbor", "", "application/cose-x"])
def test_other_content_types_are_refused(server, media_type):
    answer = server.post("/entries", b"{}", media_type)
    assert answer.status == 415
    assert parse_cbor(answer.body)["urn:suyuan:problem:media-type"]["field"] == "Content-Type"


def test_a_content_coding_is_refused(server):
    answer = server.post("/entries", b"{}", COSE, **{"Content-Encoding": "gzip"})
    assert answer.status == 415


def test_receipt_keys_are_a_cose_key_set(server, world):
    public = world.keys.receipt.public
    answer = server.get("/.well-known/scitt-keys", "application/cbor")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/cbor"
    (key,) = parse_cbor(answer.body)
    assert key == {1: 1, 2: public.kid, 3: -8, -1: 6, -2: public.raw}
    one = server.get(f"/.well-known/scitt-keys/{format_base64url(public.kid)}")
    assert parse_cbor(one.body) == key
    assert server.get(f"/.well-known/scitt-keys/{format_base64url(bytes(32))}").status == 404
    assert server.get(f"/.well-known/scitt-keys/{public.kid.hex()}").status == 400


def test_an_unknown_receipt_is_not_found(server):
    assert server.get("/entries/" + "0" * 64).status == 404
    assert server.get("/entries/" + "0" * 64 + "/statement").status == 404
    assert server.get("/entries/" + "A" * 64).status == 400


def test_validate_lists_every_fault_and_records_nothing(server, world, zone_terms):
    good = world.submission(world.seller, zone_terms.item("V1"))
    size = world.ledger.head.edge.size
    answer = server.post("/validate", good, SUBMISSION)
    assert answer.status == 200
    assert answer.json == {"faults": []}
    answer = server.post("/validate", good[:-1], SUBMISSION)
    (fault,) = answer.json["faults"]
    assert fault.keys() == {"code", "field", "came", "expected", "todo"}
    assert fault["code"] == "malformed"
    bad = world.submission(
        world.seller, zone_terms.item("V2"), zone_terms.product_draft(world, "00614141000012", {"zh": "", "en": ""}, 0)
    )  # fmt: skip
    found = server.post("/validate", bad, SUBMISSION).json["faults"]
    assert found[0]["field"].startswith("events[1]")
    assert world.ledger.head.edge.size == size


def test_a_witness_completes_the_quorum(make_world, serve):
    world = make_world(quorum=1)
    server = serve(world.ledger, world.folder)
    assert server.get("/checkpoints/quorum").status == 503
    assert server.get("/checkpoints/quorum").headers["Retry-After"] == "1"
    note = world.cosign()
    answer = server.post("/cosignatures", note, "text/plain; charset=utf-8")
    assert answer.status == 200
    size = world.ledger.head.edge.size
    assert answer.json == {"size": size, "accepted": 1, "quorum": True}
    assert server.post("/cosignatures", note, "text/plain").json["accepted"] == 0
    assert b"witness.example" in server.get("/checkpoints/quorum").body
    assert b"witness.example" in server.get(f"/checkpoints/{size}").body


def test_a_promise_becomes_recorded(make_world, serve, zone_terms):
    world = make_world(quorum=1)
    server = serve(world.ledger, world.folder)
    world.zone.admit_enterprises(world.customs, [world.seller])
    draft = zone_terms.Draft(
        "filing.enterprise", zone_terms.now(), subjects={"enterprise": world.seller.uri},
        data={"names": dict(world.seller.names), "customsCode": "1"},
    )  # fmt: skip
    answer = server.post("/entries", world.submission(world.seller, draft), SUBMISSION)
    assert answer.headers["Suyuan-Standing"] == "promised"
    server.post("/cosignatures", world.cosign(), "text/plain")
    assert server.get(answer.headers["Location"]).headers["Suyuan-Standing"] == "recorded"


def test_cosignatures_that_are_none_are_refused(make_world, serve, zone_terms):
    world = make_world(quorum=1)
    server = serve(world.ledger, world.folder)
    own = world.ledger.prover.checkpoint()
    assert server.post("/cosignatures", own, "text/plain").status == 400
    other = world.cosign(signer=generate(EDDSA))
    assert server.post("/cosignatures", other, "text/plain").status == 400
    assert server.post("/cosignatures", b"\xff\xfe", "text/plain").status == 400
    assert server.post("/cosignatures", b"", "text/plain").status == 400
    assert server.post("/cosignatures", world.cosign(), "application/json").status == 415
    gone = own.replace(str(world.ledger.head.edge.size).encode(), b"999999", 1)
    assert server.post("/cosignatures", gone, "text/plain").status in (400, 404)
