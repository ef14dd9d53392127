"""What a registry event may answer: grants, re-attestations, orders to erase (docs/formats.md, section 12).

Judged from the heads that are answered, as far as they are known; the replay judges all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import NotPermittedError
from verifier.judgement.registry import Registry
from verifier.judgement.rights import ERASURE, GRANT, REATTESTATION
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head

_BUILTIN = "registry."


def check_answers(event: Event, *, registry: Registry, targets: Sequence[Head]) -> None:
    """Return if a registry event may be about these events.

    Args:
        event: a registry event; others may be about anything.
        registry: what holds at its leaf.
        targets: heads of the events that it answers, those that are known.

    Raises:
        NotPermittedError: it may not, and why.
    """
    for target in targets:
        if event.head.type == GRANT:
            _require_own(event, target)
        elif event.head.type == REATTESTATION:
            _require_others(event, target)
        elif event.head.type == ERASURE:
            _require_erasable(event, target, registry)


def _require_own(event: Event, target: Head) -> None:
    if target.principal != event.head.issuer:
        expected = f"{target.principal}, whose {target.type} it is"
        raise NotPermittedError("head.about", came=event.head.issuer, expected=expected)


def _require_others(event: Event, target: Head) -> None:
    if event.head.issuer in (target.issuer, target.principal):
        expected = f"an agency that had no part in this {target.type}"
        raise NotPermittedError("head.about", came=event.head.issuer, expected=expected)


def _require_erasable(event: Event, target: Head, registry: Registry) -> None:
    if target.type.startswith(_BUILTIN) or registry.is_permanent(target.type, event.leaf):
        expected = "an event of a type that is not permanent"
        raise NotPermittedError("head.about", came=target.type, expected=expected)
