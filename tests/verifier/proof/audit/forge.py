"""A ledger that lies: any statements in any blocks, sealed and signed with the ledger's and the witnesses' own keys.

Trees and index are computed by `tests/reference.py`, so that nothing of the code under test has a hand in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ledger.signing.notes import sign_line
from tests.reference import MTH, prefix_tree_root
from tests.verifier.proof.audit.rich import Rich
from verifier.ledgerformat.batch_answer import parse_batch_answer
from verifier.ledgerformat.head import Pair, event_name, parse_head
from verifier.ledgerformat.index import HistoryEntry, index_key, value_of
from verifier.ledgerformat.seal import Seal, is_seal, parse_seal
from verifier.ledgerformat.statement import Envelope, parse_entry
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import Checkpoint, format_checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.note import format_note
from verifier.primitives.tiles import WIDTH, Tile, format_bundle, format_tile_path, parse_bundle, tiles_of
from verifier.proof.audit.source import AbsentError


@dataclass
class Said:
    """A statement or envelope, with its batch answer."""

    entry: bytes
    batch: bytes | None


@dataclass
class Block:
    """What stands before one seal, and that seal's time."""

    said: list[Said]
    time: int


@dataclass
class MemorySource:
    """A source whose files are in memory, by path."""

    files: dict[str, bytes]
    read: list[str] = field(default_factory=list)

    def checkpoint(self) -> bytes:
        return self.get("checkpoint")

    def charter(self) -> bytes:
        return self.get("charter")

    def tile(self, tile: Tile) -> bytes:
        return self.get(format_tile_path(tile))

    def batch(self, leaf: int) -> bytes:
        return self.get(f"batches/{leaf}")

    def get(self, path: str) -> bytes:
        self.read.append(path)
        if path not in self.files:
            raise AbsentError(path, came="nothing", expected="something")
        return self.files[path]

    def but(self, **changes: bytes | None) -> MemorySource:
        """Return the source with other files; None takes one away."""
        return self.with_files(changes)

    def with_files(self, changes: dict[str, bytes | None]) -> MemorySource:
        """Return the source with other files; None takes one away."""
        files = {**self.files, **{path: data for path, data in changes.items() if data is not None}}
        return MemorySource({path: data for path, data in files.items() if changes.get(path, b"") is not None})


def source_of(rich: Rich) -> MemorySource:
    """Return the export as a source in memory."""
    files = (path for path in rich.export.rglob("*") if path.is_file())
    return MemorySource({path.relative_to(rich.export).as_posix(): path.read_bytes() for path in files})


def blocks_of(source: MemorySource) -> list[Block]:
    """Return the blocks of an honest log."""
    blocks, said = [], []
    for leaf, entry in enumerate(entries_of(source)):
        if is_seal(entry):
            blocks.append(Block(said, parse_seal(entry).seal.time))
            said = []
        else:
            said.append(Said(entry, source.files.get(f"batches/{leaf}")))
    return blocks


def entries_of(source: MemorySource) -> list[bytes]:
    """Return the entries of a log."""
    size = parse_signed_checkpoint(source.files["checkpoint"])[0].size
    bundles = (tile for tile in tiles_of(size) if tile.level is None)
    return [entry for tile in bundles for entry in parse_bundle(source.files[format_tile_path(tile)], tile.width)]


@dataclass
class Grown:
    """A log as far as it has grown: entries, batch answers by path, and histories by key."""

    entries: list[bytes] = field(default_factory=list)
    batches: dict[str, bytes] = field(default_factory=dict)
    histories: dict[bytes, list[HistoryEntry]] = field(default_factory=dict)

    def copy(self) -> Grown:
        """Return a copy that may grow by itself."""
        histories = {key: list(entries) for key, entries in self.histories.items()}
        return Grown(list(self.entries), dict(self.batches), histories)


@dataclass
class Forge:
    """Makes logs.

    Attributes:
        rich: whose keys sign.
        hides: whether an event (leaf, position) is left out of a history.
        bends: what becomes of a seal before it is signed.
        cosigners: how many witnesses cosign.
    """

    rich: Rich
    hides: Callable[[int, int, Pair], bool] = lambda *_: False
    bends: Callable[[Seal], Seal] = lambda seal: seal
    cosigners: int = 3

    def build(self, blocks: list[Block], *, sealed: bool = True, onto: Grown | None = None) -> MemorySource:
        """Return the log of these blocks; `sealed`: the last one too; `onto`: what stands before them."""
        log = onto.copy() if onto else Grown()
        for block in blocks:
            first = len(log.entries)
            for said in block.said:
                self.join(log, said)
            if block is blocks[-1] and not sealed:
                break
            values = {key: value_of(held) or b"" for key, held in log.histories.items()}
            previous = leaf_hash(log.entries[-1 - len(block.said)]) if first else None
            seal = Seal(first, len(log.entries), previous, prefix_tree_root(values), len(values), block.time)
            log.entries.append(self.rich.keys.sign_seal(self.bends(seal)).entry)
        return MemorySource({**log_files(log.entries), **log.batches, "checkpoint": self.sign(log.entries)})

    def sign(self, entries: list[bytes], size: int | None = None) -> bytes:
        """Return the checkpoint over entries, cosigned; `size`: of only the first of them."""
        size = len(entries) if size is None else size
        checkpoint = Checkpoint(self.rich.keys.origin, size, MTH(entries[:size]))
        _, note = parse_signed_checkpoint(self.rich.keys.sign_checkpoint(checkpoint, 1_800_000_000))
        witnesses = self.rich.witnesses[: self.cosigners]
        lines = tuple(sign_line(each.key, each.signer, checkpoint, 1_800_000_000) for each in witnesses)
        return format_note(replace(note, text=format_checkpoint(checkpoint), signatures=note.signatures + lines))

    def join(self, log: Grown, said: Said) -> None:
        """Append a statement or envelope, and enter its events in their histories."""
        leaf = len(log.entries)
        parsed = parse_entry(said.entry)
        if isinstance(parsed, Envelope):
            pair = ("note", subject_name(parsed.header.subject))
            events = [(leaf_hash(said.entry), [pair])]
        else:
            heads = [each.head for each in parse_batch_answer(said.batch or b"")]
            events = [(event_name(head), parse_head(head).joins) for head in heads]
        for position, (name, joins) in enumerate(events):
            for pair in joins:
                if not self.hides(leaf, position, pair):
                    log.histories.setdefault(index_key(*pair), []).append(HistoryEntry(name, leaf, position))
        if said.batch is not None:
            log.batches[f"batches/{leaf}"] = said.batch
        log.entries.append(said.entry)


def log_files(entries: list[bytes]) -> dict[str, bytes]:
    """Return every tile and bundle over entries."""
    levels = [[leaf_hash(entry) for entry in entries]]
    while len(levels[-1]) >= WIDTH:
        full = len(levels[-1]) // WIDTH
        levels.append([tree_root(levels[-1][at * WIDTH : (at + 1) * WIDTH]) for at in range(full)])
    files = {}
    for tile in tiles_of(len(entries)):
        held = entries if tile.level is None else levels[tile.level]
        part = held[tile.number * WIDTH : tile.number * WIDTH + tile.width]
        files[format_tile_path(tile)] = format_bundle(part) if tile.level is None else b"".join(part)
    return files


def flip(data: bytes, bit: int) -> bytes:
    """Return bytes with one bit flipped."""
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)
