"""What the registry remembers, and how it is written (docs/formats.md, section 12).

`verifier.judgement.replay` and what it calls are the only writers. What these tables hold is never changed, only
replaced, so that a copy is cheap and stands by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from verifier.judgement.acts import Act, Administrator, Completion, Erasure, Grant, Mandate, Succession
from verifier.judgement.charter import Charter
from verifier.judgement.life import Life
from verifier.judgement.participants import Key, Participant
from verifier.judgement.policies import Policy
from verifier.ledgerformat.vocabulary import EventType


class Records:
    """The tables of a registry."""

    def __init__(self, builtin: Mapping[str, EventType]) -> None:
        """Start empty; `builtin` are the registry's own types, in force from position 0."""
        self._builtin = builtin
        self._charters: list[tuple[int, Charter]] = []
        self._participants: dict[str, tuple[Participant, ...]] = {}
        self._administrators: dict[bytes, Administrator] = {}
        self._keys: dict[bytes, Key] = {}
        self._taken: set[bytes] = set()
        self._lives: dict[str, Life] = {}
        self._types: dict[str, tuple[tuple[int, EventType], ...]] = {}
        self._policies: dict[str, tuple[Policy, ...]] = {}
        self._kinds: dict[str, int] = {}
        self._successions: dict[str, Succession] = {}
        self._mandates: dict[str, Mandate] = {}
        self._mandated: dict[tuple[str, str], tuple[Mandate, ...]] = {}
        self._grants: dict[str, Grant] = {}
        self._granted: dict[bytes, tuple[Grant, ...]] = {}
        self._received: dict[str, tuple[Mandate | Grant, ...]] = {}
        self._erasures: dict[bytes, tuple[Erasure, ...]] = {}
        self._acts: dict[bytes, Act] = {}
        self._completions: dict[bytes, Completion] = {}
        self._reattestations: dict[bytes, tuple[bytes, ...]] = {}

    def copy(self) -> Self:
        """Return one that can be written without changing this one."""
        other = type(self)(self._builtin)
        for name, held in vars(self).items():
            if name != "_builtin":
                setattr(other, name, held.copy())  # what they hold is never changed, only replaced
        return other

    # Written by the replay alone; `since` is the leaf from which it holds.

    def set_charter(self, charter: Charter, since: int) -> None:
        """Put a charter into force."""
        self._charters.append((since, charter))
        for kind in charter.kinds:
            self._kinds.setdefault(kind, since)

    def set_participant(self, participant: Participant) -> None:
        """Admit a participant, or replace what was stated of it."""
        self._participants[participant.uri] = (*self._participants.get(participant.uri, ()), participant)
        for kid, key in participant.administrators.items():
            if kid not in self._administrators:
                self._administrators[kid] = Administrator(participant.uri, key, participant.since)
            self._taken.add(key.raw)

    def set_key(self, key: Key) -> None:
        """Register a key, or replace what was stated of it."""
        self._keys[key.key.kid] = key
        self._taken.add(key.key.raw)

    def set_life(self, subject: str, life: Life) -> None:
        """Say what revocations, suspensions and restorations come to for a subject."""
        self._lives[subject] = life

    def set_type(self, version: EventType, since: int) -> None:
        """Put a version of a type into force."""
        self._types[version.name] = (*self._types.get(version.name, ()), (since, version))

    def set_policy(self, policy: Policy) -> None:
        """Put a version of a policy into force."""
        self._policies[policy.subject] = (*self._policies.get(policy.subject, ()), policy)

    def set_kind(self, kind: str, since: int) -> None:
        """Let a kind of history begin."""
        self._kinds.setdefault(kind, since)

    def set_succession(self, agency: str, succession: Succession) -> None:
        """Let an agency carry on for another."""
        self._successions[agency] = succession

    def set_mandate(self, mandate: Mandate) -> None:
        """Let an agent act for a principal."""
        self._mandates[mandate.subject] = mandate
        pair = mandate.principal, mandate.agent
        self._mandated[pair] = (*self._mandated.get(pair, ()), mandate)
        self._received[mandate.agent] = (*self._received.get(mandate.agent, ()), mandate)

    def set_grant(self, grant: Grant) -> None:
        """Let a grantee read."""
        self._grants[grant.subject] = grant
        self._received[grant.grantee] = (*self._received.get(grant.grantee, ()), grant)
        for event in grant.about:
            self._granted[event] = (*self._granted.get(event, ()), grant)

    def set_erasure(self, erasure: Erasure) -> None:
        """Put an order to erase into force."""
        self._erasures[erasure.target] = (*self._erasures.get(erasure.target, ()), erasure)

    def set_act(self, act: Act) -> None:
        """Remember a registry event that was applied."""
        self._acts[act.event] = act

    def set_completion(self, completion: Completion) -> None:
        """Remember how an act was completed."""
        self._completions[completion.event] = completion

    def set_reattestation(self, target: bytes, event: bytes) -> None:
        """Remember that an event was attested again."""
        self._reattestations[target] = (*self._reattestations.get(target, ()), event)
