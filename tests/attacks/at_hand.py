"""What a witness has at hand that has replayed an honest log and reads one block more: for files against anybody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ledger.client.logtree import VerifiedTree
from ledger.witness.replay import convict_act as convicting
from ledger.witness.replay.convict_act import convict_act
from ledger.witness.replay.convict_registry import convict_envelope, convict_foreign_seal
from ledger.witness.replay.convict_statement import convict_statement
from ledger.witness.replay.judge import Taken, parse_taken, read_envelope, read_heads
from ledger.witness.replay.lies import Where
from ledger.witness.replay.past import Past, open_past
from ledger.witness.replay.rows import ReplayRows
from ledger.witness.replay.source import read_batch
from ledger.witness.replay.standing import Sealed
from tests.attacks.forged import Served, Stage
from tests.verifier.proof.audit.forge import MemorySource, entries_of
from verifier.judgement.replay import Replay
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.statement import Statement
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.bundle import StatementPart
from verifier.vocabulary import registry_types


@dataclass
class AtHand:
    """A log of one block more than the honest one, read."""

    past: Past
    block: Sealed
    shown: dict[str, Any]
    charter: tuple[StatementPart, ...]

    def statement(self, leaf: int, position: int = 0) -> bytes:
        """Return the file against one event of a statement, whatever speaks against it."""
        return convict_statement(self.past, [self.block], Where(leaf, position), **self.shown)(self.charter)

    def act(self, leaf: int, position: int = 0, *, whole: bool = True) -> bytes:
        """Return the file against a registry event, whatever speaks against it; `whole`: of the whole registry."""
        with pytest.MonkeyPatch.context() as narrowed:
            if not whole:
                narrowed.setattr(convicting, "_every_name", lambda *_: ())
            return convict_act(self.past, [self.block], Where(leaf, position), **self.shown)(self.charter)

    def envelope(self, leaf: int) -> bytes:
        """Return the file against a hash envelope, whatever speaks against it."""
        return convict_envelope(self.past, [self.block], leaf, **self.shown)(self.charter)

    def seal(self) -> bytes:
        """Return the file against the last seal, whoever signed it."""
        leaf = self.block.signed.seal.covered
        return convict_foreign_seal(self.past, [self.block], leaf, **self.shown)(self.charter)


@contextmanager
def at_hand(stage: Stage, log: MemorySource) -> Iterator[AtHand]:
    """Read the one block by which a log is longer than the honest one."""
    database = stage.folder / f"{len(list(stage.folder.iterdir()))}.db"
    shutil.copy(stage.replayed_before, database)
    rows, entries, note = ReplayRows(database), entries_of(log), log.checkpoint()
    checkpoint = parse_signed_checkpoint(note)[0]
    taken = [_taken(log, leaf, entries[leaf]) for leaf in range(stage.size, len(entries) - 1)]
    shown = {"note": note, "tree": VerifiedTree(checkpoint, Served(log).tile), "size": checkpoint.size}
    try:
        past = open_past(rows, Replay(registry_types()))
        yield AtHand(past, Sealed(taken, parse_seal(entries[-1])), shown, stage.charter)
    finally:
        rows.close()


def _taken(log: MemorySource, leaf: int, entry: bytes) -> Taken:
    parsed = parse_taken(leaf, entry)
    if isinstance(parsed, Statement):
        return read_heads(leaf, entry, parsed, *read_batch(Served(log), leaf, parsed))
    return read_envelope(leaf, entry, parsed)
