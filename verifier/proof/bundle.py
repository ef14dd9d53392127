"""The parts that proof files are made of (docs/formats.md, section 17).

What follows from other parts is left out: a statement's payload from its events and path, the list of
histories from the subject asked for. So there is little that could contradict itself, and every byte
that is there is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.head import MAX_HEAD, event_name
from verifier.ledgerformat.seal import SignedSeal, build_seal
from verifier.ledgerformat.statement import MAX_BATCH, Statement, build_statement
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.merkle import root_of_shared_path

MAX_FILE = 64 << 20
RESTRICTED, MISSING = 1, 3
_ERASED = 2


@dataclass(frozen=True, slots=True)
class Erased:
    """A body that is gone by order; `order` is the order's event name."""

    order: bytes


BodyState: TypeAlias = bytes | int | Erased  # the body's bytes, RESTRICTED, MISSING, or Erased


@dataclass(frozen=True, slots=True)
class EventPart:
    """One event of a statement, as a proof shows it."""

    position: int
    head: bytes
    body: BodyState
    disclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementPart:
    """A statement, as a proof shows it: some of its events, and the shared path to its root."""

    leaf: int
    protected: bytes
    first: int
    count: int
    signature: bytes
    path: bytes
    events: tuple[EventPart, ...]

    def __hash__(self) -> int:
        """Return a hash of what tells parts apart at once; bytes keep theirs."""
        return hash((self.leaf, self.signature, self.path))

    def assemble(self) -> Statement:
        """Return the statement that follows from these parts.

        Raises:
            NotIncludedError: the path has a hash too few or too many.
            MalformedError: the header is none of a batch.
        """
        leaves = {each.position: event_name(each.head) for each in self.events}
        root = root_of_shared_path(self.count, leaves, self.path, f"statement at leaf {self.leaf}")
        return build_statement(
            protected=self.protected, root=root, count=self.count, first=self.first, signature=self.signature
        )


@dataclass(frozen=True, slots=True)
class SealPart:
    """A seal, as a proof shows it."""

    leaf: int
    signed: SignedSeal


def parse_file(data: bytes, word: str) -> dict[int | str, Value]:
    """Return the content of a file [word, version, content] of version 1.

    Raises:
        MalformedError: another file, or none.
        UnsupportedError: another version.
    """
    if len(data) > MAX_FILE:
        raise TooLargeError(word, came=f"{len(data)} bytes", expected=f"at most {MAX_FILE}")
    value = parse_cbor(data, word)
    if not isinstance(value, list) or len(value) != 3 or value[0] != word:
        raise MalformedError("file", came="another file", expected=word)
    if value[1] != 1:
        raise UnsupportedError(f"{word} version", came=value[1], expected="1", todo="Update this verifier.")
    if not isinstance(value[2], dict):
        raise MalformedError(word, came="another shape", expected="a map")
    return value[2]


def format_file(word: str, content: dict[int | str, Value]) -> bytes:
    """Return the file's bytes."""
    return format_cbor([word, 1, content])


def require_labels(content: Mapping[int | str, Value], required: set[int], optional: set[int], what: str) -> None:
    """Refuse a content map with other labels."""
    if not required <= content.keys() <= required | optional:
        raise MalformedError(what, came=f"labels {list(content)}", expected=f"labels {sorted(required)}")


class Headers:
    """The table of protected headers of a file: sorted, each once, each used."""

    def __init__(self, value: Value, what: str) -> None:
        """Read the table."""
        table = require_list(value, what)
        self._table = [require_bytes(each, what) for each in table]
        if sorted(set(self._table)) != self._table:
            raise MalformedError(what, came="another order", expected="sorted headers, none twice")
        self._used: set[int] = set()
        self._what = what

    def take(self, index: Value) -> bytes:
        """Return the header of an index, and remember that it is used."""
        place = require_number(index, self._what)
        if place >= len(self._table):
            raise MalformedError(self._what, came=place, expected=f"an index below {len(self._table)}")
        self._used.add(place)
        return self._table[place]

    def require_all_used(self) -> None:
        """Refuse a header that no part uses."""
        if len(self._used) != len(self._table):
            raise MalformedError(self._what, came="a header that nothing uses", expected="each used")


def parse_statements(value: Value, headers: Headers, what: str) -> tuple[StatementPart, ...]:
    """Read statement parts, sorted by leaf, none twice."""
    parts = tuple(build_part(each, headers, f"{what}[{place}]") for place, each in enumerate(require_list(value, what)))
    require_rising([part.leaf for part in parts], f"{what}.leaf")
    return parts


def parse_seals(value: Value, headers: Headers, what: str = "seals") -> tuple[SealPart, ...]:
    """Read seal parts, sorted by leaf, none twice."""
    parts = tuple(
        build_seal_part(each, headers, f"{what}[{place}]") for place, each in enumerate(require_list(value, what))
    )
    require_rising([part.leaf for part in parts], f"{what}.leaf")
    return parts


def by_leaf(parts: Iterable[StatementPart]) -> list[list[StatementPart]]:
    """Return statement parts in log order, those of one leaf together: a leaf may be shown in two parts of a file."""
    leaves: dict[int, list[StatementPart]] = {}
    for part in parts:
        leaves.setdefault(part.leaf, []).append(part)
    return [leaves[leaf] for leaf in sorted(leaves)]


