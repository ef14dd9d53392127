"""States of histories, as events state them (docs/formats.md, section 13, rule 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from verifier.errors import MismatchError, NotPermittedError
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.history import History, fold, push
from verifier.ledgerformat.index import HistoryEntry, entry_hash

NOTE = "note"  # histories of this kind hold hash envelopes too

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


def root_of_first(count: int, leaf: int, history: History, entries: EntriesOf) -> bytes | None:
    """Return the root of a history's first `count` entries, None where fewer stand before a leaf.

    Of the whole history's subtrees those that lie within the first entries are used, so that few entries are read
    where `count` is not far behind: RFC 6962 §2.1.

    Args:
        count: 1 or more.
        leaf: log position.
        history: the whole history.
        entries: returns its entries from a place to before another; fewer where it has no more.
    """
    total, frontier = history
    if count > total:
        return None
    apart = (total ^ count).bit_length()
    kept = total >> apart << apart  # entries in the subtrees that both have
    first = min(kept, count - 1)  # the last of them is read in any case: it says before which leaf they stand
    read = entries(first, count)
    if len(read) != count - first or read[-1].leaf >= leaf:
        return None
    subtrees = frontier[: 32 * kept.bit_count()]
    for at, entry in enumerate(read[kept - first :], kept):
        subtrees = push(subtrees, at, entry_hash(entry))
    return fold(subtrees)
