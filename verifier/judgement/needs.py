"""Which registry histories a set of events rests on (docs/formats.md, section 17).

Prover and verifier run this same function, each over its own source of histories.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import product

from verifier.judgement.participants import key_subject
from verifier.judgement.rights import MANDATE
from verifier.judgement.trace import HistoryOf
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair
from verifier.ledgerformat.subject import subject_name

_BUILTIN = "registry."
_POLICY, _SUCCESSION = "registry.policy", "registry.succession"
_KEY, _SUSPENSION = "registry.key", "registry.suspension"
_REGISTRY_KINDS = {"registry", "keys"}
_HOLDERS = "keys"  # the kind that a key's registration joins for its holder


def registry_needs(
    events: Collection[Event],
    *,
    origin: str,
    is_root: Callable[[Event], bool],
    history_of: HistoryOf,
    also: Collection[str] = (),
    names: Collection[bytes] = (),
) -> dict[Pair, Sequence[Event]]:
    """Return the registry histories that events rest on, by [kind, name].

    Args:
        events: the events of a trace part.
        origin: the ledger's, whose charter is always needed.
        is_root: whether an event was signed by a root key; those need no registered key.
        history_of: the events of a [kind, name] in log order.
        also: subjects on whose registry histories something else rests.
        names: of such subjects.
    """
    found: dict[Pair, Sequence[Event]] = {}
    agents: set[tuple[str, str]] = set()
    waiting = [f"urn:suyuan:ledger:{origin}", *also]
    for event in events:
        waiting += _subjects_behind(event, is_root) + ([event.head.behalf] if event.head.behalf else [])
        if event.head.behalf:
            agents.add((event.head.behalf, event.head.issuer))
    pairs = [("registry", name) for name in (*map(subject_name, waiting), *names)]
    succeeding = (event for event in events if event.head.type == _SUCCESSION)  # in the trace part of a registry walk
    pairs += [pair for event in succeeding for pair in event.head.joins]
    pairs += _holders_counted(events)
    while pairs:
        pair = pairs.pop()
        if pair in found:
            continue
        history = found[pair] = history_of(pair)
        for event in history:
            behind = _subjects_behind(event, is_root) + _subjects_named(event, agents)
            pairs += [("registry", subject_name(each)) for each in behind]
        pairs += _holders_counted(history)
    return found


def needs_of(events: Collection[Event], is_root: Callable[[Event], bool]) -> frozenset[object] | None:
    """Return all that `registry_needs` asks of events besides the histories: of two sets alike, the answer is one.

    None where more is asked of them: where one is of the registry itself, or joins its histories.
    """
    seeds: set[object] = set()
    for event in events:
        head = event.head
        if reaches_registry(head):
            return None
        if head.behalf:
            seeds.add((head.behalf, head.issuer))
        seeds.update(_subjects_behind(event, is_root))
    return frozenset(seeds)


def reaches_registry(head: Head) -> bool:
    """Return whether an event is of the registry, or joins one of its histories."""
    return head.type.startswith(_BUILTIN) or any(kind in _REGISTRY_KINDS for kind, _ in head.joins)


def _holders_counted(events: Collection[Event]) -> list[Pair]:
    """Return the histories of those who hold a key that was suspended: how many had to approve it depends on them.

    Told by heads: of the trace part no more may be known here.
    """
    suspended = {pair for event in events if event.head.type == _SUSPENSION for pair in event.head.joins}
    registered = (event.head for event in events if event.head.type == _KEY)
    held = (head for head in registered if not suspended.isdisjoint(head.joins))
    return [("registry", name) for head in held for kind, name in head.joins if kind == _HOLDERS]


def _subjects_named(event: Event, agents: AbstractSet[tuple[str, str]]) -> list[str]:
    """Return the subjects that a registry event brings in: a policy, both of a succession, a mandate that is used."""
    kind, body = event.head.type, event.body
    if body is None:
        return []
    if kind == _POLICY:
        return list(body.of_role("policy"))
    if kind == _SUCCESSION:
        return [*body.of_role("agency"), *body.of_role("successor")]
    if kind == MANDATE and not agents.isdisjoint(product(body.of_role("principal"), body.of_role("agent"))):
        return list(body.of_role("mandate"))
    return []


def _subjects_behind(event: Event, is_root: Callable[[Event], bool]) -> list[str]:
    """Return the subjects whose registry history one event rests on: its type, issuer, key and recipient."""
    head = event.head
    subjects = [] if head.type.startswith(_BUILTIN) else [f"urn:suyuan:type:{head.type}"]
    if not is_root(event):
        subjects += [head.issuer, key_subject(event.kid)]
    return subjects + ([head.to] if head.to else [])
