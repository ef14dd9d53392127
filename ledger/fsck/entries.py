"""Statement and seal rows against their entries, and the log's tree over them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import repeat
from typing import Any

from ledger.fsck.damage import Damages
from ledger.fsck.rows import Rows
from verifier.errors import SuyuanError
from verifier.ledgerformat.index import EMPTY
from verifier.ledgerformat.seal import Seal, parse_seal
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import MAX_ENTRY, WIDTH


@dataclass(frozen=True, slots=True)
class LogRow:
    """A leaf's row: of a statement or envelope, or of a seal; `parsed` is None where its entry cannot be read."""

    leaf: int
    table: str
    entry: bytes
    parsed: Statement | Envelope | Seal | None
    row: tuple[Any, ...]


@dataclass(slots=True)
class Log:
    """The log as the rows give it.

    Attributes:
        levels: of each tile level, the hashes of all its complete subtrees, strung together.
        roots: log root by size, for the sizes at which a block ended.
        leaves: of each statement, its leaf.
        seqs: of each statement, the number of its first event.
        counts: of each statement, how many events it is over.
        strays: table and leaf of rows that stand where they cannot.
        missing: leaves without a row.
    """

    levels: list[bytearray] = field(default_factory=lambda: [bytearray()])
    roots: dict[int, bytes] = field(default_factory=dict)
    leaves: array[int] = field(default_factory=lambda: array("q"))
    seqs: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("q"))
    strays: set[tuple[str, int]] = field(default_factory=set)
    missing: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self.levels[0]) // 32

    @property
    def events(self) -> int:
        """Return the number of events that the statements are over."""
        return self.seqs[-1] + self.counts[-1] if self.seqs else 0

    def batch(self, leaf: int) -> tuple[int, int] | None:
        """Return where a statement's events begin and how many they are, None where a leaf has none."""
        at = bisect_left(self.leaves, leaf)
        found = at < len(self.leaves) and self.leaves[at] == leaf
        return (self.seqs[at], self.counts[at]) if found else None

    def leaf_of(self, seq: int) -> int:
        """Return the leaf of the statement that an event belongs to, whatever the event's row says."""
        return self.leaves[bisect_right(self.seqs, seq) - 1]

    def add(self, hashed: bytes, level: int = 0) -> None:
        """Add a hash to a level, and its parent where a tile becomes full."""
        if level == len(self.levels):
            self.levels.append(bytearray())
        self.levels[level] += hashed
        if len(self.levels[level]) % (32 * WIDTH) == 0:
            self.add(tree_root(_hashes(self.levels[level][-32 * WIDTH :])), level + 1)

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        root: list[bytes] = []
        for level in self.levels:
            edge = _hashes(level[len(level) - len(level) % (32 * WIDTH) :])
            root = [tree_root([*edge, *root])] if edge or root else []
        return root[0]

    def hashes(self, level: int, first: int, width: int) -> bytes:
        """Return `width` hashes of a level from number `first` on, fewer where there are not as many."""
        return bytes(self.levels[level][32 * first : 32 * (first + width)]) if level < len(self.levels) else b""


def log_rows(rows: Rows) -> Iterator[LogRow]:
    """Yield the rows of all leaves, in leaf order."""
    tables = (map(_log_row, repeat(table), rows.all(table)) for table in ("statement", "seal"))
    yield from merge(*tables, key=_rank)


def _log_row(table: str, row: tuple[Any, ...]) -> LogRow:
    entry = row[1] if isinstance(row[1], bytes) else b""
    return LogRow(_number(row[0]), table, entry, _parse(entry, table), row)


def _rank(row: LogRow) -> tuple[int, int]:
    """Return the order of rows; of two at one leaf, a seal that says so of itself comes before a statement."""
    belongs = isinstance(row.parsed, Seal) and row.parsed.covered == row.leaf
    return row.leaf, 0 if belongs else 1 if row.table == "statement" else 2


