"""The part of a history that a proof does not show: how long it is, and its complete subtrees (formats, section 17).

A history proof may begin at an entry c. Count and subtrees of the first c entries take their place in the index; that
they are this history's, the index says; what they came to, one of the events that are shown has stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import IncompleteError, MalformedError
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair, State
from verifier.ledgerformat.history import fold, push
from verifier.ledgerformat.index import HistoryEntry, entry_hash, history_value
from verifier.primitives.cbor import Value
from verifier.primitives.merkle import HASH_SIZE
from verifier.proof.bundle import require_bytes, require_list, require_number


@dataclass(frozen=True, slots=True)
class Since:
    """The first entries of a history, which a proof does not show.

    Attributes:
        count: how many they are, at least 1.
        subtrees: hashes of their complete subtrees, largest first, 32 bytes each.
    """

    count: int
    subtrees: bytes

    @property
    def root(self) -> bytes:
        """Return the root over these entries, 32 bytes."""
        return fold(self.subtrees)

    def value(self, shown: Sequence[HistoryEntry]) -> bytes:
        """Return the value of a key whose history is these entries and, behind them, those that are shown."""
        count, subtrees = self.count, self.subtrees
        for entry in shown:
            subtrees = push(subtrees, count, entry_hash(entry))
            count += 1
        return history_value(count, fold(subtrees))

    def stated_by(self, pair: Pair, shown: Sequence[Event]) -> Event:
        """Return the first event that is shown of this history and states the root of these entries.

        Raises:
            IncompleteError: none does: then nobody stands for what is not shown.
        """
        state = State(*pair, self.count, self.root)
        for event in shown:
            if event.head.state == state:
                return event
        came = f"{len(shown)} events, none with the root of the first {self.count} entries as its state"
        raise IncompleteError("since", came=came, expected=f"one with the state {self.root.hex()}")


def parse_since(value: Value, what: str = "since") -> Since:
    """Read [count, subtrees].

    Raises:
        MalformedError: another shape, no entry, or not one hash for each complete subtree.
    """
    count, subtrees = require_list(value, what, 2)
    number, hashes = require_number(count, f"{what}.count"), require_bytes(subtrees, f"{what}.subtrees")
    if not number or len(hashes) != HASH_SIZE * number.bit_count():
        came, expected = f"{len(hashes)} bytes for {number} entries", "at least one entry, 32 bytes a complete subtree"
        raise MalformedError(what, came=came, expected=expected)
    return Since(number, hashes)


def format_since(since: Since) -> list[Value]:
    """Return [count, subtrees]."""
    return [since.count, since.subtrees]
