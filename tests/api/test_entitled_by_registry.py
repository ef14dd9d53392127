"""What the registry says of somebody is what it may read: mandates, grants, custody, suspensions, revocations."""

from __future__ import annotations

import json
import secrets

import pytest

from api.access import Access
from api.actors import Moment, actor_of, moment_of
from api.authorise import ANYBODY
from api.errors import UnauthenticatedError
from api.held import Held
from fixtures.zone.actors import enterprise
from ledger.compose.event import Draft
from ledger.errors import PrivateError
from ledger.signing.signer import generate
from tests.api.access_world import DAY, ORDER, Asker, found_access_world
from tests.api.conftest import Server, settings_for
from tests.world import now, uscc
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import RESTRICTED
from verifier.proof.traceproof import parse_trace_proof


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("entitled") / "zone", askers=("customs", "warehouse", "seller"))
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


@pytest.fixture
def warehouse(zone, server):
    """Somebody who is no party of anything here."""
    return Asker(server.base, zone.keys["warehouse", "active"])


@pytest.fixture
def addresses(zone):
    order, payment = zone.order.name.hex(), zone.payment.name.hex()
    return {
        "payment": f"/events/{payment}/body",
        "order values": f"/events/{order}/disclosures",
        "payment values": f"/events/{payment}/disclosures",
        "walk": f"/trace?subject={ORDER}&walk=parties",
    }


def read_by(asker, addresses):
    return {name for name, path in addresses.items() if asker.ask(path).status == 200}


def later(zone, milliseconds):
    """Return what holds so much later, if nothing is recorded meanwhile."""
    return moment_of(zone.world.ledger, now() + milliseconds)


def held(zone, name, moment):
    actor = actor_of(zone.keys[name, "active"].public.kid, moment)
    return Held(zone.world.ledger, Access(actor), moment)


MANDATES = {
    "everything": ({"types": ["*"], "subjects": []}, {"payment", "order values", "payment values", "walk"}),
    "its stage": ({"types": ["order.*"], "subjects": []}, {"payment", "order values", "payment values", "walk"}),
    "one type": ({"types": ["order.payment"], "subjects": []}, {"payment", "payment values", "walk"}),
    "another type": ({"types": ["transport.*"], "subjects": []}, {"walk"}),
    "its subjects": (
        {"types": ["*"], "subjects": ["urn:suyuan:order:"]},
        {"payment", "order values", "payment values", "walk"},
    ),
    "other subjects": ({"types": ["*"], "subjects": ["urn:suyuan:parcel:"]}, set()),
}


@pytest.mark.parametrize("name", MANDATES)
def test_an_agent_reads_what_its_mandate_covers_until_it_is_taken_back(zone, warehouse, addresses, name):
    data, read = MANDATES[name]
    assert read_by(warehouse, addresses) == set()
    mandate = zone.give("mandate", "platform", "warehouse", data)
    assert read_by(warehouse, addresses) == read
    zone.take_back("mandate", "platform", mandate)
    assert read_by(warehouse, addresses) == set()


def test_a_mandate_ends_when_its_term_does(zone):
    mandate = zone.give("mandate", "platform", "warehouse", {"types": ["*"], "subjects": []})
    assert held(zone, "warehouse", later(zone, 0)).body(zone.payment.name) == zone.payment.body
    assert held(zone, "warehouse", later(zone, DAY - 60_000)).body(zone.payment.name) == zone.payment.body
    with pytest.raises(PrivateError):
        held(zone, "warehouse", later(zone, DAY + 60_000)).body(zone.payment.name)
    zone.take_back("mandate", "platform", mandate)


def test_a_mandate_of_a_stranger_opens_nothing(zone, warehouse, addresses):
    mandate = zone.give("mandate", "carrier", "warehouse", {"types": ["*"], "subjects": []})
    assert read_by(warehouse, addresses) == set()
    zone.take_back("mandate", "carrier", mandate)


