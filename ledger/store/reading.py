"""Reads in SQL that every engine understands; an engine says how a statement is run and how many rows are read.

Values stand for `?`, in order; an engine whose driver spells them otherwise translates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.store.erasing import ERASED, ERASED_END, is_blank, parse_erasure
from ledger.store.interface import (
    Counters,
    KeyRow,
    StoredCheckpoint,
    StoredErasure,
    StoredEvent,
    StoredSeal,
    StoredStatement,
    lookup_of,
)
from verifier.ledgerformat.head import event_name

_LOOKUP = "SELECT seq FROM event_lookup WHERE lookup = ?"
_EVENT = "e.seq, e.leaf, e.position, e.head, e.body"
_AT_ONCE, _STEP = 256, 16  # identities asked for at once, at most, and in which steps
_STATEMENT = "leaf, entry, identity, kid, first, count, seq"
KEY = "key, id, count, frontier, leaf, owner, guarded, custodian"
_CHECKPOINT = "size, note, receipt_header, receipt_signature, quorum"


class SqlReader(ABC):
    """Implements `ledger.store.interface.Reader`, but for how an engine runs a statement."""

    @abstractmethod
    def _all(self, sql: str, *values: Any) -> list[Any]:
        """Return every row."""

    @abstractmethod
    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row."""

    @abstractmethod
    def _each(self, sql: str, column: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield rows without holding all of them, in the order of a unique column that they begin with."""

    @abstractmethod
    def leaves_in(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in these ranges (low, high; b"" for no end), in their order."""

    @abstractmethod
    def rows_of(self, keys: Sequence[bytes]) -> list[KeyRow]:
        """Return the rows of these keys, as far as there are any."""

    def _recent(self, lookup: int) -> tuple[int, ...]:
        """Return the numbers of events with this lookup that the table of lookups does not have yet."""
        del lookup
        return ()

    def _number(self, sql: str) -> int:
        row = self._one(sql)
        return int(row[0]) if row and row[0] is not None else 0

    def counters(self) -> Counters:
        """Return size and next numbers."""
        return Counters(
            size=self.size(),
            seq=self._number("SELECT max(seq) + 1 FROM event"),
            key=self._number("SELECT max(key_id) + 1 FROM history"),
            participant=self._number("SELECT max(id) + 1 FROM participant") or 1,
        )

    def size(self) -> int:
        """Return how many leaves the log has."""
        return self._number("SELECT max(leaf) + 1 FROM seal")

    def participants(self) -> dict[str, int]:
        """Return every participant's number."""
        return {uri: number for number, uri in self._all("SELECT id, uri FROM participant")}

    def statement(self, leaf: int) -> StoredStatement | None:
        """Return the statement at a leaf, None where there is a seal or nothing."""
        row = self._one(f"SELECT {_STATEMENT} FROM statement WHERE leaf = ?", leaf)
        return StoredStatement(*row) if row else None

    def statement_by_identity(self, identity: bytes) -> StoredStatement | None:
        """Return the recorded statement with this protected header and payload."""
        row = self._one(f"SELECT {_STATEMENT} FROM statement WHERE identity = ?", identity)
        return StoredStatement(*row) if row else None

    def statements(self, first: int, last: int) -> list[StoredStatement]:
        """Return the statements from leaf `first` to before `last`, in order."""
        sql = f"SELECT {_STATEMENT} FROM statement WHERE leaf >= ? AND leaf < ? ORDER BY leaf"
        return [StoredStatement(*row) for row in self._all(sql, first, last)]

    def recorded(self, identities: Sequence[bytes]) -> set[bytes]:
        """Return those identities of which a statement is recorded."""
        found: set[bytes] = set()
        for start in range(0, len(identities), _AT_ONCE):
            asked = identities[start : start + _AT_ONCE]
            asked = [*asked, *[asked[-1]] * (-len(asked) % _STEP)]  # few lengths: each is a statement to be prepared
            rows = self._all(f"SELECT identity FROM statement WHERE identity IN ({','.join('?' * len(asked))})", *asked)
            found.update(bytes(identity) for (identity,) in rows)
        return found

    def statement_in_sequence(self, kid: bytes, below: int) -> StoredStatement | None:
        """Return this key's statement with the highest first number below `below`."""
        sql = f"SELECT {_STATEMENT} FROM statement WHERE kid = ? AND first < ? ORDER BY first DESC LIMIT 1"
        row = self._one(sql, kid, below)
        return StoredStatement(*row) if row else None

    def batch(self, leaf: int) -> list[StoredEvent]:
        """Return the events of a statement, by position."""
        found = self.statement(leaf)
        if found is None:
            return []
        sql = f"SELECT {_EVENT} FROM event e WHERE seq >= ? AND seq < ? ORDER BY seq"
        return [StoredEvent(*row) for row in self._all(sql, found.seq, found.seq + found.length)]

    def find_event(self, name: bytes) -> StoredEvent | None:
        """Return an event by its name."""
        lookup = lookup_of(name)
        seqs = [*self._recent(lookup), *(seq for (seq,) in self._all(_LOOKUP, lookup))]
        rows = (self._one(f"SELECT {_EVENT} FROM event e WHERE seq = ?", seq) for seq in seqs)
        return next((StoredEvent(*row) for row in rows if row and event_name(row[3]) == name), None)

    def participant(self, number: int) -> str | None:
        """Return the URI of a participant by its number."""
        row = self._one("SELECT uri FROM participant WHERE id = ?", number)
        return str(row[0]) if row else None

    def has_event_id(self, id_: bytes, issuer: int) -> bool:
        """Return whether an issuer's id is recorded."""
        return self._one("SELECT 1 FROM event WHERE id = ? AND issuer = ?", id_, issuer) is not None

    def disclosures(self, seq: int) -> dict[str, str]:
        """Return an event's disclosures by pointer."""
        sql = "SELECT pointer, text FROM disclosure WHERE seq = ? AND text <> '' ORDER BY pointer"
        return dict(self._all(sql, seq))

    def attachment(self, sha256: bytes) -> bytes | None:
        """Return an attachment's bytes."""
        row = self._one("SELECT content FROM attachment WHERE sha256 = ?", sha256)
        return bytes(row[0]) if row and not is_blank(sha256, row[0]) else None

    def is_attachment_erased(self, sha256: bytes) -> bool:
        """Return whether an attachment's bytes were here and were erased by order."""
        row = self._one("SELECT content FROM attachment WHERE sha256 = ?", sha256)
        return row is not None and is_blank(sha256, row[0])

    def erasures(self) -> list[StoredErasure]:
        """Return what was taken out by orders, by order."""
        sql = "SELECT name, value FROM meta WHERE name >= ? AND name < ? ORDER BY name"
        return [parse_erasure(name, value) for name, value in self._all(sql, ERASED, ERASED_END)]

    def history(self, key: bytes, size: int) -> list[StoredEvent]:
        """Return a key's events at leaves below `size`, in order."""
        sql = (
            f"SELECT {_EVENT} FROM history_key k JOIN history h ON h.key_id = k.id JOIN event e ON e.seq = h.seq "
            "WHERE k.key = ? AND e.leaf < ? ORDER BY h.n"
        )
        return [StoredEvent(*row) for row in self._all(sql, key, size)]

    def history_part(self, key: bytes, size: int, *, first: int, most: int) -> list[StoredEvent]:
        """Return at most `most` of a key's events at leaves below `size`, from number `first` (counted from 0) on."""
        sql = (
            f"SELECT {_EVENT} FROM history_key k JOIN history h ON h.key_id = k.id JOIN event e ON e.seq = h.seq "
            "WHERE k.key = ? AND h.n >= ? AND h.n < ? AND e.leaf < ? ORDER BY h.n"
        )
        return [StoredEvent(*row) for row in self._all(sql, key, first, first + most, size)]

    def history_heads(self, key: bytes, size: int) -> list[bytes]:
        """Return the heads of a key's events at leaves below `size`, in order; bodies are not read."""
        sql = (
            "SELECT e.head FROM history_key k JOIN history h ON h.key_id = k.id JOIN event e ON e.seq = h.seq "
            "WHERE k.key = ? AND e.leaf < ? ORDER BY h.n"
        )
        return [head for (head,) in self._all(sql, key, size)]

    def history_range(self, key: bytes, first: int, end: int) -> list[tuple[int, int, bytes]]:
        """Return leaf, position and head of a key's entries from number `first` to before `end`, in order."""
        sql = (
            "SELECT e.leaf, e.position, e.head FROM history_key k JOIN history h ON h.key_id = k.id "
            "JOIN event e ON e.seq = h.seq WHERE k.key = ? AND h.n >= ? AND h.n < ? ORDER BY h.n"
        )
        return self._all(sql, key, first, end)

    def key_rows(self, low: bytes, high: bytes) -> list[KeyRow]:
        """Return key rows from `low` to before `high` (b"" for no end), sorted by key."""
        if high:
            return self._all(f"SELECT {KEY} FROM history_key WHERE key >= ? AND key < ? ORDER BY key", low, high)
        return self._all(f"SELECT {KEY} FROM history_key WHERE key >= ? ORDER BY key", low)

    def key_row(self, key: bytes) -> KeyRow | None:
        """Return one key's row."""
        rows: list[KeyRow] = self._all(f"SELECT {KEY} FROM history_key WHERE key = ?", key)
        return rows[0] if rows else None

    def counter(self, name: bytes) -> int:
        """Return a subject's counter in hundred-thousandths, 0 where nothing has moved it."""
        row = self._one("SELECT amount FROM counter WHERE name = ?", name)
        return int(row[0]) if row else 0

    def key_leaves(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every key and leaf hash, sorted by key."""
        yield from self._each("SELECT key, leaf FROM history_key", "key")

    def seal(self, leaf: int) -> StoredSeal | None:
        """Return the seal at a leaf."""
        row = self._one("SELECT leaf, entry, first, time FROM seal WHERE leaf = ?", leaf)
        return StoredSeal(*row) if row else None

    def seal_covering(self, leaf: int) -> StoredSeal | None:
        """Return the seal of the block that a leaf stands in."""
        row = self._one("SELECT leaf, entry, first, time FROM seal WHERE leaf >= ? ORDER BY leaf LIMIT 1", leaf)
        return StoredSeal(*row) if row else None

    def entries(self, first: int, last: int) -> list[bytes]:
        """Return the log entries from leaf `first` to before `last`: statements and seals."""
        sql = (
            "SELECT leaf, entry FROM statement WHERE leaf >= ? AND leaf < ? "
            "UNION ALL SELECT leaf, entry FROM seal WHERE leaf >= ? AND leaf < ? ORDER BY 1"
        )
        return [bytes(entry) for _, entry in self._all(sql, first, last, first, last)]

    def events_from(self, leaf: int, until: int | None = None) -> Iterator[StoredEvent]:
        """Yield events from a leaf on (to before `until`), in log order."""
        found = self._one("SELECT seq FROM statement WHERE leaf >= ? ORDER BY leaf LIMIT 1", leaf)
        if found is None:
            return
        for row in self._each(f"SELECT {_EVENT} FROM event e", "e.seq", found[0]):
            if until is not None and row[1] >= until:
                return
            yield StoredEvent(*row)

    def registry_events(self) -> Iterator[StoredEvent]:
        """Yield the registry's events, in log order."""
        for row in self._each(f"SELECT {_EVENT} FROM registry_event r JOIN event e ON e.seq = r.seq", "r.seq"):
            yield StoredEvent(*row)

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        """Return the checkpoint of a size."""
        return _checkpoint(self._one(f"SELECT {_CHECKPOINT} FROM checkpoint WHERE size = ?", size))

    def checkpoint_covering(self, size: int) -> StoredCheckpoint | None:
        """Return the first checkpoint of at least a size."""
        return _checkpoint(
            self._one(f"SELECT {_CHECKPOINT} FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1", size)
        )

    def newest_checkpoint(self, *, quorum: bool = False) -> StoredCheckpoint | None:
        """Return the newest checkpoint, or the newest that reached its quorum."""
        where = "WHERE quorum = 1" if quorum else ""
        return _checkpoint(self._one(f"SELECT {_CHECKPOINT} FROM checkpoint {where} ORDER BY size DESC LIMIT 1"))

    def oldest_without_quorum(self) -> StoredCheckpoint | None:
        """Return the first checkpoint after the newest that reached its quorum."""
        newest = self.newest_checkpoint(quorum=True)
        return self.checkpoint_covering(newest.size + 1 if newest else 0)

    def cosignatures(self, size: int) -> list[str]:
        """Return the witnesses' lines under a checkpoint, sorted."""
        return [line for (line,) in self._all("SELECT line FROM cosignature WHERE size = ? ORDER BY line", size)]

    def newest_cosigned(self, name: str) -> int:
        """Return the size of the newest checkpoint with a line of this key name, 0 where there is none.

        It looks from the newest on, so it takes long only for a witness that has been away for long.
        """
        start = f"\N{EM DASH} {name} "
        sql = "SELECT size FROM cosignature WHERE substr(line, 1, ?) = ? ORDER BY size DESC LIMIT 1"
        row = self._one(sql, len(start), start)
        return row[0] if row else 0

    def meta(self, name: str) -> str | None:
        """Return what the database says of itself."""
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return str(row[0]) if row else None


def _checkpoint(row: tuple[Any, ...] | None) -> StoredCheckpoint | None:
    return StoredCheckpoint(row[0], row[1], row[2], row[3], bool(row[4])) if row else None
