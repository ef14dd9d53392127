"""The derived tables against what heads give."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ledger.fsck.damage import Damages
from ledger.fsck.derive import Derived, key_rows
from ledger.fsck.rows import COLUMNS, Rows, text_of

_LOOKED_UP = "looked-up"


def check_derived(rows: Rows, derived: Derived, damages: Damages) -> None:
    """Check every row of the derived tables, and the numbers by which events name their issuers."""
    _check_participants(rows, derived, damages)
    for row in rows.all("event"):
        if 0 <= row[0] < len(derived.issuers):
            damages.compare("event", f"seq={row[0]}", "issuer", row[4], derived.issuers[row[0]])
    registry: dict[Any, tuple[()]] = dict.fromkeys(derived.registry, ())
    _compare_keyed("registry_event", ((row[0], ()) for row in rows.all("registry_event")), registry, damages, "seq")
    _check_lookups(rows, derived, damages)
    _check_keys(rows, derived, damages)
    _check_histories(rows, derived, damages)
    _check_root(derived, damages)
    rows.check_beside(damages)


def _check_participants(rows: Rows, derived: Derived, damages: Damages) -> None:
    expected = {number: uri for uri, number in derived.participants.items()}
    for number, uri in rows.all("participant"):
        key = f"id={number}"
        if number not in expected:
            damages.add("participant", key, came="a row too many", expected="none")
            continue
        damages.compare("participant", key, "uri", text_of(uri), expected.pop(number))
    for number, uri in expected.items():
        damages.add("participant", f"id={number}", came="no row", expected=uri)


def _check_lookups(rows: Rows, derived: Derived, damages: Damages) -> None:
    """Every event before the number that `looked-up` holds has its row, and no other; without lag every event has."""
    held = {seq: lookup for lookup, seq in rows.all("event_lookup")}
    upto = _looked_up(rows, derived, held, damages) if rows.lags else len(derived.lookups)
    for lookup, seq in rows.all("event_lookup"):
        if not isinstance(seq, int) or not 0 <= seq < upto or lookup != derived.lookups[seq]:
            damages.add("event_lookup", f"lookup={lookup}, seq={seq}", came="a row too many", expected="none")
    for seq in range(upto):
        if held.get(seq) != derived.lookups[seq]:
            damages.add("event_lookup", f"lookup={derived.lookups[seq]}, seq={seq}", came="no row", expected="one")


def _looked_up(rows: Rows, derived: Derived, held: dict[Any, Any], damages: Damages) -> int:
    named = [text_of(value) for _, value in rows.where("meta", "name", _LOOKED_UP)]
    upto = len(held)
    if named != ([str(upto)] if upto or named else []):
        if held.keys() == set(range(upto)):  # the rows are whole: the number is not theirs
            damages.compare("meta", f"name={_LOOKED_UP}", "value", named[0] if named else None, str(upto))
        elif named and named[0] and named[0].isdecimal():
            upto = min(int(named[0]), len(derived.lookups))
    return upto


def _check_keys(rows: Rows, derived: Derived, damages: Damages) -> None:
    names = COLUMNS["history_key"]
    waiting = key_rows(derived)
    expected = next(waiting, None)
    for row in rows.all("history_key"):
        while expected is not None and isinstance(row[0], bytes) and expected[0] < row[0]:
            damages.add("history_key", f"key={expected[0].hex()}", came="no row", expected=f"number {expected[1]}")
            expected = next(waiting, None)
        key = f"key={row[0].hex() if isinstance(row[0], bytes) else row[0]}"
        if expected is None or row[0] != expected[0]:
            damages.add("history_key", key, came="a row too many", expected="none")
            continue
        for name, came, value in zip(names[1:], row[1:], expected[1:], strict=True):
            damages.compare("history_key", key, name, came, value)
        expected = next(waiting, None)
    for rest in chain([expected] if expected else [], waiting):
        damages.add("history_key", f"key={rest[0].hex()}", came="no row", expected=f"number {rest[1]}")


def _check_histories(rows: Rows, derived: Derived, damages: Damages) -> None:
    found = (((key_id, n), (seq,)) for key_id, n, seq in rows.all("history"))
    waiting = _entries(derived.histories)
    expected = next(waiting, None)
    for place, (seq,) in found:
        while expected is not None and _before(expected[0], place):
            damages.add("history", _spell(expected[0]), came="no row", expected=f"event {expected[1]}")
            expected = next(waiting, None)
        if expected is None or place != expected[0]:
            damages.add("history", _spell(place), came=f"a row too many, of event {seq}", expected="none")
            continue
        damages.compare("history", _spell(place), "seq", seq, expected[1])
        expected = next(waiting, None)
    for place, seq in chain([expected] if expected else [], waiting):
        damages.add("history", _spell(place), came="no row", expected=f"event {seq}")


def _check_root(derived: Derived, damages: Damages) -> None:
    """The index that heads give must be the one that the newest seal commits to."""
    seal = derived.seal
    if seal is None:
        return
    root = derived.index.root()
    if (root, derived.index.keys) != (seal.root, seal.keys):
        came = f"{seal.keys} keys, root {seal.root.hex()}"
        expected = f"{derived.index.keys} keys, root {root.hex()}, by the heads"
        damages.add("seal", f"leaf={seal.covered}", "entry", came=came, expected=expected)


def _compare_keyed(
    table: str, found: Iterator[tuple[Any, tuple[()]]], expected: dict[Any, tuple[()]], damages: Damages, column: str
) -> None:
    """Name the rows of a table without other columns that are missing or too many."""
    for number, _ in found:
        if expected.pop(number, None) is None:
            damages.add(table, f"{column}={number}", came="a row too many", expected="none")
    for number in expected:
        damages.add(table, f"{column}={number}", came="no row", expected="one")


def _entries(histories: list[array[int]]) -> Iterator[tuple[tuple[int, int], int]]:
    for number, history in enumerate(histories):
        for n, seq in enumerate(history):
            yield (number, n), seq


def _before(expected: tuple[int, int], place: tuple[Any, Any]) -> bool:
    return all(isinstance(each, int) for each in place) and expected < place


def _spell(place: tuple[Any, Any]) -> str:
    return f"key_id={place[0]}, n={place[1]}"