GRANTS = {
    "the body": (["body"], {"payment"}, set()),
    "a field": (["/number"], {"payment values"}, {"/number"}),
    "both": (["body", "/number"], {"payment", "payment values"}, {"/number"}),
    "a field for agencies": (["/payer"], {"payment values"}, {"/payer"}),
    "no field of this type": (["/buyer"], set(), set()),
    "nothing": ([], set(), set()),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_grantee_reads_what_was_granted_until_it_is_taken_back(zone, warehouse, addresses, name):
    fields, read, values = GRANTS[name]
    grant = zone.give("grant", "payer", "warehouse", {"fields": fields}, about=(zone.payment.name,))
    assert read_by(warehouse, addresses) == read
    if values:
        told = json.loads(warehouse.ask(addresses["payment values"]).body)
        assert told["disclosures"].keys() == values
        assert not told["withheld"].keys() & values
    zone.take_back("grant", "payer", grant)
    assert read_by(warehouse, addresses) == set()


def test_a_grant_ends_when_its_term_does_and_is_nobody_elses(zone, server, addresses):
    grant = zone.give("grant", "payer", "warehouse", {"fields": ["body"]}, about=(zone.payment.name,))
    assert held(zone, "warehouse", later(zone, DAY - 60_000)).body(zone.payment.name) == zone.payment.body
    with pytest.raises(PrivateError):
        held(zone, "warehouse", later(zone, DAY + 60_000)).body(zone.payment.name)
    with pytest.raises(UnauthenticatedError):
        Held(zone.world.ledger, Access(ANYBODY), later(zone, 0)).body(zone.payment.name)
    zone.take_back("grant", "payer", grant)


@pytest.mark.parametrize("giver", ["platform", "payer"])
@pytest.mark.parametrize("kind", ["mandate", "grant"])
def test_nobody_reads_by_what_a_revoked_participant_gave(zone, warehouse, addresses, giver, kind):
    if kind == "mandate":
        gift = zone.give(kind, giver, "warehouse", {"types": ["*"], "subjects": []})
    else:
        event = zone.payment if giver == "payer" else zone.order
        gift = zone.give(kind, giver, "warehouse", {"fields": ["/number"]}, about=(event.name,))
    read = read_by(warehouse, addresses)
    assert read
    subject = {"enterprise": zone.actor(giver).uri}
    said = {"reason": "closed", "compromisedSince": None}
    zone.world.say("customs", Draft("registry.revocation", now(), subject, said))
    assert read_by(warehouse, addresses) == set()
    zone.world.say("customs", Draft("registry.restoration", now(), subject, {"reason": "reopened"}))
    assert read_by(warehouse, addresses) == read
    zone.take_back(kind, giver, gift)


def test_who_has_custody_of_a_subject_is_a_party_of_what_joins_it(zone, server):
    firm = {"code": "1", "name": "firm"}
    asker = Asker(server.base, zone.keys["seller", "active"])
    for custodian, status in ((None, 403), (zone.actor("seller").uri, 200)):
        order = f"urn:suyuan:order:{secrets.token_hex(16)}"
        placed = {"platform": firm, "seller": firm, "lineCount": 1}
        zone.world.say("platform", Draft("order.placed", now(), {"order": order}, placed, to=custodian))
        (payment,) = zone.world.say("payer", Draft("order.payment", now(), {"order": order}, {"firm": firm}))
        assert asker.ask(f"/events/{payment.name.hex()}/body").status == status
        assert asker.ask(f"/trace?subject={order}&walk=parties").status == status


def test_the_keys_of_a_suspended_agency_count_for_nothing_while_it_lasts(zone, server, addresses):
    signer = generate(EDDSA)
    zone.register("tax", signer)
    asker = Asker(server.base, signer)
    assert read_by(asker, addresses) == set(addresses)
    zone.suspend("agency", zone.actor("tax").uri)
    answer = asker.ask(addresses["payment"])
    assert answer.status == 401
    assert "suspended" in json.loads(answer.body)["came"]
    after = later(zone, DAY + 60_000)
    assert actor_of(signer.public.kid, after).uri == zone.actor("tax").uri


def test_the_keys_of_a_revoked_enterprise_count_for_nothing(zone, server, addresses):
    signer = generate(EDDSA)
    zone.register("carrier", signer)
    assert Asker(server.base, signer).ask("/").status == 200
    data = {"reason": "closed", "compromisedSince": None}
    zone.world.say("customs", Draft("registry.revocation", now(), {"enterprise": zone.actor("carrier").uri}, data))
    assert Asker(server.base, signer).ask("/").status == 401


def test_a_key_that_is_not_registered_yet_counts_for_nothing(zone):
    signer = generate(EDDSA)
    before = later(zone, 0)
    zone.register("customs", signer)
    with pytest.raises(UnauthenticatedError, match=r"unknown|from leaf"):
        actor_of(signer.public.kid, Moment(before.registry, before.leaf, before.time))
    assert actor_of(signer.public.kid, later(zone, 0)).is_agency


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"types": ["order.*"]}, 200),
        ({"types": ["filing.*"]}, 403),
        ({"subjects": ["urn:suyuan:order:"]}, 200),
        ({"subjects": ["urn:suyuan:parcel:"]}, 403),
    ],
)
def test_a_key_reads_what_its_limits_cover(zone, server, addresses, limits, status):
    signer = generate(EDDSA)
    zone.register("customs", signer, **limits)
    asker = Asker(server.base, signer)
    assert asker.ask(addresses["payment"]).status == status
    assert asker.ask(addresses["walk"]).status == 403
    assert asker.ask("/tile/entries/000").status == 403
    if status == 403:
        assert "types and subjects cover" in json.loads(asker.ask(addresses["payment"]).body)["expected"]


