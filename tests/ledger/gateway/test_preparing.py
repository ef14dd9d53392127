"""Events that were prepared where their messages are read are those that are made where they are kept."""

from __future__ import annotations

import json
import re
import secrets
from contextlib import closing
from itertools import islice

import pytest

from fixtures.epcis import document, event
from fixtures.trade import draw_shipments
from fixtures.trade.sending import messages_sent
from fixtures.zone.actors import all_types
from ledger.gateway.composing import Composer, unknown_head
from ledger.gateway.items import Items
from ledger.gateway.jobs import Keeping, told_json
from ledger.gateway.passing import format_answers, parse_answers, without_prepared
from ledger.gateway.preparing import prepare_arrival
from ledger.gateway.received import Received
from ledger.gateway.store import Store
from ledger.readers.ceb import Facts, Mode
from tests.ledger.gateway.zone import messages_of
from tests.world import ORIGIN, now
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import parse_head

TYPES = all_types()
HANDLE = re.compile(r"urn:suyuan:(?:order|parcel|declaration|summary):[0-9a-f]{32}")
TRADE = list(islice(draw_shipments(11, 60, begins=now()), 60))


def received(sent) -> Received:
    return Received(sent.kind, sent.data, Mode.LENIENT if sent.lenient else Mode.STRICT, sent.facts, now=now())


def messages():
    """Every kind of message, some of them twice, some before what they answer, and some that cannot be told."""
    listed = [(sent.by, received(sent)) for each in TRADE for sent in messages_sent(each)]
    listed = [each for place, each in enumerate(listed) if place % 19]
    listed += listed[::17]
    listed[100:400] = reversed(listed[100:400])
    seller = listed[0][0]
    undeclared = (data.replace(b"<ceb:appStatus>2", b"<ceb:appStatus>1") for _, data in messages_of(range(900, 903)))
    listed += [(seller, Received("ceb", data)) for data in undeclared]
    waybills = [data for _, data in messages_of(range(910, 913), ["CEB511"])]
    listed += [(seller, Received("ceb", data, facts=Facts(platform="P1"))) for data in waybills]
    return listed + [(seller, Received("epcis", json.dumps(document(events)).encode())) for events in moves()]


def moves():
    """Yield documents of events that refer to others: packed and taken out, attached and taken off, declared wrong."""
    box, pallet, cart = (f"https://id.gs1.org/00/0952000000000001{each}" for each in ("03", "10", "27"))

    def told(kind, id_, at, **members):
        return event(kind, now() - 100_000 + at, eventID=f"urn:x:prepared:{id_}", **members)

    packed, attached = {"parentID": pallet, "childEPCs": [box]}, {"parentID": cart, "childEPCs": [pallet]}
    yield [
        told("ObjectEvent", "units", 0, action="ADD", epcList=[box, pallet, cart], bizStep="commissioning"),
        told("AggregationEvent", "pack", 1, action="ADD", **packed),
    ]
    yield [told("AssociationEvent", "attach", 2, action="ADD", **attached)]
    yield [told("AssociationEvent", "detach", 3, action="DELETE", **attached)]
    yield [told("AggregationEvent", "unpack", 4, action="DELETE", parentID=pallet)]
    wrong = told("ObjectEvent", "wrong", 5, action="OBSERVE", epcList=[box], bizStep="shipping")
    yield [wrong]
    yield [{**wrong, "errorDeclaration": {"declarationTime": "2026-10-01T00:00:00Z", "reason": "did_not_occur"}}]


def aside(message: Received):
    """Return what a reading process answers, as the gateway has it."""
    arrival = message.read()
    (passed,) = parse_answers(
        format_answers([(message, prepare_arrival(arrival, TYPES, secrets.token_bytes))]), [message]
    )
    return passed or arrival


def kept(folder, arrivals):
    """Return what stands in a gateway's file after it kept arrivals, with drawn names in the order of their coming."""
    seen: dict[str, str] = {}

    def plain(text: str) -> str:
        return HANDLE.sub(lambda match: seen.setdefault(match[0], f"handle {len(seen)}"), text)

    with closing(Store(folder, origin=ORIGIN)) as store:
        composer, told = Composer(TYPES, random=secrets.token_bytes, find_head=unknown_head), []
        for begin in range(0, len(arrivals), 50):
            with store.writing() as connection:
                keeping = Keeping(connection, composer)
                told += [keeping.keep(each, sender=by, now=7) for by, each in arrivals[begin : begin + 50]]
                keeping.settle()
        with store.reading() as connection:
            rows = connection.execute(
                "SELECT seq, id, job, sender, path, state, name, after FROM item ORDER BY seq"
            ).fetchall()
            names = {row[6].hex(): f"event {row[0]}" for row in rows if row[6]}
            composed = Items(connection).events([row[0] for row in rows if row[6]])
            events = [_shown(event, names, plain) for event in composed]
            tables = [
                sorted(plain(repr(_named(row, names))) for row in connection.execute(f"SELECT * FROM {table}"))
                for table in ("handle", "need", "reported", "packing", "ended", "told", "source")
            ]
    assert all(composer.recent.head(each.name) == parse_head(each.head) for each in composed)  # remembered as written
    return [row[:6] + row[7:] for row in rows], events, tables, [told_json(each) for each in told]


def _named(row, names):
    return [names.get(each.hex(), each) if isinstance(each, bytes) else each for each in row]


def _shown(event, names, plain):
    head, body = parse_head(event.head), parse_body(event.body)
    disclosed = {each.pointer: each.value for each in map(parse_disclosure, event.disclosures)}
    assert {parse_disclosure(each).digest for each in event.disclosures} == set(body.digests.values())
    return (
        head.type, head.issuer, head.time, head.to, head.until, head.behalf, len(head.joins), len(head.follows),
        sorted(names[each.hex()] for each in head.about), plain(json.dumps(dict(body.subjects))), body.data, disclosed,
        event.attachments,
    )  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    listed = messages()
    here = [(by, message.read()) for by, message in listed]
    there = [(by, aside(message)) for by, message in listed]
    folder = tmp_path_factory.mktemp("both")
    return kept(folder / "here", here), kept(folder / "there", there), there


def test_items_and_their_order_are_the_same(both):
    assert both[0][0] == both[1][0]


def test_events_say_the_same_about_the_same_things(both):
    assert both[0][1] == both[1][1]


def test_the_register_and_all_that_later_messages_are_found_by_is_the_same(both):
    assert both[0][2] == both[1][2]


def test_senders_are_told_the_same(both):
    assert both[0][3] == both[1][3]


def test_what_is_compared_has_known_numbers_and_new_ones_receipts_faults_and_documents_that_wait(both):
    rows, events, tables, told = both[0]
    states = [row[5] for row in rows]
    assert states.count("waiting") > 10
    assert states.count("ready") > 500
    assert sum(bool(shown[8]) for shown in events) > 100  # they answer others
    assert [len(each) > 0 for each in tables] == [True] * 7
    assert sum(bool(each["faults"]) for each in told) >= 3
    prepared = [document.prepared for _, arrival in both[2] for document in arrival.documents]
    assert sum(each is not None for each in prepared) > 0.9 * len(prepared)


def test_an_arrival_can_do_without_what_was_prepared(both, tmp_path):
    bare = [(by, without_prepared(arrival)) for by, arrival in both[2]]
    assert kept(tmp_path / "bare", bare)[1] == both[0][1]
