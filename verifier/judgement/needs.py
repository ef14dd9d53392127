"""Which registry histories a set of events rests on (docs/formats.md, section 17).

Prover and verifier run this same function, each over its own source of histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from verifier.judgement.participants import key_subject
from verifier.judgement.trace import HistoryOf
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import subject_name

_BUILTIN = "registry."
_POLICY = "registry.policy"


def registry_needs(
    events: Iterable[Event], *, origin: str, is_root: Callable[[Event], bool], history_of: HistoryOf
) -> dict[Pair, Sequence[Event]]:
    """Return the registry histories that events rest on, by [kind, name].

    Args:
        events: the events of a trace part.
        origin: the ledger's, whose charter is always needed.
        is_root: whether an event was signed by a root key; those need no registered key.
        history_of: the events of a [kind, name] in log order.
    """
    found: dict[Pair, Sequence[Event]] = {}
    waiting = [f"urn:suyuan:ledger:{origin}"]
    for event in events:
        waiting += _subjects_behind(event, is_root)
    while waiting:
        pair = ("registry", subject_name(waiting.pop()))
        if pair in found:
            continue
        history = found[pair] = history_of(pair)
        for event in history:
            waiting += _subjects_behind(event, is_root)
            if event.head.type == _POLICY and event.body:
                waiting += event.body.of_role("policy")
    return found


def _subjects_behind(event: Event, is_root: Callable[[Event], bool]) -> list[str]:
    """Return the subjects whose registry history one event rests on: its type, issuer, key and recipient."""
    head = event.head
    subjects = [] if head.type.startswith(_BUILTIN) else [f"urn:suyuan:type:{head.type}"]
    if not is_root(event):
        subjects += [head.issuer, key_subject(event.kid)]
    return subjects + ([head.to] if head.to else [])
