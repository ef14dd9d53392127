"""What an audit remembers of the events behind it: enough to judge those to come, and no more.

An answer asks for its targets' types, principals, recipients and joins; authority asks who owns a subject and who
holds it; rules of order ask for the types, times, follows and stated counts of whole histories. All of it follows from
heads. It is held in flat arrays, about 150 bytes an event, so that a ledger of a million events can be audited on a
small machine and put down in a file in one piece.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from struct import Struct

from verifier.errors import MalformedError
from verifier.judgement.authority import TraceState, advance
from verifier.judgement.digest import Digest, KeptDigests
from verifier.judgement.states import KeptNumbers
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, State
from verifier.ledgerformat.index import HistoryEntry
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.cbor import Value
from verifier.proof.audit.names import Names

_CACHED = 4_096
_NOBODY = -1
_TRACE = "trace"
_WORDS = Struct("=4Q")  # as an array of numbers has them
_LATELY = 4_096  # pairs whose numbers are at hand: each is asked for several times while one event is judged


class Memory:
    """Events by name, subjects by kind and name, words by number."""

    def __init__(self) -> None:
        """Start with nothing behind."""
        self._words: list[str] = []  # types, participants and kinds
        self._numbers: dict[str, int] = {}
        self._names = Names(32)
        self._ids = Names(32)
        self._places = array("Q")  # leaf << 16 | position
        self._starts = array("Q")  # where an event's record starts
        self._records = bytearray()
        self._pairs = Names(36)  # kind's word, subject name
        self._newest = array("I")  # of each pair, its newest entry + 1
        self._owners = array("i")
        self._guarded = array("b")
        self._custodians = array("i")
        self._entries = array("I")  # of each entry of a history, the event
        self._before = array("I")  # of each entry, the one before it + 1
        self._recipients: dict[int, int] = {}  # of the few events that pass custody on, by number: the word
        self._states: dict[int, State] = {}  # of the few events that state a history's root, by number
        self._cache: dict[int, Event] = {}
        self._lately: dict[Pair, int] = {}  # a pair's number never changes
        self._digests = KeptDigests()
        self._asked = KeptNumbers()

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self._names)

    # Uniqueness.

    def knows(self, name: bytes) -> bool:
        """Return whether an event of this name stands behind."""
        return self._names.find(name) is not None

    def take_id(self, owner: str, id_: bytes) -> bool:
        """Remember an id of its owner, of one length for each owner; return whether it is new."""
        return self._ids.add(sha256(owner.encode() + b"|" + id_).digest())[1]

    # Events.

    def add(self, event: Event) -> None:
        """Remember an event whose name is new; its histories get it as their newest entry."""
        number, _ = self._names.add(event.name)
        self._places.append(event.leaf << 16 | event.position)
        self._starts.append(len(self._records))
        head = event.head
        numbers = [self._pair(pair) for pair in head.joins], [self._pair(pair) for pair in head.follows]
        self._records += _WORDS.pack(head.time, self._word(head.type), self._word(head.principal), len(numbers[0]))
        self._records += array("I", numbers[0] + numbers[1]).tobytes()
        if head.to is not None:
            self._recipients[number] = self._word(head.to)
        if head.state:
            self._states[number] = head.state
        for pair in numbers[0]:
            self._entries.append(number)
            self._before.append(self._newest[pair])
            self._newest[pair] = len(self._entries)

    def add_name(self, name: bytes) -> bool:
        """Remember the name of something that no event answers (a hash envelope); return whether it is new."""
        _, new = self._names.add(name)
        if new:
            self._places.append(0)
            self._starts.append(len(self._records))
        return new

    def find(self, name: bytes) -> Event | None:
        """Return an event by its name, as far as it is remembered; hash envelopes are none."""
        number = self._names.find(name)
        return None if number is None else self._event(number)

    def history(self, pair: Pair, after: int = 0) -> Sequence[Event]:
        """Return the events of a history, in log order; those after an entry, where one is given."""
        events = [self._event(number) for number in self._backwards(pair, after)]
        return [event for event in events[::-1] if event is not None]

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a history; nobody else may add to it."""
        number = self._find_pair(pair)
        newest = self._newest[number] if number is not None else 0
        return self._digests.digest(pair, newest, lambda after: self.history(pair, after))

    def count(self, pair: Pair) -> int:
        """Return how many events a history has."""
        return self.digest(pair).size

    def entries(self, pair: Pair) -> Callable[[int, int], Sequence[HistoryEntry]]:
        """Return what returns the entries of a history from one place to before another; only events have any here."""
        numbers = self._asked.numbers(pair, self._backwards(pair))

        def entries(first: int, end: int) -> list[HistoryEntry]:
            return [self._entry(number) for number in numbers[first:end]]

        return entries

    def _entry(self, number: int) -> HistoryEntry:
        place = self._places[number]
        return HistoryEntry(self._names[number], place >> 16, place & 0xFFFF)

    def _backwards(self, pair: Pair, after: int = 0) -> Iterator[int]:
        """Yield the numbers of a history's events, the newest first; those after an entry, where one is given."""
        number = self._find_pair(pair)
        entry = self._newest[number] if number is not None else 0
        while entry > after:
            yield self._entries[entry - 1]
            entry = self._before[entry - 1]

    def _event(self, number: int) -> Event | None:
        if number in self._cache:
            return self._cache[number]
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._records)
        if start == end:
            return None
        time, type_, principal, joins = array("Q", bytes(self._records[start : start + 32]))
        pairs = [self._spell(each) for each in array("I", bytes(self._records[start + 32 : end]))]
        recipient = self._recipients.get(number)
        head = Head(
            type=self._words[type_],
            id=b"",
            issuer=self._words[principal],
            time=time,
            joins=tuple(pairs[:joins]),
            body=b"",
            follows=tuple(pairs[joins:]),
            to=None if recipient is None else self._words[recipient],
            state=self._states.get(number),
        )
        place = self._places[number]
        event = Event(self._names[number], place >> 16, place & 0xFFFF, head, None, b"")
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        self._cache[number] = event
        return event

    # Traces.

    def trace_state(self, name: bytes) -> TraceState | None:
        """Return owner and custody of a subject, None where its trace has not begun."""
        number = self._find_pair((_TRACE, name))
        return None if number is None else self._trace_of(number)

    def _trace_of(self, number: int) -> TraceState | None:
        if self._owners[number] == _NOBODY:
            return None
        custodian = self._custodians[number]
        holder = None if custodian == _NOBODY else self._words[custodian]
        return TraceState(self._words[self._owners[number]], bool(self._guarded[number]), holder)

    def advance(self, head: Head, kind: EventType | None) -> None:
        """Bring the traces that an event joins to where they stand after it; None for a type that is not known."""
        for pair in head.joins:
            if pair[0] != _TRACE:
                continue
            number = self._pair(pair)
            before = self._trace_of(number)
            if kind is None:
                after = before or TraceState(head.principal, guarded=False, custodian=head.to)
            else:
                after = advance(before, head, kind)
            self._owners[number] = self._word(after.owner)
            self._guarded[number] = after.guarded
            self._custodians[number] = self._word(after.custodian) if after.custodian else _NOBODY

    # Numbers.

    def _word(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._words)
            self._words.append(word)
        return number

    def _find_pair(self, pair: Pair) -> int | None:
        if (found := self._lately.get(pair)) is not None:
            return found
        kind = self._numbers.get(pair[0])
        return None if kind is None else self._pairs.find(kind.to_bytes(4, "big") + pair[1])

    def _pair(self, pair: Pair) -> int:
        if (found := self._lately.get(pair)) is not None:
            return found
        number, new = self._pairs.add(self._word(pair[0]).to_bytes(4, "big") + pair[1])
        if new:
            self._newest.append(0)
            self._owners.append(_NOBODY)
            self._guarded.append(0)
            self._custodians.append(_NOBODY)
        if len(self._lately) >= _LATELY:
            self._lately.clear()
        self._lately[pair] = number
        return number

    def _spell(self, number: int) -> Pair:
        spelt = self._pairs[number]
        return self._words[int.from_bytes(spelt[:4], "big")], spelt[4:]

    # Putting down and taking up.

    def dump(self) -> list[Value]:
        """Return everything, as CBOR has it."""
        names = [each.dump() for each in (self._names, self._ids, self._pairs)]
        states: list[Value] = [[number, each.kind, each.name, each.count] for number, each in self._states.items()]
        columns = [each.tobytes() for each in self._columns()]
        recipients = array("I", [each for pair in self._recipients.items() for each in pair])
        return [list[Value](self._words), states, recipients.tobytes(), *names, bytes(self._records), *columns]

    @classmethod
    def load(cls, values: list[Value]) -> Memory:
        """Return the memory that was dumped."""
        memory = cls()
        words, states, recipients, *parts = values
        columns = [each for each in parts if isinstance(each, bytes)]
        memory._words = [each for each in words if isinstance(each, str)] if isinstance(words, list) else []
        memory._states = dict(map(_state, states)) if isinstance(states, list) else {}
        pairs = array("I", recipients if isinstance(recipients, bytes) else b"")
        memory._recipients = dict(zip(pairs[::2], pairs[1::2], strict=True))
        memory._numbers = {word: number for number, word in enumerate(memory._words)}
        memory._names, memory._ids, memory._pairs = Names(32, columns[0]), Names(32, columns[1]), Names(36, columns[2])
        memory._records = bytearray(columns[3])
        for column, held in zip(memory._columns(), columns[4:], strict=True):
            column.frombytes(held)
        return memory

    def _columns(self) -> list[array[int]]:
        return [self._places, self._starts, self._newest, self._owners, self._guarded, self._custodians,
                self._entries, self._before]  # fmt: skip


def _state(value: Value) -> tuple[int, State]:
    """Return what an event states, without the root: nobody asks for that again."""
    number, kind, name, count = value if isinstance(value, list) else [None] * 4
    if not isinstance(number, int) or not isinstance(count, int):
        raise MalformedError("state file", came="another shape", expected="[number, kind, name, count]")
    return number, State(str(kind), name if isinstance(name, bytes) else b"", count, b"")
