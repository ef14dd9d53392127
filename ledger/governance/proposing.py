"""From drafts to a ceremony: the proposal's bytes, and the state that it was drafted against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import Draft, Randomness, compose_event
from ledger.governance.ceremony import Batch, Ceremony
from ledger.governance.state import RegistryState
from verifier.errors import MalformedError, NotPermittedError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import Head
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows the state of a registry: what `read_state` reads, as a ceremony carries it.

    Attributes:
        pin: leaf hash of leaf 0.
        charter: the charter file.
        registry: `.trace` files.
        checkpoint: the note.
    """

    pin: bytes
    charter: bytes
    registry: tuple[bytes, ...]
    checkpoint: bytes


def propose(
    drafts: Sequence[Draft],
    *,
    issuer: str,
    kid: bytes,
    origin: str,
    evidence: Evidence | None,
    random: Randomness,
    targets: Mapping[bytes, Head] | None = None,
) -> Ceremony:
    """Return the ceremony of some acts, nothing of it signed.

    Args:
        drafts: what is proposed, all by one holder.
        issuer: who proposes it.
        kid: of the key that will sign the proposal.
        origin: the ledger's name.
        evidence: the state that it is drafted against; None to found a ledger.
        random: the source of salts and ids.
        targets: heads of the events that the acts answer, by name.

    Raises:
        SuyuanError: a draft that does not fit its type, its place named.
    """
    known, types = targets or {}, registry_types()
    composed = [
        compose_event(
            draft, types[draft.type], issuer=issuer, targets=[known[name] for name in draft.about], random=random
        )
        for draft in drafts
    ]
    batch = Batch(issuer, kid, tuple(each.head for each in composed), tuple(each.body for each in composed))
    if evidence is None:
        return Ceremony(origin, None, None, (), None, batch)
    return Ceremony(origin, evidence.pin, evidence.charter, evidence.registry, evidence.checkpoint, batch)


def charter_data(changes: Mapping[str, Any], state: RegistryState) -> dict[str, Any]:
    """Return the data of the charter that follows the one in force, with some members changed.

    Raises:
        MalformedError: members that a change may not state.
    """
    before = state.charter
    if before is None:
        return {**changes, "version": 1, "previous": None}
    following = {"version": before.version + 1, "previous": before.name.hex()}
    for member, value in following.items():
        if changes.get(member, value) != value:
            raise MalformedError(f"charter.{member}", came=changes[member], expected=f"{value}, or nothing")
    kept = {member: value for member, value in charter_in_force(state).items() if member != "compromised"}
    return {**kept, **changes, **following}


def charter_in_force(state: RegistryState) -> dict[str, Any]:
    """Return the data of the charter in force, as its body has it."""
    if state.charter is None or state.charter.name not in state.bodies:
        raise NotPermittedError("charter", came="none in force", expected="a founded ledger")
    return json.loads(json.dumps(dict(parse_body(state.bodies[state.charter.name]).data)))  # type: ignore[no-any-return]


def root_of(agency: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the member of a charter's roots that is an agency's.

    Raises:
        NotPermittedError: it holds none.
    """
    roots = data.get("roots")
    for each in roots if isinstance(roots, list) else []:
        if isinstance(each, dict) and each.get("agency") == agency:
            return each
    raise NotPermittedError("--by", came=agency, expected="an agency that holds a root key")
