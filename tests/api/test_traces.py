import json
import subprocess
import sys
from urllib.parse import quote

import pytest

from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.merkle import leaf_hash
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verdict import NOT_RECORDED, VERIFIED
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

TRACE, EVENT, JSON = "application/vnd.suyuan.trace+cbor", "application/vnd.suyuan.event+cbor", "application/json"


def examine(world, data, subject, now):
    with world.ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
    return examine_trace(data, Standpoint(TrustPolicy(pinned), now // 1000, registry_types()), subject=subject)


def test_the_proof_verifies(server, world, zone_terms):
    subject = zone_terms.ITEM
    answer = server.get(f"/trace?subject={quote(subject, safe='')}", TRACE)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == TRACE
    assert answer.headers["Content-Disposition"] == f'attachment; filename="01-{zone_terms.GOOD}-21-A-2F1.trace"'
    verdict = examine(world, answer.body, subject, zone_terms.now())
    assert verdict.outcome == VERIFIED
    assert int(answer.headers["Suyuan-Tree-Size"]) == verdict.story.size
    assert answer.headers["Suyuan-Newer"] == "0"


def test_absence_is_proved(server, world, zone_terms):
    subject = f"{zone_terms.GS1}/01/{zone_terms.FREE}"
    answer = server.get(f"/01/{zone_terms.FREE}", TRACE)
    assert answer.status == 200
    assert examine(world, answer.body, subject, zone_terms.now()).outcome == NOT_RECORDED


def test_newer_leaves_are_counted(make_world, serve, zone_terms):
    world = make_world(quorum=1)
    server = serve(world.ledger, world.folder)
    path = f"/01/{zone_terms.GOOD}"
    assert server.get(path, JSON).status == 503
    server.post("/cosignatures", world.cosign(), "text/plain")
    assert server.get(path, JSON).headers["Suyuan-Newer"] == "0"
    world.zone.admit_enterprises(world.customs, [world.seller])
    answer = server.get(path, JSON)
    size = int(answer.headers["Suyuan-Tree-Size"])
    assert int(answer.headers["Suyuan-Newer"]) == world.ledger.head.edge.size - size > 0


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, TRACE), ("*/*", TRACE), (TRACE, TRACE), (JSON, JSON), ("text/html", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json;q=0.5, text/html;q=0.4", JSON), ("text/*", "text/html"),
        (f"{TRACE};q=0, application/json", JSON), ("application/*", TRACE),
    ],
)  # fmt: skip
def test_negotiation(server, zone_terms, accept, kind):
    answer = server.get(f"/01/{zone_terms.GOOD}", accept)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Vary"] == "Accept, Accept-Language"


def test_what_nobody_offers_is_not_acceptable(server, zone_terms):
    answer = server.get(f"/01/{zone_terms.GOOD}", "image/png")
    assert answer.status == 406
    assert answer.json["field"] == "Accept"


def test_the_format_of_a_link_overrides_the_header(server, zone_terms):
    for form, kind in (("proof", TRACE), ("json", JSON), ("page", "text/html")):
        answer = server.get(f"/01/{zone_terms.GOOD}?format={form}", "image/png")
        assert answer.headers["Content-Type"].startswith(kind)
    assert server.get(f"/01/{zone_terms.GOOD}?format=xml", JSON).json["field"] == "format"


def test_json_is_what_the_verifier_says_and_marked_as_the_servers_word(server, world, zone_terms, tmp_path):
    path = f"/01/{zone_terms.GOOD}/21/A%2F1"
    answer = server.get(path, JSON, **{"Accept-Language": "en"}).json
    assert answer["computedBy"] == "server"
    assert answer["verifiedOnThisDevice"] is False
    assert answer["verifyWith"].startswith("suyuan-verify trace ")
    assert answer["outcome"] == "verified"
    assert [each["number"] for each in answer["steps"]] == list(range(1, 10))
    assert any(each["key"] == "server.charter" for each in answer["notChecked"])
    types = [each["type"] for each in answer["story"]["events"]]
    assert "transport.commissioning" in types
    assert "genuine" not in json.dumps(answer)
    file = tmp_path / "item.trace"
    file.write_bytes(server.get(path, TRACE).body)
    with world.ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
    policy = tmp_path / "trust.policy"
    policy.write_text(f"suyuan trust policy v1\ncharter {pinned.hex()}\n")
    command = [sys.executable, "-m", "verifier", "--lang", "en", "trace", str(file), "--policy", str(policy), "--json",
               "--subject", zone_terms.ITEM, "--no-state"]  # fmt: skip
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert said["outcome"] == answer["outcome"]
    assert said["story"]["events"] == answer["story"]["events"]


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/01/06901234567892", "https://id.gs1.org/01/06901234567892"),
        ("/01/06901234567892/10/L1", "https://id.gs1.org/01/06901234567892/10/L1"),
        ("/01/06901234567892/10/%4c1", "https://id.gs1.org/01/06901234567892/10/L1"),
        ("/01/06901234567892/21/A%2f1", "https://id.gs1.org/01/06901234567892/21/A%2F1"),
        ("/01/06901234567892/21/A:1", "https://id.gs1.org/01/06901234567892/21/A%3A1"),
        ("/01/06901234567892/21/%25", "https://id.gs1.org/01/06901234567892/21/%25"),
        ("/00/069012345000000011", "https://id.gs1.org/00/069012345000000011"),
        ("/414/6901234500004", "https://id.gs1.org/414/6901234500004"),
        ("/417/6901234500004", "https://id.gs1.org/417/6901234500004"),
    ],
)
def test_digital_links_lead_to_canonical_subjects(server, path, subject):
    assert parse_trace_proof(server.get(path, TRACE).body).subject == subject


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/01/6901234567892", "gtin"), ("/01/690123456789", "gtin"), ("/01/69012345", "gtin"),
        ("/01/06901234567893", "gtin"), ("/01/0690123456789X", "gtin"), ("/01/%D9%A0", "gtin"),
        ("/01/06901234567892/10/A/B", "path"), ("/01/06901234567892/10/L/21/S", "path"),
        ("/01/06901234567892/21/%zz", "serial"), ("/01/06901234567892/21/%23", "serial"),
        ("/01/06901234567892/21/%FF", "serial"), ("/01/06901234567892/21/%00", "serial"),
        ("/01/06901234567892/21/" + "a" * 21, "serial"), ("/00/069012345000000012", "sscc"),
        ("/00/1", "sscc"), ("/414/6901234500005", "gln"), ("/417/69", "gln"), ("/01/%30690123456789", "gtin"),
    ],
)  # fmt: skip
def test_other_links_are_refused_by_name(server, path, field):
    answer = server.get(path, JSON)
    assert answer.status == 400
    assert answer.json["field"] == field


def test_a_short_gtin_is_refused_with_its_long_spelling(server):
    answer = server.get("/01/6901234567892", JSON).json
    assert answer["expected"] == "14 digits: 06901234567892"


def test_the_proof_of_an_event(server, world):
    name = world.event.name
    answer = server.get(f"/events/{name.hex()}", EVENT)
    assert answer.headers["Content-Type"] == EVENT
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name.hex()[:16]}.event"'
    proof = parse_event_proof(answer.body)
    assert proof.statement.events[0].head == world.event.head
    shown = server.get(f"/events/{name.hex()}", JSON).json
    assert shown["computedBy"] == "server"
    assert shown["type"] == "transport.commissioning"
    assert shown["issuer"]["uri"] == world.seller.uri
    assert shown["data"]["action"] == "ADD"
    assert server.get("/events/" + "0" * 64, JSON).status == 404
    assert server.get("/events/xyz", JSON).json["field"] == "name"


def test_an_event_of_the_registry_names_its_root(server, world):
    answer = server.get("/trace?subject=urn:suyuan:ledger:ledger.example/zone", JSON)
    assert answer.status == 200
    with world.ledger.store.read() as reader:
        (founding,) = reader.batch(0)
    shown = server.get(f"/events/{event_name(founding.head).hex()}", JSON, **{"Accept-Language": "en"}).json
    assert shown["issuer"]["name"] == "Demonstration customs"