def build_part(value: Value, headers: Headers, what: str) -> StatementPart:
    """Return the statement part that one item of a list spells."""
    leaf, header, first, count, signature, path, events = require_list(value, what, 7)
    number = require_number(count, f"{what}.count")
    if not 1 <= number <= MAX_BATCH:
        raise MalformedError(f"{what}.count", came=number, expected=f"1 to {MAX_BATCH}")
    shown = tuple(_event(each, f"{what}.events[{place}]") for place, each in enumerate(require_list(events, what)))
    require_rising([each.position for each in shown], f"{what}.position")
    if not shown or shown[-1].position >= number:
        raise MalformedError(f"{what}.events", came=f"{len(shown)} events", expected=f"positions below {number}")
    return StatementPart(
        leaf=require_number(leaf, f"{what}.leaf"),
        protected=headers.take(header),
        first=require_number(first, f"{what}.first"),
        count=number,
        signature=require_bytes(signature, f"{what}.signature"),
        path=require_bytes(path, f"{what}.path"),
        events=shown,
    )


def _event(value: Value, what: str) -> EventPart:
    position, head, body, disclosures = require_list(value, what, 4)
    spelt = require_bytes(head, f"{what}.head")
    if len(spelt) > MAX_HEAD:
        raise TooLargeError(f"{what}.head", came=f"{len(spelt)} bytes", expected=f"at most {MAX_HEAD}")
    texts = require_list(disclosures, f"{what}.disclosures")
    if not all(isinstance(each, str) for each in texts):
        raise MalformedError(f"{what}.disclosures", came="another shape", expected="texts")
    return EventPart(
        require_number(position, f"{what}.position"), spelt, parse_body_state(body, what), tuple(map(str, texts))
    )


def parse_body_state(value: Value, what: str) -> BodyState:
    """Read a body state: bytes, 1, [2, order] or 3."""
    if isinstance(value, bytes) or value in (RESTRICTED, MISSING):
        return value
    order = require_list(value, what, 2)
    if order[0] != _ERASED or not isinstance(order[1], bytes) or len(order[1]) != 32:
        raise MalformedError(f"{what}.body", came="another shape", expected="bytes, 1, [2, order] or 3")
    return Erased(order[1])


def format_body_state(state: BodyState) -> Value:
    """Return a body state as CBOR has it."""
    return [_ERASED, state.order] if isinstance(state, Erased) else state


def build_seal_part(value: Value, headers: Headers, what: str) -> SealPart:
    """Return the seal part that one item of a list spells."""
    leaf, header, first, previous, root, keys, time, signature = require_list(value, what, 8)
    seal = build_seal([first, leaf, previous, root, keys, time], what)
    signed = SignedSeal(seal, headers.take(header), require_bytes(signature, f"{what}.signature"))
    return SealPart(seal.covered, signed)


def format_statements(parts: Sequence[StatementPart], headers: Sequence[bytes]) -> list[Value]:
    """Return statement parts as CBOR has them."""
    return [format_part(part, headers.index(part.protected)) for part in parts]


def format_part(part: StatementPart, header: int) -> Value:
    """Return one statement part as CBOR has it; `header` is the place of its header in the table."""
    events: list[Value] = [
        [each.position, each.head, format_body_state(each.body), list[Value](each.disclosures)] for each in part.events
    ]
    return [part.leaf, header, part.first, part.count, part.signature, part.path, events]


def format_seals(parts: Sequence[SealPart], headers: Sequence[bytes]) -> list[Value]:
    """Return seal parts as CBOR has them."""
    return [format_seal_part(part, headers.index(part.signed.protected)) for part in parts]


def format_seal_part(part: SealPart, header: int) -> Value:
    """Return one seal part as CBOR has it; `header` is the place of its header in the table."""
    seal = part.signed.seal
    return [part.leaf, header, seal.first, seal.previous, seal.root, seal.keys, seal.time, part.signed.signature]


def header_table(statements: Sequence[StatementPart], seals: Sequence[SealPart] = ()) -> list[bytes]:
    """Return the headers that these parts use, as a file's table has them."""
    return sorted({part.protected for part in statements} | {part.signed.protected for part in seals})


def require_list(value: Value, what: str, length: int | None = None) -> list[Value]:
    """Return a list, of a length if one is asked for."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise MalformedError(what, came="another shape", expected=f"a list of {length}" if length else "a list")
    return value


def require_bytes(value: Value, what: str) -> bytes:
    """Return a byte string."""
    if not isinstance(value, bytes):
        raise MalformedError(what, came="another shape", expected="a byte string")
    return value


def require_number(value: Value, what: str) -> int:
    """Return a number from 0 to 2**53 - 1."""
    if not isinstance(value, int) or not 0 <= value < 1 << 53:
        raise MalformedError(what, came=value, expected="a number below 2**53")
    return value


def require_rising(numbers: Sequence[int], what: str) -> None:
    """Refuse numbers that do not rise."""
    if any(before >= after for before, after in pairwise(numbers)):
        raise MalformedError(what, came="another order", expected="rising, none twice")
