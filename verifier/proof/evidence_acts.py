"""Who may say a registry event, as far as evidence of an inadmissible statement judges it (formats, section 17).

Only what follows from charter, issuer and key, whose histories are shown, and from what a revocation names, whose
history is shown with them. What an approval is about, and what an act brings about, is no reason here: it rests on
other acts, some of them in its own statement (`verifier.proof.evidence_inadmissible_act`).
"""

from __future__ import annotations

from verifier.errors import NotPermittedError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.judgement.participants import subject_of
from verifier.judgement.registry import Registry
from verifier.judgement.replay import ADMINISTRATOR, ROOT, STATEMENT, Signer
from verifier.judgement.rights import (
    MANDATE,
    PRIVACY_OFFICER,
    REVOCATION,
    require_administrators_right,
    require_direct_right,
    require_roots_right,
)
from verifier.ledgerformat.event import Event

_SHOWN = ("key", "mandate", "grant")  # of a revocation: what decides about these stands in their own history
_ROOT = "a root key of the charter in force"


def subjects_of_act(event: Event) -> list[str]:
    """Return the subjects on whose histories the right to say a registry event rests besides; none without its body."""
    if event.head.type != REVOCATION or event.body is None:
        return []
    return sorted(subject for role in _SHOWN for subject in event.body.of_role(role))


def require_act_right(event: Event, signer: Signer, registry: Registry) -> None:
    """Return if whoever signed a registry event may say it, as far as that is known.

    Args:
        event: with its body, or without one where that is not shown: then nothing is judged.
        signer: valid at its leaf.
        registry: before its leaf, with the histories of charter, issuer, key and `subjects_of_act`.

    Raises:
        NotPermittedError: it may not.
        MalformedError: its body makes no sense.
    """
    head = event.head
    if event.body is None:
        return
    if head.behalf is not None:
        raise NotPermittedError("head.behalf", came=head.behalf, expected="none: nobody rules for another")
    in_force = registry.root_at(event.kid, event.leaf) is not None
    if head.type == APPROVAL:
        _require_approver(event, signer, registry)
    elif head.type == CHARTER or signer.use == ROOT:
        _require_root(event, signer, in_force=in_force)
    else:
        _require_alone(event, signer, registry)


def _require_root(event: Event, signer: Signer, *, in_force: bool) -> None:
    if not in_force:
        raise NotPermittedError(event.head.type, came=f"a key of use {signer.use}", expected=_ROOT)
    if event.head.type != CHARTER:
        require_roots_right(event)


def _require_approver(event: Event, signer: Signer, registry: Registry) -> None:
    """Ask for a privacy officer under a statement key. What roots and administrators may approve rests on the acts."""
    agency = registry.participant_at(signer.holder, event.leaf)
    if signer.use == STATEMENT and not (agency and agency.is_agency and PRIVACY_OFFICER in agency.roles):
        expected = f"an agency with role {PRIVACY_OFFICER}"
        raise NotPermittedError(APPROVAL, came=signer.holder, expected=expected)


def _require_alone(event: Event, signer: Signer, registry: Registry) -> None:
    if signer.use == ADMINISTRATOR:
        require_administrators_right(registry, event, signer.holder)
        return
    require_direct_right(registry, event)
    if event.head.type != MANDATE:
        return
    principal, agent = (subject_of(event, role) for role in ("principal", "agent"))
    if principal != event.head.issuer or agent == principal:
        expected = f"{event.head.issuer}, who says it, and another participant"
        raise NotPermittedError("mandate.principal", came=principal, expected=expected)
