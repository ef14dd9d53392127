"""What the ledger asks of a store. The contract tests run it on every engine.

A `Reader` is one snapshot: whatever it returns belongs to one moment. The `WriteStore` belongs to the one
writer; `commit` is one transaction, durable when it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from ledger.store.queries import QueryRows

Naming: TypeAlias = Callable[[bytes, int, str], bool]  # (head, leaf, pointer): whether it names an attachment
KeyRow: TypeAlias = tuple[bytes, int, int, bytes, bytes, "int | None", "int | None", "int | None"]
"""key, id, count, frontier, leaf, owner, guarded, custodian: as the database has them."""


def lookup_of(name: bytes) -> int:
    """Return the first 8 bytes of an event's name, as the signed number that finds it."""
    return int.from_bytes(name[:8], "big", signed=True)


class StoredStatement(NamedTuple):
    """A recorded statement or hash envelope of `length` events; `seq` is its first event's number."""

    leaf: int
    entry: bytes
    identity: bytes
    kid: bytes
    first: int
    length: int
    seq: int


class StoredEvent(NamedTuple):
    """A recorded event; of a hash envelope, `head` is the entry."""

    seq: int
    leaf: int
    position: int
    head: bytes
    body: bytes | None


class StoredSeal(NamedTuple):
    """A recorded seal."""

    leaf: int
    entry: bytes
    first: int
    time: int


class StoredCheckpoint(NamedTuple):
    """A block's checkpoint, with the ledger's own lines and what its receipts share."""

    size: int
    note: bytes
    receipt_header: bytes
    receipt_signature: bytes
    quorum: bool


class Deletion(NamedTuple):
    """What an order takes out of the store.

    Attributes:
        order: name of the order.
        since: first leaf at which it is in force.
        event: name of the event that it is about.
        seq: that event's number.
        body: whether its body goes.
        pointers: its disclosures that go.
        attachments: SHA-256 of attachments that they name; those that another event needs stay.
    """

    order: bytes
    since: int
    event: bytes
    seq: int
    body: bool
    pointers: tuple[str, ...]
    attachments: tuple[bytes, ...]


class StoredErasure(NamedTuple):
    """What was taken out by an order, and when, in milliseconds since 1970."""

    deletion: Deletion
    time: int


@dataclass(slots=True)
class Block:
    """Everything that one block writes, as rows.

    Attributes:
        first: first leaf.
        size: log size after the block.
        statements: (leaf, entry, identity, kid, first, count, seq).
        events: (seq, leaf, position, id, issuer, head, body).
        lookups: (lookup, seq) of each event.
        registry: (seq,) of events that are the registry's.
        participants: (id, uri), new ones.
        disclosures: (seq, pointer, text).
        attachments: (sha256, content).
        new_keys: KeyRow, sorted by key.
        changed_keys: (count, frontier, leaf, owner, guarded, custodian, key), sorted by key.
        histories: (key_id, n, seq).
        counters: (name, amount) of those that the block moved.
        seal: the seal's row.
        checkpoint: the checkpoint's row.
    """

    first: int
    size: int
    statements: list[tuple[int, bytes, bytes, bytes, int, int, int]] = field(default_factory=list)
    events: list[tuple[int, int, int, bytes, int, bytes, bytes | None]] = field(default_factory=list)
    lookups: list[tuple[int, int]] = field(default_factory=list)
    registry: list[tuple[int]] = field(default_factory=list)
    participants: list[tuple[int, str]] = field(default_factory=list)
    disclosures: list[tuple[int, str, str]] = field(default_factory=list)
    attachments: list[tuple[bytes, bytes]] = field(default_factory=list)
    new_keys: list[KeyRow] = field(default_factory=list)
    changed_keys: list[tuple[int, bytes, bytes, int | None, int | None, int | None, bytes]] = field(
        default_factory=list
    )
    histories: list[tuple[int, int, int]] = field(default_factory=list)
    counters: list[tuple[bytes, int]] = field(default_factory=list)
    seal: StoredSeal | None = None
    checkpoint: StoredCheckpoint | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """The next free numbers of a store."""

    size: int
    seq: int
    key: int
    participant: int


