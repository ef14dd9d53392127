"""Acts of clearance in EPCIS: the steps of the zone's own, of what, for whom; and who may state them in EPCIS."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from fixtures.epcis import document, event
from fixtures.examples import read_example
from ledger.compose.event import Draft
from ledger.readers.epcis import map_event, read_epcis
from ledger.readers.epcis.zone_vocabulary import vocabulary_file, zone_steps
from ledger.signing.signer import generate
from tests.api.access_world import Asker
from tests.api.conftest import Server, settings_for
from tests.ledger.vocabulary.conftest import found
from tests.world import now
from verifier.errors import MalformedError, NotPermittedError
from verifier.primitives.keys import EDDSA, format_key

UNIT = "https://id.gs1.org/00/095200010000000119"
RELEASED = "urn:suyuan:bizstep:released"
SAID = {  # an example of each type that is a step of the zone's, and what it is about
    "clearance.list": {"declaration", "order"},
    "clearance.export-list": {"declaration"},
    "clearance.inspection": {"declaration", "order"},
    "clearance.release": {"declaration", "order"},
    "clearance.joint-release": {"declaration", "order"},
    "clearance.hold": {"declaration", "order"},
    "clearance.hold-lifted": {"declaration", "order"},
    "clearance.seizure": {"declaration", "order"},
    "clearance.transit-opened": {"transit"},
    "clearance.transit-closed": {"transit"},
    "transport.arrival": set(),
    "transport.departure": set(),
    "aftersales.exhibit-out": set(),
    "aftersales.exhibit-returned": set(),
    "aftersales.return": {"order"},
    "aftersales.export-return": {"declaration"},
    "aftersales.return-closed": {"order"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A ledger, and who tells it examples; all steps of the zone's have been told."""
    folder = tmp_path_factory.mktemp("steps") / "zone"
    ledger, teller = found(folder)
    for name in SAID:
        teller.tell(name)
    yield SimpleNamespace(folder=folder, ledger=ledger, teller=teller)
    ledger.close()


@pytest.fixture(scope="module")
def teller(world):
    return world.teller


@pytest.fixture(scope="module")
def asker(world, teller):
    """Return somebody who asks: an agency by its name in the cast, or nobody."""
    keys = {None: None}
    running = Server(world.ledger, settings_for(world.folder))

    def asked(name=None):
        if name not in keys:
            keys[name] = generate(EDDSA)
            holder = teller.cast[name]
            data = {"use": "request", "key": format_key(keys[name].public), "types": ["*"], "subjects": []}
            subjects = {"key": f"urn:suyuan:key:{keys[name].public.kid.hex()}", "holder": holder.uri}
            if holder.root:
                teller.zone.decree([Draft("registry.key", now(), subjects, data)])
            else:
                teller.zone.say(teller.cast["customs"], [Draft("registry.enterprise-key", now(), subjects, data)])
        return Asker(running.base, keys[name])

    yield asked
    running.stop()


def events(asker, query, who=None):
    """Return the EPCIS events of a query."""
    answer = asker(who).ask(f"/epcis/events?perPage=1000&orderDirection=ASC&{query}")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def test_every_type_that_the_list_names_is_tried_here():
    assert SAID.keys() == {type_ for step in zone_steps().values() for type_ in step.said}


@pytest.mark.parametrize("name", SAID)
def test_each_act_is_an_object_event_with_its_step_and_what_it_is_about(teller, asker, name):
    (step,) = (each for each in zone_steps().values() if name in each.said)
    told = events(asker, f"EQ_bizStep={step.id}", "market")
    (mine,) = (each for each in told if each["suyuan:events"] == [teller.told[name].name.hex()])
    assert (mine["type"], mine["action"], mine["bizStep"]) == ("ObjectEvent", "OBSERVE", step.id)
    found_by_inspection = {"clearance.inspection": "conformant"}
    assert mine.get("disposition") == found_by_inspection.get(name, step.leaves)
    documents = {each["type"].rsplit(":", 1)[1] for each in mine.get("bizTransactionList", [])}
    assert documents == SAID[name]
    assert mine["epcList"] or documents, "it is about something"


def test_whoever_holds_the_handle_of_a_list_finds_its_acts_in_their_order(asker):
    handle = read_example("clearance.list").event["subjects"]["declaration"]
    told = events(asker, f"EQ_bizTransaction_urn:suyuan:btt:declaration={handle}&orderBy=recordTime")
    steps = [each["bizStep"].rsplit(":", 1)[1] for each in told]
    assert steps[0] == "declared"
    assert {"inspected", "released"} <= set(steps)
    assert all({"type": "urn:suyuan:btt:declaration", "bizTransaction": handle} in each["bizTransactionList"]
               for each in told)  # fmt: skip


def test_goods_of_a_case_find_it_for_those_alone_who_may_list_everything(asker):
    (goods,) = read_example("clearance.transit-opened.closed").event["subjects"]["goods"]
    step = "EQ_bizStep=urn:suyuan:bizstep:transit_opened%7Curn:suyuan:bizstep:transit_closed"
    assert [each["epcList"] for each in events(asker, f"MATCH_epc={goods}&{step}", "market")] == [[goods]] * 2
    for who in (None, "seller"):
        assert events(asker, f"MATCH_epc={goods}&{step}", who) == []
        assert events(asker, f"MATCH_anyEPC={goods}&{step}&maxEventCount=1", who) == [], "not even their number is told"


def test_the_list_of_words_is_served_as_it_stands(asker):
    answer = asker().ask("/epcis/vocabulary")
    assert (answer.status, answer.body) == (200, vocabulary_file())


def captured(**members):
    told = event("ObjectEvent", now() - 1000, action="OBSERVE", epcList=[UNIT], **members)
    (read,) = read_epcis(json.dumps(document([told])).encode()).events
    return list(map_event(read))


def test_customs_states_a_release_in_epcis_and_it_reads_as_it_was_said(teller, asker):
    teller.tell("transport.object")
    said = {"bizStep": RELEASED, "disposition": "urn:suyuan:disp:released", "eventID": "urn:x:steps:1"}
    teller.zone.say(teller.cast["customs"], captured(**said))
    (told,) = events(asker, f"MATCH_epc={UNIT}&EQ_bizStep={RELEASED}&EQ_eventID=urn:x:steps:1")
    assert {name: told[name] for name in said} == said
    assert told["epcList"] == [UNIT]


@pytest.mark.parametrize("who", ["seller", "carrier", "warehouse", "inspection", "market"])
def test_nobody_else_states_a_release(teller, who):
    teller.tell("transport.object")
    with pytest.raises(NotPermittedError):
        teller.zone.say(teller.cast[who], captured(bizStep=RELEASED))


@pytest.mark.parametrize("word", [RELEASED, "URN:Suyuan:bizstep:released"])
def test_no_other_type_carries_the_word_past_the_rule(teller, word):
    teller.tell("transport.object")
    data = {"action": "OBSERVE", "bizStep": word}
    with pytest.raises(MalformedError, match="bizStep"):
        teller.zone.say(teller.cast["carrier"], [Draft("transport.object", now(), {"epcs": [UNIT]}, data)])
