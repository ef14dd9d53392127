"""What is only a format so far is answered "unsupported", never ignored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.judgement.chronicle import TIME, Chronicle, bare, revocation
from verifier.errors import UnsupportedError
from verifier.judgement.replay import IMPLEMENTED, require_supported
from verifier.ledgerformat.head import State
from verifier.vocabulary import registry_types, type_files

ENDORSEMENTS = ("acknowledged", "recognised", "recognised-with-conditions", "refused", "withdrawn")
FORMATS_ONLY = sorted(registry_types().keys() - IMPLEMENTED)


@pytest.fixture(scope="module")
def chronicle() -> Chronicle:
    return Chronicle().found()


def test_seven_registry_types_are_formats_only():
    words = ("erasure", "grant", "mandate", "reattestation", "restoration", "succession", "suspension")
    assert [f"registry.{each}" for each in words] == FORMATS_ONLY


@pytest.mark.parametrize("kind", FORMATS_ONLY)
@pytest.mark.parametrize("act", ["apply", "check"])
def test_a_registry_type_that_is_not_implemented_is_unsupported(chronicle, kind, act):
    event = replace(bare(kind, chronicle.leaf), kid=chronicle.customs.root.public.kid)
    with pytest.raises(UnsupportedError, match=kind):
        getattr(chronicle.replay, act)(event, time=TIME)


def test_a_registry_type_of_which_nobody_has_heard_is_unsupported(chronicle):
    with pytest.raises(UnsupportedError, match=r"registry\.novelty"):
        chronicle.replay.apply(bare("registry.novelty", chronicle.leaf), time=TIME)


def test_a_revocation_that_reaches_back_is_unsupported(chronicle):
    for since in (0, 5):
        with pytest.raises(UnsupportedError, match="compromisedSince"):
            chronicle.say(chronicle.tax, revocation(chronicle.tax.signer.public, since))


@pytest.mark.parametrize("kind", ["registry.agency", "order.placed", *(f"endorsement.{each}" for each in ENDORSEMENTS)])
@pytest.mark.parametrize("member", ["behalf", "state"])
def test_an_event_under_a_mandate_or_that_states_a_history_is_unsupported(kind, member):
    value = {"behalf": "urn:suyuan:agency:b", "state": State("trace", bytes(32), 1, bytes(32))}[member]
    require_supported(bare(kind, 1))
    with pytest.raises(UnsupportedError, match="behalf or state"):
        require_supported(bare(kind, 1, **{member: value}))


def test_every_endorsement_type_of_the_design_is_in_the_vocabulary():
    assert {f"endorsement.{each}" for each in ENDORSEMENTS} == {
        name for name in type_files() if name.startswith("endorsement.")
    }
