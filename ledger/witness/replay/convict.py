"""What a replaying witness keeps of a lie: a report for people, and evidence for everybody where a file can convict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from ledger.client.trusted import TrustedLedger
from ledger.index import frontier as mini
from ledger.index.heap import Summary
from ledger.index.overlay import Overlay
from ledger.prove.index import IndexView, prove_index
from ledger.prove.log import Subtrees, shared_path
from ledger.tiles.files import write_new
from ledger.witness.replay.index import Index
from ledger.witness.replay.judge import Taken
from ledger.witness.replay.lies import Conviction, LieFoundError
from ledger.witness.replay.past import Past
from verifier.errors import SuyuanError
from verifier.ledgerformat.index import history_value
from verifier.ledgerformat.seal import SignedSeal, parse_seal
from verifier.ledgerformat.statement import Statement
from verifier.ledgerformat.witness_report import WitnessReport
from verifier.primitives.checkpoint import Checkpoint
from verifier.proof.bundle import RESTRICTED, EventPart, SealPart, StatementPart
from verifier.proof.evidence_index import IndexEvidence, format_index_evidence
from verifier.proof.evidence_kinds import confirm_evidence

SignReport: TypeAlias = Callable[[WitnessReport], bytes]


def keep_lie(
    folder: Path, trusted: TrustedLedger, found: LieFoundError, *, sign: SignReport | None, now: int
) -> tuple[str, ...]:
    """Write what was found down; return the files' names, the evidence first.

    The evidence convicts by itself; the signed report is the witness's word, where it has a key for notices; the other
    one says the same in more words, and is for the witness itself.

    Args:
        folder: where to.
        trusted: the ledger that lied.
        found: the lie.
        sign: signs the report, with the witness's key for notices.
        now: POSIX seconds.

    Raises:
        StoppedError: they could not be written.
    """
    origin = trusted.origin
    stem = f"{sha256(origin.encode()).hexdigest()[:16]}-{found.where.leaf}-{found.word.replace(' ', '-')}"
    evidence = _evidence(found, trusted)
    kept = []
    if evidence is not None:
        kept.append(folder / f"{stem}.evidence")
        write_new(kept[0], evidence)
    if sign and found.seen:
        kept.append(folder / f"{stem}.report")
        write_new(kept[-1], sign(_report(found, found.seen, origin, now, evidence=evidence is not None)))
    kept.append(folder / f"{stem}.json")
    write_new(kept[-1], _told(found, origin, convicts=evidence is not None))
    return tuple(str(file) for file in kept)


def _told(found: LieFoundError, origin: str, *, convicts: bool) -> bytes:
    """Return what the witness reads again itself."""
    told = {
        "ledger": origin,
        "lie": found.word,
        "leaf": found.where.leaf,
        "event": found.where.position,
        "field": found.cause.field,
        "came": found.cause.came,
        "expected": found.cause.expected,
        "convicts": convicts,
    }
    return (json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def _report(found: LieFoundError, seen: Checkpoint, origin: str, now: int, *, evidence: bool) -> WitnessReport:
    return WitnessReport(
        origin=origin,
        lie=found.word.replace(" ", "-"),
        leaf=found.where.leaf,
        event=found.where.position,
        reason=found.cause.code,
        field=re.sub("[^A-Za-z0-9._-]", "-", found.cause.field)[:128] or "none",
        size=seen.size,
        root=seen.root,
        time=now,
        evidence=evidence,
    )


def _evidence(found: LieFoundError, trusted: TrustedLedger) -> bytes | None:
    """Return what convicts, once it is confirmed as everybody else will: what does not hold is not handed out."""
    if found.conviction is None:
        return None
    try:
        data = found.conviction(trusted.parts)
        confirm_evidence(data, trusted.standpoint)
    except SuyuanError:
        return None
    return data


class ReplayView(IndexView):
    """The index of a replay, as proofs are made from it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._overlay = Overlay(index.heap)
        self.levels = index.heap.levels

    def node(self, node: int) -> Summary:
        """Return class and hash of a heap node."""
        return self._index.heap.read(node)

    def bucket(self, node: int) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in a bucket, sorted by key."""
        return self._index.bucket(node)

    def value(self, key: bytes) -> bytes:
        """Return a key's value, as it stands."""
        state = self._index.state(key)
        return history_value(state.count, mini.root(state.frontier))

    def require(self) -> None:
        """Nothing moves while a witness makes a proof."""


def convict_index(
    past: Past, block: Sequence[Taken], signed: SignedSeal, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of a wrong index.

    Args:
        past: the state before the block.
        block: all of its entries.
        signed: its seal.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.
    """
    touched = sorted({key for taken in block for keys in taken.keys for key in keys})
    past.index.load(touched)
    states = [past.index.state(key) for key in touched]
    before = {state.key: (state.count, state.frontier) for state in states if state.count}
    first = past.rows.entry(past.reached.size - 1) if past.reached.size else None
    seals = [SealPart(first.leaf, parse_seal(first.entry))] if first else []
    seals.append(SealPart(signed.seal.covered, signed))
    proof = prove_index(ReplayView(past.index), touched) if first and touched else None
    leaves = {taken.leaf for taken in block} | {part.leaf for part in seals}
    path = shared_path(tree, size, leaves)
    parts = tuple(_part(taken, taken.parsed) for taken in block if isinstance(taken.parsed, Statement))
    envelopes = tuple((taken.leaf, taken.entry) for taken in block if not isinstance(taken.parsed, Statement))

    def convict(charter: Sequence[StatementPart]) -> bytes:
        evidence = IndexEvidence(tuple(charter), note, tuple(seals), parts, envelopes, before, proof, path)
        return format_index_evidence(evidence)

    return convict


def _part(taken: Taken, statement: Statement) -> StatementPart:
    """Return a statement with all its events, without bodies: the index follows from heads."""
    events = tuple(EventPart(place, each.head, RESTRICTED) for place, each in enumerate(taken.answered))
    return StatementPart(
        taken.leaf, statement.protected, statement.first, statement.count, statement.signature, b"", events
    )
