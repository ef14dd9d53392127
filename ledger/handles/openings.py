"""Which numbers an opening event gives, read from its body and disclosures.

A number is known by a *form* (of the handle), a *code* that makes it unique, and itself: an order by its platform's
code, a parcel by its carrier's, a list by customs' number, its agent's, or the e-port's. What a waybill knows of its
order is the number alone, so an order is found without code, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from verifier.ledgerformat.body import Body
from verifier.ledgerformat.vocabulary import EventType

NUMBER, NUMBERS = "/number", "/numbers"
POINTERS = (NUMBER, NUMBERS)
_HANDLE = "handle:"
_FIRMS = {"order": "platform", "parcel": "carrier"}  # whose code makes a number unique, among `data`
_AGENT = "agentCode"


class Key(NamedTuple):
    """What a number is looked up by."""

    form: str
    code: str
    number: str


class Opening(NamedTuple):
    """A handle, and a key under which it is found."""

    handle: str
    pointer: str
    key: Key


def openings_of(kind: EventType, body: Body, values: Mapping[str, Any]) -> Iterator[Opening]:
    """Yield the handles that an event of a type may open, with the keys of their numbers.

    Args:
        kind: the event's type.
        body: its body.
        values: values of its disclosures by pointer, as far as they are kept.
    """
    for name, role in kind.subjects.items():
        forms = [form.removeprefix(_HANDLE) for form in role.opens if form.startswith(_HANDLE)]
        handle = body.subjects.get(name)
        if not forms or not isinstance(handle, str):
            continue
        form = handle.split(":")[2]
        for pointer, key in _keys(form, body.data, values):
            yield Opening(handle, pointer, key)


def opens_handles(kind: EventType) -> bool:
    """Return whether events of a type may give numbers at all."""
    if kind.disclosures.keys().isdisjoint(POINTERS):
        return False
    return any(form.startswith(_HANDLE) for form in kind.opened_forms)


def _keys(form: str, data: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, Key]]:
    number = values.get(NUMBER)
    if isinstance(number, str) and number:
        firm = data.get(_FIRMS.get(form, ""))
        code = firm.get("code", "") if isinstance(firm, dict) else ""
        yield NUMBER, Key(form, str(code), number)
        if form == "order" and code:
            yield NUMBER, Key(form, "", number)
    numbers = values.get(NUMBERS)
    if isinstance(numbers, dict):
        for word in ("customs", "own", "port"):
            given = numbers.get(word)
            if isinstance(given, str) and given:
                code = f"own {numbers.get(_AGENT, '')}" if word == "own" else word
                yield NUMBERS, Key(form, code, given)
