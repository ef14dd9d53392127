"""Step 6, Complete: each history exactly as indexed, links followed, nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import IncompleteError, MismatchError
from verifier.judgement.trace import Closure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.index import IndexProof, check_index, index_key, value_of
from verifier.proof.bundle import MISSING
from verifier.proof.examination import Examination
from verifier.proof.since import Since
from verifier.proof.steps.step2_unforked import require_quorum
from verifier.proof.verdict import Said


def establish_complete(found: Examination, proof: IndexProof, since: Since | None = None) -> list[Said]:
    """Establish that every history is whole, recalls included, and that its index was replayed if asked for.

    `since`: the first entries of the one history that is proved, which are not shown.
    """
    closure = found.closure
    if closure is None:
        raise MismatchError("trace", came="none", expected="step 5 first")
    said = _take_since(found, closure, since) if since else []
    claims = {index_key(*pair): _value(history, since) for pair, history in closure.histories.items()}
    check_index(found.newest_seal.root, claims, proof)
    missing = [shown.event for shown in found.trace_events.values() if shown.body == MISSING]
    if missing:
        came = f"{len(missing)} bodies missing, first of {missing[0].head.type}"
        raise IncompleteError("body", came=came, expected="every body that is not restricted or erased")
    _require_replay(found)
    for each in closure.closed:
        found.notices.append(Said("notice.closed", {"type": each.event.head.type, "by": each.by.head.type}))
    absent = sum(not history for history in closure.histories.values())
    return [
        *said,
        Said("step6.histories", {"histories": len(closure.histories) - absent, "subjects": len(closure.names)}),
        Said("step6.absent", {"absent": absent}),
        *([Said("step6.outside", {"events": len(closure.outside)})] if closure.outside else []),
    ]


def _value(history: Sequence[Event], since: Since | None) -> bytes | None:
    entries = [event.entry for event in history]
    return since.value(entries) if since else value_of(entries)


def _take_since(found: Examination, closure: Closure, since: Since) -> list[Said]:
    """Require an event that states what the entries that are not shown came to; say whose word that is."""
    ((pair, history),) = closure.histories.items()
    event = since.stated_by(pair, history)
    found.since = since, event
    facts: dict[str, str | int] = {
        "count": since.count,
        "type": event.head.type,
        "issuer": event.head.principal,
        "event": event.name.hex(),
    }
    found.unchecked.append(Said("unchecked.since", {"count": since.count}))
    return [Said("step6.since", facts)]


def _require_replay(found: Examination) -> None:
    """Ask for the replay group's quorum, where charter or policy names one; say so where none does."""
    if found.checkpoint is None:
        return
    charter = found.charter_at(found.checkpoint.size - 1)
    named = found.standpoint.policy.replay
    if named is None and charter.replay is None:
        found.unchecked.append(Said("unchecked.replay"))
    if charter.replay is not None:
        require_quorum(charter.policy, charter.replay, found.cosignatures, "the charter's replay group")
    if named is not None:
        policy = found.standpoint.policy.policy or charter.policy
        if named not in policy.groups and named not in policy.witnesses:
            raise IncompleteError("replay", came=named, expected="a group that charter or policy defines")
        require_quorum(policy, named, found.cosignatures, "your replay group")
