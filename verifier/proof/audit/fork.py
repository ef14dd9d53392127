"""Fork evidence out of an audit: two notes, and the path that shows they cannot both be true (formats, section 17)."""

from __future__ import annotations

from collections.abc import Callable

from verifier.errors import SuyuanError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import node_hash
from verifier.primitives.tiles import WIDTH, Tile
from verifier.proof.audit.report import Report
from verifier.proof.audit.source import Source, read_hashes
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence import CheckpointCommitment, confirm_fork, format_fork_evidence, parse_fork_evidence
from verifier.proof.examination import Standpoint

_Hash = Callable[[int, int], bytes]  # the tree hash over leaves from the one to before the other


def fork_evidence(report: Report, source: Source, standpoint: Standpoint) -> bytes | None:
    """Return a `.evidence` file of the fork that an audit found; None where none can be made that holds."""
    if not report.forked:
        return None
    size = parse_signed_checkpoint(report.seen)[0].size
    try:
        path = [] if size == report.size else whole_path(size, report.size, _hash_of(source, report.size))
        charter = parse_charter_file(source.charter())
        notes = (CheckpointCommitment(report.seen), CheckpointCommitment(report.note))
        data = format_fork_evidence(charter, *notes, path)
        confirm_fork(parse_fork_evidence(data), standpoint)
    except SuyuanError:
        return None
    return data


def whole_path(size: int, newer: int, hash_of: _Hash) -> list[bytes]:
    """Return the consistency path from `size` to `newer` leaves, for 0 < size < newer. RFC 9162 §2.1.4.1.

    It is whole: it begins with a node even where the older tree is one complete subtree.
    """
    path, low, high = list[bytes](), 0, newer
    while size != high:
        middle = low + _split(high - low)
        if size <= middle:
            path.append(hash_of(middle, high))
            high = middle
        else:
            path.append(hash_of(low, middle))
            low = middle
    return [hash_of(low, high), *reversed(path)]


def _hash_of(source: Source, size: int) -> _Hash:
    """Return the tree hash over ranges of leaves, out of the highest tiles that have it."""
    tiles: dict[Tile, list[bytes]] = {}

    def hash_of(low: int, high: int) -> bytes:
        count = high - low
        level = (count.bit_length() - 1) // 8
        if count == WIDTH**level and low % count == 0:
            number, place = divmod(low // count, WIDTH)
            tile = Tile(level, number, min(WIDTH, (size >> 8 * level) - number * WIDTH))
            if tile not in tiles:
                tiles[tile] = read_hashes(source, tile)
            return tiles[tile][place]
        middle = low + _split(count)
        return node_hash(hash_of(low, middle), hash_of(middle, high))

    return hash_of


def _split(count: int) -> int:
    """Return the largest power of two below a count of at least 2."""
    return 1 << (count - 1).bit_length() - 1
