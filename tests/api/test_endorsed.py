"""Inboxes, recognition and filings over HTTP."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import agency
from ledger.client.client import LedgerClient
from ledger.errors import PrivateError
from ledger.signing.signer import generate
from verifier.errors import NotPermittedError
from verifier.primitives.keys import EDDSA, format_key

JSON = "application/json"


@pytest.fixture(scope="module")
def request_keys(world, zone_terms):
    """Register a request key of customs and one of the market regulator."""
    keys = {"customs": generate(EDDSA), "market": generate(EDDSA)}
    drafts = []
    for name, signer in keys.items():
        public = signer.public
        subjects = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": getattr(world, name).uri}
        data = {"use": "request", "key": format_key(public), "types": ["*"], "subjects": []}
        drafts.append(zone_terms.Draft("registry.key", zone_terms.now(), subjects=subjects, data=data))
    world.zone.decree(drafts)
    return keys


@pytest.fixture(scope="module")
def waiting(world, zone_terms):
    """A product that awaits customs."""
    names = {"zh": "待认可", "en": "To be recognised"}
    draft = zone_terms.product_draft(world, "06901234567007", names, 0)
    (event,) = world.zone.say(world.seller, [draft])
    return event


def test_an_agency_reads_its_inbox_and_nobody_else_does(server, waiting, request_keys):
    path = "/agencies/customs/inbox"
    assert server.get(path, JSON).status == 401
    page = LedgerClient(server.base, request_key=request_keys["customs"]).inbox("customs")
    item = next(each for each in page["items"] if each["name"] == waiting.name.hex())
    assert item["outcome"] == "not yet recognised"
    assert item["policies"] == ["urn:suyuan:policy:filing"]
    assert "https://id.gs1.org/01/06901234567007" in item["subjects"]
    assert server.get(item["links"]["recognition"], JSON).json["outcome"] == "not yet recognised"
    assert server.get(item["links"]["trace"], JSON).status == 200
    with pytest.raises(PrivateError, match="itself"):
        LedgerClient(server.base, request_key=request_keys["market"]).inbox("customs")
    assert LedgerClient(server.base, request_key=request_keys["market"]).inbox("market")["items"] == []


def test_the_inbox_is_read_page_by_page(server, waiting, world, request_keys, zone_terms):
    gtins = ("06901234567014", "06901234567021", "06901234567038")
    drafts = [zone_terms.product_draft(world, each, {"zh": "一", "en": "one"}, 0) for each in gtins]
    world.zone.say(world.seller, drafts)
    client = LedgerClient(server.base, request_key=request_keys["customs"])
    whole = client.inbox("customs", limit=1000)
    assert whole["next"] is None
    assert whole["total"] == len(whole["items"])
    found, after = [], None
    while True:
        page = client.inbox("customs", after=after, limit=2)
        found += page["items"]
        after = page["next"]
        if after is None:
            break
        assert len(page["items"]) == 2
    assert found == whole["items"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("after=1", "after"), ("after=1.", "after"), ("after=a.b", "after"), ("limit=0", "limit"), ("limit=1001", "limit"),
     ("limit=x", "limit"), ("after=01.0", "after"), ("other=1", "query")],
)  # fmt: skip
def test_a_page_is_asked_for_strictly(server, query, field):
    answer = server.get(f"/agencies/customs/inbox?{query}", JSON)
    assert answer.status == 400
    assert field in answer.json["field"]


def test_recognition_is_told_with_reasons_endorsements_and_who_is_awaited(server, world, waiting, zone_terms):
    path = f"/events/{waiting.name.hex()}/recognition"
    before = server.get(f"{path}?lang=en", JSON).json
    assert (before["outcome"], before["met"], before["needed"]) == ("not yet recognised", 0, 1)
    assert [each["uri"] for each in before["awaited"]] == [world.customs.uri]
    assert [(each["policy"], each["met"]) for each in before["policies"]] == [("urn:suyuan:policy:filing", False)]
    until = zone_terms.now() + 86_400_000
    conditions = [{"zh": "标签须有中文", "en": "labels in Chinese"}]
    verb = "endorsement.recognised-with-conditions"
    data = {"seen": [], "conditions": conditions}
    draft = zone_terms.Draft(verb, zone_terms.now(), data=data, about=(waiting.name,), until=until)
    world.zone.say(world.customs, [draft])
    after = server.get(f"{path}?lang=zh", JSON).json
    assert after["outcome"] == "recognised"
    assert after["text"] == "已获认可"
    assert [each["name"] for each in after["recognisedBy"]] == [world.customs.names["zh"]]
    (endorsement,) = after["endorsements"]
    assert (endorsement["conditions"], endorsement["until"]) == (conditions, until)
    assert after["awaited"] == []
    assert after["size"] > before["size"]


def test_what_is_not_recorded_has_no_recognition(server):
    assert server.get(f"/events/{'00' * 32}/recognition", JSON).status == 404
    assert server.get(f"/filings/{'00' * 32}", JSON).status == 404


def test_a_filing_tells_who_recognises_it_and_how_often_it_was_used(server, world):
    answer = server.get(f"/filings/{world.filed.name.hex()}", JSON).json
    assert [each["uri"] for each in answer["recognisedBy"]] == [world.customs.uri]
    assert answer["used"]["byType"]["transport.commissioning"] >= 1
    assert answer["used"]["total"] == sum(answer["used"]["byType"].values())
    assert server.get(f"/filings/{world.event.name.hex()}", JSON).status == 404


def test_a_second_filing_is_refused_with_a_pointer_to_the_first_and_an_amendment_is_not(server, world, zone_terms):
    again = zone_terms.product_draft(world, zone_terms.GOOD, {"zh": "又", "en": "again"}, 0)
    with pytest.raises(NotPermittedError) as refused:
        world.zone.say(world.seller, [again])
    assert refused.value.field == "events[0].order.product-filed-twice"
    assert world.filed.name.hex() in refused.value.todo
    amended = zone_terms.Draft("filing.product-amended", zone_terms.now(), data=again.data, about=(world.filed.name,))
    (event,) = world.zone.say(world.seller, [amended])
    answer = server.get(f"/filings/{world.filed.name.hex()}", JSON).json
    assert event.name.hex() in answer["amendments"]


def test_an_unknown_agency_has_no_inbox_to_look_into(server):
    assert agency("nobody", "无", "none", []).uri == "urn:suyuan:agency:nobody"
    assert server.get("/agencies/nobody/inbox", JSON).status == 401
    assert server.get("/agencies/No%20body/inbox", JSON).status == 400
