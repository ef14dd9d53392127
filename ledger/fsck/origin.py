"""The log's rows as a source: what the verifier's audit reads in place of an export.

Entries, heads and bodies come from the rows. Where the entries do not give the signed root, hash tiles come from their
files, to tell which entry is not the one that was signed; where they do, nothing that lies in a file can accuse them.
"""

from __future__ import annotations

from pathlib import Path

from ledger.fsck.entries import Log, entries_between
from ledger.fsck.erasures import read_taken_out
from ledger.fsck.rows import Rows
from verifier.ledgerformat.batch_answer import ERASED, MISSING, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import WIDTH, Tile, format_bundle, format_tile_path
from verifier.proof.audit.source import AbsentError, SourceError


class RowsSource:
    """Implements `verifier.proof.audit.source.Source`."""

    def __init__(self, rows: Rows, log: Log, tiles: Path, note: bytes) -> None:
        """Read rows of a snapshot, and if need be tiles below a folder; audit against a checkpoint's note."""
        self._rows = rows
        self._log = log
        self._tiles = tiles
        self._note = note
        self._orders = read_taken_out(rows).orders
        checkpoint, _ = parse_signed_checkpoint(note)
        self._sound = log.roots.get(checkpoint.size) == checkpoint.root

    def checkpoint(self) -> bytes:
        """Return the note to audit by."""
        return self._note

    def charter(self) -> bytes:
        """Refuse: there is no charter file here; it is made when it is asked for."""
        raise AbsentError("charter", came="none", expected="none: it follows from the events")

    def tile(self, tile: Tile) -> bytes:
        """Return a bundle out of the rows, or a tile: computed, or its file where entries are in doubt."""
        if tile.level is None:
            first = tile.number * WIDTH
            return format_bundle(entries_between(self._rows, self._log, first, first + tile.width))
        path = self._tiles / format_tile_path(tile)
        if self._sound or (tile.width < WIDTH and not path.exists()):  # files are written for published sizes only
            return self._log.hashes(tile.level, tile.number * WIDTH, tile.width)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            expected = "a full tile; `suyuan fsck --rebuild` writes it"
            raise AbsentError(str(path), came="no file", expected=expected) from None
        except OSError as error:
            raise SourceError(str(path), came=error.strerror, expected="a file that can be read") from error

    def batch(self, leaf: int) -> bytes:
        """Return the heads and bodies of a statement as a batch answer."""
        seq, count = self._log.batch(leaf) or (0, 0)
        found = self._rows.between("event", "seq", seq, seq + count)
        events = [self._answered(head, body) for *_, head, body in found if isinstance(head, bytes)]
        if not events:
            raise AbsentError(f"batches/{leaf}", came="no event", expected="the events of this statement")
        return format_batch_answer(events)

    def _answered(self, head: bytes, body: object) -> AnsweredEvent:
        if isinstance(body, bytes):
            return AnsweredEvent(head, SHOWN, body)
        order = self._orders.get(event_name(head))
        return AnsweredEvent(head, MISSING) if order is None else AnsweredEvent(head, ERASED, order=order)
