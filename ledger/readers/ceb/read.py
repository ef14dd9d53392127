"""Reading a customs message: envelope and documents, each fault by its element.

What no reader could make sense of (no XML, another namespace, a message type that is not read) raises. Everything
below the root is collected: a document with faults does not hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from lxml import etree

from ledger.readers.ceb.children import Children, Layout, Slot, join, take_children
from ledger.readers.ceb.elements import check_value, read_fields, refuse_attributes
from ledger.readers.ceb.excerpt import excerpts
from ledger.readers.ceb.fields import MessageTable
from ledger.readers.ceb.findings import Findings
from ledger.readers.ceb.lines import check_numbering
from ledger.readers.ceb.plain import read_plain
from ledger.readers.ceb.result import (
    DocumentReading,
    Mode,
    Reading,
    Stated,
    make_document,
    make_document_reading,
    make_reading,
)
from ledger.readers.ceb.signature import ABSENT, NOBODY_ASKED, Signature, Trust, check_signature
from ledger.readers.ceb.tables import TABLES
from ledger.readers.ceb.tables.common import EXTEND, GUID, MAX_SUBSCRIPTIONS, NAMESPACE, SUBSCRIBE, VERSION
from ledger.readers.ceb.xmltree import Element, parse_xml
from verifier.errors import MalformedError

_ROOT = re.compile(r"(CEB[0-9]{3})(Message)?")
_ATTRIBUTES = tuple(replace(field, name=f"@{field.name}") for field in (GUID, VERSION))
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"  # a hint; never followed
_NAMED = frozenset({GUID.name, VERSION.name, _SCHEMA_LOCATION})
_ROOTS = {f"{{{NAMESPACE}}}{code}Message": table for code, table in TABLES.items()}


def read_message(data: bytes, mode: Mode = Mode.STRICT, *, trust: Trust | None = None) -> Reading:
    """Return what a customs message says, document by document.

    Args:
        data: the message as received, UTF-8 XML of at most 1 MiB.
        mode: how the rules are held.
        trust: whose customs signatures are believed; without it none is checked.

    Raises:
        MalformedError: no XML of this kind at all; TooLargeError if there is too much of it.
    """
    if (trust is None or b"Signature" not in data) and (plain := read_plain(data, mode)) is not None:
        return plain
    return _read_tree(data, mode, trust)


def _read_tree(data: bytes, mode: Mode, trust: Trust | None) -> Reading:
    root = parse_xml(data)
    envelope = Findings(mode)
    table = _table_of(root, envelope)
    guid = _read_attributes(root, envelope)
    found = take_children(root, _message_layout(table), "", envelope)
    _read_envelope(found, table, envelope)
    nodes = found.get(table.node, [])[: table.most_documents]
    _require_signature(found, nodes, table, envelope)
    around = [*found.get("BaseTransfer", ())[:1], *found.get("BaseSubscribe", ())]
    # Behind a faulty envelope no document is usable, so nothing need be cut out for it.
    sources = [data] * len(nodes) if envelope.faults else excerpts(root, nodes, around, data)
    documents = tuple(
        _read_document(node, table, f"{table.node}[{place}]", mode, source)
        for place, (node, source) in enumerate(zip(nodes, sources, strict=True), 1)
    )
    return make_reading(
        message=table.code,
        guid=guid,
        mode=mode,
        documents=documents,
        faults=tuple(envelope.faults),
        departures=tuple(envelope.departures),
        signature=_check_own_signature(data, found, trust),
    )


def _require_signature(found: Children, nodes: Sequence[Element], table: MessageTable, findings: Findings) -> None:
    """Ask for the signature that an explanation asks for behind declared documents."""
    path = f"{{{NAMESPACE}}}{table.head}/{{{NAMESPACE}}}appStatus"
    declared = table.envelope.signed_declared and any(node.findtext(path) == "2" for node in nodes)
    if declared and not found.get("Signature"):
        findings.depart("Signature", came="nothing", expected="one behind documents that are declared (appStatus 2)")


def _check_own_signature(data: bytes, found: Children, trust: Trust | None) -> Signature:
    if not found.get("Signature"):
        return ABSENT
    if trust is None:
        return NOBODY_ASKED
    senders = (each.findtext(f"{{{NAMESPACE}}}copCode", "") for each in found.get("BaseTransfer", ()))
    return check_signature(data, trust, sender=next(senders, ""))


def _table_of(root: Element, findings: Findings) -> MessageTable:
    """Return the table of a root element."""
    if usual := _ROOTS.get(str(root.tag)):
        return usual
    name = etree.QName(root)
    if name.namespace != NAMESPACE:
        todo = "Unpack a transport envelope (DxpMsg) first." if name.localname.startswith("DxpMsg") else ""
        raise MalformedError("namespace", came=name.namespace or "none", expected=NAMESPACE, todo=todo)
    match = _ROOT.fullmatch(name.localname)
    if not match or match[1] not in TABLES:
        raise MalformedError("root element", came=name.localname, expected="CEBnnnMessage, nnn a known number")
    if not match[2]:
        findings.depart("root element", came=name.localname, expected=f"{match[1]}Message")
    return TABLES[match[1]]


def _read_attributes(root: Element, findings: Findings) -> str:
    """Check the root's attributes and return its guid."""
    for field in _ATTRIBUTES:
        text = root.get(field.name[1:])
        if text is None:
            findings.fault(field.name, came="nothing", expected=field.expected)
        else:
            check_value(field, text, "", findings)
    for name in sorted({str(each) for each in root.keys()} - _NAMED):  # noqa: SIM118 - an element, not a mapping
        findings.fault("message", came=f"attribute {name}", expected="guid and version only")
    return root.get(GUID.name) or ""