def check_entries(rows: Rows, damages: Damages) -> Log:
    """Check that leaves follow one another and columns say what entries say; return the log as the entries give it."""
    log, gap = Log(), False
    end = _end(rows)
    for row in log_rows(rows):
        key = f"leaf={row.leaf}"
        if row.leaf < log.size or row.leaf >= end:
            damages.add(row.table, key, "leaf", came=row.leaf, expected=f"one row for each leaf below {end}")
            log.strays.add((row.table, row.leaf))
            continue
        while log.size < row.leaf:
            damages.add("statement or seal", f"leaf={log.size}", came="no row", expected="one row for each leaf")
            log.missing.append(log.size)
            log.add(EMPTY)
            gap = True
        log.add(leaf_hash(row.entry))
        if row.parsed is None:
            damages.add(row.table, key, "entry", came=row.entry[:40], expected=f"the entry of a {row.table}")
        if row.table == "seal":
            log.roots[log.size] = log.root()
            _check_seal(row, damages)
        else:
            _check_statement(row, log, damages, gap=gap)
            gap = False
    if log.size < end:
        log.missing.append(log.size)
        damages.add("statement or seal", f"leaf={log.size}", came="no row", expected=f"rows for all leaves below {end}")
    return log


def entries_between(rows: Rows, log: Log, low: int, high: int) -> list[bytes]:
    """Return the entries of leaves from `low` to before `high`, as far as they fit into a bundle."""
    pairs = [
        (row[0], row[1] if isinstance(row[1], bytes) else b"")
        for table in ("statement", "seal")
        for row in rows.between(table, "leaf", low, high)
        if (table, row[0]) not in log.strays
    ]
    return [entry[:MAX_ENTRY] for _, entry in sorted(pairs)]


def is_log_damaged(damages: Damages) -> bool:
    """Return whether an entry is damaged or missing, so that neither roots nor what follows can be computed."""
    return damages.has("statement or seal") or damages.has("statement", "seal", columns=("leaf", "entry"))


def _end(rows: Rows) -> int:
    """Return the log's size by its checkpoints, 0 for none.

    Of a checkpoint whose row and note name two sizes, one is damaged: the rows of leaves say which.
    """
    agreed, doubtful = {0}, set()
    for size, note, *_ in rows.all("checkpoint"):
        try:
            noted = parse_signed_checkpoint(note)[0].size
        except (SuyuanError, AttributeError):  # no note, or no bytes at all
            doubtful.add(size)
            continue
        (agreed if noted == size else doubtful).update({noted, size})
    return max(agreed | (doubtful & _ends(rows)))


def _ends(rows: Rows) -> set[int]:
    """Return how many leaves there are if the last row of a table is the log's last."""
    last = (next(rows.all(table, order="leaf DESC"), None) for table in ("statement", "seal"))
    return {row[0] + 1 for row in last if row and isinstance(row[0], int)}


def _parse(entry: bytes, table: str) -> Statement | Envelope | Seal | None:
    try:
        return parse_seal(entry).seal if table == "seal" else parse_entry(entry)
    except SuyuanError:
        return None


def _check_seal(row: LogRow, damages: Damages) -> None:
    key, seal = f"leaf={row.leaf}", row.parsed
    if isinstance(seal, Seal):
        damages.compare("seal", key, "first", row.row[2], seal.first)
        damages.compare("seal", key, "time", row.row[3], seal.time)
        if seal.covered != row.leaf:
            damages.add("seal", key, "entry", came=f"a seal of leaf {seal.covered}", expected=f"one of leaf {row.leaf}")


def _check_statement(row: LogRow, log: Log, damages: Damages, *, gap: bool) -> None:
    parsed, sequence = row.parsed, log.events
    if gap:  # how many events the missing statements are over is not known here
        sequence = max(sequence, _number(row.row[6]))
    count = _number(row.row[5])
    if isinstance(parsed, Statement | Envelope):
        first, count = (parsed.first, parsed.count) if isinstance(parsed, Statement) else (-1, 1)
        expected = (statement_identity(parsed), parsed.header.kid, first, count, sequence)
        for name, came, value in zip(("identity", "kid", "first", "count", "seq"), row.row[2:], expected, strict=True):
            damages.compare("statement", f"leaf={row.leaf}", name, came, value)
    log.leaves.append(row.leaf)
    log.seqs.append(sequence)
    log.counts.append(max(0, count))


def _hashes(level: bytearray) -> list[bytes]:
    return [bytes(level[at : at + 32]) for at in range(0, len(level), 32)]


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1
