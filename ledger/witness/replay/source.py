"""Where a replay reads: entries against a signed root, and batches against their statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ledger.client.logtree import VerifiedTree
from ledger.errors import BusyError, LedgerError, UnreachableError
from ledger.witness.replay.lies import MISSING_LEAF, REWRITTEN, UnservedError, Where
from verifier.errors import MismatchError, SuyuanError
from verifier.ledgerformat.batch_answer import AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.statement import Statement
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile

_LATER = (UnreachableError, BusyError)


class ReplaySource(Protocol):
    """A ledger as it is served (`ledger.client.client.LedgerClient`). Nothing that it says is believed."""

    def tile(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        ...

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        ...

    def batch(self, leaf: int) -> bytes:
        """Return the batch answer of a statement."""
        ...


def read_entries(source: ReplaySource, tree: VerifiedTree, first: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield leaf, entry and leaf hash of every entry from `first` on; each is the tree's.

    Raises:
        UnservedError: an entry that is not served, or another one than the tree's.
    """
    for number in range(first // WIDTH, (tree.size + WIDTH - 1) // WIDTH):
        begin = number * WIDTH
        tile = Tile(None, number, min(WIDTH, tree.size - begin))
        where = Where(max(first, begin))
        try:
            entries = source.bundle(tile)
        except _LATER:
            raise
        except (LedgerError, SuyuanError) as error:
            raise UnservedError(MISSING_LEAF, where, error) from error
        hashes = [leaf_hash(entry) for entry in entries]
        _require_tree(tree, tile, hashes)
        for leaf, entry, hashed in zip(range(begin, tree.size), entries, hashes, strict=False):
            if leaf >= first:
                yield leaf, entry, hashed


def _require_tree(tree: VerifiedTree, tile: Tile, hashes: list[bytes]) -> None:
    """Refuse a bundle whose entries are not the tree's; name the first that is not."""
    begin = tile.number * WIDTH
    if len(hashes) != tile.width:
        short = MismatchError("entry bundle", came=f"{len(hashes)} entries", expected=str(tile.width))
        raise UnservedError(MISSING_LEAF, Where(begin + min(len(hashes), tile.width - 1)), short)
    if tile.width == WIDTH and tree_root(hashes) == tree.hash(1, tile.number):
        return
    for leaf, hashed in enumerate(hashes, begin):
        if hashed != (expected := tree.hash(0, leaf)):
            error = MismatchError("entry", came=f"hash {hashed.hex()}", expected=f"{expected.hex()}, as signed")
            raise UnservedError(REWRITTEN, Where(leaf), error)


def read_batch(source: ReplaySource, leaf: int, statement: Statement) -> tuple[list[AnsweredEvent], list[bytes]]:
    """Return the events of a statement and their names.

    Raises:
        UnservedError: they are not served, or not those of the statement.
    """
    try:
        answered = list(parse_batch_answer(source.batch(leaf), f"batches/{leaf}"))
    except _LATER:
        raise
    except (LedgerError, SuyuanError) as error:
        raise UnservedError(MISSING_LEAF, Where(leaf), error) from error
    names = [event_name(each.head) for each in answered]
    if len(names) != statement.count or tree_root(names) != statement.root:
        fault = MismatchError("batch", came="other heads", expected=f"the {statement.count} that were signed")
        raise UnservedError(REWRITTEN, Where(leaf), fault)
    return answered, names
