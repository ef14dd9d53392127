"""What follows from heads alone, computed again: participants, registry, histories, custody, and the prefix tree.

The order in which numbers are given is the block builder's: participants and keys as they are first met, in a block's
statements first and in its keys, sorted, after that. The prefix tree is the auditor's, a second code path beside the
ledger's own.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ledger.fsck.damage import Damages
from ledger.fsck.entries import Log, log_rows
from ledger.fsck.events import batches
from ledger.fsck.rows import Rows
from ledger.store.interface import lookup_of
from verifier.errors import MalformedError
from verifier.judgement.authority import TraceState, advance
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import HistoryEntry, entry_hash, index_key
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.statement import Envelope, Statement
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.index import Index
from verifier.vocabulary import registry_types

_Batch: TypeAlias = tuple[int, int, list[tuple[Any, ...]]]


@dataclass(slots=True)
class KeyFacts:
    """What a key's row says beside its history: its number, and owner and custody of a trace."""

    number: int
    trace: TraceState | None = None


@dataclass(slots=True)
class Derived:
    """The derived tables, as they must be.

    Attributes:
        participants: number by URI.
        registry: numbers of the registry's events.
        lookups: of each event, the first 8 bytes of its name as a signed number.
        issuers: of each event, its issuer's number.
        keys: facts by key.
        histories: of each key, by its number, the numbers of its events.
        index: histories and prefix tree.
        replay: the registry.
        seal: the newest seal.
        founded: leaf whose approval brought the first charter into force, -1 for none.
    """

    participants: dict[str, int] = field(default_factory=dict)
    registry: array[int] = field(default_factory=lambda: array("q"))
    lookups: array[int] = field(default_factory=lambda: array("q"))
    issuers: array[int] = field(default_factory=lambda: array("q"))
    keys: dict[bytes, KeyFacts] = field(default_factory=dict)
    histories: list[array[int]] = field(default_factory=list)
    index: Index = field(default_factory=Index)
    replay: Replay = field(default_factory=lambda: Replay(registry_types()))
    seal: Seal | None = None
    founded: int = -1

    def participant(self, uri: str) -> int:
        """Return a participant's number, given when it is first met."""
        return self.participants.setdefault(uri, len(self.participants) + 1)


def derive(rows: Rows, log: Log) -> Derived:
    """Return the derived tables that follow from entries and heads.

    Raises:
        SuyuanError: an entry, head or registry body that cannot be read: there is nothing to derive from.
    """
    derived = Derived()
    events = batches(rows, log, Damages())
    block: list[tuple[int, Statement | Envelope]] = []
    for row in log_rows(rows):
        if isinstance(row.parsed, Seal):
            _take_block(derived, block, events, row.parsed)
            block.clear()
        elif row.parsed is not None:
            block.append((row.leaf, row.parsed))
        else:
            raise MalformedError(f"leaf {row.leaf}", came="an entry that cannot be read", expected="an entry")
    _take_block(derived, block, events, None)
    return derived


def _take_block(
    derived: Derived, block: list[tuple[int, Statement | Envelope]], events: Iterator[_Batch], seal: Seal | None
) -> None:
    """Take the statements up to a seal, which has their ledger time; those that no seal covers have the last one's."""
    touched: set[bytes] = set()
    newest = seal or derived.seal
    for leaf, parsed in block:
        _, seq, found = next(events)
        _take(derived, (leaf, newest.time if newest else 0), parsed, seq, found, touched)
    if seal:
        _number_holders(derived, touched)
        derived.index.mark()
        derived.seal = seal


def _take(  # noqa: PLR0917 - one statement and what surrounds it
    derived: Derived,
    at: tuple[int, int],
    parsed: Statement | Envelope,
    seq: int,
    found: list[tuple[Any, ...]],
    touched: set[bytes],
) -> None:
    leaf, time = at
    issuer = derived.participant(parsed.header.issuer)
    if isinstance(parsed, Envelope):
        name = leaf_hash(parsed.entry)
        _note(derived, name, issuer)
        _join(derived, index_key("note", subject_name(parsed.header.subject)), name, (leaf, 0), seq)
        return
    registry = []
    for position, row in enumerate(found):
        event = _event(row, leaf, position, parsed.header.kid)
        _note(derived, event.name, issuer)
        for pair in event.head.joins:
            key = index_key(*pair)
            facts = _join(derived, key, event.name, event.place, seq + position)
            touched.add(key)
            if pair[0] == "trace":
                kind = derived.replay.registry.type_at(event.head.type, leaf)
                facts.trace = advance(facts.trace, event.head, kind)
        if event.head.type.startswith("registry."):
            derived.registry.append(seq + position)
            registry.append(event)
    for event in registry:
        derived.replay.apply(event, time=time)
    if derived.founded < 0 and derived.replay.registry.charters:
        derived.founded = leaf


def _event(row: tuple[Any, ...], leaf: int, position: int, kid: bytes) -> Event:
    head = parse_head(row[5])
    body = parse_body(row[6]) if head.type.startswith("registry.") else None
    return Event(event_name(row[5]), leaf, position, head, body, kid)


def _note(derived: Derived, name: bytes, issuer: int) -> None:
    derived.lookups.append(lookup_of(name))
    derived.issuers.append(issuer)


def _join(derived: Derived, key: bytes, name: bytes, place: tuple[int, int], seq: int) -> KeyFacts:
    facts = derived.keys.get(key)
    if facts is None:
        facts = derived.keys[key] = KeyFacts(len(derived.histories))
        derived.histories.append(array("q"))
    derived.histories[facts.number].append(seq)
    derived.index.append(key, entry_hash(HistoryEntry(name, *place)))
    return facts


def _number_holders(derived: Derived, touched: set[bytes]) -> None:
    """Number owners and custodians that a block brought, in key order, as its rows were written."""
    for key in sorted(touched):
        if trace := derived.keys[key].trace:
            derived.participant(trace.owner)
            if trace.custodian:
                derived.participant(trace.custodian)


def key_rows(derived: Derived) -> Iterator[tuple[bytes, int, int, bytes, bytes, int | None, int | None, int | None]]:
    """Yield the rows of `history_key`, by key."""
    for key in sorted(derived.keys):
        facts, trace = derived.keys[key], derived.keys[key].trace
        count, frontier = derived.index.state(key) or (0, b"")
        owner = derived.participants[trace.owner] if trace else None
        guarded = int(trace.guarded) if trace else None
        custodian = derived.participants[trace.custodian] if trace and trace.custodian else None
        yield key, facts.number, count, frontier, derived.index.leaf(key) or b"", owner, guarded, custodian