def test_who_says_something_to_a_case_sees_heads_and_no_bodies_of_others(zone, server):
    order, firm = f"urn:suyuan:order:{secrets.token_hex(16)}", {"code": "1", "name": "firm"}
    placed = {"platform": firm, "seller": firm, "lineCount": 1}
    zone.world.say("platform", Draft("order.placed", now(), {"order": order}, placed))
    (payment,) = zone.world.say("payer", Draft("order.payment", now(), {"order": order}, {"firm": firm}))
    rival = enterprise(uscc("91330100MA2TEXT08"), "示例支付二", "Example Rival", ["payment"])
    zone.world.cast["rival"] = rival
    zone.world.zone.admit_enterprises(zone.actor("customs"), [rival])
    asker = Asker(server.base, zone.new_key("rival", "active"))
    walk = f"/trace?subject={order}&walk=parties"
    assert asker.ask(walk).status == 403
    zone.world.say("rival", Draft("order.payment", now(), {"order": order}, {"firm": firm}))
    parts = parse_trace_proof(asker.ask(walk).body).trace
    shown = {event.head: event.body for part in parts for event in part.events}
    assert shown[payment.head] == RESTRICTED
    assert asker.ask(f"/events/{payment.name.hex()}/body").status == 403


def test_whom_an_event_names_stays_its_party_when_custody_has_moved_on(zone, server):
    order, firm = f"urn:suyuan:order:{secrets.token_hex(16)}", {"code": "1", "name": "firm"}
    placed = {"platform": firm, "seller": firm, "lineCount": 1}
    seller, warehouse = (zone.actor(each).uri for each in ("seller", "warehouse"))
    (first,) = zone.world.say("platform", Draft("order.placed", now(), {"order": order}, placed, to=seller))
    (second,) = zone.world.say("platform", Draft("order.placed", now(), {"order": order}, placed, to=warehouse))
    paths = [f"/events/{each.name.hex()}/disclosures" for each in (first, second)]
    for name, statuses in (("seller", [200, 403]), ("warehouse", [200, 200])):
        asker = Asker(server.base, zone.keys[name, "active"])
        assert [asker.ask(path).status for path in paths] == statuses, name


def test_principal_and_agent_are_parties_of_what_was_said_under_a_mandate(zone, server):
    payer = zone.actor("payer").uri
    mandate = zone.give("mandate", "payer", "seller", {"types": ["order.payment"], "subjects": []})
    order, firm = f"urn:suyuan:order:{secrets.token_hex(16)}", {"code": "1", "name": "firm"}
    zone.world.say(
        "platform", Draft("order.placed", now(), {"order": order}, {"platform": firm, "seller": firm, "lineCount": 1})
    )
    draft = Draft("order.payment", now(), {"order": order}, {"firm": firm}, {"/number": "P-1"}, behalf=payer)
    (payment,) = zone.world.say("seller", draft)
    zone.take_back("mandate", "payer", mandate)
    path = f"/events/{payment.name.hex()}/disclosures"
    agent = Asker(server.base, zone.keys["seller", "active"])
    principal = Asker(server.base, zone.new_key("payer", "active"))
    stranger = Asker(server.base, zone.keys["warehouse", "active"])
    assert [each.ask(path).status for each in (agent, principal, stranger)] == [200, 200, 403]