@cache
def _message_layout(table: MessageTable) -> Layout:
    known = {
        "BaseTransfer": Slot("BaseTransfer", repeated=True),
        "BaseSubscribe": Slot("BaseSubscribe", 0, MAX_SUBSCRIPTIONS),
        "ExtendMessage": Slot("ExtendMessage", 0),
        "Signature": Slot("Signature", int(table.envelope.signed), spared=True),
    }
    return Layout([Slot(table.node, 1, table.most_documents), *(known[name] for name in table.envelope.names)])


def _read_envelope(found: Children, table: MessageTable, findings: Findings) -> None:
    for element in found.get("BaseTransfer", ())[:1]:
        read_fields(element, table.envelope.transfer, "BaseTransfer", findings)
    for place, element in enumerate(found.get("BaseSubscribe", ()), 1):
        read_fields(element, SUBSCRIBE, f"BaseSubscribe[{place}]", findings)
    for element in found.get("ExtendMessage", ()):
        read_fields(element, EXTEND, "ExtendMessage", findings)


def _read_document(node: Element, table: MessageTable, path: str, mode: Mode, source: bytes) -> DocumentReading:
    findings = Findings(mode)
    if table.head:
        head, lines = _read_parts(node, table, path, findings)
    else:
        head, lines = read_fields(node, table.fields, path, findings), []
    document = None if findings.faults else make_document(table.code, path, Stated(head, path), tuple(lines), source)
    return make_document_reading(path, document, tuple(findings.faults), tuple(findings.departures))


def _read_parts(
    node: Element, table: MessageTable, path: str, findings: Findings
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return head and lines of a document that keeps them in elements of their own."""
    refuse_attributes(node, path, findings)
    found = take_children(node, _document_layout(table), path, findings)
    head: dict[str, str] = {}
    for element in found.get(table.head, ())[:1]:
        head = read_fields(element, table.fields, join(path, table.head), findings)
    lines = [
        read_fields(element, table.line_fields, join(path, f"{table.line}[{place}]"), findings)
        for place, element in enumerate(found.get(table.line, ())[: table.most_lines], 1)
    ]
    check_numbering(lines, table, path, findings)
    return head, lines


@cache
def _document_layout(table: MessageTable) -> Layout:
    lines = [Slot(table.line, table.fewest_lines, table.most_lines)] if table.line else []
    return Layout([Slot(table.head), *lines])
