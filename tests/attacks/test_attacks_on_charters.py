"""Attacks by one root holder, below the threshold: a charter that only it wants must give it nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor, agency, enterprise
from ledger.compose.event import Draft
from tests.attacks.conftest import examined, failed_step, smuggle
from tests.world import PRODUCT, World, now, uscc
from verifier.errors import NotPermittedError
from verifier.primitives.keys import format_key

NAMES = {"zh": "壳", "en": "Shell"}


def _propose_impostor(world: World) -> Actor:
    """Let one root holder propose, alone, a charter that names its own key as the root key of customs."""
    impostor = agency("customs", "假", "Impostor", ["customs", "registrar"])
    draft = world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][0]["key"] = format_key(impostor.root.public)
    world.zone.say(world.zone.agencies[2], [replace(draft, data=data)], as_root=True)
    return impostor


def _shell() -> Actor:
    return enterprise(uscc("91330100MA2TEXT99"), "壳", "Shell", ["seller"], prefixes=["69012345678"])


def test_lone_root_holder_cannot_admit_in_the_name_of_the_registrar(world: World):
    impostor = _propose_impostor(world)
    size = world.ledger.head.edge.size
    with pytest.raises(NotPermittedError, match="root key"):
        world.zone.say(impostor, [world.zone._enterprise(_shell())], as_root=True)
    assert world.ledger.head.edge.size == size


def test_enterprise_that_a_lone_root_holder_admitted_is_refused_by_the_verifier(world: World, monkeypatch):
    impostor, shell = _propose_impostor(world), _shell()
    impostor.signer = impostor.root
    drafts = [world.zone._enterprise(shell), world.zone._key("registry.enterprise-key", shell)]
    with monkeypatch.context() as lying:
        lying.setattr("verifier.judgement.replay.Replay.apply", lambda *_, **__: None)  # the ledger records it unjudged
        for draft in drafts:
            smuggle(world, impostor, [impostor.compose(draft, world.zone.types)], monkeypatch)
    filing = Draft("filing.enterprise", now(), {"enterprise": shell.uri}, {"names": NAMES, "customsCode": "3301"})
    smuggle(world, shell, [shell.compose(filing, world.zone.types)], monkeypatch)
    verdict = examined(world, shell.uri)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 4)
    assert "a root key of a charter that waits" in str(verdict.error)
    assert examined(world, PRODUCT).outcome == "verified", "and no other story suffers"


def test_statement_key_that_a_lone_root_holder_names_as_a_root_goes_on_speaking(world: World):
    draft = world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][3]["key"] = format_key(world.cast["seller"].signer.public)
    with pytest.raises(NotPermittedError, match="one key, one use"):
        world.zone.say(world.zone.agencies[2], [replace(draft, data=data)], as_root=True)
    world.say(
        "customs", Draft("endorsement.acknowledged", now(), data={"seen": []}, about=(world.events["list"].name,))
    )
