"""What an act of the registry names is known: the ledger alone can tell, since it holds the whole registry.

A proof holds some histories only, so no verifier refuses for this, and nobody is convicted of it: what is not known is
not ended, and a mandate for types that nobody registered allows nothing (docs/formats.md, sections 12 and 16).
"""

from __future__ import annotations

from verifier.errors import NotPermittedError
from verifier.judgement.endings import ROLES, is_known, subject_ended
from verifier.judgement.participants import data_of
from verifier.judgement.registry import Registry
from verifier.judgement.rights import MANDATE
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.type_words import matches_any
from verifier.ledgerformat.vocabulary import require_patterns


def require_known(event: Event, registry: Registry) -> None:
    """Return if a registry event names nothing that the registry does not have; others may name anything.

    Raises:
        NotPermittedError: it ends, pauses or restores what was never there, or gives a mandate for no type.
    """
    if event.head.type in ROLES:
        role, subject = subject_ended(event)
        if not is_known(registry, role, subject, event.leaf):
            todo = f"Look at the {role}'s spelling: what is not known is not ended."
            raise NotPermittedError(f"subjects.{role}", came=subject, expected=f"a {role} that is known", todo=todo)
    elif event.head.type == MANDATE:
        _require_types(event, registry)


def _require_types(event: Event, registry: Registry) -> None:
    names = registry.type_names  # where none is registered so far, whoever gives a mandate thinks ahead
    for pattern in require_patterns(data_of(event, {"types", "subjects"})["types"], "mandate.types"):
        if names and not any(matches_any((pattern,), name) for name in names):
            todo = "Look at its spelling, or have the type registered first."
            raise NotPermittedError("mandate.types", came=pattern, expected="a type that is registered", todo=todo)
