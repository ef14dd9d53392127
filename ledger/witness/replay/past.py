"""What later leaves are judged by: the events behind, in the database or waiting to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile

from ledger.errors import ConflictError
from ledger.index.heap import Heap
from ledger.witness.replay.index import Held, Index, Words
from ledger.witness.replay.lies import INADMISSIBLE, LieFoundError, Where
from ledger.witness.replay.rows import Chunk, EventRow, Reached, ReplayRows, short_name
from verifier.errors import MismatchError
from verifier.judgement.authority import TraceState, advance
from verifier.judgement.digest import Digest, KeptDigests
from verifier.judgement.replay import Replay
from verifier.judgement.states import KeptNumbers, StatedRoots
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.index import HistoryEntry, entry_hash_of, index_key
from verifier.ledgerformat.statement import parse_entry, parse_statement, statement_identity
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.audit.known import ErasedClaim, Sequences

_ENVELOPE = 0xD2
_TRACE = "trace"
key_of = lru_cache(maxsize=8192)(index_key)  # reading, authority and recording ask for the same within a statement


@dataclass(slots=True)
class Past:
    """Everything behind the next leaf. `replay`, `memory` and `torn` are what `verifier.proof.audit` judges by.

    Attributes:
        rows: the database.
        reached: what it reaches to.
        replay: the registry.
        words: participants.
        index: histories.
        chunk: what waits to be written.
        events: recorded so far; the next event's number.
        torn: None: histories are whole here.
        erased: bodies that are said to be erased since the last writing.
    """

    rows: ReplayRows
    reached: Reached
    replay: Replay
    words: Words
    index: Index
    chunk: Chunk = field(default_factory=Chunk)
    events: int = 0
    torn: None = None
    erased: list[ErasedClaim] = field(default_factory=list)
    _recent: dict[int, list[int]] = field(default_factory=dict)  # of the chunk's names as far as `_found`
    _found: int = 0
    _ids: set[tuple[bytes, int]] = field(default_factory=set)
    _ranges: Sequences = field(default_factory=Sequences)
    _digests: KeptDigests = field(default_factory=KeptDigests)
    _numbers: KeptNumbers = field(default_factory=KeptNumbers)
    _roots: StatedRoots = field(default_factory=StatedRoots)

    @property
    def memory(self) -> Past:
        """Return what finds events, traces and histories."""
        return self

    # What is asked of it.

    def find(self, name: bytes) -> Event | None:
        """Return an event by its name; hash envelopes are none."""
        short = short_name(name)
        for each, number in islice(self.chunk.names, self._found, None):
            self._recent.setdefault(each, []).append(number)
        self._found = len(self.chunk.names)
        for number in (*self._recent.get(short, ()), *self.rows.numbers(short)):
            row = self._event(number)
            if row and row.head[0] != _ENVELOPE and event_name(row.head) == name:
                return _read(row)
        return None

    def trace_state(self, name: bytes) -> TraceState | None:
        """Return owner and custody of a subject, None where its trace has not begun."""
        return self.index.state(key_of(_TRACE, name)).trace

    def history(self, pair: Pair, after: int = 0) -> Sequence[Event]:
        """Return the events of a history, in log order, those after number `after` - 1; hash envelopes are none."""
        rows = takewhile(lambda row: row.number >= after, self._backwards(index_key(*pair)))
        return [_read(row) for row in rows if row.head[0] != _ENVELOPE][::-1]

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a history; nobody else may add to it."""
        newest = self.index.state(key_of(*pair)).newest
        return self._digests.digest(pair, newest, lambda after: self.history(pair, after))

    def count(self, pair: Pair) -> int:
        """Return how many events a history has."""
        return self.index.state(key_of(*pair)).count

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf."""
        state = self.index.state(key_of(*pair))
        numbers = self._numbers.numbers(pair, (row.number for row in self._backwards(state.key)))

        def entries(first: int, end: int) -> list[HistoryEntry]:
            rows = [row for number in numbers[first:end] if (row := self._event(number))]
            return [HistoryEntry(event_name(row.head), row.leaf, row.position) for row in rows]

        history = state.count, state.frontier
        return self._roots.root_of_first(pair, count, leaf, history=history, entries=entries, settled=state.count)

    def history_rows(self, key: bytes, size: int | None = None) -> list[EventRow]:
        """Return the rows of a history, at leaves below `size`, in log order."""
        return [row for row in self._backwards(key) if size is None or row.leaf < size][::-1]

    def _backwards(self, key: bytes) -> Iterator[EventRow]:
        """Yield the rows of a history, the newest first."""
        number = self.index.state(key).newest
        while number and (row := self._event(number - 1)):
            yield row
            place = 0 if row.head[0] == _ENVELOPE else _place(parse_head(row.head), key)
            number = int.from_bytes(row.before[8 * place : 8 * place + 8], "big")

    def _event(self, number: int) -> EventRow | None:
        waiting = number - self.reached.events
        return self.chunk.events[waiting] if waiting >= 0 else self.rows.event(number)

    # Uniqueness.

    def take_ids(self, issuer: str, ids: Sequence[bytes]) -> bytes | None:
        """Take ids of an issuer; return the first that it used since the last writing, None where all are new.

        What it used before that, `write` finds out: the database holds each once.
        """
        number = self.words.number(issuer)
        pairs = [(id_, number) for id_ in ids]
        taken = self._ids
        before = len(taken)
        taken.update(pairs)
        if len(taken) != before + len(pairs):
            seen = {pair for pair in self.chunk.ids if pair[1] == number}
            return next(id_ for at, id_ in enumerate(ids) if (id_, number) in seen or id_ in ids[:at])
        self.chunk.ids += pairs
        return None

    def take_range(self, kid: bytes, first: int, count: int) -> None:
        """Take sequence numbers of a key.

        Raises:
            MismatchError: one of them was used.
        """
        before = self.rows.sequence_before(kid, first + count)
        if before and before[0] + before[1] > first:
            raise MismatchError(
                "statement.first", came=f"{first} to {first + count - 1}", expected="numbers that this key has not used"
            )
        self._ranges.take(kid, first, first + count)
        self.chunk.sequences.append((kid, first, count))

    # Recording.

    def record(self, event: Event, spelt: bytes, keys: Sequence[bytes], kind: EventType) -> None:
        """Enter an event in every history that it joins."""
        head, number = event.head, self.events
        entry = entry_hash_of(event.name, event.leaf, event.position)
        before = b""
        for (joined, _), key in zip(head.joins, keys, strict=True):
            state = self.index.state(key)
            before += self.index.join(state, entry, number).to_bytes(8, "big")
            if joined == _TRACE:
                state.trace = advance(state.trace, head, kind)
        self._add(event.name, EventRow(number, event.leaf, event.position, spelt, before))

    def record_envelope(self, name: bytes, leaf: int, entry: bytes, key: bytes) -> None:
        """Enter a hash envelope in its one history."""
        state: Held = self.index.state(key)
        before = self.index.join(state, entry_hash_of(name, leaf, 0), self.events)
        self._add(name, EventRow(self.events, leaf, 0, entry, before.to_bytes(8, "big")))

    def _add(self, name: bytes, row: EventRow) -> None:
        self.chunk.events.append(row)
        self.chunk.names.append((short_name(name), row.number))
        self.events += 1

    def write(self, reached: Reached) -> None:
        """Write what waits, durably.

        Raises:
            LieFoundError: an id that its issuer has used before.
            StoppedError: the database could not be written.
        """
        self.chunk.histories = self.index.changed()
        self.chunk.words = self.words.fresh
        try:
            self.rows.commit(self.chunk, reached)
        except ConflictError as error:
            raise self._used_again() from error
        self.reached, self.chunk, self.words.fresh = reached, Chunk(), []
        self.index.forget()
        self._recent.clear()
        self._found = 0
        self._ids.clear()
        self._ranges = Sequences()

    def _used_again(self) -> LieFoundError:
        """Return which event has an id that its issuer used before, or which hash envelope stands there again."""
        used = self.rows.used(self.chunk.ids)
        said = {row.leaf: row.entry for row in self.chunk.entries}
        for row in self.chunk.events if used else ():
            envelope = row.head[0] == _ENVELOPE
            parsed = parse_entry(row.head if envelope else said[row.leaf])
            id_ = statement_identity(parsed) if envelope else parse_head(row.head).id
            if used == (id_, self.words.number(parsed.header.issuer)):
                field = "statement" if envelope else "head.id"
                error = MismatchError(field, came=id_, expected="what was not used before")
                return LieFoundError(INADMISSIBLE, Where(row.leaf, None if envelope else row.position), error)
        error = MismatchError("head.id", came=used[0] if used else "one twice", expected="an id not used before")
        return LieFoundError(INADMISSIBLE, Where(reached_leaf(self.chunk)), error)


def reached_leaf(chunk: Chunk) -> int:
    """Return the first leaf of a chunk."""
    return chunk.entries[0].leaf


def open_past(rows: ReplayRows, replay: Replay, heap: Heap | None = None) -> Past:
    """Return what a database remembers; `replay` is an empty registry, `heap` as for `Index`."""
    for event, time in _registry(rows):
        replay.apply(event, time=time)
    reached, words = rows.reached(), Words(rows.words())
    return Past(rows, reached, replay, words, Index(rows, words, reached.keys, heap), events=reached.events)


def _registry(rows: ReplayRows) -> Iterator[tuple[Event, int]]:
    """Yield the registry's events, with bodies and ledger time."""
    kids: dict[int, bytes] = {}
    for row, time, body in rows.registry():
        if row.leaf not in kids:
            entry = rows.entry(row.leaf)
            kids[row.leaf] = parse_statement(entry.entry).header.kid if entry else b""
        name, head = event_name(row.head), parse_head(row.head)
        yield Event(name, row.leaf, row.position, head, parse_body(body), kids[row.leaf]), time


def _read(row: EventRow) -> Event:
    return Event(event_name(row.head), row.leaf, row.position, parse_head(row.head), None, b"")


def _place(head: Head, key: bytes) -> int:
    """Return which of an event's joins has an index key."""
    return next(place for place, pair in enumerate(head.joins) if index_key(*pair) == key)