class Reader(Protocol):
    """One snapshot of the store."""

    def counters(self) -> Counters:
        """Return size and next numbers."""

    def size(self) -> int:
        """Return how many leaves the log has."""

    def participants(self) -> dict[str, int]:
        """Return every participant's number."""

    def statement(self, leaf: int) -> StoredStatement | None:
        """Return the statement at a leaf, None where there is a seal or nothing."""

    def statement_by_identity(self, identity: bytes) -> StoredStatement | None:
        """Return the recorded statement with this protected header and payload."""

    def statements(self, first: int, last: int) -> list[StoredStatement]:
        """Return the statements from leaf `first` to before `last`, in order."""

    def recorded(self, identities: Sequence[bytes]) -> set[bytes]:
        """Return those identities of which a statement is recorded."""

    def statement_in_sequence(self, kid: bytes, below: int) -> StoredStatement | None:
        """Return this key's statement with the highest first number below `below`."""

    def batch(self, leaf: int) -> list[StoredEvent]:
        """Return the events of a statement, by position."""

    def find_event(self, name: bytes) -> StoredEvent | None:
        """Return an event by its name."""

    def participant(self, number: int) -> str | None:
        """Return the URI of a participant by its number."""

    def has_event_id(self, id_: bytes, issuer: int) -> bool:
        """Return whether an issuer's id is recorded."""

    def disclosures(self, seq: int) -> dict[str, str]:
        """Return an event's disclosures by pointer."""

    def attachment(self, sha256: bytes) -> bytes | None:
        """Return an attachment's bytes."""
        ...

    def is_attachment_erased(self, sha256: bytes) -> bool:
        """Return whether an attachment's bytes were here and were erased by order."""
        ...

    def erasures(self) -> list[StoredErasure]:
        """Return what was taken out by orders, by order."""
        ...

    def history(self, key: bytes, size: int) -> list[StoredEvent]:
        """Return a key's events at leaves below `size`, in order."""
        ...

    def history_part(self, key: bytes, size: int, *, first: int, most: int) -> list[StoredEvent]:
        """Return at most `most` of a key's events at leaves below `size`, from number `first` (counted from 0) on."""
        ...

    def history_heads(self, key: bytes, size: int) -> list[bytes]:
        """Return the heads of a key's events at leaves below `size`, in order; bodies are not read."""
        ...

    def history_range(self, key: bytes, first: int, end: int) -> list[tuple[int, int, bytes]]:
        """Return leaf, position and head of a key's entries from number `first` to before `end`, in order."""
        ...

    def key_rows(self, low: bytes, high: bytes) -> list[KeyRow]:
        """Return key rows from `low` to before `high` (b"" for no end), sorted by key."""
        ...

    def key_row(self, key: bytes) -> KeyRow | None:
        """Return one key's row."""
        ...

    def leaves_in(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in these ranges (low, high; b"" for no end), in their order."""
        ...

    def rows_of(self, keys: Sequence[bytes]) -> list[KeyRow]:
        """Return the rows of these keys, as far as there are any."""
        ...

    def counter(self, name: bytes) -> int:
        """Return a subject's counter in hundred-thousandths, 0 where nothing has moved it."""
        ...

    def key_leaves(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every key and leaf hash, sorted by key."""
        ...

    def seal(self, leaf: int) -> StoredSeal | None:
        """Return the seal at a leaf."""
        ...

    def seal_covering(self, leaf: int) -> StoredSeal | None:
        """Return the seal of the block that a leaf stands in."""
        ...

    def entries(self, first: int, last: int) -> list[bytes]:
        """Return the log entries from leaf `first` to before `last`: statements and seals."""
        ...

    def events_from(self, leaf: int, until: int | None = None) -> Iterator[StoredEvent]:
        """Yield events from a leaf on (to before `until`), in log order."""
        ...

    def registry_events(self) -> Iterator[StoredEvent]:
        """Yield the registry's events, in log order."""
        ...

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        """Return the checkpoint of a size."""
        ...

    def checkpoint_covering(self, size: int) -> StoredCheckpoint | None:
        """Return the first checkpoint of at least a size."""
        ...

    def newest_checkpoint(self, *, quorum: bool = False) -> StoredCheckpoint | None:
        """Return the newest checkpoint, or the newest that reached its quorum."""
        ...

    def oldest_without_quorum(self) -> StoredCheckpoint | None:
        """Return the first checkpoint after the newest that reached its quorum."""
        ...

    def cosignatures(self, size: int) -> list[str]:
        """Return the witnesses' lines under a checkpoint, sorted."""
        ...

    def newest_cosigned(self, name: str) -> int:
        """Return the size of the newest checkpoint with a line of this key name, 0 where there is none."""
        ...

    def meta(self, name: str) -> str | None:
        """Return what the database says of itself."""
        ...


class WriteStore(Protocol):
    """The one writer's side: reads see what it has committed; `commit` is durable when it returns."""

    def reader(self) -> Reader:
        """Return a reader on the writer's own connection."""
        ...

    def commit(self, block: Block, pause: AbstractContextManager[None]) -> None:
        """Write a block in one transaction; `pause` is entered while the database makes it durable.

        Raises:
            ConflictError: an event, id or identity is recorded already; nothing was written.
            StoppedError: the database could not write, or the block does not begin where the log ends; the
                store writes nothing more.
        """
        ...

    def tidy(self) -> None:
        """Do the housekeeping that waits, where enough does; called while nobody waits for an answer.

        Raises:
            StoppedError: the database could not write; the store is closed.
        """
        ...

    def add_cosignatures(self, size: int, lines: Sequence[str], *, quorum: bool) -> None:
        """Add verified lines to a checkpoint; `quorum` says whether they reach it."""
        ...

    def erase(self, deletions: Sequence[Deletion], time: int, names: Naming) -> None:
        """Take out what orders are about and write down that it was, in one transaction.

        Args:
            deletions: one for each order.
            time: when, in milliseconds since 1970.
            names: whether a disclosure names an attachment; those that one does which stays are kept.

        Raises:
            StoppedError: the database could not write; nothing was taken out.
        """
        ...

    def scour(self) -> bool:
        """Leave no copy of what was taken out outside the database proper; return whether that is done.

        Readers at an older snapshot are in the way; whoever calls tries again.

        Raises:
            StoppedError: the database could not write.
        """
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Write what the database says of itself."""
        ...


class Nonces(Protocol):
    """Nonces of signed requests: each key uses each once. Any thread may use it."""

    def use(self, kid: bytes, nonce: str, *, until: int, now: int) -> bool:
        """Return whether a key uses this nonce for the first time; durable when it returns.

        Args:
            kid: 32 bytes.
            nonce: as it was signed.
            until: from when on nobody could use it anyway, milliseconds since 1970.
            now: milliseconds since 1970; what was kept until then is forgotten.

        Raises:
            BusyError: it could not be written; nothing is let in then.
        """
        ...


class Store(Protocol):
    """A store: any number of readers, one writer."""

    def read(self) -> AbstractContextManager[Reader]:
        """Return a snapshot, to be used in one thread and given back."""

    def read_own(self) -> None:
        """Let snapshots from now on show what this process's writer has committed, however far others are behind."""

    def writer(self) -> WriteStore:
        """Return the writer's side; there is one."""

    def require_synchronous(self) -> None:
        """Return if what is committed is on every machine that it must be on; SetupError where it is not."""

    def confirm(self, seal: StoredSeal) -> None:
        """Return if a block that was read stays whatever becomes of that machine; BusyError where nobody can say."""

    def beside(self, name: str) -> Path:
        """Return where a file that is derived from the store lies."""

    def nonces(self) -> Nonces:
        """Return the nonces of signed requests; apart from the one writer, who is not kept waiting by them."""

    def queries(self) -> QueryRows:
        """Return participants' named queries, alike for every process; no part of what is recorded."""

    def backup(self, path: str) -> None:
        """Write a consistent copy of the database to a new file."""

    def close(self) -> None:
        """Close every connection."""
