"""What stands at a leaf of the log, as far as whoever asks may read it.

Who knows a statement's identity may read the statement (`/entries/{identity}/statement`). By its number a leaf shows
what is open to everybody (its hash and its path, the seal that covers it): whoever counts through all leaves is not to
learn who said how much. The rest is for those who may read entries, or this issuer's batches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.access import Access
from api.actors import Moment
from api.authorise import READ_BATCH, READ_ENTRIES, Thing
from api.facts import Facts
from api.reads import leaf_of
from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.prove.log import inclusion_path
from ledger.prove.trace import Sources
from ledger.store.interface import StoredCheckpoint, StoredEvent, StoredSeal, StoredStatement
from verifier.ledgerformat.statement import parse_entry


@dataclass(frozen=True, slots=True)
class LeafRead:
    """A leaf of the log.

    Attributes:
        leaf: its number.
        leaf_hash: 32 bytes, as the log's tree has it.
        checkpoint: the newest with a quorum that covers it, else its own block's.
        path: from it to the root of that checkpoint, leaf sibling first.
        seal: of the block that it stands in; its own entry where it is one.
        statement: what stands there; None for a seal, and for whoever may not read it.
        events: the batch; None for whoever may not read it, and for what is no batch.
        restricted: whether something stands there that whoever asks may not read.
    """

    leaf: int
    leaf_hash: bytes
    checkpoint: StoredCheckpoint
    path: tuple[bytes, ...]
    seal: StoredSeal
    statement: StoredStatement | None
    events: tuple[StoredEvent, ...] | None
    restricted: bool


def read_leaf(ledger: Ledger, reference: int | bytes, access: Access, moment: Moment) -> LeafRead:
    """Return what stands at a leaf, named by its number or by the identity of a statement.

    Raises:
        UnknownError: nothing of this identity is recorded, or the log is not that long.
    """
    known = isinstance(reference, bytes)
    leaf = leaf_of(ledger, reference) if isinstance(reference, bytes) else reference
    with ledger.sources() as sources:
        checkpoint, seal = _covering(sources, leaf)
        stored = sources.reader.statement(leaf)
        reads_batch = stored is not None and _may_read_batch(stored, access, Facts(sources, moment, access.actor))
        shown = known or reads_batch or access.allows(READ_ENTRIES, Thing())
        return LeafRead(
            leaf=leaf,
            leaf_hash=sources.log.hash(0, leaf),
            checkpoint=checkpoint,
            path=tuple(inclusion_path(sources.log, leaf, checkpoint.size)),
            seal=seal,
            statement=stored if shown else None,
            events=tuple(sources.reader.batch(leaf)) if stored and reads_batch else None,
            restricted=stored is not None and not shown,
        )


def _covering(sources: Sources, leaf: int) -> tuple[StoredCheckpoint, StoredSeal]:
    newest = sources.reader.newest_checkpoint(quorum=True)
    if newest is None or newest.size <= leaf:
        newest = sources.reader.checkpoint_covering(leaf + 1)
    seal = sources.reader.seal_covering(leaf)
    if newest is None or seal is None:
        raise UnknownError("leaf", came=leaf, expected="a leaf of this log")
    return newest, seal


def _may_read_batch(stored: StoredStatement, access: Access, facts: Facts) -> bool:
    return access.allows(READ_BATCH, facts.batch(parse_entry(stored.entry).header.issuer))


def head_of(ledger: Ledger) -> Callable[[bytes], bytes | None]:
    """Return what finds the head of an event by its name."""

    def find(name: bytes) -> bytes | None:
        with ledger.store.read() as reader:
            stored = reader.find_event(name)
        return stored.head if stored else None

    return find
