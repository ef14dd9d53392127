"""`validate` says what `submit` then does: of acts of government, good and bad; of what was erased; of what waits."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import generate
from tests.attacks.test_governance_agreement import Life
from tests.ledger.admission.predicting import submit_as_predicted
from tests.verifier.judgement.chronicle import administered, approval, key_draft
from tests.world import World, found_world, now, tell_parcel
from verifier.errors import SuyuanError
from verifier.primitives.keys import EDDSA
from verifier.vocabulary import type_files


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    """A told world in which whatever is said was predicted."""
    world = found_world(tmp_path_factory.mktemp("predicted") / "zone", witnesses=0, quorum=0)
    tell_parcel(world)
    world.zone.send = lambda data: submit_as_predicted(world.ledger, data) and None
    yield world
    world.ledger.close()


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))])
def test_what_becomes_of_acts_of_government_is_predicted(governed, seed):
    life = Life(replace(governed, cast=dict(governed.cast)), random.Random(seed))
    for _ in range(120):
        life.act()
    assert len(life.taken) >= 4


def _admitted(word: str, key) -> Draft:
    return administered(agency(word, word, word, ["port"], root=False), [key], 1)


def _charter(world: World, zone: str) -> Draft:
    """Return a next version of the charter."""
    (charter,) = world.ledger.head.replay.registry.charters[-1:]
    draft = world.zone._charter()
    data = {**draft.data, "version": charter.version + 1, "previous": charter.name.hex(), "zone": zone}
    return replace(draft, data=data)


def _rivals(world: World, what: str) -> list[Draft]:
    """Return two acts of which only one can come into force."""
    key = generate(EDDSA)
    if what == "administrators with one key":
        return [_admitted(word, key) for word in ("north", "south")]
    if what == "a key for two agencies":
        return [key_draft(world.cast[word].uri, key.public) for word in ("customs", "tax")]
    if what == "a version of a type":
        return [_type("order.placed")] * 2
    return [_charter(world, zone) for zone in ("north", "south")]


def _type(name: str) -> Draft:
    (file,) = (each for each in map(json.loads, type_files().values()) if each["type"] == name)
    text = json.dumps({**file, "version": file["version"] + 1}, ensure_ascii=False)
    return Draft("registry.type", now(), {"type": f"urn:suyuan:type:{name}"}, {"file": text})


@pytest.mark.parametrize(
    "what", ["administrators with one key", "a key for two agencies", "a version of a type", "two charters"]
)
def test_what_the_last_approval_would_complete_and_cannot_is_predicted(governed, what):
    zone, holders = governed.zone, governed.zone.agencies[:3]
    said: list[ComposedEvent] = [zone.say(holders[0], [each], as_root=True)[0] for each in _rivals(governed, what)]
    for each in said:
        for holder in holders[:2]:
            zone.say(holder, [approval(each)], as_root=True)
    zone.say(holders[2], [approval(said[0])], as_root=True)
    with pytest.raises(SuyuanError):
        zone.say(holders[2], [approval(said[1])], as_root=True)
