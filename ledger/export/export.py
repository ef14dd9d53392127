"""Writing an export: computed from the database alone, so that a damaged tile does not travel along.

    checkpoint               the note with its cosignatures
    charter                  every charter and approval
    tile/<L>/<N>[.p/<W>]     hash tiles              tile/entries/<N>[.p/<W>]   entry bundles
    batches/<leaf>           heads and bodies of each statement
    manifest.json            written last: an export without it is not whole

The same state gives the same bytes. Whoever can write to the folder can spoil it, and is found out by an audit.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ledger.errors import SetupError, StoppedError, UnknownError
from ledger.prove.notes import cosigned_note
from ledger.prove.parts import statement_parts, whole_body
from ledger.prove.source import EventSource
from ledger.store.interface import Reader, StoredEvent
from verifier.errors import MismatchError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.ledgerformat.batch_answer import ERASED, MISSING, RESTRICTED, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile, format_bundle, format_tile_path
from verifier.proof.audit.manifest import Manifest, format_manifest
from verifier.proof.charterfile import format_charter_file

PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})
_ENVELOPE = 0xD2


def export_ledger(reader: Reader, destination: Path, *, size: int | None = None, bodies: bool = True) -> Manifest:
    """Write an export into a new or empty folder; return what it holds.

    Args:
        reader: one snapshot of the store.
        destination: the folder.
        size: of the checkpoint to export; None for the newest that reached its quorum, else the newest.
        bodies: whether bodies that only parties and agencies may read go along.

    Raises:
        SetupError: the folder is not empty, or cannot be written.
        UnknownError: there is no such checkpoint.
        StoppedError: the rows do not give the checkpoint's root; run `suyuan fsck`.
    """
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise SetupError(str(destination), came="something that is there already", expected="a new or empty folder")
    note = cosigned_note(reader, _chosen(reader, size))
    checkpoint, _ = parse_signed_checkpoint(note)
    try:
        return _Export(reader, destination, checkpoint, bodies=bodies).write(note)
    except OSError as error:
        raise SetupError(str(destination), came=error.strerror, expected="a folder that can be written") from error
    except MismatchError as error:
        raise StoppedError(error.field, came=error.came, expected=error.expected, todo="Run `suyuan fsck`.") from error


def _chosen(reader: Reader, size: int | None) -> int:
    if size is not None:
        return size
    found = reader.newest_checkpoint(quorum=True) or reader.newest_checkpoint()
    if found is None:
        raise UnknownError("checkpoint", came="none", expected="a founded ledger")
    return found.size


class _Export:
    """One export being written."""

    def __init__(self, reader: Reader, destination: Path, checkpoint: Checkpoint, *, bodies: bool) -> None:
        self._reader = reader
        self._destination = destination
        self._checkpoint = checkpoint
        self._bodies = bodies
        self._orders = _orders(reader, checkpoint.size)
        self._levels: list[list[bytes]] = [[]]
        self._counts = dict.fromkeys(("tiles", "bundles", "batches", "events"), 0)

    def write(self, note: bytes) -> Manifest:
        size, origin = self._checkpoint.size, self._checkpoint.origin
        for number in range((size + WIDTH - 1) // WIDTH):
            self._write_bundle(number, self._reader.entries(number * WIDTH, min(size, (number + 1) * WIDTH)))
        self._write_edges()
        for leaf, events in _batches(self._reader, size):
            self._write(f"batches/{leaf}", format_batch_answer([self._answered(each) for each in events]))
            self._counts["batches"] += 1
            self._counts["events"] += len(events)
        self._write("charter", _charter_file(self._reader, size, origin))
        self._write("checkpoint", note)
        kind = "all" if self._bodies else "public"
        manifest = Manifest(origin, size, self._checkpoint.root.hex(), bodies=kind, **self._counts)
        self._write("manifest.json", format_manifest(manifest))
        return manifest

    def _write_bundle(self, number: int, entries: list[bytes]) -> None:
        width = min(WIDTH, self._checkpoint.size - number * WIDTH)
        if len(entries) != width:
            raise StoppedError("entries", came=f"{len(entries)}", expected=f"{width}", todo="Run `suyuan fsck`.")
        self._write(format_tile_path(Tile(None, number, width)), format_bundle(entries))
        self._counts["bundles"] += 1
        for entry in entries:
            self._add(0, leaf_hash(entry), number)

    def _add(self, level: int, hashed: bytes, number: int) -> None:
        """Add a hash to a level; write its tile when that is full."""
        if level == len(self._levels):
            self._levels.append([])
        hashes = self._levels[level]
        hashes.append(hashed)
        if len(hashes) == WIDTH:
            self._write_tile(Tile(level, number), hashes)
            self._levels[level] = []
            self._add(level + 1, tree_root(hashes), number // WIDTH)

    def _write_edges(self) -> None:
        """Write the partial tiles, and see that all of them give the checkpoint's root."""
        root: list[bytes] = []
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._write_tile(Tile(level, self._checkpoint.size >> 8 * (level + 1), len(hashes)), hashes)
            root = [tree_root([*hashes, *root])] if hashes or root else []
        if root != [self._checkpoint.root]:
            expected = f"{self._checkpoint.root.hex()}, signed at size {self._checkpoint.size}"
            raise StoppedError("log root", came=b"".join(root), expected=expected, todo="Run `suyuan fsck`.")

    def _write_tile(self, tile: Tile, hashes: list[bytes]) -> None:
        self._write(format_tile_path(tile), b"".join(hashes))
        self._counts["tiles"] += 1

    def _answered(self, stored: StoredEvent) -> AnsweredEvent:
        """Return an event as an auditor reads it; what joins no public history may be left out."""
        public = {kind for kind, _ in parse_head(stored.head).joins} & PUBLIC_KINDS
        if not self._bodies and not public:
            return AnsweredEvent(stored.head, RESTRICTED)
        if stored.body is None and (order := self._orders.get(event_name(stored.head))):
            return AnsweredEvent(stored.head, ERASED, order=order)
        return AnsweredEvent(stored.head, MISSING if stored.body is None else SHOWN, stored.body)

    def _write(self, path: str, content: bytes) -> None:
        file = self._destination / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _orders(reader: Reader, size: int) -> dict[bytes, bytes]:
    """Return by event name the order by which its body was taken out, as far as it is in force at a size."""
    taken_out = (each.deletion for each in reader.erasures())
    return {each.event: each.order for each in taken_out if each.body and each.since <= size}


def _batches(reader: Reader, size: int) -> Iterator[tuple[int, list[StoredEvent]]]:
    """Yield every batch below a size with its leaf; hash envelopes have none."""
    leaf, events = -1, list[StoredEvent]()
    for stored in reader.events_from(0, size):
        if stored.leaf != leaf and events:
            yield leaf, events
            events = []
        leaf = stored.leaf
        if stored.head[0] != _ENVELOPE:
            events.append(stored)
    if events:
        yield leaf, events


def _charter_file(reader: Reader, size: int, origin: str) -> bytes:
    """Return every charter and approval below a size, as a `.charter` file."""
    source = EventSource(reader, size)
    history = source.history(("registry", subject_name(f"urn:suyuan:ledger:{origin}")))
    events = [event for event in history if event.head.type in (CHARTER, APPROVAL)]
    return format_charter_file(statement_parts(events, source, whole_body))
