"""Derived tables written anew from heads, in one transaction, and only if they give the newest seal's root; tiles too.

Counters follow from bodies and disclosures; those of which amounts were erased stay as they are.

A crash leaves the old tables. Nothing that was signed is touched: statements, seals, heads, bodies, disclosures,
checkpoints and cosignatures are read only, and where one of them is damaged nothing is written at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ledger.errors import StoppedError
from ledger.fsck.counters import counter_rows, recount
from ledger.fsck.damage import Damages
from ledger.fsck.derive import Derived, derive, key_rows
from ledger.fsck.engines import open_rows, open_target
from ledger.fsck.entries import Log, check_entries
from ledger.fsck.erasures import read_taken_out
from ledger.fsck.events import check_events
from ledger.fsck.files import Disk, write_files
from ledger.fsck.rows import Rows
from ledger.fsck.targets import Target
from ledger.index.rebuild import LEVELS, build
from verifier.ledgerformat.seal import Seal
from verifier.primitives.checkpoint import parse_signed_checkpoint

_Table: TypeAlias = tuple[str, int, Iterable[tuple[Any, ...]]]  # name, number of columns, rows
_RESTORE = "Restore a backup: these rows are not derived from others."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was written.

    Attributes:
        rows: by table.
        root: of the index, 32 bytes: that of the newest seal.
        keys: of the index.
        files: tiles and bundles that were missing or damaged.
    """

    rows: dict[str, int]
    root: bytes
    keys: int
    files: int


def rebuild(database: Path, tiles: Path) -> Rebuilt:
    """Write the derived tables anew, and the tiles that are missing or damaged; the ledger must be stopped.

    Raises:
        SetupError: no database, or another process writes to it.
        StoppedError: a row that all others follow from is damaged, or the tables would not give the newest seal's
            root; no row was written.
    """
    with open_target(database) as target:
        with open_rows(database) as rows:
            log, derived, seal = _derive(rows)
            counters = _count(rows, log, derived)
            upto = _looked_up(rows, derived) if rows.lags else len(derived.lookups)
            files = write_files(Disk.look(tiles), rows, log)
        tables = [*_tables(derived, upto), ("counter", 2, counters)]
        return Rebuilt(_write(target, tables, seal, upto), seal.root, seal.keys, files)


def _derive(rows: Rows) -> tuple[Log, Derived, Seal]:
    """Return the derived tables, once entries and heads are known to be those that were signed."""
    damages = Damages()
    log = check_entries(rows, damages)
    check_events(rows, log, read_taken_out(rows), damages)
    found = [each for each in damages.list() if each.column not in ("identity", "kid", "first", "count", "seq", "id")]
    if found:
        raise StoppedError(str(found[0]), came=f"{len(found)} damaged rows", expected="none", todo=_RESTORE)
    _require_root(rows, log)
    derived = derive(rows, log)
    seal = derived.seal
    if seal is None:
        raise StoppedError("seal", came="none", expected="a founded ledger")
    if (derived.index.root(), derived.index.keys) != (seal.root, seal.keys):
        expected = f"{seal.root.hex()}, of the newest seal"
        raise StoppedError("index root", came=derived.index.root(), expected=expected, todo=_RESTORE)
    return log, derived, seal


def _count(rows: Rows, log: Log, derived: Derived) -> list[tuple[bytes, int]]:
    """Return the counters' rows, once no event is known to have taken what was not there."""
    damages = Damages()
    found = recount(rows, log, derived.replay.registry, damages)
    if damages:
        raise StoppedError(str(damages.list()[0]), came=f"{len(damages)} events", expected="none", todo=_RESTORE)
    return counter_rows(rows, found)


def _require_root(rows: Rows, log: Log) -> None:
    """Return if the entries give the root that the newest checkpoint signs."""
    for row in rows.all("checkpoint", order="size DESC"):
        checkpoint, _ = parse_signed_checkpoint(row[1])
        if log.roots.get(checkpoint.size) != checkpoint.root:
            raise StoppedError("log root", came=log.root(), expected=checkpoint.root.hex(), todo=_RESTORE)
        return


def _looked_up(rows: Rows, derived: Derived) -> int:
    """Return the number up to which names have been looked up in the table; the rest is found in memory at a start."""
    named = [value for _, value in rows.where("meta", "name", "looked-up")]
    digits = named[0] if named and isinstance(named[0], bytes) and named[0].isdigit() else b"0"
    return min(int(digits), len(derived.lookups))


def _write(target: Target, tables: Iterable[_Table], seal: Seal, upto: int) -> dict[str, int]:
    with target.writing():
        written = {table: target.replace(table, columns, rows) for table, columns, rows in tables}
        target.finish(upto)
        _require_written(target, seal)
    return written


def _require_written(target: Target, seal: Seal) -> None:
    """Return if what was written gives the newest seal's root, by the ledger's own code."""
    leaves = target.leaves()
    root = build(LEVELS, leaves).root
    if (root, len(leaves)) != (seal.root, seal.keys):
        raise StoppedError("index root", came=root, expected=f"{seal.root.hex()}, of the newest seal", todo=_RESTORE)


def _tables(derived: Derived, upto: int) -> Iterator[_Table]:
    """Yield each derived table with the number of its columns and its rows."""
    yield "participant", 2, ((number, uri) for uri, number in derived.participants.items())
    yield "registry_event", 1, ((seq,) for seq in derived.registry)
    yield "event_lookup", 2, sorted((derived.lookups[seq], seq) for seq in range(upto))
    yield "history_key", 8, key_rows(derived)
    histories = enumerate(derived.histories)
    yield "history", 3, ((number, n, seq) for number, held in histories for n, seq in enumerate(held))
