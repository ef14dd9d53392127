"""Evidence of what cannot be read, out of the log as it is served: an entry, or a statement with one event."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.prove.log import Subtrees, shared_path
from ledger.witness.replay.lies import Conviction, Where
from ledger.witness.replay.source import ReplaySource, read_batch
from ledger.witness.replay.standing import Batch, part_of
from verifier.errors import IncompleteError
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.proof.bundle import StatementPart
from verifier.proof.evidence_unreadable import (
    UnreadableEvidence,
    format_unreadable_evidence,
    reason_against_entry,
    reason_against_event,
)


def convict_unreadable(
    source: ReplaySource, entry: bytes, where: Where, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of an entry, a head or a body that cannot be read.

    Args:
        source: where batches come from; each is compared with its statement.
        entry: what stands at the leaf.
        where: the leaf, and the event, where it is one.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: it can be read.
        UnservedError: what would have to be shown is not served.
        UnsupportedError: an entry of a version that is not known here.
    """
    shown = _shown(source, entry, where)
    path = shared_path(tree, size, {where.leaf})

    def convict(charter: Sequence[StatementPart]) -> bytes:
        return format_unreadable_evidence(UnreadableEvidence(tuple(charter), note, shown, path))

    return convict


def _shown(source: ReplaySource, entry: bytes, where: Where) -> tuple[int, bytes] | StatementPart:
    if reason_against_entry(entry):
        return where.leaf, entry
    parsed = parse_entry(entry)
    if not isinstance(parsed, Statement) or where.position is None:
        raise IncompleteError("evidence", came="what can be read", expected="what cannot")
    answered, _ = read_batch(source, where.leaf, parsed)
    batch = Batch(parsed, [each.head for each in answered], [each.body for each in answered])
    for bare in (True, False):  # of a head that cannot be read no body is shown
        part = part_of(where.leaf, batch, [where.position], bare=bare)
        if reason_against_event(part.events[0]):
            return part
    raise IncompleteError("evidence", came="what can be read", expected="what cannot")
