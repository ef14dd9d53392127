"""Modes of supervision (监管方式): which fields, documents and steps each needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

IMPORT, EXPORT = "import", "export"
# What is as good as a step: released by two agencies together, or handed over at a counter.
STANDS_FOR: Mapping[str, str] = {
    "clearance.joint-release": "clearance.release",
    "delivery.pick-up": "delivery.signed",
}
TAKEN_BACK: Mapping[str, str] = {"clearance.release-withdrawn": "clearance.release"}  # step that has to come again


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode.

    Attributes:
        code: four digits.
        directions: import, export or both.
        documents: names of the event types that a clearance needs, by direction.
        steps: event types in the order in which a clearance passes them, by direction; those that are not of every
            clearance (inspection, holds) are not among them.
        required: pointers of the import list that must be stated; `required_items` for each line.
        forbidden: pointers of the import list that must not be.
        export_required: pointers of the export list that must be stated; `export_required_items` for each line.
        basis: where it is from.
    """

    code: str
    directions: tuple[str, ...]
    documents: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, tuple[str, ...]]
    basis: str
    required: tuple[str, ...] = ()
    required_items: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    export_required: tuple[str, ...] = ()
    export_required_items: tuple[str, ...] = ()


_RETAIL_IN = ("order.placed", "order.payment", "transport.waybill", "clearance.list")
_RETAIL_OUT = ("order.export", "order.funds", "transport.export-waybill", "clearance.export-list")
_BUSINESS_OUT = ("order.export", "transport.export-waybill", "clearance.export-list")
_CLEARED_IN = ("order.placed", "clearance.list", "clearance.release", "delivery.signed")
_CLEARED_OUT = ("order.export", "clearance.export-list", "clearance.release", "transport.departure")
_BONDED = ("/book", "/numbers/warehouseCode")
_ZONE = ("/numbers/warehouseCode", "/numbers/warehouseName")
_DIRECT = ("/numbers/vehicle", "/numbers/voyage", "/numbers/bill")

MODES: Mapping[str, Mode] = {
    each.code: each
    for each in (
        Mode(
            "9610",
            (IMPORT, EXPORT),
            {IMPORT: _RETAIL_IN, EXPORT: _RETAIL_OUT},
            {IMPORT: _CLEARED_IN, EXPORT: (*_CLEARED_OUT, "clearance.summary", "clearance.summary-result")},
            "海关总署公告2014年第12号",
            required=_DIRECT,
            forbidden=("/book",),
        ),
        Mode(
            "1210",
            (IMPORT, EXPORT),
            {IMPORT: ("book.opened", *_RETAIL_IN), EXPORT: ("book.opened", *_RETAIL_OUT)},
            {
                IMPORT: ("book.opened", "book.credited", *_CLEARED_IN[:3], "book.debited", "delivery.signed"),
                EXPORT: ("book.opened", "book.credited", *_CLEARED_OUT),
            },
            "海关总署公告2014年第57号",
            required=_BONDED,
            required_items=("record",),
            export_required=_ZONE,
            export_required_items=("record",),
        ),
        Mode(
            "1239",
            (IMPORT, EXPORT),
            {IMPORT: ("book.opened", *_RETAIL_IN), EXPORT: ("book.opened", *_RETAIL_OUT)},
            {
                IMPORT: ("book.opened", "book.credited", *_CLEARED_IN[:3], "book.debited", "delivery.signed"),
                EXPORT: ("book.opened", "book.credited", *_CLEARED_OUT),
            },
            "海关总署公告2016年第75号",
            required=_BONDED,
            required_items=("record",),
            export_required=_ZONE,
            export_required_items=("record",),
        ),
        Mode("9710", (EXPORT,), {EXPORT: _BUSINESS_OUT}, {EXPORT: _CLEARED_OUT}, "海关总署公告2020年第75号"),
        Mode(
            "9810",
            (EXPORT,),
            {EXPORT: ("filing.overseas-warehouse", *_BUSINESS_OUT)},
            {
                EXPORT: (
                    "filing.overseas-warehouse",
                    *_CLEARED_OUT,
                    "aftersales.overseas-stock",
                    "aftersales.overseas-sale",
                )
            },
            "海关总署公告2020年第75号",
        ),
        Mode(
            "1039",
            (EXPORT,),
            {EXPORT: ("market.purchase", "market.consolidated")},
            {EXPORT: ("market.purchase", "market.consolidated", "clearance.release", "transport.departure")},
            "海关总署公告2014年第54号",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Passage:
    """How far a clearance is in its mode.

    Attributes:
        missing: documents that are not there.
        ahead: steps that are not there although a later one is: what has happened too early.
        open: steps that are not there, and none after them.
    """

    missing: tuple[str, ...]
    ahead: tuple[str, ...]
    open: tuple[str, ...]


def check_passage(mode: Mode, direction: str, types: Iterable[str]) -> Passage:
    """Return how far a clearance is, from the types of the events that it has.

    Raises:
        KeyError: the mode has no such direction.
    """
    there = set(_named(types))
    steps = mode.steps[direction]
    last = max((place for place, step in enumerate(steps) if step in there), default=-1)
    return Passage(
        tuple(each for each in mode.documents[direction] if each not in there),
        tuple(step for step in steps[: last + 1] if step not in there),
        tuple(steps[last + 1 :]),
    )


def check_order(mode: Mode, direction: str, types: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of steps (came first, should have come before it) that stand in the wrong order.

    Args:
        mode: the mode.
        direction: `import` or `export`.
        types: of the events, in the order in which they came; the first of each type counts.
    """
    named = _named(types)
    first = {step: named.index(step) for step in mode.steps[direction] if step in named}
    steps = list(first)
    return tuple(
        (later, earlier)
        for at, earlier in enumerate(steps)
        for later in steps[at + 1 :]
        if first[later] < first[earlier]
    )


def _named(types: Iterable[str]) -> list[str]:
    """Return types as the table of modes names them, without the steps that were taken back."""
    named: list[str] = []
    for each in types:
        gone = TAKEN_BACK.get(each)
        named = [one for one in named if one != gone] if gone else [*named, STANDS_FOR.get(each, each)]
    return named
