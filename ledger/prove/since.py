"""Where a proof of a long history begins: at the state that one of its events states (docs/formats.md, section 17)."""

from __future__ import annotations

from ledger.errors import UnknownError
from ledger.index import frontier as mini
from ledger.prove.source import EventSource
from ledger.store.interface import Reader
from verifier.judgement.trace import MAX_HEADS
from verifier.ledgerformat.head import Pair, State, event_name, parse_head
from verifier.ledgerformat.index import entry_hash_of, index_key
from verifier.proof.since import Since

_PAGE = 4_096  # entries read at once: a long history is never held whole


def since_count(pair: Pair, count: int, *, source: EventSource, reader: Reader) -> Since:
    """Return the first `count` entries of a history, at least one, as a proof has them that does not show them.

    Raises:
        UnknownError: no event behind them states their root.
    """
    since = Since(count, _subtrees(pair, count, reader))
    behind = source.part(pair, first=count, most=MAX_HEADS)
    if not behind or not any(event.head.state == State(*pair, count, since.root) for event in behind):
        expected = "a count of entries whose root is the state of an event behind them"
        raise UnknownError("since", came=count, expected=expected)
    return since


def newest_state(pair: Pair, *, reader: Reader, size: int) -> int:
    """Return the highest count of a history that one of its last 4,096 events states.

    Raises:
        UnknownError: none of them states one that is not further back.
    """
    row = reader.key_row(index_key(*pair))
    first = max(0, (row[2] if row else 0) - MAX_HEADS)
    rows = reader.history_part(index_key(*pair), size, first=first, most=MAX_HEADS)
    states = (parse_head(each.head).state for each in rows)
    counts = [each.count for each in states if each and (each.kind, each.name) == pair and each.count >= first]
    if not counts:
        came = f"no state in its last {len(rows)} events"
        raise UnknownError("since", came=came, expected="an event that states the root of this history")
    return max(counts)


def _subtrees(pair: Pair, count: int, reader: Reader) -> bytes:
    """Return the hashes of the complete subtrees of the first `count` entries, largest first; of fewer if there are."""
    frontier, number = b"", 0
    while number < count:
        rows = reader.history_range(index_key(*pair), number, min(number + _PAGE, count))
        if not rows:
            break
        for leaf, position, head in rows:
            frontier = mini.push(frontier, number, entry_hash_of(event_name(head), leaf, position))
            number += 1
    return frontier
