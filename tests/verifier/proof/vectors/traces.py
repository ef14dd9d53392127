"""Recipes of trace proofs: honest ones, and one for each thing that a step must see."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import revocation
from tests.verifier.proof.steps.forging import proved, proved_without, recosigned, resealed, smuggled
from tests.world import FIRM, ORDER, PARCEL, PRODUCT, UNIT, World, found_world, now, tell_parcel
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.keys import format_key
from verifier.primitives.note import format_note, parse_note
from verifier.proof.bundle import MISSING
from verifier.proof.traceproof import TraceProof, format_trace_proof

TEXTS = {"zh": "示例", "en": "Example"}


def take_all(writer) -> None:
    """Take every recipe of this module, each upon a world of its own."""
    recipes: list[Callable] = [_honest, _checkpoints, _altered, _hidden, _unsupported, _refused, _recalled, _lone_root]
    for place, recipe in enumerate(recipes):
        with _world(writer, f"traces-{place}") as world:
            recipe(writer.take, world)


@contextmanager
def _world(writer, name: str, until: str | None = None) -> Iterator[World]:
    world = found_world(writer.scratch / name)
    tell_parcel(world, until=until)
    yield world
    world.ledger.close()


def _spell(proof: TraceProof) -> bytes:
    return format_trace_proof(proof)


def _honest(take, world: World) -> None:
    take("parcel-public", "The public walk of one parcel's item.", _spell(proved(world)), world)
    take("parcel-parties", "The parties' walk of the same item.", _spell(proved(world, walk="parties")), world)
    take("filing", "A product's filing, recognised by customs.", _spell(proved(world, PRODUCT)), world)
    proof = proved(world, PRODUCT)
    note = parse_note(proof.checkpoint)
    classic = replace(note, signatures=tuple(each for each in note.signatures if len(each.blob) < 1000))
    bare = _spell(replace(proof, checkpoint=format_note(classic)))
    take("no-post-quantum-line", "The ledger's 0x06 line may be left out.", bare, world)
    absent = _spell(proved(world, f"{PRODUCT}/21/NEVER-SEEN"))
    take(
        "absent",
        "Nothing is recorded of this item, and that is proved.",
        absent,
        world,
        outcome="not-recorded",
        exit_code=3,
    )


def _checkpoints(take, world: World) -> None:
    proof = proved(world, PRODUCT)
    altered = {"outcome": "altered", "exit_code": 1}
    take(
        "another-ledger",
        "The policy pins another charter.",
        _spell(proof),
        world,
        policy=TrustPolicy(bytes(32)),
        refused=(1, "untrusted", "charter"),
        **altered,
    )
    note = parse_note(proof.checkpoint)
    foreign = replace(note, signatures=tuple(each for each in note.signatures if each.name != world.ledger.origin))
    unsigned = _spell(replace(proof, checkpoint=format_note(foreign)))
    take(
        "without-the-ledgers-line",
        "Witnesses signed the checkpoint, the ledger did not.",
        unsigned,
        world,
        refused=(1, "untrusted", "checkpoint"),
        **altered,
    )
    few = _spell(recosigned(world, proof, witnesses=1))
    take(
        "one-witness-of-two",
        "One cosignature, where the quorum is two.",
        few,
        world,
        outcome="incomplete",
        exit_code=3,
        refused=(2, "incomplete", "cosignatures"),
    )
    _spellings(take, world, proof)


def _spellings(take, world: World, proof: TraceProof) -> None:
    policy = replace(world.standpoint().policy, max_age=3600)
    take(
        "stale",
        "Cosigned more than max-age ago.",
        _spell(proof),
        world,
        policy=policy,
        at=int(time.time()) + 7200,
        outcome="incomplete",
        exit_code=3,
        refused=(9, "incomplete", "cosignatures"),
    )
    data = _spell(proof)
    take(
        "version-2",
        "A version that this format does not have.",
        data.replace(b"suyuan trace\x01", b"suyuan trace\x02", 1),
        world,
        outcome="unsupported",
        exit_code=5,
        refused=(None, "unsupported", "suyuan trace version"),
    )
    take(
        "cut-short",
        "The last byte is missing.",
        data[:-1],
        world,
        outcome="unreadable",
        exit_code=4,
        refused=(None, "malformed", "suyuan trace"),
    )


def _altered(take, world: World) -> None:
    proof = proved(world, PRODUCT)
    altered = {"outcome": "altered", "exit_code": 1}
    path = bytes([proof.path[0] ^ 1]) + proof.path[1:]
    take(
        "another-path",
        "One bit of the path in the log.",
        _spell(replace(proof, path=path)),
        world,
        refused=(3, "mismatch", "log root"),
        **altered,
    )
    before = proof.seals[-2].signed.seal.time
    still = _spell(resealed(world, proof, -1, lambda seal: replace(seal, time=before)))
    take(
        "time-stands-still",
        "Two seals of one ledger time, both signed.",
        still,
        world,
        refused=(3, "mismatch", "seal.time"),
        **altered,
    )
    _altered_stories(take, world, proof)


def _altered_stories(take, world: World, proof: TraceProof) -> None:
    altered = {"outcome": "altered", "exit_code": 1}
    part = proof.trace[0]
    body = part.events[0].body
    bent = replace(part, events=(replace(part.events[0], body=body[:-1] + b" }"),))
    take(
        "another-body",
        "A body with one space more than the one that was signed.",
        _spell(replace(proof, trace=(bent, *proof.trace[1:]))),
        world,
        refused=(5, "mismatch", "body"),
        **altered,
    )
    take(
        "anothers-story",
        "The proof of a product, under an item's name.",
        _spell(replace(proof, subject=f"{PRODUCT}/21/A0001")),
        world,
        refused=(5, "mismatch", "trace"),
        **altered,
    )


def _hidden(take, world: World) -> None:
    refusal = world.endorse("customs", world.events["product"], "refused", reason=TEXTS)
    (lost,) = world.zone.say(
        world.cast["customs"], [replace(revocation(world.cast["seller"].signer.public), time=now())]
    )
    with pytest.MonkeyPatch.context() as patch:
        without_refusal = _spell(proved_without(world, refusal.name, patch, PRODUCT))
        without_revocation = _spell(proved_without(world, lost.name, patch, PRODUCT))
    take(
        "hidden-refusal",
        "A refusal is left out of the product's history.",
        without_refusal,
        world,
        outcome="incomplete",
        exit_code=3,
        refused=(6, "not-indexed", "index proof"),
    )
    take(
        "hidden-revocation",
        "A revocation is left out of the key's history.",
        without_revocation,
        world,
        outcome="altered",
        exit_code=1,
        refused=(4, "not-indexed", "index proof"),
    )
    take(
        "refused-filing",
        "Customs, which the policy names, refused.",
        _spell(proved(world, PRODUCT)),
        world,
        outcome="not-recognised",
        exit_code=3,
        refused=(7, "not-recognised", "filing.product"),
    )


def _unsupported(take, world: World) -> None:
    carrier = world.cast["carrier"]
    key = f"urn:suyuan:key:{carrier.signer.public.kid.hex()}"
    unsupported = {"outcome": "unsupported", "exit_code": 5}
    observed = Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"})
    with pytest.MonkeyPatch.context() as patch:
        smuggled(world, carrier, observed, patch, behalf=world.cast["customs"].uri)
        take(
            "under-a-mandate",
            "An event on behalf of another: mandates are only a format so far.",
            _spell(proved(world, UNIT)),
            world,
            refused=(5, "unsupported", "head"),
            **unsupported,
        )
        later = now() + 10**9
        pause = Draft("registry.suspension", now(), {"key": key}, {"reason": "lost"}, until=later)
        smuggled(world, world.cast["customs"], pause, patch)
    take(
        "suspended-key",
        "A suspension in a key's history: only a format so far.",
        _spell(proved(world, UNIT)),
        world,
        refused=(4, "unsupported", "head.type"),
        **unsupported,
    )


def _refused(take, world: World) -> None:
    paid = {"/amount": {"paid": "199.00", "currency": "142"}}
    world.say("payer", Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, paid))
    take(
        "paid-twice",
        "Two payments of one order.",
        _spell(proved(world, ORDER, walk="parties")),
        world,
        outcome="contradictory",
        exit_code=1,
        refused=(8, "contradiction", "order"),
    )
    proof = proved(world, PARCEL)
    place = next(at for at, part in enumerate(proof.trace) if b"delivery.signed" in part.events[0].head)
    part = proof.trace[place]
    bent = replace(part, events=(replace(part.events[0], body=MISSING),))
    trace = (*proof.trace[:place], bent, *proof.trace[place + 1 :])
    take(
        "missing-body",
        "A public body is said to be missing.",
        _spell(replace(proof, trace=trace)),
        world,
        outcome="incomplete",
        exit_code=3,
        refused=(6, "incomplete", "body"),
    )
    target = world.events["departing"].name
    stranger = Draft("record.correction", now(), data={"reason": "did-not-occur"}, about=(target,))
    with pytest.MonkeyPatch.context() as patch:
        smuggled(world, world.cast["payer"], stranger, patch, target=target)
    take(
        "strangers-answer",
        "A correction by who did not say what it corrects.",
        _spell(proved(world, UNIT)),
        world,
        outcome="altered",
        exit_code=1,
        refused=(5, "not-permitted", "head.about"),
    )


def _recalled(take, world: World) -> None:
    data = {"hazard": TEXTS, "advice": TEXTS}
    world.say("market", Draft("aftersales.recall", now(), {"goods": [PRODUCT]}, data))
    take("recalled", "A recalled product: a notice beside the outcome.", _spell(proved(world, PRODUCT)), world)


def _lone_root(take, world: World) -> None:
    """One root holder proposes a charter that names its own key as that of customs, and admits with it."""
    impostor = agency("customs", "示例海关", "Example Customs", ["customs", "registrar"])
    draft = world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][0]["key"] = format_key(impostor.root.public)
    world.zone.say(world.zone.agencies[2], [replace(draft, data=data)], as_root=True)
    impostor.signer = impostor.root
    with pytest.MonkeyPatch.context() as patch:
        smuggled(world, impostor, world.zone._enterprise(world.cast["seller"]), patch)
    take(
        "lone-root-holder",
        "An admission under the root key of a charter that nobody approved.",
        _spell(proved(world, PRODUCT)),
        world,
        outcome="altered",
        exit_code=1,
        refused=(4, "not-permitted", "registry.enterprise"),
    )
