"""States of histories, as events state them (docs/formats.md, section 13, rule 8)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from verifier.errors import MismatchError, NotPermittedError
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.history import History, fold, push
from verifier.ledgerformat.index import HistoryEntry, entry_hash

NOTE = "note"  # histories of this kind hold hash envelopes too
_SUBTREE = 256  # entries

EntriesOf: TypeAlias = Callable[[int, int], Sequence[HistoryEntry]]
RootBefore: TypeAlias = Callable[[Pair, int, int], bytes | None]


def check_state(event: Event, root_before: RootBefore) -> None:
    """Return if an event states no history's root, or the right one.

    Args:
        event: the event.
        root_before: the root of a history's first `count` entries, by [kind, name], count and leaf; None where fewer
            stand before that leaf.

    Raises:
        NotPermittedError: it is about a history that the event does not join, or about no entries.
        MismatchError: another root, or more entries than stand before its leaf.
    """
    state = event.head.state
    if state is None:
        return
    pair = state.kind, state.name
    if pair not in event.head.joins or state.kind == NOTE:
        raise NotPermittedError("head.state", came=state.kind, expected="a history that the event joins")
    if state.count < 1:
        raise NotPermittedError("head.state", came="no entries", expected="1 at least")
    root = root_before(pair, state.count, event.leaf)
    todo = "Ask for the history again and sign the event anew."
    if root is None:
        expected = f"entries that stand before leaf {event.leaf}"
        raise MismatchError("head.state", came=f"{state.count} entries", expected=expected, todo=todo)
    if root != state.root:
        expected = f"{root.hex()}, of the first {state.count} entries"
        raise MismatchError("head.state", came=state.root, expected=expected, todo=todo)


class StatedRoots:
    """Roots of the first entries of histories, with the subtrees that were computed for them.

    Of the whole history's subtrees those that lie within the first entries are used (RFC 6962 §2.1): of the newest
    state nothing is computed. Subtrees of 256 entries are kept, so that whoever states old counts again and again
    does not have a history of 100,000 read each time.
    """

    def __init__(self, most: int = 65_536) -> None:
        """Start with none; `most` subtrees are kept, of whatever histories."""
        self._most = most
        self._kept: dict[tuple[Pair, int], bytes] = {}

    def root_of_first(
        self, pair: Pair, count: int, leaf: int, *, history: History, entries: EntriesOf, settled: int
    ) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf.

        Args:
            pair: its kind and name.
            count: 1 or more.
            leaf: log position.
            history: the whole history.
            entries: returns its entries from a place to before another; fewer where it has no more.
            settled: how many of its entries cannot be taken back any more.
        """
        total, frontier = history
        if count > total or not (last := entries(count - 1, count)) or last[0].leaf >= leaf:
            return None
        apart = (total ^ count).bit_length()
        at = total >> apart << apart  # entries in the subtrees that both have
        subtrees = frontier[: 32 * at.bit_count()]
        while count - at >= _SUBTREE:
            if (root := self._subtree(pair, at, entries, settled)) is None:
                return None
            subtrees = push(subtrees, at // _SUBTREE, root)
            at += _SUBTREE
        rest = entries(at, count) if at < count else ()
        for number, entry in enumerate(rest, at):
            subtrees = push(subtrees, number, entry_hash(entry))
        return fold(subtrees) if at + len(rest) == count else None

    def _subtree(self, pair: Pair, first: int, entries: EntriesOf, settled: int) -> bytes | None:
        root = self._kept.get((pair, first))
        if root is not None:
            return root
        read = entries(first, first + _SUBTREE)
        if len(read) != _SUBTREE:
            return None
        subtrees = b""
        for number, entry in enumerate(read):
            subtrees = push(subtrees, number, entry_hash(entry))
        if first + _SUBTREE <= settled:
            self._kept[pair, first] = subtrees
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return subtrees


class KeptNumbers:
    """Numbers of the events of histories whose state was asked for, where a history is a chain from its newest event.

    Without them each state would have its history walked from the end.
    """

    def __init__(self, most: int = 64) -> None:
        """Start with none; those of `most` histories are kept."""
        self._most = most
        self._kept: dict[Pair, array[int]] = {}  # by when they were asked for

    def numbers(self, pair: Pair, backwards: Iterator[int]) -> array[int]:
        """Return the numbers of a history's events in log order; `backwards` yields them, the newest first."""
        known = self._kept.pop(pair, None)
        known = array("Q") if known is None else known
        newest = known[-1] if known else -1
        fresh = array("Q", takewhile(lambda number: number > newest, backwards))
        fresh.reverse()
        known.extend(fresh)
        self._kept[pair] = known
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return known
