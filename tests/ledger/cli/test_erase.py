"""`suyuan erase`: an order from proposal to report, on a real ledger behind its service."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from fixtures.zone.founding import draft_key
from ledger.compose.event import Draft
from ledger.erasure.eraser import Eraser
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from tests.docs.pages import ROOT, blocks_of
from tests.ledger.cli.conftest import SECRET
from tests.ledger.endorsing.office import open_office
from tests.ledger.erasure.seeking import places
from tests.ledger.erasure.test_eraser import settle
from tests.verifier.proof.governed import approve, officer, order
from tests.world import now, parcel_story
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import EDDSA

ENV = ("--passphrase-env", "PASS")
BASIS = ("--basis-zh", "示例依据", "--basis-en", "Example basis")
PRIVACY = "urn:suyuan:agency:privacy"


@pytest.fixture
def office(tmp_path):
    with open_office(tmp_path, SECRET.encode()) as made:
        yield made


def tell_order(world):
    for name, who, draft in parcel_story(world)[:5]:
        (world.events[name],) = world.say(who, draft(world.events) if callable(draft) else draft)
    return world.events["order"].name.hex()


def save_keys(world, folder):
    """Write the root keys and the privacy officer's statement key, as their holders have them."""
    for each in world.zone.agencies[:3]:
        label = each.uri.rpartition(":")[2]
        save_key(folder / f"{label}.pem", each.root, SECRET.encode())
    save_key(folder / "privacy.pem", officer(world).signer, SECRET.encode())


