"""Privacy officers: the agencies whose approval an order to erase needs beside the roots', and their keys."""

from __future__ import annotations

from ledger.governance.agencies import HeldKey, kids_of, portray
from ledger.governance.state import RegistryState
from verifier.errors import NotPermittedError
from verifier.judgement.charter import APPROVAL
from verifier.judgement.participants import key_subject
from verifier.judgement.rights import PRIVACY_OFFICER
from verifier.primitives.keys import PublicKey


def officer_subjects(officer: str, state: RegistryState) -> list[str]:
    """Return the URIs whose registry histories say under which keys an officer may approve."""
    return [officer, *(key_subject(kid) for kid in kids_of(officer, state))]


def officers_keys(state: RegistryState) -> dict[bytes, tuple[str, PublicKey]]:
    """Return holder and key of every statement key of a privacy officer that may approve, and is known here, by kid."""
    found: dict[bytes, tuple[str, PublicKey]] = {}
    for uri in state.subjects:
        participant = state.replay.registry.participant_at(uri, state.size)
        if participant is None or not participant.is_agency or PRIVACY_OFFICER not in participant.roles:
            continue
        found |= {each.key.key.kid: (uri, each.key.key) for each in portray(uri, state).keys if _may_sign(each)}
    return found


def require_officer(officer: str, state: RegistryState) -> None:
    """Return if an agency is a privacy officer with a statement key.

    Raises:
        NotPermittedError: it is not.
    """
    if officer not in {uri for uri, _ in officers_keys(state).values()}:
        expected = f"an agency with role {PRIVACY_OFFICER} and a statement key"
        raise NotPermittedError("--officer", came=officer, expected=expected)


def _may_sign(held: HeldKey) -> bool:
    return held.word == "valid" and held.key.use == "statement" and held.key.may_sign(APPROVAL)
