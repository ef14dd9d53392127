"""What a witness found, made into a file that convicts: which kind of evidence a lie has, and from what it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ledger.client.logtree import VerifiedTree
from ledger.witness.replay.convict import convict_index
from ledger.witness.replay.convict_act import convict_act
from ledger.witness.replay.convict_registry import convict_envelope, convict_foreign_seal
from ledger.witness.replay.convict_seal import convict_seal, read_entry
from ledger.witness.replay.convict_statement import convict_statement, speaks_against
from ledger.witness.replay.convict_twice import FIELDS, convict_twice
from ledger.witness.replay.convict_unreadable import convict_unreadable
from ledger.witness.replay.judge import Taken
from ledger.witness.replay.lies import BROKEN_SEAL, INADMISSIBLE, WRONG_INDEX, Conviction, LieFoundError, Where
from ledger.witness.replay.past import Past, open_past
from ledger.witness.replay.rows import ReplayRows
from ledger.witness.replay.source import ReplaySource
from ledger.witness.replay.standing import Sealed
from verifier.errors import IncompleteError, InconsistentError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.statement import Envelope
from verifier.primitives.checkpoint import Checkpoint
from verifier.vocabulary import registry_types

PROSECUTED = frozenset({WRONG_INDEX, INADMISSIBLE, BROKEN_SEAL})


@dataclass(frozen=True, slots=True)
class Prosecutor:
    """What the ledger signed and serves, and what was replayed of it.

    Attributes:
        source: where entries and batches come from; each is compared with what was signed.
        rows: the database: the state before the blocks at hand.
        checkpoint: the one that was replayed towards.
        note: the same, as the ledger signed it.
    """

    source: ReplaySource
    rows: ReplayRows
    checkpoint: Checkpoint
    note: bytes

    def by_the_log(self, found: LieFoundError) -> Conviction:
        """Return what makes evidence of a lie that entries alone show, whatever was replayed.

        Raises:
            IncompleteError: they show none.
            SuyuanError: they are not served, or of a version that is not known here.
        """
        tree, where = self._tree(), found.where
        if found.word == BROKEN_SEAL:
            return convict_seal(self.source, tree, where.leaf, note=self.note, origin=self.checkpoint.origin)
        if found.word != INADMISSIBLE:
            raise IncompleteError("evidence", came=found.word, expected="what the log alone shows")
        entry = read_entry(self.source, tree, where.leaf)
        return convict_unreadable(self.source, entry, where, note=self.note, tree=tree, size=self.checkpoint.size)

    def by_the_state(self, found: LieFoundError, blocks: Sequence[Sealed]) -> Conviction | None:
        """Return what makes evidence of a lie in the last of the blocks that the database does not hold.

        None where no file can convict.

        Raises:
            SuyuanError: what would have to be shown is not at hand.
        """
        if not blocks:
            return None
        with suppress(IncompleteError):
            try:
                if found.word != WRONG_INDEX:
                    return self._by_kind(found, blocks)
            except InconsistentError:  # the seal is over another index as well, and that has a file of its own
                pass
            last, past = blocks[-1], self._past()
            size = self.checkpoint.size
            return convict_index(past, last.taken, last.signed, note=self.note, tree=self._tree(), size=size)
        return None

    def _by_kind(self, found: LieFoundError, blocks: Sequence[Sealed]) -> Conviction:
        past, tree, size, where = self._past(), self._tree(), self.checkpoint.size, found.where
        if found.word == BROKEN_SEAL:
            return convict_foreign_seal(past, blocks, where.leaf, note=self.note, tree=tree, size=size)
        accused = next((each for each in _taken(blocks) if each.leaf == where.leaf), None)
        anothers = accused is not None and any(head.issuer != accused.parsed.header.issuer for head in accused.heads)
        if found.cause.field in FIELDS and not anothers:
            return convict_twice(past, [*_taken(blocks)], where.leaf, note=self.note, tree=tree, size=size)
        if accused and isinstance(accused.parsed, Envelope):
            return convict_envelope(past, blocks, where.leaf, note=self.note, tree=tree, size=size)
        place = Where(where.leaf) if anothers else where
        narrow = speaks_against(self._past(), blocks, place)
        convict = convict_statement if narrow or place.position is None else convict_act
        return convict(past, blocks, place, note=self.note, tree=tree, size=size)

    def _past(self) -> Past:
        return open_past(self.rows, Replay(registry_types()))

    def _tree(self) -> VerifiedTree:
        return VerifiedTree(self.checkpoint, self.source.tile)


def _taken(blocks: Sequence[Sealed]) -> Iterator[Taken]:
    for block in blocks:
        yield from block.taken
