"""Event rows: heads against their statements, bodies against their heads, and the columns beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from ledger.fsck.damage import Damages
from ledger.fsck.entries import Log
from ledger.fsck.erasures import TakenOut
from ledger.fsck.rows import Rows
from verifier.errors import SuyuanError
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.history import push
from verifier.ledgerformat.index import HistoryEntry, entry_hash, index_key
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.primitives.merkle import tree_root

_HEAD, _BODY = 5, 6


def check_events(rows: Rows, log: Log, taken_out: TakenOut, damages: Damages) -> None:
    """Check the rows of every statement's events, and that there are no others."""
    for leaf, seq, events in batches(rows, log, damages):
        entry = next((row[1] for row in rows.where("statement", "leaf", leaf)), b"")
        try:
            parsed = parse_entry(entry if isinstance(entry, bytes) else b"")
        except SuyuanError:
            continue  # the statement's own row was named already
        if isinstance(parsed, Envelope):
            _check_envelope(seq, events, parsed, damages)
        else:
            _check_batch(rows, events, parsed, taken_out, damages)


def batches(rows: Rows, log: Log, damages: Damages) -> Iterator[tuple[int, int, list[tuple[Any, ...]]]]:
    """Yield leaf, first event number and event rows of each statement; rows that are missing or too many are named."""
    waiting = rows.all("event")
    row = next(waiting, None)
    for leaf, seq, count in zip(log.leaves, log.seqs, log.counts, strict=True):
        events = []
        for position in range(count):
            number = seq + position
            while row is not None and (not isinstance(row[0], int) or row[0] < number):
                damages.add("event", f"seq={row[0]}", came="a row that belongs to no statement", expected="none")
                row = next(waiting, None)
            if row is None or row[0] != number:
                damages.add("event", f"seq={number}", came="no row", expected=f"event {position} of leaf {leaf}")
                continue
            damages.compare("event", f"seq={number}", "leaf", row[1], leaf)
            damages.compare("event", f"seq={number}", "position", row[2], position)
            events.append(row)
            row = next(waiting, None)
        yield leaf, seq, events
    while row is not None:
        damages.add("event", f"seq={row[0]}", came="a row that belongs to no statement", expected="none")
        row = next(waiting, None)


def _check_envelope(seq: int, events: Sequence[tuple[Any, ...]], parsed: Envelope, damages: Damages) -> None:
    """A hash envelope is an event of its own: its head is its entry."""
    for row in events:
        key = f"seq={seq}"
        damages.compare("event", key, "id", row[3], statement_identity(parsed)[:16])
        damages.compare("event", key, "head", row[_HEAD], parsed.entry)
        damages.compare("event", key, "body", row[_BODY], None)


def _check_batch(
    rows: Rows, events: Sequence[tuple[Any, ...]], parsed: Statement, taken_out: TakenOut, damages: Damages
) -> None:
    heads = [row[_HEAD] if isinstance(row[_HEAD], bytes) else b"" for row in events]
    whole = len(heads) == parsed.count and tree_root([event_name(head) for head in heads]) == parsed.root
    for row, head in zip_longest(events, heads):
        _check_event(row, head, parsed, damages, whole=whole)
        if row[_BODY] is None and event_name(head) not in taken_out.orders:
            damages.add("event", f"seq={row[0]}", "body", came="nothing", expected="a body, or an order to erase it")
    if not whole and len(heads) == parsed.count:
        _name_heads(rows, events, damages)


def _check_event(row: tuple[Any, ...], head: bytes, parsed: Statement, damages: Damages, *, whole: bool) -> None:
    key = f"seq={row[0]}"
    try:
        read = parse_head(head)
    except SuyuanError as error:
        damages.refuse("event", key, "head", error)
        return
    if whole:
        damages.compare("event", key, "id", row[3], read.id)
    if read.issuer != parsed.header.issuer:
        damages.add("event", key, "head", came=read.issuer, expected=parsed.header.issuer)
    body = row[_BODY]
    if body is None:
        return  # whether it may be gone is looked at for all of a batch
    if not isinstance(body, bytes):
        damages.add("event", key, "body", came="nothing", expected=f"a body with hash {read.body.hex()}")
    elif body_hash(body) != read.body:
        column = "body" if whole else "head"  # the batch's root says which of the two is damaged
        damages.add("event", key, column, came="another body hash", expected=f"{read.body.hex()}, as the head says")


def _name_heads(rows: Rows, events: Sequence[tuple[Any, ...]], damages: Damages) -> None:
    """Name the heads of a batch that are not those that were signed.

    The root says only that one is. A head that was signed still gives the entries that its histories were made with.
    """
    named = [row for row in events if not _stands_in_history(rows, row)]
    for row in named or events:
        expected = "the head that its statement signs" + ("" if named else ", or another one of this batch is not it")
        damages.add("event", f"seq={row[0]}", "head", came="another batch root", expected=expected)


def _stands_in_history(rows: Rows, row: tuple[Any, ...]) -> bool:
    """Return whether some history that an event joins, computed from the heads as they are, is the one of the index."""
    try:
        joins = parse_head(row[_HEAD]).joins
    except SuyuanError:
        return False
    keys = [each for pair in joins for each in rows.where("history_key", "key", index_key(*pair))]
    for _, key_id, _, frontier, *_ in sorted(keys, key=lambda each: str(each[2]).zfill(20)):
        if _frontier_of(rows, key_id) == frontier:
            return True
    return False


def _frontier_of(rows: Rows, key_id: int) -> bytes:
    frontier = b""
    for count, (_, _, seq) in enumerate(rows.where("history", "key_id", key_id)):
        for event in rows.where("event", "seq", seq):
            head = event[_HEAD] if isinstance(event[_HEAD], bytes) else b""
            frontier = push(frontier, count, entry_hash(HistoryEntry(event_name(head), event[1], event[2])))
    return frontier
