"""Documents about many parcels (tally, arrival, departure, manifest), taken apart: one document a line.

One event a parcel keeps rules of order and histories exact, and what goes along with it names no other parcel, so that
erasing one leaves no copy with the others (ADR 9).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from hashlib import sha256

from lxml import etree

from ledger.readers.ceb.result import Document
from ledger.readers.ceb.tables import TABLES
from ledger.readers.ceb.tables.common import NAMESPACE
from ledger.readers.ceb.xmltree import Element, parse_xml

_KEPT = ("BaseTransfer", "BaseSubscribe")


def line_by_line(document: Document) -> tuple[Document, ...]:
    """Return a document for each line of a document; its source is an excerpt with that line alone."""
    if len(document.lines) == 1:
        return (document,)
    table = TABLES[document.message]
    root = parse_xml(document.source)
    node = next(root.iter(f"{{{NAMESPACE}}}{table.node}"))
    lines = list(node.iterchildren(f"{{{NAMESPACE}}}{table.line}"))
    _leave(root, node, lines)
    digest = sha256(document.source).hexdigest()
    sources = (
        _excerpt(root, node, line, f" line {place} of {len(lines)} in the document with SHA-256 {digest} ")
        for place, line in enumerate(lines, 1)
    )
    return tuple(
        replace(document, lines=(line,), source=source) for line, source in zip(document.lines, sources, strict=True)
    )


def _leave(root: Element, node: Element, lines: list[Element]) -> None:
    """Leave in the message what every excerpt has: the head, and who transferred it."""
    for child in list(root):
        if child is not node and etree.QName(child).localname not in _KEPT:
            root.remove(child)
    for line in lines:
        node.remove(line)


def _excerpt(root: Element, node: Element, line: Element, comment: str) -> bytes:
    added = [etree.Comment(comment), deepcopy(line)]
    root.insert(0, added[0])
    node.append(added[1])
    written = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    root.remove(added[0])
    node.remove(added[1])
    return written
