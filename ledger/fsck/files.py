"""Files against the rows: tiles and bundles, the published checkpoint, the guard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.fsck.damage import Damages
from ledger.fsck.derive import Derived
from ledger.fsck.entries import Log, entries_between
from ledger.fsck.rows import Rows
from ledger.tiles.files import replace
from verifier.errors import SuyuanError
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_lines
from verifier.primitives.tiles import WIDTH, Tile, format_bundle, format_tile_path, parse_tile_path, tiles_of

_SLOT = 256


@dataclass(frozen=True, slots=True)
class Disk:
    """What lay on disk before the snapshot of the rows was taken: rows are committed before files are written.

    Attributes:
        tiles: the folder of tiles and the published checkpoint.
        listed: the files in it.
        published: the published checkpoint, None for none.
    """

    tiles: Path
    listed: tuple[Path, ...]
    published: bytes | None

    @classmethod
    def look(cls, tiles: Path) -> Disk:
        """Return what lies there; what a crash left half written, under a name with a dot, is nobody's."""
        files = (path for path in tiles.rglob("*") if path.is_file() and not path.name.startswith("."))
        return cls(tiles, tuple(sorted(files)), read_if_there(tiles / "checkpoint"))


def read_if_there(path: Path) -> bytes | None:
    """Return a file's bytes, None where it is not there or cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def check_files(disk: Disk, rows: Rows, log: Log, damages: Damages) -> None:
    """Check every tile and bundle byte for byte, and that none is missing."""
    present = set()
    for path in disk.listed:
        tile = _tile_of(disk, path)
        if tile is None:
            if path != disk.tiles / "checkpoint":
                damages.add("file", str(path), came="a file that is none of the log's", expected="none")
        elif path.exists():  # a partial tile may have been collected since
            present.add(tile)
            _check_tile(path, tile, rows, log, damages)
    for tile in _expected(published_size(disk), log):
        if tile not in present:
            expected = "a tile; `suyuan fsck --rebuild` writes it"
            damages.add("file", str(disk.tiles / format_tile_path(tile)), came="no file", expected=expected)


def write_files(disk: Disk, rows: Rows, log: Log) -> int:
    """Write every tile and bundle that is missing or damaged as the rows have it; return how many.

    The rows must be known to give the log root that was signed, and the ledger be stopped.

    Raises:
        StoppedError: the disk cannot be written.
    """
    written = 0
    present = {tile for path in disk.listed if (tile := _tile_of(disk, path)) and _is_in(tile, log)}
    for tile in sorted(present.union(_expected(published_size(disk), log)), key=format_tile_path):
        path, content = disk.tiles / format_tile_path(tile), _content(tile, rows, log)
        if read_if_there(path) != content:
            replace(path, content)
            written += 1
    return written


def _tile_of(disk: Disk, path: Path) -> Tile | None:
    """Return which tile a file's path names, None for none."""
    try:
        return parse_tile_path(path.relative_to(disk.tiles).as_posix())
    except SuyuanError:
        return None


def _content(tile: Tile, rows: Rows, log: Log) -> bytes:
    """Return a tile or bundle as the rows have it, cut where they end."""
    if tile.level is None:
        first = tile.number * WIDTH
        return format_bundle(entries_between(rows, log, first, first + tile.width))
    return log.hashes(tile.level, tile.number * WIDTH, tile.width)


def _is_in(tile: Tile, log: Log) -> bool:
    """Return whether the log is long enough for a tile or bundle."""
    return ((tile.number * WIDTH + tile.width) << 8 * (tile.level or 0)) <= log.size


