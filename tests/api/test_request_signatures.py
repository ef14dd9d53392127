"""Signed requests against a real server: what counts, what does not, and what the refusal says would."""

from __future__ import annotations

import json

import pytest

from tests.api.access_world import ASKERS, STATES, Asker, found_access_world
from tests.api.conftest import Server, settings_for


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
    return f"/events/{zone.payment.name.hex()}/body"


def test_whoever_signs_with_a_request_key_reads_what_is_reserved(zone, customs, case):
    answer = customs.ask(case)
    assert answer.status == 200
    assert answer.body == zone.payment.body
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("alg", ASKERS[:2])  # one has Ed25519 keys, the other ES256
@pytest.mark.parametrize("state", STATES)
def test_only_an_active_request_key_counts(zone, server, case, alg, state):
    answer = Asker(server.base, zone.keys[alg, state]).ask(case)
    assert answer.status == (200 if state == "active" else 401)
    if state != "active":
        problem = json.loads(answer.body)
        assert problem["type"] == "urn:suyuan:problem:unauthenticated"
        assert problem["field"] == "signature.keyid"
        assert 'tag="suyuan"' in answer.headers["accept-signature"]
        assert answer.headers["www-authenticate"].startswith("Signature")
        word = {"revoked": "revoked", "expired": "before ledger time", "other use": "use mirror"}.get(state, "unknown")
        assert word in problem["came"]
