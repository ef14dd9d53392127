"""Who reads what over a real server: every operation that OpenAPI lists, every asker, every state of a key.

A new operation without a row here fails. The rows say who is answered; everybody else is refused, with nothing in the
refusal of what was asked for.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from hashlib import sha256

import pytest

from tests.api.access_world import ASKERS, ORDER, SOURCE, STATES, Asker, found_access_world
from tests.api.conftest import Server, settings_for
from tests.world import uscc
from verifier.ledgerformat.batch_answer import RESTRICTED, SHOWN, parse_batch_answer
from verifier.ledgerformat.submission import MEDIA_TYPE
from verifier.primitives.checkpoint import parse_signed_checkpoint

AGENCIES = {"customs", "tax"}
ALL = set(ASKERS) | {"anybody"}
PARTIES_OF_ORDER = {"platform", "seller"}  # who placed it and owns it; to whom it passed
PARTIES_OF_PAYMENT = PARTIES_OF_ORDER | {"payer"}
AUDITING = {"auditor", "witness"}
SELLER = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT01')}"
LISTS = f"urn:suyuan:set:lists:{uscc('91330100MA2TEXT01')}:2026-11"  # the seller's
SECRETS = (b"ORDER-4711", b"PAY-4711", "张三".encode(), SOURCE, b'"salt"')


@dataclass(frozen=True)
class Row:
    """An operation at an address, who is answered, and with which status."""

    operation: str
    path: str
    allowed: frozenset[str]
    status: int = 200
    method: str = "GET"
    body: bytes | None = None


SIGNED = set(ASKERS)
NUMBERS = b'{"numbers": [{"form": "order", "code": "1", "number": "ORDER-4711"}]}'
MEDIA = {"add_cosignatures": "text/plain", "resolve_handles": "application/json"}
GOODS = "https://id.gs1.org/01/06901234567892"
SENT = [
    ("submit_entry", "/entries", 400),
    ("validate_submission", "/validate", 200),
    ("add_cosignatures", "/cosignatures", 400),
]


def rows(zone, leaf, tile):
    """Return the table: who may, by hand."""
    reserved = [*event_rows(zone, leaf, tile), *walk_rows(), *epcis_rows()]
    return (
        [Row(name, path, frozenset(allowed), *status) for name, path, allowed, *status in reserved],
        [Row(name, path, frozenset(ALL), *status) for name, path, *status in public_rows(zone)]
        + [Row(name, path, frozenset(ALL), status, "POST", b"\xff") for name, path, status in SENT],
        [Row(name, path, frozenset(ALL)) for name, path in mirrored_rows(tile)],
    )


def event_rows(zone, leaf, tile):
    """What is read by the name of an event, or by where it stands."""
    order, payment, digest = zone.order.name.hex(), zone.payment.name.hex(), sha256(SOURCE).hexdigest()
    return [
        ("get_body", f"/events/{payment}/body", AGENCIES | PARTIES_OF_PAYMENT),
        ("get_body", f"/events/{order}/body", ALL),
        ("get_body", f"/events/{'0' * 64}/body", AGENCIES, 404),
        ("get_disclosures", f"/events/{payment}/disclosures", AGENCIES | PARTIES_OF_PAYMENT),
        ("get_disclosures", f"/events/{order}/disclosures", AGENCIES | PARTIES_OF_ORDER),
        ("get_disclosures", f"/events/{'0' * 64}/disclosures", AGENCIES, 404),
        ("get_attachment", f"/attachments/{digest}?event={order}", AGENCIES),
        ("get_attachment", f"/attachments/{'0' * 64}?event={order}", AGENCIES, 404),
        ("get_attachment", f"/attachments/{digest}?event={payment}", AGENCIES, 404),
        ("get_attachment", f"/attachments/{digest}?event={'0' * 64}", AGENCIES, 404),
        ("get_batch", f"/batches/{leaf}", AGENCIES | AUDITING | {"payer"}),
        ("get_batch", "/batches/999999", AGENCIES | AUDITING, 404),
        ("get_batches", f"/batches/0/{leaf}", AGENCIES | AUDITING),
        ("get_batches", "/batches/999999/9999999", AGENCIES | AUDITING, 404),
        ("get_entries", f"/tile/entries/{tile}", AGENCIES | AUDITING),
    ]


def walk_rows():
    """What is read by subject, and inboxes."""
    walk = "walk=parties"
    return [
        ("get_trace", f"/trace?subject={ORDER}&{walk}", AGENCIES | PARTIES_OF_PAYMENT),
        ("get_declarations", f"/declarations?subject={ORDER}&{walk}", AGENCIES | PARTIES_OF_PAYMENT),
        ("get_declarations", "/declarations", SIGNED),
        ("get_declarations", f"/declarations?of={SELLER}&state=open&older=60", AGENCIES | {"seller"}),
        ("get_product", f"/01/06901234567892?{walk}", AGENCIES),
        ("get_lot", f"/01/06901234567892/10/L1?{walk}", AGENCIES),
        ("get_item", f"/01/06901234567892/21/S1?{walk}", AGENCIES),
        ("get_unit", f"/00/069012345000000011?{walk}", AGENCIES),
        ("get_place", f"/414/6901234500004?{walk}", AGENCIES),
        ("get_party", f"/417/6901234500004?{walk}", AGENCIES),
        ("get_history", f"/histories/member?subject={LISTS}", AGENCIES | {"seller"}),
        ("get_history", f"/histories/claim?subject={LISTS}&since=latest", AGENCIES | {"seller"}, 404),
        ("get_history", "/histories/quota?subject=urn:suyuan:agency:customs", AGENCIES),
        ("resolve_handles", "/handles/resolve", SIGNED, 200, "POST", NUMBERS),
        ("get_inbox", "/agencies/customs/inbox", {"customs"}),
        ("get_inbox", "/agencies/tax/inbox", {"tax"}),
        ("get_inbox", "/agencies/nobody/inbox", set()),
        ("get_mandates", f"/mandates?agent={SELLER}", AGENCIES | {"seller"}),
        ("get_mandates", "/mandates?agent=urn:suyuan:agency:customs", AGENCIES),
        ("get_grants", f"/grants?grantee={SELLER}", AGENCIES | {"seller"}),
    ]


def epcis_rows():
    """What is asked of logistics events without naming any, named queries, and recalls."""
    query = b'{"name": "\xff", "query": {}}'
    return [
        ("get_epcis_events", "/epcis/events", SIGNED),
        ("get_epcis_values", "/epcis/bizSteps", SIGNED),
        ("get_epcis_events_of", "/epcis/bizSteps/shipping/events", SIGNED),
        ("get_epcis_queries", "/epcis/queries", SIGNED),
        ("get_epcis_query", "/epcis/queries/none", SIGNED, 404),
        ("get_epcis_query_events", "/epcis/queries/none/events", SIGNED, 404),
        ("delete_epcis_query", "/epcis/queries/none", SIGNED, 404, "DELETE"),
        ("add_epcis_query", "/epcis/queries", SIGNED, 415, "POST", query),
        ("get_reach", f"/recalls/{'0' * 64}/reach", AGENCIES, 404),
        ("get_items", f"/lots/items?subject={GOODS}", AGENCIES),
    ]


def public_rows(zone):
    """What is open to everybody."""
    order, payment = zone.order.name.hex(), zone.payment.name.hex()
    return [
        ("get_trace", f"/trace?subject={ORDER}"),
        ("get_history", f"/histories/recall?subject={ORDER}"),
        ("get_history", "/histories/list?subject=urn:suyuan:list:positive:1"),
        ("get_history", f"/histories/list?subject={ORDER}&since=3", 404),
        ("get_declarations", f"/declarations?subject={ORDER}"),
        ("get_entry", "/lists/positive/0402211000", 404),
        ("get_product", "/01/06901234567892"),
        ("get_custody", f"/custody?subject={GOODS}"),
        ("get_epcis_event", "/epcis/events/urn:x:1", 404),
        ("get_epcis_events", f"/epcis/events?MATCH_anyEPC={GOODS}"),
        ("get_epcis_event_types", "/epcis/eventTypes"),
        ("get_epcis_vocabulary", "/epcis/vocabulary"),
        ("get_epcis_sub_resources", "/epcis/bizSteps/shipping"),
        ("get_event", f"/events/{payment}"),
        ("get_recognition", f"/events/{order}/recognition"),
        ("get_filing", f"/filings/{'0' * 64}", 404),
        ("get_receipt", f"/entries/{'0' * 64}", 404),
        ("get_statement", f"/entries/{'0' * 64}/statement", 404),
        ("get_leaf", "/statements/1"),
        ("get_leaf", f"/statements/{'0' * 64}", 404),
        ("get_status", "/status"),
        ("get_evidence", f"/status/evidence/{'0' * 64}", 404),
        ("get_keys", "/.well-known/scitt-keys"),
        ("get_key", f"/.well-known/scitt-keys/{'A' * 43}", 404),
        ("get_resolver", "/.well-known/gs1resolver"),
        ("get_home", "/"),
        ("search", "/search?q=06901234567892", 303),
    ]


def mirrored_rows(tile):
    """What is open to everybody, and no signature is looked at."""
    return [
        ("get_checkpoint", "/checkpoint"),
        ("get_checkpoint_of_size", "/checkpoints/2"),
        ("get_quorum_checkpoint", "/checkpoints/quorum"),
        ("get_tile", f"/tile/0/{tile}"),
        ("get_consistency", "/consistency/2/4"),
        ("get_charter", "/charter"),
        ("get_alive", "/healthz"),
        ("get_ready", "/readyz"),
        ("get_metrics", "/metrics"),
    ]


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("served") / "zone")
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def table(zone):
    with zone.world.ledger.store.read() as reader:
        leaf = reader.find_event(zone.payment.name).leaf
    size = published(zone.world.ledger)
    return rows(zone, leaf, "000" if size >= 256 else f"000.p/{size}")


def published(ledger):
    """Return the size of the published checkpoint, once that is the newest."""
    until = time.monotonic() + 60
    while (size := parse_signed_checkpoint(ledger.tiles.checkpoint())[0].size) != ledger.head.edge.size:
        assert time.monotonic() < until, size
        time.sleep(0.02)
    return size


def ask(server, row, signer):
    asker = Asker(server.base, signer)
    sent = asker.signed(row.method, row.path, row.body)
    kind = MEDIA.get(row.operation, MEDIA_TYPE)
    return asker.ask(row.path, row.method, row.body, {**sent, "Content-Type": kind} if row.body else sent)


def expected(row, name, state, *, mirrored=False):
    """Return the status that the table asks for."""
    if mirrored:
        return row.status
    if name != "anybody" and state != "active":
        return 401
    if name in row.allowed:
        return row.status
    return 401 if name == "anybody" else 403


def wrong_cells(zone, server, checked, askers, *, mirrored=False):
    """Return the cells that were answered otherwise than the table says, and how many there were."""
    wrong, count = [], 0
    for row in checked:
        cells = [("anybody", "active"), *((name, "active") for name in askers)]
        cells += [(name, state) for name in askers[::3] for state in STATES[1:]]
        for name, state in cells:
            answer = ask(server, row, None if name == "anybody" else zone.keys[name, state])
            count += 1
            wanted = expected(row, name, state, mirrored=mirrored)
            leaks = answer.status in (401, 403, 404) and any(each in answer.body for each in SECRETS)
            if answer.status != wanted or leaks:
                wrong.append((row.operation, row.path, name, state, wanted, answer.status, leaks))
    return wrong, count


def test_every_operation_that_is_described_has_a_row(server, table):
    paths = server.get("/openapi.json").json["paths"]
    described = {each["operationId"] for path in paths.values() for each in path.values()}
    assert described == {row.operation for part in table for row in part}


def test_every_address_that_is_not_mirrored_is_described_with_its_refusals(server, table):
    paths = server.get("/openapi.json").json["paths"]
    mirrored = {row.operation for row in table[2]}
    for path, operations in paths.items():
        for each in operations.values():
            assert ({"401", "429"} <= each["responses"].keys()) == (each["operationId"] not in mirrored), path


def test_reserved_reads_are_answered_to_whom_the_table_names_and_to_nobody_else(zone, server, table):
    wrong, count = wrong_cells(zone, server, table[0], ASKERS)
    assert wrong == []
    assert count >= 400


def test_public_addresses_are_answered_to_everybody_whose_signature_counts(zone, server, table):
    wrong, count = wrong_cells(zone, server, table[1], ("customs", "warehouse"))
    assert wrong == []
    assert count >= 90


def test_what_is_mirrored_is_answered_to_everybody(zone, server, table):
    wrong, count = wrong_cells(zone, server, table[2], ("warehouse",), mirrored=True)
    assert wrong == []
    assert count >= 50


@pytest.mark.parametrize("name", ["anybody", "warehouse", "seller", "auditor"])
def test_what_is_not_there_is_refused_in_the_words_of_what_is_not_open(zone, server, name):
    asker = Asker(server.base, None if name == "anybody" else zone.keys[name, "active"])
    order, digest = zone.order.name.hex(), sha256(SOURCE).hexdigest()
    pairs = [(f"/attachments/{digest}?event={order}", f"/attachments/{'0' * 64}?event={order}")]
    if name != "seller":  # who is a party of that payment
        pairs.append((f"/events/{zone.payment.name.hex()}/body", f"/events/{'0' * 64}/body"))
        pairs.append((f"/events/{zone.payment.name.hex()}/disclosures", f"/events/{'0' * 64}/disclosures"))
    for there, not_there in pairs:
        first, second = asker.ask(there), asker.ask(not_there)
        assert first.status == second.status == (401 if name == "anybody" else 403)
        assert first.body == second.body


def test_refusals_say_which_rule_refused_and_who_would_be_allowed(zone, server):
    path = f"/events/{zone.payment.name.hex()}/body"
    problem = json.loads(Asker(server.base, zone.keys["warehouse", "active"]).ask(path).body)
    assert problem["type"] == "urn:suyuan:problem:private"
    assert problem["came"] == zone.actor("warehouse").uri
    assert "a party" in problem["expected"]
    assert "an agency" in problem["expected"]
    assert "docs/access.md" in problem["todo"]


def test_batches_show_each_reader_the_bodies_that_it_may_read(zone, server):
    with zone.world.ledger.store.read() as reader:
        leaf = reader.find_event(zone.payment.name).leaf
    for name, state in (("customs", SHOWN), ("payer", SHOWN), ("auditor", RESTRICTED), ("witness", RESTRICTED)):
        answer = Asker(server.base, zone.keys[name, "active"]).ask(f"/batches/{leaf}")
        (event,) = parse_batch_answer(answer.body)
        assert event.state == state
        assert answer.headers["cache-control"] == "private, no-store"


def test_disclosures_are_shown_by_audience_and_the_others_are_named(zone, server):
    path = f"/events/{zone.order.name.hex()}/disclosures"
    seller = json.loads(Asker(server.base, zone.keys["seller", "active"]).ask(path).body)
    customs = json.loads(Asker(server.base, zone.keys["customs", "active"]).ask(path).body)
    assert "/number" in seller["disclosures"]
    assert "/buyer" not in seller["disclosures"]
    assert "an agency" in seller["withheld"]["/buyer"]
    assert {"/number", "/buyer", "/source"} <= customs["disclosures"].keys()
    assert customs["withheld"] == {}
