"""An EPCIS answer holds no more than bodies and disclosures of its events would give to the same asker."""

from __future__ import annotations

import json

import pytest

from fixtures.epcis import document, event
from ledger.readers.epcis import map_event, read_epcis
from tests.api.access_world import Asker, found_access_world
from tests.api.conftest import Server, settings_for
from tests.world import DAY, UNIT, now

NAMES = ("customs", "seller", "platform", "warehouse")
SECRET = "urn:x:po:4711"


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("entitled") / "zone", askers=("customs", "seller", "platform"))
    made.keys["warehouse", "active"] = made.new_key("warehouse", "active")
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def said(zone):
    """Two events of the carrier: both with a secret; of one, the source is granted to the platform."""
    names = {}
    for word in ("kept", "granted"):
        told = event(
            "ObjectEvent", now() - DAY, eventID=f"urn:x:{word}", action="OBSERVE", bizStep="shipping", epcList=[UNIT],
            bizTransactionList=[{"bizTransaction": SECRET}],
        )  # fmt: skip
        (read,) = read_epcis(json.dumps(document([told])).encode()).events
        (made,) = zone.world.say("carrier", *map_event(read))
        names[word] = made.name.hex()
    zone.give("grant", "carrier", "platform", {"fields": ["/source"]}, about=(bytes.fromhex(names["granted"]),))
    return names


def ask(zone, server, name, path):
    return Asker(server.base, zone.keys.get((name, "active"))).ask(path)


@pytest.mark.parametrize("name", ["anybody", *NAMES])
@pytest.mark.parametrize("word", ["kept", "granted"])
def test_the_captured_event_is_shown_to_whom_its_disclosure_is(zone, server, said, name, word):
    disclosed = ask(zone, server, name, f"/events/{said[word]}/disclosures")
    allowed = disclosed.status == 200 and "/source" in json.loads(disclosed.body)["disclosures"]
    answer = ask(zone, server, name, f"/epcis/events/urn:x:{word}")
    assert answer.status == 200
    assert (SECRET.encode() in answer.body) == allowed
    assert allowed == (name == "customs" or (name, word) == ("platform", "granted"))


@pytest.mark.parametrize("name", NAMES)
def test_a_list_holds_ones_own_events_only_unless_one_may_read_every_batch(zone, server, said, name):
    answer = ask(zone, server, name, "/epcis/events?perPage=1000")
    told = json.loads(answer.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert {"urn:x:kept", "urn:x:granted"} <= {each["eventID"] for each in told} or name != "customs"
    assert told == [] or name == "customs"
