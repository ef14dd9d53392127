"""The reach of a recall and the items of a lot, asked of a real server by agencies, a firm, and nobody."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from ledger.client.client import LedgerClient
from ledger.errors import PrivateError
from ledger.signing.signer import generate
from verifier.errors import SuyuanError
from verifier.primitives.keys import EDDSA, format_key

JSON = "application/json"
GTIN = "06901234567120"


@pytest.fixture(scope="module")
def recalled(world, zone_terms):
    """The recall of a lot of 25 items, the lot, and the items."""
    zone, seller, terms = world.zone, world.seller, zone_terms
    product, lot = f"{terms.GS1}/01/{GTIN}", f"{terms.GS1}/01/{GTIN}/10/L%2F7"
    items = [f"{product}/21/S{number}" for number in range(25)]
    text = {"zh": "示例", "en": "Example"}
    zone.say(seller, [terms.product_draft(world, GTIN, {"zh": "罐头", "en": "Tinned fish"}, 0)])
    produced = {"producedOn": "20261001"}
    zone.say(seller, [terms.Draft("transport.production", terms.now(), {"lot": lot, "product": product}, produced)])
    under = [{"item": each, "product": product, "lot": lot} for each in items]
    zone.say(seller, [terms.Draft("transport.commissioning", terms.now(), each, {"action": "ADD"}) for each in under])
    draft = terms.Draft("aftersales.recall", terms.now(), {"goods": [lot]}, {"hazard": text, "advice": text})
    (recall,) = zone.say(world.market, [draft])
    return recall, lot, items


@pytest.fixture(scope="module")
def clients(world, server, zone_terms):
    """Clients that sign requests for the market regulator and for the seller."""
    keys = {"market": generate(EDDSA), "seller": generate(EDDSA)}
    drafts = {name: _key(zone_terms, getattr(world, name).uri, each.public, name) for name, each in keys.items()}
    world.zone.decree([drafts["market"]])
    world.zone.say(world.customs, [drafts["seller"]])
    return {name: LedgerClient(server.base, request_key=each) for name, each in keys.items()}


def _key(terms, holder, public, name):
    kind = "registry.key" if name == "market" else "registry.enterprise-key"
    subjects = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": holder}
    data = {"use": "request", "key": format_key(public), "types": ["*"], "subjects": []}
    return terms.Draft(kind, terms.now(), subjects=subjects, data=data)


def test_an_agency_learns_how_far_a_recall_reaches(recalled, clients, world):
    recall, lot, items = recalled
    told = clients["market"].reach(recall.name)
    assert (told["computedBy"], told["by"], told["goods"]) == ("server", world.market.uri, [lot])
    assert (told["affected"], told["traced"], told["stopped"], told["returned"]) == (len(items), 0, len(items), 0)
    assert [each["subject"] for each in told["sources"]] == [lot]
    assert (told["whole"], told["lifted"], told["reported"], told["saleSuspendedBy"]) == (True, None, None, [])


def test_an_agency_lists_the_affected_items_page_by_page(recalled, clients):
    recall, lot, items = recalled
    link = clients["market"].reach(recall.name)["sources"][0]["items"]
    assert link.startswith("/lots/items?subject=")
    found, after = [], 0
    while after is not None:
        page = clients["market"].items(lot, after=after, limit=10)
        assert len(page["items"]) <= 10
        found += [each["item"] for each in page["items"]]
        after = page["next"]
    assert found == items
    assert clients["market"].items(lot, after=25)["items"] == []


def test_firms_and_strangers_do_not(recalled, clients, server):
    recall, lot, _ = recalled
    for ask in (lambda: clients["seller"].reach(recall.name), lambda: clients["seller"].items(lot)):
        with pytest.raises(PrivateError, match="an agency"):
            ask()
    assert server.get(f"/recalls/{recall.name.hex()}/reach", JSON).status == 401
    assert server.get(f"/lots/items?subject={quote(lot, safe='')}", JSON).status == 401


def test_what_is_no_recall_and_no_lot_is_said_to_be_none(clients, world):
    with pytest.raises(SuyuanError, match=r"aftersales\.recall"):
        clients["market"].reach(world.event.name)
    with pytest.raises(SuyuanError, match="one of lot, product, item"):
        clients["market"].items(world.seller.uri)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", "other=1", ""])
def test_a_page_is_asked_for_strictly(server, query):
    query = f"subject=https://id.gs1.org/01/{GTIN}&{query}" if query else ""
    assert server.get(f"/lots/items?{query}", JSON).status == 400
