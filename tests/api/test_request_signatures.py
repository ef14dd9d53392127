"""Signed requests against a real server: what counts, what does not, and what the refusal says would."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.errors import UnauthenticatedError
from api.request_signatures import check_signature
from api.signature_input import SKEW, SignedRequest, parse_signature
from ledger.signing.signer import generate
from ledger.store.sqlite.nonces import SqliteNonces
from tests.api.access_world import ASKERS, STATES, Asker, ByHand, found_access_world
from tests.api.conftest import Server, settings_for
from verifier.ledgerformat.submission import MEDIA_TYPE
from verifier.primitives.keys import EDDSA, ES256


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("access") / "zone")
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


@pytest.fixture
def customs(zone, server):
    return Asker(server.base, zone.keys["customs", "active"])


@pytest.fixture(scope="module")
def case(zone):
    """The address of a body that is open to agencies and parties only."""
    return f"/events/{zone.payment.name.hex()}/body"


@pytest.fixture
def by_hand(zone, server, case):
    """Write a signature by hand, for that address unless told otherwise."""

    def write(**changes):
        signer = changes.pop("signer", zone.keys["customs", "active"])
        return ByHand(server.base, signer, **{"target": case, **changes}).headers()

    return write


def refused(answer, field):
    """Return the problem of a refused signature, which names the rule and tells how to sign."""
    assert answer.status == 401, answer.body
    problem = json.loads(answer.body)
    assert problem["type"] == "urn:suyuan:problem:unauthenticated"
    assert problem["field"] == field
    assert problem["expected"]
    assert answer.headers["www-authenticate"].startswith("Signature")
    assert 'tag="suyuan"' in answer.headers["accept-signature"]
    return problem


def test_whoever_signs_with_a_request_key_reads_what_is_reserved(zone, customs, case):
    answer = customs.ask(case)
    assert answer.status == 200
    assert answer.body == zone.payment.body
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("name", ASKERS[:3])  # with Ed25519 and with ES256 keys
@pytest.mark.parametrize("state", STATES)
def test_only_an_active_request_key_counts(zone, server, case, name, state):
    answer = Asker(server.base, zone.keys[name, state]).ask(case)
    if state == "active":
        assert answer.status == 200
        return
    word = {
        "revoked": "revoked",
        "suspended": "suspended",
        "expired": "before ledger time",
        "other use": "use mirror",
    }.get(state, "unknown")
    assert word in refused(answer, "signature.keyid")["came"]


@pytest.mark.parametrize("alg", [EDDSA, ES256])
def test_a_signature_written_by_hand_counts(zone, customs, case, by_hand, alg):
    signer = zone.new_key("customs", "active", alg)
    assert customs.ask(case, headers=by_hand(signer=signer)).status == 200
    named = {EDDSA: "ed25519", ES256: "ecdsa-p256-sha256"}[alg]
    assert customs.ask(case, headers=by_hand(signer=signer, parameters={"alg": named})).status == 200
    refused(customs.ask(case, headers=by_hand(signer=signer, parameters={"alg": "hmac-sha256"})), "signature")


NOW = int(time.time())
BROKEN = {
    "no method": ({"components": ('"@target-uri"',)}, "signature.components"),
    "no address": ({"components": ('"@method"',)}, "signature.components"),
    "nothing at all": ({"components": ()}, "signature.components"),
    "a method with a parameter": ({"components": ('"@method";req', '"@target-uri"')}, "signature.components"),
    "a component twice": ({"components": ('"@method"', '"@method"', '"@target-uri"')}, "signature"),
    "a component that is not there": ({"components": ('"@method"', '"@target-uri"', '"x-none"')}, "signature"),
    "too many components": ({"components": ('"@method"', '"@target-uri"', *['"x"'] * 15)}, "signature.components"),
    "another address": ({"signed_target": "/events/" + "0" * 64 + "/body"}, "signature"),
    "another query": ({"signed_target": "/?walk=public"}, "signature"),
    "another method": ({"method": "DELETE"}, "signature"),
    "no created": ({"parameters": {"created": None}}, "signature.created"),
    "no expires": ({"parameters": {"expires": None}}, "signature.expires"),
    "no nonce": ({"parameters": {"nonce": None}}, "signature.nonce"),
    "no keyid": ({"parameters": {"keyid": None}}, "signature.keyid"),
    "a short nonce": ({"parameters": {"nonce": "x" * 15}}, "signature.nonce"),
    "a long nonce": ({"parameters": {"nonce": "x" * 65}}, "signature.nonce"),
    "a nonce with a space": ({"parameters": {"nonce": "x" * 16 + " "}}, "signature.nonce"),
    "an upper-case keyid": ({"parameters": {"keyid": "A" * 64}}, "signature.keyid"),
    "an unknown keyid": ({"parameters": {"keyid": "a" * 64}}, "signature.keyid"),
    "a parameter that nobody knows": ({"parameters": {"extra": "x"}}, "signature"),
    "a window over 300 s": ({"parameters": {"created": NOW - 200, "expires": NOW + 101}}, "signature.expires"),
    "an end before its begin": ({"parameters": {"created": NOW + 30, "expires": NOW + 29}}, "signature.expires"),
    "from the future": ({"parameters": {"created": NOW + 600, "expires": NOW + 700}}, "signature.created"),
    "from the past": ({"parameters": {"created": NOW - 300, "expires": NOW - 100}}, "signature.expires"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_signature_that_breaks_a_rule_is_refused_by_that_rule(customs, case, by_hand, name):
    changes, field = BROKEN[name]
    refused(customs.ask(case, headers=by_hand(**changes)), field)


@pytest.mark.parametrize(("created", "expires"), [(-250, -40), (40, 300), (-299, 0), (0, 300)])
def test_clocks_may_differ_by_a_minute(customs, case, by_hand, created, expires):
    moment = int(time.time())
    headers = by_hand(parameters={"created": moment + created, "expires": moment + expires})
    assert customs.ask(case, headers=headers).status == 200


def test_bytes_that_another_key_signed_are_refused(zone, customs, case, by_hand):
    kid = zone.keys["customs", "active"].public.kid.hex()
    headers = by_hand(signer=generate(EDDSA), parameters={"keyid": kid})
    assert "did not sign" in refused(customs.ask(case, headers=headers), "signature")["came"]
    good = by_hand()
    bent = {**good, "Signature": "sig1=:" + base64.b64encode(bytes(64)).decode() + ":"}
    refused(customs.ask(case, headers=bent), "signature")


def test_a_signature_for_another_server_is_refused(zone, customs, case):
    headers = ByHand("http://other.example", zone.keys["customs", "active"], target=case).headers()
    refused(customs.ask(case, headers=headers), "signature")


def test_the_public_address_stands_for_whatever_the_host_header_says(zone, case):
    running = Server(zone.world.ledger, settings_for(zone.world.folder, public_url="https://ledger.example"))
    try:
        asker = Asker(running.base, zone.keys["customs", "active"])
        refused(asker.ask(case), "signature")
        meant = ByHand("https://ledger.example", asker.signer, target=case).headers()
        assert asker.ask(case, headers=meant).status == 200
    finally:
        running.stop()


def test_headers_that_do_not_belong_together_are_refused(customs, case, by_hand):
    good, other = by_hand(), by_hand(label="sig2")
    both = {name: f"{good[name]}, {other[name]}" for name in good}
    assert "2 signatures" in refused(customs.ask(case, headers=both), "signature-input")["came"]
    refused(customs.ask(case, headers={"Signature": good["Signature"]}), "signature-input")
    refused(customs.ask(case, headers={"Signature-Input": good["Signature-Input"]}), "signature")
    refused(customs.ask(case, headers={**good, "Signature": other["Signature"]}), "signature")
    twice = {**good, "Signature-Input": f"{good['Signature-Input']}, {good['Signature-Input']}"}
    refused(customs.ask(case, headers=twice), "signature-input")


def test_signatures_for_others_are_left_alone(customs, case, by_hand):
    foreign = by_hand(parameters={"tag": "web-bot-auth"})
    assert customs.ask("/", headers=foreign).status == 200
    refused(customs.ask(case, headers=foreign), "body")
    good = by_hand()
    beside = by_hand(label="bot", parameters={"tag": "web-bot-auth"})
    both = {name: f"{good[name]}, {beside[name]}" for name in good}
    assert customs.ask(case, headers=both).status == 200


def test_a_signature_that_does_not_count_is_refused_on_public_addresses_too(customs, by_hand):
    expired = {"created": NOW - 4000, "expires": NOW - 3900}
    refused(customs.ask("/", headers=by_hand(target="/", parameters=expired)), "signature.expires")
    mirrored = by_hand(target="/checkpoint", parameters=expired)
    assert customs.ask("/checkpoint", headers=mirrored).status == 200  # whoever follows the log is never asked


def test_head_is_signed_as_head(customs, case, by_hand):
    assert customs.ask(case, "HEAD", headers=by_hand(method="HEAD")).status == 200
    assert customs.ask(case, "HEAD", headers=by_hand(method="GET")).status == 401


def test_a_replay_is_refused(customs, case, by_hand):
    headers = by_hand()
    assert customs.ask(case, headers=headers).status == 200
    assert "has used" in refused(customs.ask(case, headers=headers), "signature.nonce")["came"]
    assert customs.ask("/", headers=headers).status == 401


def test_of_sixteen_replays_at_one_moment_exactly_one_is_answered(customs, case, by_hand):
    for _ in range(3):
        headers = by_hand()
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _, sent=headers: customs.ask(case, headers=sent).status, range(16)))
        assert sorted(statuses) == [200, *[401] * 15]


def test_a_nonce_survives_the_server_that_let_it_in(zone, by_hand, case):
    first = Server(zone.world.ledger, settings_for(zone.world.folder, public_url="https://ledger.example"))
    signer = zone.keys["customs", "active"]
    headers = ByHand("https://ledger.example", signer, target=case).headers()
    assert Asker(first.base).ask(case, headers=headers).status == 200
    first.stop()
    second = Server(zone.world.ledger, settings_for(zone.world.folder, public_url="https://ledger.example"))
    refused(Asker(second.base).ask(case, headers=headers), "signature.nonce")
    second.stop()


def test_a_revoked_key_counts_for_nothing_from_the_next_request_on(zone, server, case):
    signer = zone.new_key("tax", "active")
    asker = Asker(server.base, signer)
    assert asker.ask(case).status == 200
    zone.revoke("tax", signer)
    assert "revoked" in refused(asker.ask(case), "signature.keyid")["came"]


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


COVERED = ('"@method"', '"@target-uri"', '"content-digest"')


def test_a_body_is_what_was_signed_or_nothing_is_read_of_it(zone, customs, by_hand):
    body, path = b"\xff" * 100_000, "/validate"
    how = {"target": path, "method": "POST"}
    kind = {"Content-Type": MEDIA_TYPE}

    def post(headers, sent=body):
        return customs.ask(path, "POST", sent, {**headers, **kind})

    assert post(by_hand(**how, components=COVERED, digest=digest(body))).status == 200
    refused(post(by_hand(**how, components=COVERED, digest=digest(b"other"))), "content-digest")
    refused(post(by_hand(**how, components=COVERED, digest="sha-512=:AAAA:")), "content-digest")
    refused(post(by_hand(**how, components=COVERED, digest="sha-256=:AAAA:")), "content-digest")
    told = refused(post(by_hand(**how, digest=digest(body))), "signature.components")
    assert '"content-digest"' in told["expected"]
    refused(
        post({**by_hand(**how, components=COVERED, digest=digest(body)), "Content-Digest": digest(b"")}), "signature"
    )
    assert post(customs.signed("POST", path, body)).status == 200


_VALUE = r'("[ -!#-\[\]-~]{0,20}"|[0-9]{1,15}|:[A-Za-z0-9+/=]{0,8}:|@[0-9]{1,15})'
_NEARLY = r'sig1=\(("@[a-z-]+"( ?;[a-z]+)? ?){0,5}\)(;[a-z]+=' + _VALUE + r"){0,6}"
HOSTILE = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200),
    st.from_regex(_NEARLY, fullmatch=True),
)


def test_no_header_is_a_fault_of_ours(customs, case):
    seen = set()

    @settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(HOSTILE, HOSTILE)
    def ask(described, signature):
        headers = {"Signature-Input": described.strip(), "Signature": signature.strip()}
        seen.add(customs.ask(case, headers={name: value.encode("latin-1") for name, value in headers.items()}).status)

    ask()
    assert {401} <= seen <= {400, 401}, "400: the parser's, where a value holds what no header field may"


def test_where_nonces_cannot_be_kept_nobody_is_somebody_and_submissions_go_on(zone, server, customs, case, tmp_path):
    kept, broken = server.app.state.nonces, SqliteNonces(tmp_path / "nonces.db")
    with closing(sqlite3.connect(tmp_path / "nonces.db")) as hand:
        hand.execute("DROP TABLE request_nonce")
    server.app.state.nonces = broken
    try:
        answer = customs.ask(case)
        assert answer.status == 503
        assert answer.headers["retry-after"]
        assert customs.ask("/validate", "POST", b"\xff", {"Content-Type": MEDIA_TYPE}).status == 200
        assert customs.ask(f"/events/{zone.order.name.hex()}/body", headers={}).status == 200
    finally:
        server.app.state.nonces = kept
        broken.close()
    assert customs.ask(case).status == 200


def test_a_nonce_is_kept_for_as_long_as_its_signature_could_be_used_again(tmp_path):
    signer, created = generate(EDDSA), 1_795_000_000
    expires, last = created + 300, created + 300 + SKEW
    moment = {"created": created, "expires": expires}
    fields = tuple(ByHand("https://ledger.example", signer, parameters=moment).headers().items())
    request = SignedRequest("GET", "https://ledger.example/", fields, has_body=False)
    nonces = SqliteNonces(tmp_path / "nonces.db")

    def check(milliseconds):
        def use(kid, nonce, until):
            return nonces.use(kid, nonce, until=until, now=milliseconds)

        check_signature(
            parse_signature(request), request, now=milliseconds // 1000, find_key=lambda _: signer.public, use_nonce=use
        )

    check((created - SKEW) * 1000)
    for milliseconds in ((created - SKEW) * 1000 + 1, created * 1000, expires * 1000, last * 1000, last * 1000 + 999):
        with pytest.raises(UnauthenticatedError, match="has used"):
            check(milliseconds)
    with pytest.raises(UnauthenticatedError, match="ago"):
        check((last + 1) * 1000)
    nonces.use(b"\x01" * 32, "another", until=2**50, now=(last + 1) * 1000)
    assert nonces.kept == 1
    nonces.close()
