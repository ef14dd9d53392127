"""Files that accuse an honest ledger: whoever leaves out what spoke for it convicts nobody."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import Draft
from ledger.signing.signer import generate
from tests.ledger.witness.replay.conftest import Replaying, replaying, template  # noqa: F401 - fixtures
from tests.ledger.witness.replay.prosecuting import accuse
from tests.verifier.judgement.chronicle import key_draft
from tests.world import UNIT, World, now, uscc
from verifier.errors import SuyuanError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.keys import ES256, format_key
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.vocabulary import type_files

JOINED = "novel"


def _require_acquitted(replaying: Replaying, monkeypatch: pytest.MonkeyPatch, since: int) -> None:  # noqa: F811
    accused = accuse(replaying, monkeypatch, lambda _, leaf: leaf >= since)
    assert accused
    monkeypatch.undo()
    for each in accused:
        with pytest.raises(SuyuanError) as refused:
            print(each.type, confirm_evidence(each.data, replaying.world.standpoint()))
        assert refused.value.code in ("inconsistent", "incomplete"), each.type


def _claimed_key(world: World) -> bytes:
    """Let one root holder claim a key for an impostor before the roots register it; return its kid."""
    zone, customs = world.zone, world.cast["customs"]
    fresh = replace(customs, signer=generate(ES256), _sequence={})
    registration = replace(key_draft(customs.uri, fresh.signer.public), time=now())
    (waiting,) = zone.say(customs, [registration], as_root=True)
    draft = zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][4] |= {"agency": "urn:suyuan:agency:impostor", "key": format_key(fresh.signer.public)}
    zone.say(world.cast["tax"], [replace(draft, data=data)], as_root=True)
    zone.approve([waiting.name])
    shop = enterprise(uscc("91330100MA2TEXT66"), "店", "Shop", ["platform"])
    zone.admit_enterprises(fresh, [shop])
    return fresh.signer.public.kid


def test_a_key_that_a_waiting_charter_claims_for_another_convicts_nobody(replaying: Replaying, monkeypatch):  # noqa: F811
    since = replaying.world.ledger.head.edge.size
    kid, is_root = _claimed_key(replaying.world), Replay.is_root
    monkeypatch.setattr(Replay, "is_root", lambda self, given, leaf: given == kid or is_root(self, given, leaf))
    _require_acquitted(replaying, monkeypatch, since)


def test_a_kind_that_a_registry_event_began_convicts_nobody(replaying: Replaying, monkeypatch):  # noqa: F811
    """Which kinds there are, beside those of the charter, stands in histories on which no event rests."""
    world = replaying.world
    since = world.ledger.head.edge.size
    file = json.loads(type_files()["transport.object"])
    file |= {"type": "transport.novel", "version": 1}
    for role in file["subjects"].values():
        role["joins"] = sorted({*role.get("joins", []), JOINED})
    text = json.dumps(file, ensure_ascii=False)
    world.zone.decree([Draft("registry.kind", now(), {"kind": f"urn:suyuan:kind:{JOINED}"})])
    world.zone.decree([Draft("registry.type", now(), {"type": "urn:suyuan:type:transport.novel"}, {"file": text})])
    world.zone.types = {**world.zone.types, "transport.novel": parse_type(text.encode())}
    data = {"action": "OBSERVE", "bizStep": "departing"}
    (said,) = world.say("carrier", Draft("transport.novel", now(), {"epcs": [UNIT]}, data))
    assert any(kind == JOINED for kind, _ in world.zone.heads[said.name].joins)
    _require_acquitted(replaying, monkeypatch, since)
