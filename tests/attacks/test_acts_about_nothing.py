"""Acts about what nobody knows: refused with what is wrong, so that no slip of the pen looks like a revocation."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.load import uscc
from ledger.compose.event import Draft
from ledger.signing.signer import generate
from ledger.witness.statements.replayed import ReplayJudge
from tests.attacks.watching import watched
from tests.world import DAY, World, handle, now
from verifier.errors import NotPermittedError
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import EDDSA

ENDED = {"reason": "lost", "compromisedSince": None}


def unknown_key() -> str:
    return key_subject(generate(EDDSA).public.kid)


def mandate(world: World, *types: str) -> Draft:
    parties = {"principal": world.cast["seller"].uri, "agent": world.cast["platform"].uri}
    data = {"types": list(types), "subjects": []}
    return Draft("registry.mandate", now(), {"mandate": handle("mandate", "1"), **parties}, data, until=now() + DAY)


def acts(world: World) -> dict[str, tuple[str, bool, Draft, str]]:
    """Return who says what, under a root key or not, and the field that is refused."""
    nobody = "urn:suyuan:agency:nobody"
    firm = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT99')}"
    return {
        "a revocation of a key": (
            "customs", True, Draft("registry.revocation", now(), {"key": unknown_key()}, ENDED), "subjects.key",
        ),
        "a revocation of an agency": (
            "customs", True, Draft("registry.revocation", now(), {"agency": nobody}, ENDED), "subjects.agency",
        ),
        "a revocation of an enterprise": (
            "customs", False, Draft("registry.revocation", now(), {"enterprise": firm}, ENDED), "subjects.enterprise",
        ),
        "a revocation of a mandate": (
            "customs", False, Draft("registry.revocation", now(), {"mandate": handle("mandate", "9")}, ENDED),
            "subjects.mandate",
        ),
        "a suspension of a key": (
            "customs", True,
            Draft("registry.suspension", now(), {"key": unknown_key()}, {"reason": "doubt"}, until=now() + DAY),
            "subjects.key",
        ),
        "a restoration of an agency": (
            "customs", True, Draft("registry.restoration", now(), {"agency": nobody}, {"reason": "found"}),
            "subjects.agency",
        ),
        "a mandate for a type that nobody registered": (
            "seller", False, mandate(world, "order.placed", "order.plcaed"), "mandate.types",
        ),
        "a mandate for a stage that nobody registered": ("seller", False, mandate(world, "ordre.*"), "mandate.types"),
    }  # fmt: skip


NAMES = (
    "a revocation of a key", "a revocation of an agency", "a revocation of an enterprise", "a revocation of a mandate",
    "a suspension of a key", "a restoration of an agency", "a mandate for a type that nobody registered",
    "a mandate for a stage that nobody registered",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_is_refused_by_its_field_and_leaves_nothing(world: World, name: str):
    who, as_root, draft, field = acts(world)[name]
    size = world.ledger.head.edge.size
    with pytest.raises(NotPermittedError) as refused:
        world.zone.say(world.cast[who], [draft], as_root=as_root)
    assert refused.value.field == f"events[0].{field}"
    assert refused.value.todo
    assert world.ledger.head.edge.size == size


def test_every_act_is_tried(world: World):
    assert set(acts(world)) == set(NAMES)


def test_what_is_known_is_ended_and_mandates_for_what_is_registered_are_given(world: World):
    world.say("seller", mandate(world, "order.placed", "transport.*", "*"))
    world.say("seller", Draft("registry.revocation", now(), {"mandate": handle("mandate", "1")}, ENDED))
    key = key_subject(world.cast["carrier"].signer.public.kid)
    world.zone.decree([Draft("registry.suspension", now(), {"key": key_subject(world.cast["tax"].signer.public.kid)},
                             {"reason": "doubt"}, until=now() + DAY)])  # fmt: skip
    world.say("customs", Draft("registry.revocation", now(), {"key": key}, ENDED))


@pytest.mark.parametrize("name", ["a revocation of a key", "a mandate for a stage that nobody registered"])
def test_a_witness_that_replays_does_not_call_it_withheld(world: World, tmp_path: Path, name: str):
    """Else a ledger that refuses it would be said to leave out what is admissible."""
    with watched(world, tmp_path / "witness") as watch:
        watch.look()
        who, as_root, draft, field = acts(world)[name]
        actor = world.cast[who]
        event = actor.compose(draft, world.zone.types)
        submission = format_submission(actor.sign([event], world.ledger.origin, as_root=as_root))
        with pytest.raises(NotPermittedError) as refused:
            ReplayJudge(watch.replayer, world.ledger.origin).judge(submission)
        assert refused.value.field == field
