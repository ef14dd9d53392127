"""One ledger's copy: the folder of an export (docs/formats.md, section 19) that grows with the ledger.

Everything is checked against the checkpoint before it is written, and synced before the copy says that it
holds it. A crash leaves more than the manifest says, never less.
"""

from __future__ import annotations

from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.logtree import VerifiedTree
from ledger.failpoints import reach
from ledger.prove.log import root_at
from ledger.tiles.files import replace
from ledger.tiles.folder import TileFolder
from ledger.witness.mirror.erasing import is_confirmation
from verifier.errors import IncompleteError, InconsistentError, MismatchError
from verifier.judgement.charter import APPROVAL
from verifier.ledgerformat.batch_answer import ERASED, SHOWN, AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.statement import Statement, check_batch, parse_entry
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.tiles import WIDTH, Tile
from verifier.proof.audit.manifest import Manifest, format_manifest, parse_manifest


class LedgerCopy:
    """A growing copy below one folder."""

    def __init__(self, root: Path, client: LedgerClient) -> None:
        """Copy into a folder what `client` serves."""
        self.root = root
        self._client = client
        self._tiles = TileFolder(root)
        self.approved = False  # whether an approval came with the last growth: an order to erase may be complete
        self.said: list[AnsweredEvent] = []  # confirmations of erasures that came with the last growth

    @property
    def manifest(self) -> Manifest | None:
        """Return what is held, None before the first checkpoint."""
        path = self.root / "manifest.json"
        return parse_manifest(path.read_bytes()) if path.exists() else None

    def advance(self, checkpoint: Checkpoint, note: bytes, charter: bytes) -> Manifest:
        """Hold everything below a checkpoint; return what is held once it is durable.

        Args:
            checkpoint: verified, not smaller than what is held.
            note: its note, for whoever reads the copy.
            charter: the charter file, verified.

        Raises:
            InconsistentError: it does not extend what is held.
            IncompleteError: a body that the ledger does not show.
            MismatchError: what the ledger serves is not what it signed.
            StoppedError: the disk cannot be written.
            LedgerError: the ledger does not serve it now.
        """
        tree = VerifiedTree(checkpoint, self._client.tile)
        held = self.manifest
        size = held.size if held else 0
        if held and (checkpoint.size < size or root_at(tree, size).hex() != held.root):
            came = f"size {checkpoint.size}, another history"
            raise InconsistentError("checkpoint", came=came, expected=f"an extension of {size}, which is held")
        batches, events = (held.batches, held.events) if held else (0, 0)
        for leaf, entry in self._copy_entries(tree, size):
            if count := self._copy_batch(leaf, entry):
                batches, events = batches + 1, events + count
        self._write_tiles(tree, size)
        reach("mirror-copied")
        manifest = _manifest(checkpoint, batches, events)
        replace(self.root / "charter", charter)
        replace(self.root / "checkpoint", note)
        replace(self.root / "manifest.json", format_manifest(manifest))
        reach("mirror-held")
        self._collect(size, checkpoint.size)
        return manifest

    def _copy_entries(self, tree: VerifiedTree, size: int) -> list[tuple[int, bytes]]:
        """Write the bundles from the one with leaf `size` on; return the entries that are new."""
        new: list[tuple[int, bytes]] = []
        for number in range(size // WIDTH, (tree.size - 1) // WIDTH + 1):
            tile = Tile(None, number, min(WIDTH, tree.size - number * WIDTH))
            entries = self._client.bundle(tile)
            if len(entries) != tile.width:
                raise MismatchError("entry bundle", came=f"{len(entries)} entries", expected=f"{tile.width}")
            tree.check_entries(tile, entries)
            self._tiles.write_bundle(tile, entries)
            new += [(leaf, entry) for leaf, entry in enumerate(entries, number * WIDTH) if leaf >= size]
        return new

    def _copy_batch(self, leaf: int, entry: bytes) -> int:
        """Write the batch answer of a statement; return its number of events, 0 for seals and envelopes."""
        if is_seal(entry) or not isinstance(statement := parse_entry(entry), Statement):
            return 0
        data = self._client.batch(leaf)
        events = parse_batch_answer(data)
        check_batch(statement, [each.head for each in events])
        for place, event in enumerate(events):
            _require_held(event, f"batches/{leaf}[{place}]")
            self.approved |= parse_head(event.head).type == APPROVAL
            self.said += [event] if is_confirmation(event) else []
        replace(self.root / "batches" / str(leaf), data)
        return len(events)

    def _write_tiles(self, tree: VerifiedTree, size: int) -> None:
        """Write the hash tiles that are new or wider than before."""
        level = 0
        while count := tree.size >> 8 * level:
            for number in range((size >> 8 * level) // WIDTH, (count - 1) // WIDTH + 1):
                first, last = number * WIDTH, min(count, (number + 1) * WIDTH)
                hashes = [tree.hash(level, index) for index in range(first, last)]
                self._tiles.write_tile(Tile(level, number, last - first), hashes)
            level += 1

    def _collect(self, size: int, newer: int) -> None:
        """Drop the partial tiles whose full ones are held now."""
        full = [Tile(None, number) for number in range(size // WIDTH, newer // WIDTH)]
        level = 0
        while newer >> 8 * (level + 1):
            first, last = size >> 8 * (level + 1), newer >> 8 * (level + 1)
            full += [Tile(level, number) for number in range(first, last)]
            level += 1
        self._tiles.collect(full)


def _require_held(event: AnsweredEvent, what: str) -> None:
    """Return if a body is there, and the one that its head names, or erased by an order that is named."""
    if event.state == SHOWN and event.body is not None:
        if body_hash(event.body) != parse_head(event.head).body:
            raise MismatchError(what, came="another body", expected="the one that the head names")
    elif event.state != ERASED:
        todo = "Give the mirror a request key that may read it."
        raise IncompleteError(what, came="a body that is not shown", expected="every body", todo=todo)


def _manifest(checkpoint: Checkpoint, batches: int, events: int) -> Manifest:
    size, tiles, level = checkpoint.size, 0, 0
    while count := size >> 8 * level:
        tiles += (count + WIDTH - 1) // WIDTH
        level += 1
    bundles = (size + WIDTH - 1) // WIDTH
    root = checkpoint.root.hex()
    return Manifest(checkpoint.origin, size, root, tiles, bundles, batches, events, bodies="all")
