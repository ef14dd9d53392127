"""What a participant was given, over a real server: listed with its standing, which is the one by which it reads."""

from __future__ import annotations

import json

import pytest

from ledger.compose.event import Draft
from tests.api.access_world import ORDER, Asker, found_access_world
from tests.api.conftest import Server, settings_for
from tests.world import now
from verifier.ledgerformat.body import parse_body

EVERYTHING = {"types": ["*"], "subjects": []}


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("given") / "zone", askers=("customs", "warehouse", "seller"))
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


def listed(zone, server, kind, who="warehouse", by=None, **query):
    """Return what a participant is told that it was given."""
    role = {"mandates": "agent", "grants": "grantee"}[kind]
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    asker = Asker(server.base, zone.keys[by or who, "active"])
    answer = asker.ask(f"/{kind}?{role}={zone.actor(who).uri}{asked}")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def reads(zone, server, path):
    return Asker(server.base, zone.keys["warehouse", "active"]).ask(path).status == 200


def test_an_agent_sees_its_mandates_and_they_stand_as_they_are_judged(zone, server):
    walk = f"/trace?subject={ORDER}&walk=parties"
    before = len(listed(zone, server, "mandates")["mandates"])
    gift = zone.give("mandate", "platform", "warehouse", EVERYTHING)
    firm = {"enterprise": zone.actor("platform").uri}
    steps = [
        (None, "valid"),
        (Draft("registry.revocation", now(), firm, {"reason": "closed", "compromisedSince": None}), "giver-revoked"),
        (Draft("registry.restoration", now(), firm, {"reason": "reopened"}), "valid"),
    ]
    for draft, word in steps:
        if draft:
            zone.world.say("customs", draft)
        (told,) = listed(zone, server, "mandates")["mandates"][before:]
        assert (told["standing"], told["principal"]) == (word, zone.actor("platform").uri)
        assert (told["types"], told["subjects"], told["event"]) == (["*"], [], gift.name.hex())
        assert reads(zone, server, walk) == (word == "valid")
    zone.take_back("mandate", "platform", gift)
    assert listed(zone, server, "mandates", by="customs")["mandates"][before]["standing"] == "revoked"


def test_a_grantee_sees_its_grants(zone, server):
    gift = zone.give("grant", "payer", "warehouse", {"fields": ["body"]}, about=(zone.payment.name,))
    (told,) = listed(zone, server, "grants")["grants"]
    assert (told["standing"], told["fields"]) == ("valid", ["body"])
    assert (told["handle"],) == parse_body(gift.body).of_role("grant")
    assert told["about"] == [zone.payment.name.hex()]
    assert reads(zone, server, f"/events/{zone.payment.name.hex()}/body")
    assert listed(zone, server, "grants", who="seller")["grants"] == []


def test_a_long_list_comes_in_pages(zone, server):
    gifts = [zone.give("grant", "payer", "seller", {"fields": []}, about=(zone.payment.name,)) for _ in range(3)]
    first = listed(zone, server, "grants", who="seller", limit=2)
    second = listed(zone, server, "grants", who="seller", limit=2, after=first["next"])
    assert [first["total"], first["next"], second["next"]] == [3, 2, None]
    names = [each["event"] for each in first["grants"] + second["grants"]]
    assert names == [each.name.hex() for each in gifts]


@pytest.mark.parametrize(
    "path", ["/mandates", "/mandates?agent=urn:suyuan:order:1", "/grants?agent=urn:suyuan:agency:a"]
)
def test_whoever_is_nobody_is_refused(zone, server, path):
    assert Asker(server.base, zone.keys["customs", "active"]).ask(path).status == 400
