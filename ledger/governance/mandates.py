"""Mandates and grants as the registry has them, and how each stands at the next leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.governance.state import RegistryState
from verifier.judgement.acts import Grant, Mandate


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate or grant, and how it stands.

    Attributes:
        given: as it was given.
        word: as the registry has it (`verifier.judgement.acts.Given`).
        since: leaf or ledger time from which it stands like that.
    """

    given: Mandate | Grant
    word: str
    since: int


def mandates_of(principal: str, state: RegistryState) -> list[Held]:
    """Return the mandates that a participant gave, oldest first; those whose own histories were proved."""
    return held([each for each in handles_of(principal, state) if each in state.subjects], state)


def handles_of(principal: str, state: RegistryState) -> list[str]:
    """Return the handles of the mandates that a participant ever gave, in log order, once its walk was proved."""
    return [
        handle
        for each in state.events
        if each.head.type == "registry.mandate" and each.body and each.body.of_role("principal") == (principal,)
        for handle in each.body.of_role("mandate")
    ]


def held(handles: Sequence[str], state: RegistryState) -> list[Held]:
    """Return the mandates and grants of these handles; what the registry does not know is left out."""
    registry = state.replay.registry
    found = (registry.mandate(each) or registry.grant(each) for each in handles)
    return [_stand(each, state) for each in found if each]


def _stand(given: Mandate | Grant, state: RegistryState) -> Held:
    standing = state.replay.registry.standing_of(given, state.size, state.time)
    return Held(given, standing.word, standing.since)
