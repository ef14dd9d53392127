"""What is only a format so far is answered "unsupported", never ignored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.judgement.chronicle import TIME, Chronicle, bare
from verifier.errors import UnsupportedError
from verifier.judgement.replay import IMPLEMENTED, require_supported
from verifier.ledgerformat.head import State
from verifier.vocabulary import registry_types, type_files

ENDORSEMENTS = ("acknowledged", "recognised", "recognised-with-conditions", "refused", "withdrawn")


@pytest.fixture(scope="module")
def chronicle() -> Chronicle:
    return Chronicle().found()


def test_every_registry_type_is_implemented():
    assert registry_types().keys() == IMPLEMENTED


@pytest.mark.parametrize("act", ["apply", "check"])
def test_a_registry_type_of_which_nobody_has_heard_is_unsupported(chronicle, act):
    event = replace(bare("registry.novelty", chronicle.leaf), kid=chronicle.customs.root.public.kid)
    with pytest.raises(UnsupportedError, match=r"registry\.novelty"):
        getattr(chronicle.replay, act)(event, time=TIME)


@pytest.mark.parametrize("kind", ["registry.agency", "order.placed", *(f"endorsement.{each}" for each in ENDORSEMENTS)])
def test_an_event_that_states_a_history_is_supported(kind):
    require_supported(bare(kind, 1))
    require_supported(bare(kind, 1, behalf="urn:suyuan:agency:b"))
    require_supported(bare(kind, 1, state=State("trace", bytes(32), 1, bytes(32))))


def test_every_endorsement_type_of_the_design_is_in_the_vocabulary():
    assert {f"endorsement.{each}" for each in ENDORSEMENTS} == {
        name for name in type_files() if name.startswith("endorsement.")
    }
