"""Where sources differ: the same thing, said by different participants, in different values.

Order, payment, waybill and list say many things twice. Which member of one type is which member of another is the
table here; the values come from bodies and disclosures that were checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.ledgerformat.disclosure import Disclosure
from verifier.proof.verdict import Story, StoryEvent

ORDERS = "urn:suyuan:order:"
_PLACED, _PAID, _WAYBILL, _LIST = "order.placed", "order.payment", "transport.waybill", "clearance.list"
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_Member = tuple[str, str]  # type and pointer
_SAME: Mapping[str, tuple[_Member, ...]] = {
    "order-number": ((_PLACED, "/number"), (_WAYBILL, "/orderNumber"), (_LIST, "/numbers/order")),
    "waybill-number": ((_WAYBILL, "/number"), (_LIST, "/numbers/waybill")),
    "payment-transaction": ((_PLACED, "/payment/transaction"), (_PAID, "/transaction")),
    "amount-paid": ((_PLACED, "/amounts/paid"), (_PAID, "/amount/paid")),
    "currency": ((_PLACED, "/amounts/currency"), (_PAID, "/amount/currency"), (_LIST, "/charges/currency")),
    "freight": ((_PLACED, "/amounts/freight"), (_LIST, "/charges/freight")),
    "buyer-name": ((_PLACED, "/buyer/name"), (_PAID, "/payer/name"), (_LIST, "/buyer/name")),
    "buyer-id": ((_PLACED, "/buyer/idNumber"), (_PAID, "/payer/idNumber"), (_LIST, "/buyer/idNumber")),
    "consignee-name": ((_PLACED, "/consignee/name"), (_WAYBILL, "/consignee/name")),
    "consignee-address": (
        (_PLACED, "/consignee/address"),
        (_WAYBILL, "/consignee/address"),
        (_LIST, "/consignee/address"),
    ),
    "platform": ((_PLACED, "/platform/code"), (_LIST, "/platform/code")),
    "seller": ((_PLACED, "/seller/code"), (_LIST, "/seller/code")),
    "carrier": ((_WAYBILL, "/carrier/code"), (_LIST, "/carrier/code")),
    "lines": ((_PLACED, "/lineCount"), (_LIST, "/lineCount")),
}
FIELDS = tuple(_SAME)


@dataclass(frozen=True, slots=True)
class Source:
    """What one event says: who said it, in which type, at which pointer, and the value."""

    event: bytes
    type: str
    by: str
    pointer: str
    value: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of an order that different participants state in different values; `field` is a word of FIELDS."""

    field: str
    order: str
    sources: tuple[Source, ...]


def find_differences(story: Story, disclosed: Mapping[bytes, Mapping[str, Disclosure]]) -> tuple[Difference, ...]:
    """Return what the sources of each order in a story say differently, as far as they were disclosed."""
    found = []
    for order in dict.fromkeys(uri for uri in story.subjects.values() if uri.startswith(ORDERS)):
        told = [each for each in story.timeline if order in _subjects(each, story)]
        for field, members in _SAME.items():
            sources = tuple(source for each in told for source in _sources(each, members, disclosed))
            by_value: dict[str, set[str]] = {}
            for source in sources:
                by_value.setdefault(_canonical(source.value), set()).add(source.by)
            if len(by_value) > 1 and len(set().union(*by_value.values())) > 1:
                found.append(Difference(field, order, sources))
    return tuple(found)


def _subjects(told: StoryEvent, story: Story) -> set[str]:
    head = told.event.head
    return {story.subjects[name] for _, name in (*head.joins, *head.follows) if name in story.subjects}


def _sources(
    told: StoryEvent, members: tuple[_Member, ...], disclosed: Mapping[bytes, Mapping[str, Disclosure]]
) -> Iterator[Source]:
    head = told.event.head
    for type_, pointer in members:
        if head.type == type_:
            value = _value(told, pointer, disclosed.get(told.event.name, {}))
            if isinstance(value, str | int) and value != "":
                yield Source(told.event.name, type_, head.principal, pointer, value)


def _value(told: StoryEvent, pointer: str, disclosures: Mapping[str, Disclosure]) -> Any:
    """Return what an event says at a pointer: in clear, or in a disclosure at the pointer or above it."""
    for above, disclosure in disclosures.items():
        if pointer == above or pointer.startswith(f"{above}/"):
            return _member(disclosure.value, pointer[len(above) :])
    return _member(told.event.body.data if told.event.body else None, pointer)


def _member(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _canonical(value: Any) -> str:
    """Return what two spellings of one value share: 199.00 and 199 are one amount. Exact, whatever its length."""
    text = " ".join(str(value).split())
    if number := _NUMBER.fullmatch(text):
        return f"{number[1]}{number[2].lstrip('0') or '0'}.{(number[3] or '').rstrip('0')}"
    return text
