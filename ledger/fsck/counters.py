"""Counters, added up again from the bodies and disclosures that are held.

Where an amount was erased, or its row is damaged, nothing can be told of the counter that it moved: its row
is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.errors import StoppedError
from ledger.fsck.damage import Damages
from ledger.fsck.entries import Log
from ledger.fsck.rows import Rows, text_of
from verifier.errors import SuyuanError
from verifier.judgement.counters import Recount
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.vocabulary import EventType

_ENVELOPE = 0xD2
_CARRIED = "Restore a backup: what its events add was erased, so that only the lost row knew it."


def recount(rows: Rows, log: Log, registry: Registry, damages: Damages) -> Recount:
    """Return the counters that bodies and disclosures give; an event that admission had to refuse is a damage.

    Args:
        rows: whose heads are known to be those that were signed.
        log: their statements.
        registry: after the whole log.
        damages: takes what is found.
    """
    found = Recount()
    for seq, leaf, position, _, _, spelt, body in rows.all("event"):
        if spelt[0] == _ENVELOPE:
            continue
        head = parse_head(spelt)
        kind = registry.type_at(head.type, log.leaf_of(seq))
        if not kind.counts:
            continue
        held = isinstance(body, bytes) and body_hash(body) == head.body
        event = Event(event_name(spelt), leaf, position, head, parse_body(body) if held else None, b"")
        try:
            found.take(event, kind, _amounts(rows, seq, event, kind))
        except SuyuanError as error:
            damages.refuse("event", f"seq={seq}", "head", error)
    return found


def check_counters(rows: Rows, found: Recount, damages: Damages) -> int:
    """Check every counter's row; return how many could not be, since not all their amounts are held."""
    missing, unchecked = dict(found.sums), 0
    for name, amount in rows.all("counter"):
        key = f"name={name.hex() if isinstance(name, bytes) else name}"
        expected = missing.pop(name, None)
        if name in found.withheld:
            unchecked += 1
            if not isinstance(amount, int):
                damages.add("counter", key, "amount", came=amount, expected="a number")
        elif expected is None:
            damages.add("counter", key, came="a row too many", expected="none")
        else:
            damages.compare("counter", key, "amount", amount, expected)
    for name, amount in missing.items():
        what = "a row" if name in found.withheld else str(amount)
        damages.add("counter", f"name={name.hex()}", came="no row", expected=what)
    return unchecked


def counter_rows(rows: Rows, found: Recount) -> list[tuple[bytes, int]]:
    """Return the rows that counters must have; where not all amounts are held, those that they have.

    Raises:
        StoppedError: such a counter has none: what it was, nothing that is held can tell.
    """
    held = {name: amount for name, amount in rows.all("counter") if name in found.withheld and isinstance(amount, int)}
    lost = [name for name in found.sums if name in found.withheld and name not in held]
    if lost:
        raise StoppedError("counter", came=f"no row of {lost[0].hex()}", expected="one", todo=_CARRIED)
    return sorted({**{name: found.sums[name] for name in found.sums if name not in found.withheld}, **held}.items())


def _amounts(rows: Rows, seq: int, event: Event, kind: EventType) -> dict[str, Any]:
    """Return the amounts of an event that are disclosures, as far as they are held and are its own."""
    return dict(_read_amounts(rows, seq, event, {rule.amount for rule in kind.counts}))


def _read_amounts(rows: Rows, seq: int, event: Event, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    for _, pointer, text in rows.where("disclosure", "seq", seq):
        spelt, said = text_of(pointer), text_of(text)
        if spelt not in wanted or not said or not said.isascii() or event.body is None:
            continue
        try:
            disclosure = parse_disclosure(said)
        except SuyuanError:
            continue  # its own row is named elsewhere
        if disclosure.digest == event.body.digests.get(spelt):
            yield spelt, disclosure.value
