"""Evidence of a broken seal, out of the log as it is served: the seal, and the entry before it that it does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.client.logtree import VerifiedTree
from ledger.prove.log import shared_path
from ledger.witness.replay.lies import Conviction
from ledger.witness.replay.source import ReplaySource, read_entries
from verifier.errors import IncompleteError
from verifier.ledgerformat.seal import parse_seal
from verifier.proof.bundle import StatementPart
from verifier.proof.evidence_seal import SealEvidence, format_seal_evidence, has_seal_type, reason_against_seal


def convict_seal(source: ReplaySource, tree: VerifiedTree, leaf: int, *, note: bytes, origin: str) -> Conviction:
    """Return what makes evidence of a broken seal.

    Args:
        source: where entries come from; each is compared with the tree.
        tree: of the checkpoint.
        leaf: where the seal stands, or should stand.
        note: the checkpoint, as the ledger signed it.
        origin: of the ledger.

    Raises:
        IncompleteError: the log alone shows nothing; whose key sealed it follows from the registry.
        UnservedError: what would have to be shown is not served.
        UnsupportedError: a seal of another version.
    """
    for entries in _accused(source, tree, leaf):
        if reason_against_seal(entries, size=tree.size, origin=origin):
            return _convict(entries, note, shared_path(tree, tree.size, entries))
    raise IncompleteError("evidence", came=f"a chain that holds at leaf {leaf}", expected="one that does not")


def _convict(entries: Mapping[int, bytes], note: bytes, path: bytes) -> Conviction:
    def convict(charter: Sequence[StatementPart]) -> bytes:
        return format_seal_evidence(SealEvidence(tuple(charter), note, entries, path))

    return convict


def _accused(source: ReplaySource, tree: VerifiedTree, leaf: int) -> Iterator[dict[int, bytes]]:
    """Yield what may speak against a seal: itself, the entry before its block, and whatever seal lies in its block."""
    entry = read_entry(source, tree, leaf)
    yield {leaf: entry}
    if not has_seal_type(entry):
        return
    first = parse_seal(entry).seal.first
    if first:
        yield {first - 1: read_entry(source, tree, first - 1), leaf: entry}
    for place, each, _ in read_entries(source, tree, first):
        if place >= leaf:
            return
        if has_seal_type(each):
            yield {place: each, leaf: entry}


def read_entry(source: ReplaySource, tree: VerifiedTree, leaf: int) -> bytes:
    """Return an entry of the log, compared with its tree."""
    return next(entry for _, entry, _ in read_entries(source, tree, leaf))
