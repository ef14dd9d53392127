"""Mandates and grants as the registry has them, and how each stands at the next leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.governance.agencies import portray
from ledger.governance.state import RegistryState
from verifier.judgement.acts import Grant, Mandate


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate or grant, and how it stands.

    Attributes:
        given: as it was given.
        word: `valid`, `expired` or `revoked`; of a mandate also what its principal is, where that is not `admitted`.
        since: leaf or ledger time from which it stands like that, where there is one.
    """

    given: Mandate | Grant
    word: str
    since: int | None = None


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
    if revoked := state.replay.registry.revocation_at(given.subject, state.size):
        return Held(given, "revoked", revoked.since)
    if state.time >= given.until:
        return Held(given, "expired", given.until)
    if isinstance(given, Mandate) and (word := portray(given.principal, state).word) != "admitted":
        return Held(given, word)
    return Held(given, "valid", given.since)
