"""A document as its holder sees it: what its event says in clear, and the disclosed values at their places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.ledgerformat.disclosure import find_value

SOURCES = {
    "order": "order.placed",
    "payment": "order.payment",
    "waybill": "transport.waybill",
    "list": "clearance.list",
    "tally": "transport.tally",
    "delivery": "delivery.signed",
    "return": "aftersales.return",
}  # of an import
EXPORT_SOURCES = {
    "order": "order.export",
    "funds": "order.funds",
    "waybill": "transport.export-waybill",
    "list": "clearance.export-list",
    "return": "aftersales.export-return",
}
MOST_ITEMS = 100  # lines of a message: 99 of an import, 100 of an export


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        source: a key of SOURCES or EXPORT_SOURCES.
        content: the event's `data`, with each disclosed value at its pointer.
        withheld: pointers of values that the event commits to and that are not shown.
    """

    source: str
    content: Mapping[str, Any]
    withheld: frozenset[str] = frozenset()

    def find(self, pointer: str) -> Any:
        """Return the value at a pointer, None where nothing was given or nothing is shown (`is_withheld`)."""
        return find_value(self.content, pointer)[1]

    def is_withheld(self, pointer: str) -> bool:
        """Return whether a value may stand at a pointer that is not shown."""
        return any(f"{pointer}/".startswith(f"{each}/") for each in self.withheld)

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """Return the lines; what is no line is left out."""
        items = self.find("/lines/items")
        return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def read_document(
    source: str, data: Mapping[str, Any], disclosed: Mapping[str, Any], committed: Collection[str] = ()
) -> Document:
    """Return the document that an event states.

    Args:
        source: a key of SOURCES or EXPORT_SOURCES.
        data: the event's `data`.
        disclosed: pointer to value, of this event and verified.
        committed: the pointers of its `_sd`, all of them; without them, what is not disclosed counts as not given.
    """
    content: dict[str, Any] = _copy(data)
    for pointer in sorted(disclosed):
        _place(content, pointer, disclosed[pointer])
    return Document(source, content, frozenset(committed) - frozenset(disclosed))


def _copy(value: Any) -> Any:
    """Return a value whose objects are new; a disclosed value is put into them."""
    return {name: _copy(each) for name, each in value.items()} if isinstance(value, Mapping) else value


def _place(content: dict[str, Any], pointer: str, value: Any) -> None:
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in steps:
        inner = content.get(step)
        content[step] = content = inner if isinstance(inner, dict) else {}
    content[last] = _copy(value)
