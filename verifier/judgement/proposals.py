"""Acts that wait for approvals, and when they are complete (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.judgement.acts import Approval, Completion, Quorum
from verifier.judgement.charter import Charter
from verifier.judgement.endings import kid_of, subject_ended
from verifier.judgement.registry import Registry
from verifier.judgement.rights import ERASURE
from verifier.ledgerformat.event import Event

SUSPENSION = "registry.suspension"
SUSPENDERS = 2  # distinct root holders who suspend for once, where the charter asks for no fewer


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that waits for approvals.

    Attributes:
        event: the act.
        agency: whose administrators approve; None for the roots.
        charter: the charter that it proposes, if it does.
        approvals: those given so far, oldest first.
        officers: agencies that approved an order to erase as privacy officers, by kid.
    """

    event: Event
    agency: str | None = None
    charter: Charter | None = None
    approvals: tuple[Approval, ...] = ()
    officers: Mapping[bytes, str] | None = None


def complete(proposal: Proposal, registry: Registry, *, leaf: int, time: int) -> Completion | None:
    """Return how a proposal is completed by an approval at a leaf of this ledger time; None if it is not."""
    quorums = _quorums(proposal, registry, leaf, time)
    kids = [each.kid for each in proposal.approvals]
    if not quorums or not all(quorum.is_met(kids) for quorum in quorums):
        return None
    counted = tuple(each for each in proposal.approvals if any(each.kid in quorum.holders for quorum in quorums))
    return Completion(proposal.event.name, counted, quorums, leaf + 1)


def _quorums(proposal: Proposal, registry: Registry, leaf: int, time: int) -> tuple[Quorum, ...]:
    """Return who has to approve, by what is in force at a leaf; none where nobody can."""
    if proposal.agency is not None:
        return _administrators(proposal.agency, registry, leaf, time)
    charters = [each for each in (registry.charter_in_force(leaf), proposal.charter) if each]
    needed = (needed_roots(proposal.event, charter, registry, leaf, time) for charter in charters)
    quorums = tuple(Quorum(_holders(charter), number) for charter, number in zip(charters, needed, strict=True))
    if proposal.event.head.type == ERASURE:
        quorums += (Quorum(proposal.officers or {}, 1),)
    return quorums


def _administrators(agency: str, registry: Registry, leaf: int, time: int) -> tuple[Quorum, ...]:
    """Return the quorum of the agency's version in force, counting the keys that are valid then."""
    version = registry.participant_at(agency, leaf)
    if version is None or not version.administrators:
        return ()
    valid = (kid for kid in version.administrators if registry.administrator_at(kid, leaf, time))
    return (Quorum({kid: kid.hex() for kid in valid}, version.administrator_threshold),)


def _holders(charter: Charter) -> dict[bytes, str]:
    return {kid: root.agency for kid, root in charter.roots.items()}


def needed_roots(event: Event, charter: Charter, registry: Registry, leaf: int, time: int) -> int:
    """Return how many root holders an act needs at a leaf: two suspend for once, and all others take the threshold.

    For once means: neither its subject nor, where that is a key, its holder was suspended shortly before.
    """
    if event.head.type != SUSPENSION:
        return charter.threshold
    role, subject = subject_ended(event)
    holder = registry.holder_of(kid_of(subject)) if role == "key" else None
    lives = [registry.life(each) for each in (subject, holder) if each]
    chained = any(life.is_chained(leaf, time) for life in lives)
    return charter.threshold if chained else min(SUSPENDERS, charter.threshold)


def is_hasty(completion: Completion, registry: Registry, leaf: int) -> bool:
    """Return whether fewer root holders stand behind an act of the roots than the threshold of the charter in force."""
    charter = registry.charter_in_force(leaf)
    vote = Quorum(_holders(charter), charter.threshold) if charter else None
    return vote is not None and not vote.is_met(each.kid for each in completion.approvals)
