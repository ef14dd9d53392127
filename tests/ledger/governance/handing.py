"""A founded ledger in a folder, and charters that name other keys: what hand-over tests begin with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent, Draft
from ledger.opening import prepare_keys
from tests.ledger.client.world import PASSPHRASE, World
from verifier.ledgerformat.submission import format_submission


def next_charter(world: World, **changes: Any) -> Draft:
    """Return the charter that follows the one in force, with other members."""
    before = world.ledger.head.replay.registry.charters[-1]
    draft = world.zone._charter()
    data = {**json.loads(json.dumps(dict(draft.data))), **named(world, before), **changes}
    return replace(draft, data={**data, "version": before.version + 1, "previous": before.name.hex()})


def named(world: World, charter: Any) -> dict[str, Any]:
    """Return what a charter says of the ledger's keys and witnesses, as its body has it."""
    with world.ledger.store.read() as reader:
        stored = reader.find_event(charter.name)
    data = json.loads(stored.body)["data"]
    return {member: data[member] for member in ("seal", "receipt", "policy", "expires")}


def with_next_keys(world: World, policy: str) -> dict[str, Any]:
    """Make the next keys; return what a charter must say to name them: the policy's other lines stay."""
    _, public = prepare_keys(world.root, PASSPHRASE)
    kept = "".join(f"{line}\n" for line in policy.splitlines() if not line.startswith("log "))
    return {"seal": public["seal"], "receipt": public["receipt"], "policy": public["policy"] + kept}


def approve(world: World, event: ComposedEvent, *holders: Actor) -> None:
    """Let root holders approve, each at a leaf of its own."""
    for holder in holders:
        world.zone.say(holder, [Draft("registry.approval", world.now(), about=(event.name,))], as_root=True)


def approval_of(world: World, event: ComposedEvent, holder: Actor) -> bytes:
    """Return a signed approval, not sent yet."""
    draft = Draft("registry.approval", world.now(), about=(event.name,))
    composed = holder.compose(draft, world.zone.types, [world.zone.heads[event.name]])
    return format_submission(holder.sign([composed], world.ledger.origin, as_root=True))


def restart(world: World) -> None:
    """Stop the ledger and start it again: it knows of new keys then."""
    world.ledger.close()
    world.ledger = world.open()
