"""The projection: made anew without loss, behind by nothing, and without what was erased."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.epcis import store
from ledger.epcis.document import spell_time
from ledger.epcis.pages import LIFETIME, read_page
from ledger.epcis.projection import EpcisProjection
from ledger.epcis.query import parse_query
from tests.world import DAY, ITEM, ORIGIN, PRODUCT, now
from verifier.errors import MalformedError, TooLargeError

ALIAS = "ni:///sha-256;" + "a" * 64 + "?ver=CBV2.0"
PLACE = "https://id.gs1.org/414/6901234500004"
ITEMS = [f"{PRODUCT}/21/P{number}" for number in range(5)]


@pytest.fixture(scope="module")
def names(world):
    """Five items told as one EPCIS event, then one each told of alone."""
    start = now() - DAY
    seller = world.cast["seller"].uri
    filed = {"names": {"zh": "示例", "en": "Example"}, "customsCode": "3301000001"}
    world.say("seller", Draft("filing.enterprise", start, {"enterprise": seller}, filed))
    product = {"names": {"zh": "示例", "en": "Example"}, "hsCode": "1901101000", "origin": "NZ"}
    world.say("seller", Draft("filing.product", start, {"product": PRODUCT, "enterprise": seller}, product))
    together = {"action": "ADD", "alias": ALIAS, "eventID": "urn:x:1", "bizStep": "commissioning"}
    born = [Draft("transport.commissioning", start, {"item": each, "product": PRODUCT}, together) for each in ITEMS]
    made = world.say("seller", *born)
    for place, each in enumerate(ITEMS):
        said = {"action": "OBSERVE", "bizStep": "storing", "readPoint": PLACE}
        made += world.say("seller", Draft("transport.object", start + (place + 1) * 1000, {"epcs": [each]}, said))
    return [each.name for each in made]


@pytest.fixture
def projection(world, names, tmp_path):
    made = EpcisProjection(tmp_path / "epcis.db", world.ledger.sources, origin=ORIGIN)
    yield made
    made.close()


def follow(projection):
    while not projection.follow():
        pass


def page(projection, *, party=None, token=None, at=0, **given):
    with projection.read() as connection:
        query = parse_query({name: [value] for name, value in given.items()})
        return read_page(connection, query, party=party, token=token, now=at)


def told(projection):
    with projection.read() as connection:
        tables = ("event", "member", "thing", "party")
        return {each: connection.execute(f"SELECT * FROM {each} ORDER BY 1, 2").fetchall() for each in tables}


def test_parts_of_one_event_are_one_and_others_are_each_their_own(projection, names):
    follow(projection)
    with projection.read() as connection:
        (event,) = page(projection, EQ_eventID="urn:x:1").events
        assert set(store.members(connection, event)) == set(names[:5])
    assert len(page(projection).events) == 6


def test_an_event_of_which_more_is_recorded_later_is_told_again_to_whoever_polls(projection, world, names):
    """A large event may be cut between two batches: who asked in between would otherwise never learn of the rest."""
    seller, alias = "seller", ALIAS.replace("aaaa", "bbbb")
    said = {"action": "OBSERVE", "alias": alias, "eventID": "urn:x:large", "bizStep": "accepting"}
    world.say(seller, Draft("transport.object", now(), {"epcs": ITEMS[:3]}, said))
    follow(projection)
    with projection.read() as connection:
        (first,) = connection.execute("SELECT recordTime FROM event WHERE eventID = 'urn:x:large'").fetchone()
    polled = {"EQ_bizStep": "accepting", "GE_recordTime": spell_time(first + 1)}
    assert page(projection, **polled).events == ()
    world.say(seller, Draft("transport.object", now(), {"epcs": ITEMS[3:]}, said))
    follow(projection)
    assert page(projection, **polled).events == page(projection, EQ_eventID="urn:x:large").events != ()


def test_it_follows_what_is_recorded_while_it_runs(projection, world):
    projection.start()
    said = {"action": "OBSERVE", "bizStep": "picking"}
    world.say("seller", Draft("transport.object", now(), {"epcs": [ITEMS[0]]}, said))
    assert projection.wait_for(world.ledger.head.edge.size, 20)
    assert len(page(projection, EQ_bizStep="picking").events) == 1


def numbered(world, names):
    with world.ledger.store.read() as reader:
        return [(name, reader.find_event(name).seq) for name in names]


def test_what_was_erased_is_forgotten_and_its_event_with_the_last_part(projection, world, names):
    follow(projection)
    *others, last, alone = numbered(world, names[:6])
    with projection._file.write() as connection:
        store.forget(connection, others)
    (event,) = page(projection, EQ_eventID="urn:x:1").events
    assert page(projection, MATCH_epc=ITEMS[0], EQ_bizStep="commissioning").events == ()
    assert page(projection, MATCH_epc=ITEMS[4], EQ_bizStep="commissioning").events == (event,)
    with projection._file.write() as connection:
        store.forget(connection, [last, alone])
    assert page(projection, EQ_eventID="urn:x:1").events == ()
    assert page(projection, MATCH_epc=ITEMS[0], EQ_bizStep="storing").events == ()
    assert [row for row in told(projection)["party"] if row[1] == event] == []
    assert {row[3] for row in told(projection)["thing"]}.isdisjoint({last[1], alone[1]})


def test_an_event_that_was_told_without_an_id_is_found_by_the_one_of_our_making(projection, names):
    follow(projection)
    with projection.read() as connection:
        for name in names[5:]:
            (event,) = page(projection, EQ_eventID=f"urn:suyuan:event:{name.hex()}").events
            assert store.members(connection, event) == [name]
    assert page(projection, EQ_eventID=f"urn:suyuan:event:{names[0].hex()}").events == (), "it was told one"
    assert page(projection, EQ_eventID="urn:suyuan:event:none").events == ()


def test_only_a_partys_events_are_listed_for_it(projection, world):
    follow(projection)
    assert page(projection, party=world.cast["carrier"].uri).events == ()
    assert page(projection, party=world.cast["seller"].uri).events == page(projection).events


def test_pages_end_and_hold_what_was_there_when_the_first_was_asked_for(projection, world):
    follow(projection)
    first = page(projection, perPage="2", orderDirection="ASC", EQ_bizStep="storing")
    world.say(
        "seller", Draft("transport.object", now(), {"epcs": [ITEMS[1]]}, {"action": "OBSERVE", "bizStep": "storing"})
    )
    follow(projection)
    seen, token = list(first.events), first.token
    while token:
        following = page(projection, token=token, perPage="2", orderDirection="ASC", EQ_bizStep="storing")
        seen += following.events
        token = following.token
    assert len(seen) == len(set(seen)) == 5
    assert len(page(projection, EQ_bizStep="storing").events) == 6


def test_a_token_counts_until_it_expires_for_its_query_and_asker_and_cannot_be_made(projection):
    follow(projection)
    given = {"perPage": "2", "EQ_bizStep": "storing"}
    token = page(projection, **given).token
    assert page(projection, token=token, at=LIFETIME - 1, **given).events
    for change in (
        {"at": LIFETIME},
        {"party": "urn:x"},
        {"perPage": "3"},
        {"token": token[:-4] + "AAAA"},
        {"token": "!"},
    ):
        with pytest.raises(MalformedError, match="nextPageToken"):
            page(projection, **{"token": token, **given, **change})


def test_a_limit_holds_over_all_pages_and_too_many_are_refused(projection):
    follow(projection)
    first = page(projection, perPage="2", eventCountLimit="3", EQ_bizStep="storing")
    second = page(projection, perPage="2", eventCountLimit="3", EQ_bizStep="storing", token=first.token)
    assert (len(first.events), len(second.events), second.token) == (2, 1, None)
    with pytest.raises(TooLargeError, match="more than 4"):
        page(projection, maxEventCount="4", EQ_bizStep="storing")


def test_items_of_other_worlds_are_not_there(projection):
    follow(projection)
    assert page(projection, MATCH_anyEPC=ITEM).events == ()


RAW, MADE = f"{PRODUCT}/10/RAW", f"{PRODUCT}/10/MADE"


def found(projection, *, everything=False, own=None, **given):
    with projection.read() as connection:
        query = parse_query({name: [value] for name, value in given.items()}, everything=everything, own=own)
        return len(read_page(connection, query, party=None, token=None, now=0).events)


def test_what_an_event_does_not_join_openly_finds_it_for_those_alone_who_may_list_it(projection, world):
    """What was made of a lot, and which products were moved, is known to agencies and to whoever said it."""
    seller, carrier = world.cast["seller"].uri, world.cast["carrier"].uri
    world.say(
        "seller", Draft("transport.production", now(), {"lot": RAW, "product": PRODUCT}, {"producedOn": "20261001"})
    )
    made = {"inputs": [RAW], "outputs": [MADE], "products": [PRODUCT]}
    world.say("seller", Draft("transport.transformation", now(), made, {}))
    world.say("seller", Draft("transport.object", now(), {"products": [PRODUCT]}, {"action": "OBSERVE"}))
    follow(projection)
    for name, uri in (("MATCH_inputEPC", RAW), ("MATCH_anyEPCClass", RAW), ("MATCH_epcClass", PRODUCT)):
        assert found(projection, **{name: uri}) == 0
        assert found(projection, own=carrier, **{name: uri}) == 0
        assert found(projection, own=seller, **{name: uri}) == 1
        assert found(projection, everything=True, **{name: uri}) == 1
    assert found(projection, MATCH_outputEPC=MADE) == 1, "what it is made of is the story of what was made"
