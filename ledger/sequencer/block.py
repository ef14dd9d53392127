"""Building a block: from the state after the last seal and some candidates to rows, leaves and a seal.

Of what lies outside the builder only the heap changes, each node noted first: a block that does not get
committed is taken back with `Overlay.cancel`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from ledger.admission.candidate import Candidate, CandidateEvent
from ledger.erasure.eraser import Eraser
from ledger.errors import ConflictError
from ledger.index.heap import Summary
from ledger.index.overlay import Notes, Overlay
from ledger.index.state import KeyState
from ledger.index.touched import TouchedBuckets
from ledger.sequencer.histories import BlockHistories, KeptHistories
from ledger.sequencer.judge import Judged, judge_candidate
from ledger.store.interface import Block, Counters, KeyRow, StoredStatement, WriteStore, lookup_of
from verifier.errors import SuyuanError
from verifier.judgement.authority import TraceState
from verifier.judgement.digest import Digest
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.statement import Statement
from verifier.primitives.merkle import leaf_hash

_NO_NUMBER = 1 << 62  # above every number of a statement


@dataclass(frozen=True, slots=True)
class Start:
    """The state that a block is built on.

    Attributes:
        counters: size and next free numbers.
        participants: number by URI.
        last_seal: leaf hash of the seal before, None for the first block.
    """

    counters: Counters
    participants: dict[str, int]
    last_seal: bytes | None


@dataclass(slots=True)
class Built:
    """A block that is ready but for the signatures.

    Attributes:
        block: the rows, without seal and checkpoint.
        leaves: leaf hashes of its statements, in order.
        seal: what its seal will say.
        notes: what the index was before the block; the heap holds the block's already.
        replay: registry after the block.
        results: for each candidate its leaf, or why it was refused.
        events: those of the candidates that got one.
        start: what the next block is built on, but for the seal.
    """

    block: Block
    leaves: list[bytes]
    seal: Seal
    notes: Notes
    replay: Replay
    results: list[int | SuyuanError]
    events: list[CandidateEvent]
    start: Start


class BlockBuilder:
    """Builds one block. Implements `ledger.sequencer.judge.View` on the state before the next leaf."""

    def __init__(
        self,
        start: Start,
        *,
        time: int,
        replay: Replay,
        overlay: Overlay,
        store: WriteStore,
        kept: KeptHistories,
        eraser: Eraser,
    ) -> None:
        """Begin a block whose ledger time is fixed; `kept` is what is known of stored histories."""
        self._start = start
        self._time = time
        self._replay = replay
        self._overlay = overlay
        self._eraser = eraser
        self._reader = store.reader()
        self._events: list[Event] = []
        self._recorded: list[CandidateEvent] = []
        self._histories = BlockHistories(self._reader, kept, self._events, self._state_of)
        self._buckets = TouchedBuckets(self._reader, (), overlay.heap)
        self._states: dict[bytes, KeyState] = {}
        self._traces: dict[bytes, KeyState] = {}  # by subject name
        self._counters: dict[bytes, int] = {}  # those that the block has moved
        self._touched: dict[bytes, KeyState] = {}
        self._old: dict[bytes, bytes | None] = {}
        self._numbers = start.participants
        self._uris = {number: uri for uri, number in start.participants.items()}
        self._seq = start.counters.seq
        self._key = start.counters.key
        self._block = Block(first=start.counters.size, size=0)
        self._leaves: list[bytes] = []
        self._ids: set[tuple[str, bytes]] = set()
        self._identities: set[bytes] = set()
        self._ranges: dict[bytes, list[tuple[int, int]]] = {}  # sorted, of each key
        self._newest: dict[bytes, StoredStatement | None] = {}  # stored, of each key

    @property
    def replay(self) -> Replay:
        """Return the registry and waiting proposals as they stand before the next leaf."""
        return self._replay

    def build(self, candidates: Sequence[Candidate]) -> Built:
        """Return the block of these candidates, each recorded or refused."""
        self._load(candidates)
        results: list[int | SuyuanError] = []
        for candidate in candidates:
            leaf = self._start.counters.size + len(self._leaves)
            try:
                self._require_new(candidate)
                self._eraser.require_not_erased(candidate, self._replay.registry, leaf, self._reader)
                judged = judge_candidate(candidate, leaf=leaf, time=self._time, view=self)
                replay = self._replay_after(judged.events)
            except SuyuanError as error:
                results.append(error)
            else:
                self._record(candidate, judged, leaf)
                self._replay = replay
                results.append(leaf)
        self._histories.let_go()
        return self._finish(results)

    # The state before a leaf.

    def trace_state(self, name: bytes) -> TraceState | None:
        """Return owner and custody of a subject, None where its trace has not begun."""
        state = self._traces.get(name)
        if state is None:
            state = self._traces[name] = self._state(index_key("trace", name))
        return state.trace

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a history: recorded before, or earlier in this block."""
        return self._histories.digest(pair)

    def count(self, pair: Pair) -> int:
        """Return how many events a [kind, name] has: recorded before, or earlier in this block."""
        return self._histories.count(pair)

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first entries, None where fewer stand before a leaf."""
        return self._histories.root_before(pair, count, leaf)

    def counter(self, name: bytes) -> int:
        """Return a subject's counter in hundred-thousandths, 0 where nothing has moved it."""
        moved = self._counters.get(name)
        return self._reader.counter(name) if moved is None else moved

    def range_before(self, kid: bytes, below: int) -> tuple[int, int] | None:
        """Return (first, count) of this key's recorded range that begins last before `below`."""
        ranges = self._ranges.get(kid, ())
        found = list(ranges[at - 1 : at]) if (at := bisect_left(ranges, (below, 0))) else []
        if stored := self._stored_before(kid, below):
            found.append((stored.first, stored.length))
        return max(found, default=None)

    def _stored_before(self, kid: bytes, below: int) -> StoredStatement | None:
        """Return this key's stored statement that begins last before `below`.

        The newest is read once a block: numbers grow, so it is nearly always that one.
        """
        if kid not in self._newest:
            self._newest[kid] = self._reader.statement_in_sequence(kid, _NO_NUMBER)
        newest = self._newest[kid]
        return newest if newest is None or newest.first < below else self._reader.statement_in_sequence(kid, below)

    def is_recorded(self, event: CandidateEvent) -> bool:
        """Return whether this block has the event's id already; the rest is the database's constraint."""
        return (event.head.issuer, event.head.id) in self._ids

    def _require_new(self, candidate: Candidate) -> None:
        """Refuse a statement that this block has already, and an envelope whose id is taken in it."""
        taken = candidate.envelope_key and (candidate.statement.header.issuer, candidate.identity[:16]) in self._ids
        if taken or candidate.identity in self._identities:
            raise ConflictError("statement", came="recorded already", expected="a statement that is not")

    def _replay_after(self, events: Sequence[Event]) -> Replay:
        """Return the registry after a candidate, on a copy: it may still be refused, and the block fail to commit.

        Each event was judged by the state before the leaf; here one may contradict another of its batch.
        """
        stated = [event for event in events if event.head.type.startswith("registry.")]
        replay = self._replay.copy() if stated else self._replay
        for event in stated:
            replay.apply(event, time=self._time)
        return replay

    def _load(self, candidates: Sequence[Candidate]) -> None:
        """Read the leaves of every bucket that the candidates touch, and the state of every key they join."""
        keys = {key for candidate in candidates for event in candidate.events for key in event.keys}
        keys.update(candidate.envelope_key for candidate in candidates if candidate.envelope_key)
        self._buckets = TouchedBuckets(self._reader, keys, self._overlay.heap)
        known = self._buckets.recorded()
        self._states = {row[0]: self._from_row(row) for row in self._reader.rows_of(known)}
        for key in keys.difference(known):
            self._states[key] = KeyState.new(key)
        for candidate in candidates:
            self._load_traces(candidate)

    def _load_traces(self, candidate: Candidate) -> None:
        for event in candidate.events:
            for (kind, name), key in zip(event.head.joins, event.keys, strict=True):
                if kind == "trace":
                    self._traces[name] = self._states[key]

    def _state(self, key: bytes) -> KeyState:
        """Return a key's state, read if need be; a new one where it has no history."""
        state = self._states.get(key)
        if state is None:
            row = self._reader.key_row(key)
            state = self._states[key] = self._from_row(row) if row else KeyState.new(key)
        return state

    def _state_of(self, pair: Pair) -> KeyState:
        """Return the state of a history."""
        known = self._traces.get(pair[1]) if pair[0] == "trace" else None
        return known or self._state(index_key(*pair))

    def _from_row(self, row: KeyRow) -> KeyState:
        key, number, count, frontier, leaf, owner, guarded, custodian = row
        trace = None
        if owner is not None:
            holder = None if custodian is None else self._uris[custodian]
            trace = TraceState(self._uris[owner], bool(guarded), holder)
        return KeyState(key, number, count, frontier, leaf, trace)

    # Recording.

    def _record(self, candidate: Candidate, judged: Judged, leaf: int) -> None:
        statement = candidate.statement
        count, first = (statement.count, statement.first) if isinstance(statement, Statement) else (1, -1)
        row = (leaf, candidate.entry, candidate.identity, statement.header.kid, first, count, self._seq)
        self._block.statements.append(row)
        self._identities.add(candidate.identity)
        self._recorded += candidate.events
        self._counters.update(judged.counters)
        self._leaves.append(leaf_hash(candidate.entry))
        if first >= 0:
            insort(self._ranges.setdefault(statement.header.kid, []), (first, count))
        issuer = self._participant(statement.header.issuer)
        for event, placed in zip(candidate.events, judged.events, strict=True):
            self._record_event(event, placed, issuer, judged.traces)
        if candidate.envelope_key:
            self._record_envelope(candidate, candidate.envelope_key, leaf, issuer)
        self._block.attachments.extend(candidate.attachments.items())

    def _record_event(self, event: CandidateEvent, placed: Event, issuer: int, traces: dict[bytes, TraceState]) -> None:
        head, seq, leaf, position = event.head, self._seq, placed.leaf, placed.position
        self._block.events.append((seq, leaf, position, head.id, issuer, event.spelt, event.body_bytes))
        self._block.lookups.append((lookup_of(event.name), seq))
        if head.type.startswith("registry."):
            self._block.registry.append((seq,))
        self._ids.add((head.issuer, head.id))
        self._events.append(placed)
        for pointer, text in event.disclosures.items():
            self._block.disclosures.append((seq, pointer, text))
        entry = sha256(b"\x00\x06" + event.name + leaf.to_bytes(8, "big") + position.to_bytes(4, "big")).digest()
        for (kind, name), key in zip(head.joins, event.keys, strict=True):
            state = self._join(key, entry)
            if kind == "trace":
                state.trace = traces.get(name, state.trace)  # the registry's answers change no trace
        self._seq += 1

    def _record_envelope(self, candidate: Candidate, key: bytes, leaf: int, issuer: int) -> None:
        """Record a hash envelope as an event of its own: its head is its entry, its name its leaf hash."""
        name = leaf_hash(candidate.entry)
        self._block.events.append((self._seq, leaf, 0, candidate.identity[:16], issuer, candidate.entry, None))
        self._block.lookups.append((lookup_of(name), self._seq))
        self._ids.add((candidate.statement.header.issuer, candidate.identity[:16]))
        self._join(key, sha256(b"\x00\x06" + name + leaf.to_bytes(8, "big") + bytes(4)).digest())
        self._seq += 1

    def _join(self, key: bytes, entry: bytes) -> KeyState:
        """Add an entry to a key's history; return its state."""
        state = self._states[key]
        if key not in self._touched:
            self._touched[key] = state
            self._old[key] = state.leaf or None
            if state.id is None:
                state.id, self._key = self._key, self._key + 1
        self._block.histories.append((state.id or 0, state.count, self._seq))
        state.append(entry)
        return state

    def _participant(self, uri: str) -> int:
        number = self._numbers.get(uri)
        if number is None:
            if self._numbers is self._start.participants:
                self._numbers = dict(self._numbers)
            number = self._start.counters.participant + len(self._block.participants)
            self._numbers[uri] = number
            self._block.participants.append((number, uri))
        return number

    # Finishing.

    def _finish(self, results: list[int | SuyuanError]) -> Built:
        first = self._start.counters.size
        covered = first + len(self._leaves)
        notes = self._overlay.begin(covered + 1)
        notes.leaves.update(self._old)
        self._block.counters = sorted(self._counters.items())
        self._overlay.update(notes, self._write_keys())
        self._block.size = covered + 1
        seal = Seal(
            first=first,
            covered=covered,
            previous=self._start.last_seal,
            root=self._overlay.heap.root,
            keys=self._key,
            time=self._time,
        )
        counters = Counters(
            covered + 1, self._seq, self._key, self._start.counters.participant + len(self._block.participants)
        )
        start = replace(self._start, counters=counters, participants=self._numbers)
        return Built(self._block, self._leaves, seal, notes, self._replay, results, self._recorded, start)

    def _write_keys(self) -> dict[int, Summary]:
        """Write the rows of touched keys, in key order; return the bucket nodes that change."""
        for key in sorted(self._touched):
            state = self._touched[key]
            self._buckets.put(key, state.seal())
            self._write_key(state, new=self._old[key] is None)
        return self._buckets.summaries()

    def _write_key(self, state: KeyState, *, new: bool) -> None:
        owner = guarded = custodian = None
        if state.trace:
            owner, guarded = self._participant(state.trace.owner), int(state.trace.guarded)
            custodian = self._participant(state.trace.custodian) if state.trace.custodian else None
        number, count, frontier, leaf = state.id or 0, state.count, state.frontier, state.leaf
        if new:
            self._block.new_keys.append((state.key, number, count, frontier, leaf, owner, guarded, custodian))
        else:
            self._block.changed_keys.append((count, frontier, leaf, owner, guarded, custodian, state.key))
