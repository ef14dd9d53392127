"""A small zone whose types count: what goes into a unit, what is taken, and what is put right."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.load import unit
from ledger.compose.event import ComposedEvent, Draft
from tests.ledger.sequencer.zone import MOVED, Small
from verifier.errors import SuyuanError
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type

SCALE = 100_000  # a counter is kept in hundred-thousandths: said here once more
_PARTIES = {"disclosures": {"/quantity": {"audience": "parties"}}}
_OPENS = {**MOVED, "schema": {"type": "object"}}
_ERASABLE = {name: each for name, each in _OPENS.items() if name != "permanent"} | {
    "subjects": {"units": {"form": "unit", "many": True, "joins": ["trace"]}}
}


def _rule(code: str, sign: str, **bounds: str) -> dict[str, Any]:
    rule = {"code": code, "role": "units", "amount": "/quantity", "sign": sign}
    return {"counts": [{**rule, **bounds}]}


TYPES: dict[str, dict[str, Any]] = {
    "test.added": {**_OPENS, **_PARTIES, **_rule("too-much", "add", most="1000")},
    "test.taken": {**_ERASABLE, **_PARTIES, **_rule("overdrawn", "subtract", least="0")},
    "test.sold": {**_ERASABLE, **_rule("oversold", "subtract", least="0")},
    "test.righted": {**_ERASABLE, **_PARTIES, **_rule("righted-below", "either", least="0")},
    "test.unbounded": {**_OPENS, **_rule("unbounded", "either")},
}
PARSED = {
    name: parse_type(json.dumps({**each, "type": name}).encode(), name) for name, each in TYPES.items()
}  # fmt: skip


def found_counting(founded: Small, folder: Path) -> Small:
    """Return a copy of a founded zone in which the counting types are in force, its ledger closed."""
    small = founded.copy(folder)
    small.open()
    drafts = [
        Draft(
            "registry.type",
            small.clocks.ms,
            {"type": f"urn:suyuan:type:{name}"},
            {"file": json.dumps({**each, "type": name})},
        )
        for name, each in TYPES.items()
    ]
    small.decree_zone().decree(drafts)
    small.close()
    return small


def move(small: Small, what: str, quantity: Any, *units: int) -> ComposedEvent:
    """Return an event that moves the counters of units; the amount is disclosed where the type says so."""
    kind, subjects = PARSED[f"test.{what}"], [unit(each) for each in units or (1,)]
    value = {"quantity": quantity}
    draft = Draft(kind.name, small.clocks.ms, {"units": subjects}, {} if kind.disclosures else value)
    if kind.disclosures:
        draft = replace(draft, disclosed={"/quantity": quantity})
    return small.carrier.compose(draft, PARSED)


def say(small: Small, *events: ComposedEvent) -> int:
    """Submit one batch; return its leaf, once it is recorded."""
    return small.ledger.submit(small.sign(*events)).result(timeout=30)


def outcome(small: Small, *events: ComposedEvent) -> SuyuanError | None:
    """Submit one batch; return why it is refused, at intake or by the writer, None where it is recorded."""
    try:
        error = small.ledger.submit(small.sign(*events)).exception(timeout=60)
    except SuyuanError as refused:
        return refused
    assert error is None or isinstance(error, SuyuanError)
    return error


def counter(small: Small, number: int = 1) -> Decimal:
    """Return what the store has of a unit's counter."""
    with small.ledger.store.read() as reader:
        return Decimal(reader.counter(subject_name(unit(number)))) / SCALE
