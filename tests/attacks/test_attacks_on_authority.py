"""Attacks on authority, answers and keys: refused at admission, and by a stranger where a ledger lets them in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.actors import agency, enterprise
from ledger.compose.event import Draft
from ledger.signing.signer import generate
from tests.attacks.conftest import bend, examined, failed_step, smuggle
from tests.world import DECLARATION, ITEM, ORDER, PARCEL, PRODUCT, World, found_world, now, uscc
from verifier.errors import MalformedError, MismatchError, NotPermittedError
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import EDDSA, format_key


def _refuse(world: World, who: str, draft: Draft, match: str) -> None:
    size = world.ledger.head.edge.size
    with pytest.raises(NotPermittedError, match=match):
        world.say(who, draft)
    assert world.ledger.head.edge.size == size


def test_moved_endorsement_is_refused_at_admission(world: World):
    customs = world.cast["customs"]
    target = world.zone.heads[world.events["list"].name]
    draft = Draft("endorsement.recognised", now(), data={"seen": []}, about=(world.events["list"].name,))
    honest = customs.compose(draft, world.zone.types, [target])
    moved = bend(honest, joins=(("trace", subject_name(PARCEL)),))
    with pytest.raises(MismatchError, match="joins"):
        world.ledger.submit(format_submission(customs.sign([moved], world.ledger.origin)))


def test_moved_endorsement_is_refused_by_the_verifier(world: World, monkeypatch):
    customs = world.cast["customs"]
    target = world.zone.heads[world.events["payment"].name]
    draft = Draft("endorsement.recognised", now(), data={"seen": []}, about=(world.events["payment"].name,))
    honest = customs.compose(draft, world.zone.types, [target])
    moved = bend(honest, joins=(("trace", subject_name(PARCEL)),))
    smuggle(world, customs, [moved], monkeypatch)
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)
    assert "another subject" in str(verdict.error)


def test_hidden_refusal_is_refused_at_admission(world: World):
    """A refusal that joins one history of its target only would not be met by who walks the other."""
    inspection = world.cast["inspection"]
    target = world.zone.heads[world.events["list"].name]
    reason = {"zh": "不符", "en": "Not as declared"}
    draft = Draft("endorsement.refused", now(), data={"seen": [], "reason": reason}, about=(world.events["list"].name,))
    honest = inspection.compose(draft, world.zone.types, [target])
    assert {("trace", subject_name(ORDER)), ("trace", subject_name(DECLARATION))} <= set(world_joins(honest)), (
        "an answer joins every trace of what it answers"
    )
    hidden = bend(honest, joins=(("trace", subject_name(DECLARATION)),))
    with pytest.raises(MismatchError, match="joins"):
        world.ledger.submit(format_submission(inspection.sign([hidden], world.ledger.origin)))


def test_hidden_refusal_is_refused_by_the_verifier(world: World, monkeypatch):
    inspection = world.cast["inspection"]
    target = world.zone.heads[world.events["list"].name]
    reason = {"zh": "不符", "en": "Not as declared"}
    draft = Draft("endorsement.refused", now(), data={"seen": [], "reason": reason}, about=(world.events["list"].name,))
    hidden = bend(inspection.compose(draft, world.zone.types, [target]), joins=(("trace", subject_name(DECLARATION)),))
    smuggle(world, inspection, [hidden], monkeypatch)
    verdict = examined(world, DECLARATION)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)


def test_refusal_by_an_agency_that_the_policy_names_is_not_recognised(world: World):
    world.endorse("inspection", world.events["release"], "refused", reason={"zh": "不符", "en": "Not as declared"})
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict), verdict.exit_code) == ("not-recognised", 7, 3)
    assert any(each.key == "notice.refused" for each in verdict.notices)


def test_withdrawn_recognition_no_longer_counts(world: World):
    (said,) = world.say(
        "inspection",
        Draft(
            "endorsement.withdrawn",
            now(),
            data={"reason": {"zh": "撤回", "en": "Withdrawn"}},
            about=(world.events["release recognised"].name,),
        ),
    )
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("not-recognised", 7)
    assert said.name in {told.event.name for told in verdict.story.timeline}


def test_endorsement_by_who_is_no_agency_is_refused(world: World):
    about = (world.events["list"].name,)
    _refuse(world, "platform", Draft("endorsement.recognised", now(), data={"seen": []}, about=about), "roles")


def test_strangers_join_is_refused_at_admission(world: World):
    _refuse(
        world,
        "warehouse",
        Draft("transport.packing", now(), {"item": ITEM, "parcel": PARCEL}, {"line": 1}),
        "custody",
    )


def test_strangers_join_is_refused_by_the_verifier(world: World, monkeypatch):
    warehouse = world.cast["warehouse"]
    draft = Draft("transport.packing", now(), {"item": ITEM, "parcel": PARCEL}, {"line": 1})
    smuggle(world, warehouse, [warehouse.compose(draft, world.zone.types)], monkeypatch)
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)
    assert "custody" in str(verdict.error)


def _counterfeiter(world: World):
    actor = enterprise(uscc("91330100MA2TEXT66"), "仿冒者", "Counterfeiter", ["seller"], prefixes=["69099999"])
    world.zone.admit_enterprises(world.cast["customs"], [actor])
    world.cast["counterfeiter"] = actor
    return actor


def test_counterfeiters_item_cannot_borrow_a_products_story(world: World):
    _counterfeiter(world)
    forged = f"{PRODUCT}/21/FORGED"
    draft = Draft("transport.commissioning", now(), {"item": forged, "product": PRODUCT}, {"action": "ADD"})
    _refuse(world, "counterfeiter", draft, "head.follows")


def test_counterfeiters_item_is_refused_by_the_verifier(world: World, monkeypatch):
    actor = _counterfeiter(world)
    forged = f"{PRODUCT}/21/FORGED"
    draft = Draft("transport.commissioning", now(), {"item": forged, "product": PRODUCT}, {"action": "ADD"})
    smuggle(world, actor, [actor.compose(draft, world.zone.types)], monkeypatch)
    verdict = examined(world, forged)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)


def test_product_outside_the_registered_prefix_is_refused(world: World):
    _counterfeiter(world)
    other = "https://id.gs1.org/01/06901234567908"
    names = {"zh": "a", "en": "b"}
    draft = Draft(
        "filing.product",
        now(),
        {"product": other, "enterprise": world.cast["counterfeiter"].uri},
        {"names": names, "hsCode": "1901101000", "origin": "NZ"},
    )
    world.say(
        "counterfeiter",
        Draft(
            "filing.enterprise",
            now(),
            {"enterprise": world.cast["counterfeiter"].uri},
            {"names": names, "customsCode": "3301000009"},
        ),
    )
    _refuse(world, "counterfeiter", draft, "may open")


def test_enterprise_cannot_open_the_filing_of_another(world: World):
    actor = _counterfeiter(world)
    del actor
    victim = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT55')}"
    draft = Draft(
        "filing.enterprise", now(), {"enterprise": victim}, {"names": {"zh": "a", "en": "b"}, "customsCode": "3301"}
    )
    _refuse(world, "counterfeiter", draft, "may open")


def test_key_used_for_two_purposes_is_refused(world: World):
    customs = world.cast["customs"]
    public = customs.signer.public
    subjects = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": world.cast["tax"].uri}
    data = {"use": "request", "key": format_key(public), "types": ["*"], "subjects": []}
    with pytest.raises(NotPermittedError, match="one key, one use"):
        world.zone.decree([Draft("registry.key", now(), subjects, data)])


def test_ledger_key_cannot_become_a_statement_key(world: World):
    public = world.keys.receipt.public
    subjects = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": world.cast["seller"].uri}
    data = {"use": "statement", "key": format_key(public), "types": ["*"], "subjects": []}
    with pytest.raises(NotPermittedError, match="one key, one use"):
        world.zone.say(world.cast["customs"], [Draft("registry.enterprise-key", now(), subjects, data)])


def test_charter_with_one_key_in_two_places_is_refused(tmp_path):
    world = found_world(tmp_path, policies=False)
    try:
        draft = world.zone._charter()
        data = json.loads(json.dumps(dict(draft.data)))
        data["version"], data["previous"] = 2, world_founding(world).hex()
        data["roots"][1]["key"] = data["roots"][0]["key"]
        with pytest.raises(MalformedError, match=r"twice|two places"):
            world.zone.say(world.zone.agencies[0], [replace(draft, data=data)], as_root=True)
    finally:
        world.ledger.close()


def test_outsiders_charter_that_names_real_agencies_is_refused(world: World):
    """An outsider's own keys under the agencies' names must neither propose nor count."""
    forged = [agency(each.uri.rsplit(":", 1)[1], "假", "Fake", list(each.roles)) for each in world.zone.agencies]
    draft = world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world_founding(world).hex()
    for root, fake in zip(data["roots"], forged, strict=True):
        root["key"] = format_key(fake.root.public)
    with pytest.raises(NotPermittedError, match=r"statement\.kid"):
        world.zone.say(forged[0], [replace(draft, data=data)], as_root=True)


def test_approvals_of_one_holder_count_once(tmp_path):
    world = found_world(tmp_path, policies=False)
    try:
        signer = generate(EDDSA)
        subjects = {"key": f"urn:suyuan:key:{signer.public.kid.hex()}", "holder": world.cast["tax"].uri}
        data = {"use": "statement", "key": format_key(signer.public), "types": ["*"], "subjects": []}
        draft = Draft("registry.key", now(), subjects, data)
        (proposal,) = world.zone.say(world.zone.agencies[0], [draft], as_root=True)
        for _ in range(4):
            approval = Draft("registry.approval", now(), about=(proposal.name,))
            world.zone.say(world.zone.agencies[0], [approval], as_root=True)
        assert world.ledger.head.replay.registry.key(signer.public.kid) is None
        for holder in world.zone.agencies[1:3]:
            world.zone.say(holder, [Draft("registry.approval", now(), about=(proposal.name,))], as_root=True)
        assert world.ledger.head.replay.registry.key(signer.public.kid) is not None
    finally:
        world.ledger.close()


def test_enterprise_cannot_admit_or_register_keys(world: World):
    actor = enterprise(uscc("91330100MA2TEXT44"), "乙", "Other", ["seller"])
    with pytest.raises(NotPermittedError, match="registrar"):
        world.zone.admit_enterprises(world.cast["seller"], [actor])


def test_revoked_key_signs_nothing_more_and_its_old_events_still_verify(world: World):
    carrier = world.cast["carrier"]
    subjects = {"key": f"urn:suyuan:key:{carrier.signer.public.kid.hex()}"}
    data = {"reason": "lost", "compromisedSince": None}
    world.zone.say(world.cast["customs"], [Draft("registry.revocation", now(), subjects, data)])
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": {"code": "1", "name": "x"}})
    _refuse(world, "carrier", draft, "revoked from leaf")
    assert examined(world).outcome == "verified", "a key is judged by log position"


def test_event_under_a_revoked_key_is_refused_by_the_verifier(world: World, monkeypatch):
    carrier = world.cast["carrier"]
    subjects = {"key": f"urn:suyuan:key:{carrier.signer.public.kid.hex()}"}
    data = {"reason": "lost", "compromisedSince": None}
    world.zone.say(world.cast["customs"], [Draft("registry.revocation", now(), subjects, data)])
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": {"code": "1", "name": "x"}})
    smuggle(world, carrier, [carrier.compose(draft, world.zone.types)], monkeypatch)
    verdict = examined(world)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)


def world_joins(event) -> tuple:
    from verifier.ledgerformat.head import parse_head  # noqa: PLC0415

    return parse_head(event.head).joins


def world_founding(world: World) -> bytes:
    return world.ledger.head.replay.founding.name