def published(world, folder):
    """Tell an order and let it be served; put trust policy and keys into the folder, and return the event's name."""
    name = tell_order(world)
    save_keys(world, folder)
    world.cosign()
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    (folder / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    return name


def order_erasure(run, office, name):
    """Take an order through its ceremony: proposed, approved by roots and the privacy officer, submitted."""
    agencies = office.world.zone.agencies
    to, trust, by = ("--to", office.url), ("--policy", "zone.policy"), agencies[0].uri
    words = ("erase", "propose", name, "--what", "body", *BASIS, "--by", by, "--out", "order.ceremony", *to, *trust)
    refused = run(*words, "--officer", by)
    assert refused.code != 0
    assert "privacy-officer" in refused.err
    proposed = run(*words, "--officer", PRIVACY, "--json")
    assert proposed.code == 0, proposed.err
    assert "the law has this kept until" in proposed.err
    assert [each["circle"] for each in proposed.answer["circles"]] == ["roots", "privacy-officers"]
    for label in [each.uri.rpartition(":")[2] for each in agencies[:3]]:
        signed = run("erase", "approve", "order.ceremony", "--key", f"{label}.pem", *trust, *ENV, "--yes", "--json")
        assert signed.code == 0, signed.err
    early = run("erase", "submit", "order.ceremony", *to, *trust, "--yes")
    assert early.code == 3
    assert PRIVACY in early.err
    assert run("erase", "approve", "order.ceremony", "--key", "privacy.pem", *trust, *ENV, "--yes").code == 0
    sent = run("erase", "submit", "order.ceremony", *to, *trust, "--yes", "--json")
    assert sent.code == 0, sent.err


def confirm_erasure(world, order):
    """Let an agency say that its mirror erased it too."""
    with world.ledger.store.read() as reader:
        world.zone.heads[order] = parse_head(reader.find_event(order).head)
    erased = {"copy": "mirror", "erasedAt": "2026-11-23T00:00:00Z"}
    world.say("tax", Draft("record.erased", now(), data=erased, about=(order,)))


def register_mirrors(world, *agencies):
    """Register a mirror's key of each agency; return their thumbprints."""
    keys = [generate(EDDSA).public for _ in agencies]
    drafts = [draft_key(world.cast[who].uri, key, now(), use="mirror") for who, key in zip(agencies, keys, strict=True)]
    world.zone.decree(drafts)
    return [key.kid.hex() for key in keys]


def confirm_mirror(world, who, order, mirror):
    """Let an agency say that one of its mirrors erased it."""
    data = {"copy": "mirror", "erasedAt": "2026-11-23T00:00:00Z", "mirror": mirror}
    world.say(who, Draft("record.erased", now(), data=data, about=(order,)))


def test_a_dry_run_counts_what_would_be_carried_out_and_changes_nothing(run, office, tmp_path, monkeypatch):
    world = office.world
    name = published(world, tmp_path)
    with monkeypatch.context() as idle:  # a ledger that stops before it carries the order out
        idle.setattr(Eraser, "turn", lambda *_: 0)
        order_erasure(run, office, name)
        world.cosign()
        root = world.ledger.store.beside("ledger.db").parent
        world.ledger.close()
    dry = run("erase", "run", root, "--dry-run", "--json")
    assert (dry.code, dry.answer) == (0, {"wouldCarryOut": 1}), dry.err
    assert run("erase", "status", root, "--json").answer["open"] == 1
    assert run("erase", "run", root, "--json").answer["carriedOut"] == 1
    assert run("erase", "run", root, "--dry-run", "--json").answer == {"wouldCarryOut": 0}


def test_an_order_is_proposed_approved_submitted_carried_out_and_reported(run, office, tmp_path):
    world = office.world
    name = published(world, tmp_path)
    order_erasure(run, office, name)
    world.cosign()
    world.ledger.writer.call(world.ledger.writer.sequencer.tidy).result()
    root = world.ledger.store.beside("ledger.db").parent
    said = run("erase", "status", root, "--json")
    assert said.code == 0, said.err
    assert [(each["event"], each["covered"]) for each in said.answer["orders"]] == [(name, True)]
    assert said.answer["open"] == 0
    confirm_erasure(world, bytes.fromhex(said.answer["orders"][0]["order"]))
    told = run("erase", "report", root, "--json").answer["orders"][0]
    assert [each["agency"] for each in told["confirmations"]] == [world.cast["tax"].uri]
    assert told["awaited"] == []
    assert {each["agency"] for each in told["approvals"]} >= {PRIVACY}
    assert told["basis"] == {"zh": "示例依据", "en": "Example basis"}
    for lang in ("zh", "en"):
        assert run("erase", "report", root, "--lang", lang).code == 0
    assert run("erase", "due", root, "--json").answer == {"due": []}
    assert not places(root, ["张三", "13800000001"])


def test_the_report_names_the_registered_mirrors_that_have_not_confirmed(run, office, tmp_path):
    world = office.world
    tell_order(world)
    ordered = order(world, world.events["order"])
    approve(world, ordered)
    settle(world)
    root = world.ledger.store.beside("ledger.db").parent
    *own, third = register_mirrors(world, "market", "market", "tax")
    first, second = sorted(own)
    tax, market = world.cast["tax"].uri, world.cast["market"].uri

    def awaited():
        return [(each["agency"], each["mirror"]) for each in told(run, root)["awaited"]]

    assert awaited() == [(market, first), (market, second), (tax, third)]
    confirm_mirror(world, "market", ordered.name, second)
    confirm_mirror(world, "market", ordered.name, third)  # another agency's: its word is not theirs
    assert awaited() == [(market, first), (tax, third)]
    assert [each["mirror"] for each in told(run, root)["confirmations"]] == [second, third]
    confirm_erasure(world, ordered.name)
    assert awaited() == [(market, first)]
    for lang, word in (("zh", "尚未确认"), ("en", "has not confirmed")):
        assert f"{market}" in run("erase", "status", root, "--lang", lang).out
        assert word in run("erase", "report", root, "--lang", lang).out
    key = {"key": f"urn:suyuan:key:{first}"}
    world.zone.decree([Draft("registry.revocation", now(), key, {"reason": "closed", "compromisedSince": None})])
    assert awaited() == []


def test_a_key_of_a_privacy_officer_that_may_sign_no_approval_is_none_that_is_waited_for(run, office, tmp_path):
    world = office.world
    name = published(world, tmp_path)
    narrow = generate(EDDSA)
    save_key(tmp_path / "narrow.pem", narrow, SECRET.encode())
    key = draft_key(PRIVACY, narrow.public, now())
    world.zone.decree([replace(key, data={**key.data, "types": ["record.erased"]})])
    world.cosign()
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    to, trust = ("--to", office.url), ("--policy", "zone.policy")
    by = ("--by", world.zone.agencies[0].uri, "--officer", PRIVACY)
    proposed = run(
        "erase", "propose", name, "--what", "body", *BASIS, *by, "--out", "o.ceremony", *to, *trust, "--json"
    )
    assert proposed.code == 0, proposed.err
    assert proposed.answer["circles"][1]["missing"] == [PRIVACY]
    signed = run("erase", "approve", "o.ceremony", "--key", "narrow.pem", *trust, *ENV, "--yes", "--json")
    assert signed.code != 0 or signed.answer["duties"] == []


def told(run, root):
    (order,) = run("erase", "report", root, "--json").answer["orders"]
    return order


def test_the_commands_of_docs_erasure_md_work_in_their_order(run, office, tmp_path, secret):
    world = office.world
    name = published(world, tmp_path)
    blocks = [each.text for each in blocks_of((ROOT / "docs" / "erasure.md").read_text("utf-8")) if each.language]
    assert len(blocks) == 2
    for line in "".join(blocks).splitlines():
        words = line.replace("$EVENT", name).replace("http://127.0.0.1:8640", office.url)
        if "status" in words:
            world.cosign()
            world.ledger.writer.call(world.ledger.writer.sequencer.tidy).result()
        ran = run(*shlex.split(words)[1:])
        assert ran.code == 0, (words, ran.err)
    assert not places(tmp_path / "zone", ["张三", "13800000001"])
