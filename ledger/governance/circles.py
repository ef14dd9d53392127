"""Who has to approve: the roots of the charter in force, those of a new charter, an agency's administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.governance.officers import officers_keys
from ledger.governance.state import RegistryState
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.charter import CHARTER, Charter, parse_charter
from verifier.judgement.proposals import SUSPENSION, needed_roots
from verifier.judgement.rights import ERASURE
from verifier.ledgerformat.event import Event
from verifier.primitives.keys import PublicKey

ROOTS, NEW_ROOTS, ADMINISTRATORS = "roots", "new-roots", "administrators"
OFFICERS = "privacy-officers"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may approve, under one key."""

    agency: str
    names: Mapping[str, str]
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Circle:
    """Those of whom some must approve.

    Attributes:
        word: ROOTS, NEW_ROOTS, ADMINISTRATORS or OFFICERS.
        threshold: how many of them.
        members: by kid.
    """

    word: str
    threshold: int
    members: Mapping[bytes, Member]


def circles_of(acts: Sequence[Event], state: RegistryState) -> tuple[Circle, ...]:
    """Return the circles that must approve acts, each counted apart; none where the proposer may say them alone.

    Args:
        acts: the proposal's events, all under one key.
        state: the registry that they are judged by.

    Raises:
        MalformedError: a charter together with other acts, or a suspension with acts that need more approvals.
        NotPermittedError: the proposer's key is none that may propose here.
    """
    kinds = {each.head.type for each in acts}
    if (len(kinds & {CHARTER, SUSPENSION}) and len(kinds) > 1) or (CHARTER in kinds and len(acts) > 1):
        raise MalformedError("proposal", came=sorted(kinds), expected="a charter alone; suspensions by themselves")
    kid, charter = acts[0].kid, state.charter
    if CHARTER in kinds:
        new = parse_charter(acts[0])
        _require_root(kid, charter or new)
        return tuple(_roots(word, each) for word, each in ((ROOTS, charter), (NEW_ROOTS, new)) if each)
    if charter and kid in charter.roots:
        circle = _roots(ROOTS, charter)
        registry, place = state.replay.registry, (state.size, state.time)
        least = max(needed_roots(each, charter, registry, *place) for each in acts)
        roots = Circle(ROOTS, least, circle.members)
        return (roots, _officers(kinds, state)) if ERASURE in kinds else (roots,)
    return _administrators(kid, state)


def _administrators(kid: bytes, state: RegistryState) -> tuple[Circle, ...]:
    """Return the administrators of the agency of a key; nobody where it is a statement key."""
    signer = state.replay.signer_at(kid, state.size, state.time)
    if signer.use != "administrator":
        return ()
    agency = state.replay.registry.participant_at(signer.holder, state.size)
    if agency is None:
        raise NotPermittedError("proposal.kid", came=signer.holder, expected="an agency that is admitted")
    members = {each.kid: Member(agency.uri, agency.names, each) for each in agency.administrators.values()}
    return (Circle(ADMINISTRATORS, agency.administrator_threshold, members),)


def _officers(kinds: set[str], state: RegistryState) -> Circle:
    """Return the privacy officers that are known here; one of them must approve an order to erase."""
    if kinds != {ERASURE}:
        raise MalformedError("proposal", came=sorted(kinds), expected="orders to erase by themselves")
    members = {}
    for kid, (uri, key) in officers_keys(state).items():
        if officer := state.replay.registry.participant_at(uri, state.size):
            members[kid] = Member(uri, officer.names, key)
    return Circle(OFFICERS, 1, members)


def _roots(word: str, charter: Charter) -> Circle:
    members = {kid: Member(root.agency, root.names, root.key) for kid, root in charter.roots.items()}
    return Circle(word, charter.threshold, members)


def _require_root(kid: bytes, charter: Charter) -> None:
    if kid not in charter.roots:
        raise NotPermittedError("proposal.kid", came=kid, expected="a root key of the charter in force")