def _check_tile(path: Path, tile: Tile, rows: Rows, log: Log, damages: Damages) -> None:
    try:
        came = path.read_bytes()
    except OSError as error:
        damages.add("file", str(path), came=error.strerror, expected="a file that can be read")
        return
    expected = _content(tile, rows, log)
    if not _is_in(tile, log):
        damages.add("file", str(path), came="a tile behind the last row", expected=f"none of a log of {log.size}")
    elif came != expected:
        at = next((at for at, pair in enumerate(zip(came, expected, strict=False)) if pair[0] != pair[1]), len(came))
        what = f"{len(came)} bytes, other ones from byte {at} on"
        damages.add("file", str(path), came=what, expected=f"{len(expected)} bytes, by the rows")


def published_size(disk: Disk) -> int | None:
    """Return the size that the published checkpoint names, None where there is none that can be read."""
    try:
        return parse_signed_checkpoint(disk.published)[0].size if disk.published else None
    except SuyuanError:
        return None


def _expected(published: int | None, log: Log) -> Iterator[Tile]:
    """Yield every full tile, and the partial ones of the published size."""
    full = {tile for tile in tiles_of(log.size) if tile.width == WIDTH}
    yield from sorted(full, key=format_tile_path)
    if published is not None and published <= log.size:
        for tile in tiles_of(published):
            if tile.width < WIDTH and Tile(tile.level, tile.number) not in full:
                yield tile


def check_published(disk: Disk, log: Log, derived: Derived, damages: Damages) -> None:
    """Check that the published checkpoint is one of this log's, with lines that all verify."""
    path = disk.tiles / "checkpoint"
    if disk.published is None:
        if log.size:
            damages.add("file", str(path), came="no file", expected="one; the next start of the ledger publishes it")
        return
    try:
        checkpoint, note = parse_signed_checkpoint(disk.published)
        charter = derived.replay.registry.charter_at(max(0, checkpoint.size - 1))
        lines = verify_lines(checkpoint, note, charter.policy.keys)
    except SuyuanError as error:
        damages.refuse("file", str(path), "", error)
        return
    expected = Checkpoint(charter.origin, checkpoint.size, log.roots.get(checkpoint.size, b""))
    if checkpoint != expected:
        damages.add("file", str(path), came=checkpoint, expected="a size and root of the rows")
    if not {each.key for each in lines} >= set(charter.policy.logs):
        damages.add("file", str(path), came="too few lines of the ledger", expected="both of them")


def check_guard(path: Path, data: bytes | None, log: Log, damages: Damages) -> None:
    """Check that the guard's slots are whole, and that the log extends the newest of them."""
    if data is None:
        damages.add("file", str(path), came="no guard", expected="the guard of this ledger")
        return
    slots = [_slot(data[at : at + _SLOT]) for at in (0, _SLOT)]
    for number, slot in enumerate(slots):
        if slot is None and data[number * _SLOT : (number + 1) * _SLOT]:
            damages.add("file", str(path), f"slot {number}", came="a torn or damaged slot", expected="a whole one")
    newest = max((slot for slot in slots if slot), default=None)
    if newest is None:
        damages.add("file", str(path), came="no whole slot", expected="one")
    elif newest[0] > log.size:
        damages.add("file", str(path), came=f"size {newest[0]}", expected=f"at most {log.size}: these rows are older")
    elif newest[0] in log.roots and log.roots[newest[0]] != newest[1]:
        damages.add("file", str(path), came=newest[1], expected=f"{log.roots[newest[0]].hex()}, of the rows")
    elif newest[0] not in log.roots:
        damages.add("file", str(path), came=f"size {newest[0]}", expected="a size at which a block ended")


def _slot(data: bytes) -> tuple[int, bytes] | None:
    """Return size and root of a guard's slot; None where it is empty or damaged (`ledger.sequencer.guard`)."""
    line, newline, padding = data.partition(b"\n")
    text, _, digest = line.decode("ascii", "replace").rpartition(" ")
    words = text.split(" ")
    if not newline or padding.strip(b"\0") or len(words) != 5 or sha256(text.encode()).hexdigest() != digest:
        return None
    return int(words[3]), bytes.fromhex(words[4])
