"""Acts that the ledger would record and that would bring about nothing: refused before anybody is asked to sign one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.compose.event import Draft
from ledger.governance.mandates import Held
from ledger.governance.state import RegistryState
from verifier.errors import NotPermittedError
from verifier.ledgerformat.vocabulary import EventType

_STATED = {"registry.role", "registry.jurisdiction"}
_ADMISSION, _RESTORATION = "registry.agency", "registry.restoration"
_REVOKED = "revoked"


def require_effect(drafts: Sequence[Draft], state: RegistryState) -> None:
    """Return unless an act could bring about nothing as the registry stands (docs/formats.md, section 12).

    Args:
        drafts: the acts of one proposal, in their order.
        state: what was checked, with the histories of what they are about.

    Raises:
        NotPermittedError: a role or jurisdiction of an agency that is not admitted, or a restoration of what is
            neither suspended nor revoked.
    """
    admitted: set[str] = set()
    for each in drafts:
        if each.type == _ADMISSION:
            admitted |= _subjects(each)
        elif each.type in _STATED:
            _require_admitted(_subjects(each) - admitted, state)
        elif each.type == _RESTORATION:
            _require_ended(_subjects(each), state)


def require_opening(fields: Sequence[str], kinds: Iterable[EventType]) -> None:
    """Return unless a field of a grant opens nothing of any event that it is about.

    Args:
        fields: pointers, or `body`.
        kinds: types of these events.

    Raises:
        NotPermittedError: a pointer at no disclosure of theirs, and above none; it lists those that there are.
    """
    known = sorted({pointer for kind in kinds for pointer in kind.disclosures})
    for each in fields:
        if each.startswith("/") and not any(one == each or one.startswith(f"{each}/") for one in known):
            expected = f"body, or one of {', '.join(known)}" if known else "body: these events disclose nothing else"
            raise NotPermittedError("--field", came=each, expected=expected)


def require_going(given: Sequence[Held]) -> None:
    """Return unless all mandates or grants that an act would end have been revoked already.

    Raises:
        NotPermittedError: they have been.
    """
    if given and all(each.word == _REVOKED for each in given):
        came = f"{given[0].given.subject}, revoked from leaf {given[0].since}"
        raise NotPermittedError("subject", came=came, expected="one that goes on", todo="Nothing is to be ended.")


def _require_admitted(agencies: set[str], state: RegistryState) -> None:
    for uri in agencies:
        if state.replay.registry.participant_at(uri, state.size) is None:
            expected, todo = "an agency that is admitted", "Admit it first: its admission states roles and zones too."
            raise NotPermittedError("agency", came=uri, expected=expected, todo=todo)


def _require_ended(subjects: set[str], state: RegistryState) -> None:
    registry, leaf = state.replay.registry, state.size
    for uri in subjects:
        if not (registry.revocation_at(uri, leaf) or registry.suspension_at(uri, leaf, state.time)):
            came, todo = f"{uri}, neither suspended nor revoked", "Nothing is to be restored."
            raise NotPermittedError("subject", came=came, expected="what is suspended or revoked", todo=todo)


def _subjects(draft: Draft) -> set[str]:
    found = (([each] if isinstance(each, str) else each) for each in draft.subjects.values())
    return {uri for each in found for uri in each}
