"""Messages spelt as nearly all are: read by two patterns instead of a tree, where nothing can be found fault with.

A plain message has one document, the elements in the order of their table, the prefix `ceb`, and of XML nothing but
elements, texts and blanks: no attribute below the root, no reference, comment, instruction or section, and no sign that
XML forbids. Its elements are matched whole, from tag to tag of the same name, so that it cannot but be well-formed. Of
a signature, which nobody looks into here, the parser is shown the tags alone, once for all that have the same. Whatever
is otherwise reads `ledger.readers.ceb.read`, which alone says what is wrong; where this answers, both say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

from ledger.readers.ceb.elements import Row, rows_of
from ledger.readers.ceb.fields import Field, MessageTable
from ledger.readers.ceb.findings import Findings
from ledger.readers.ceb.lines import check_numbering
from ledger.readers.ceb.result import Mode, Reading, Stated, make_document, make_document_reading, make_reading
from ledger.readers.ceb.signature import ABSENT, NOBODY_ASKED
from ledger.readers.ceb.tables import TABLES
from ledger.readers.ceb.tables.common import GUID, NAMESPACE, SIGNATURE_NAMESPACE, VERSION
from ledger.readers.ceb.values import canonical
from ledger.readers.ceb.xmltree import MAX_BYTES, MAX_ELEMENTS, parse_shallow

# What plain messages do not have: signs that XML forbids or reads as others, references, comments, sections.
_ODD_SIGNS = bytes({*range(0x20)} - {0x09, 0x0A}) + b"&"
_ODD = (b"\xef\xbf", b"<!")  # U+FFFE and U+FFFF, with their neighbours
_PROLOG = re.compile(rb"""<\?xml version=(["'])1\.0\1 encoding=(["'])(?:UTF-8|utf-8)\2\?>""")
_ROOT = re.compile(r'[ \t\n]*<ceb:(CEB[0-9]{3})Message((?:[ \t\n]+[A-Za-z:]+="[^"<>\t\n]*")+)[ \t\n]*>')
_ATTRIBUTE = re.compile(r'([A-Za-z:]+)="([^"]*)"')
_LEAF = re.compile(r"<ceb:([A-Za-z][A-Za-z0-9]{0,39})>([^<>]*)</ceb:\1>[ \t\n]*")
_TAG = re.compile(r"(<[^<>]*>)")
_TAGS = re.compile(r"(?:<[^<>]*>[^<>]*)*")
_TEXT = re.compile(r">[^<>]+(?=<)")
_SIGNED, _SIGNED_END = f'<ds:Signature xmlns:ds="{SIGNATURE_NAMESPACE}">', "</ds:Signature>"
_SIGNED_DEPTH = 24  # closing tags of a signature at most: within the levels that a message may have
_SHORT, _SIGNED_SHORT = 512, 8_192  # signs of tags between two values, and of a signature's, that are remembered
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_USUAL = {"xmlns:ceb", "guid", "version"}
_FURTHER = {"xmlns:xsi", "xsi:schemaLocation"}


def read_plain(data: bytes, mode: Mode) -> Reading | None:
    """Return what a plain message without any fault says, its signature not checked; None of any other."""
    text = _plain_text(data)
    root = None if text is None else _ROOT.match(text)
    if text is None or root is None or root[1] not in TABLES:
        return None
    table, guid = TABLES[root[1]], _guid_of(root[2])
    pieces = _LEAF.split(text[root.end() :])  # what stands between values, a name, its value, what stands between, …
    tags, names, texts = pieces[::3], pieces[1::3], pieces[2::3]
    signed = _cut_signature(tags)
    starts = [place for place, tag in enumerate(tags) if tag]
    many = len(starts) - 2 - ("BaseTransfer" in table.envelope.names)  # lines
    if guid is None or [_tight(tags[start]) for start in starts] != _expected(table, many, signed=signed):
        return None
    blocks = zip(_parts(table, many), starts[:-1], starts[1:], strict=True)
    read = [_read_block(part, names[start:end], texts[start:end]) for part, start, end in blocks]
    stated = [each for each in read if each is not None]
    if starts[-1] < len(names) or len(stated) < len(read):
        return None
    return _told(table, guid, mode, stated[0], tuple(stated[1 : 1 + many]), data, signed=signed)


def _told(  # noqa: PLR0917 - what a message comes to
    table: MessageTable, guid: str, mode: Mode, head: dict[str, str], lines: tuple[dict[str, str], ...], data: bytes,
    *, signed: bool,
) -> Reading | None:  # fmt: skip
    """Return a reading, unless there is something wrong that only the whole shows."""
    envelope, path = table.envelope, f"{table.node}[1]"
    if not signed and (envelope.signed or (envelope.signed_declared and head.get("appStatus") == "2")):
        return None
    if lines:
        check_numbering(lines, table, path, findings := Findings(Mode.STRICT))
        if findings.faults:
            return None
    document = make_document(table.code, path, Stated(head, path), lines, data)
    documents = (make_document_reading(path, document, (), ()),)
    return make_reading(table.code, guid, mode, documents, (), (), NOBODY_ASKED if signed else ABSENT)


def _plain_text(data: bytes) -> str | None:
    """Return what stands behind the prolog, if it holds nothing that plain messages do not have."""
    if len(data) > MAX_BYTES or data.count(b"<") > MAX_ELEMENTS or len(data.translate(None, _ODD_SIGNS)) < len(data):
        return None
    prolog = _PROLOG.match(data)
    if any(each in data for each in _ODD) or data.count(b"<?") > bool(prolog):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text[prolog.end() :] if prolog else text  # the prolog is of ASCII


def _guid_of(attributes: str) -> str | None:
    """Return the message's own number; None where the root's attributes are not the usual ones."""
    found: list[tuple[str, str]] = _ATTRIBUTE.findall(attributes)
    named = dict(found)
    if len(named) < len(found) or not _USUAL <= named.keys() <= _USUAL | _FURTHER:
        return None
    if named["xmlns:ceb"] != NAMESPACE or ("xmlns:xsi" in named) < ("xsi:schemaLocation" in named):
        return None
    if named.get("xmlns:xsi", _XSI) != _XSI or _read_values(_root_rows(), (named["guid"], named["version"])) is None:
        return None
    return named["guid"]


def _cut_signature(tags: list[str]) -> bool:
    """Take a well-formed signature out of what stands behind all values; return whether there was one."""
    before, _, rest = tags[-1].partition(_SIGNED)
    inner, ended, behind = rest.partition(_SIGNED_END)
    if not ended or not _TAGS.fullmatch(inner.lstrip(" \t\n")):
        return False
    shape = _TEXT.sub(">", f"{_SIGNED}{inner}{_SIGNED_END}")
    if len(shape) > _SIGNED_SHORT or not _is_well_formed(shape):
        return False
    tags[-1] = before + behind
    return True


@lru_cache(maxsize=64)
def _is_well_formed(shape: str) -> bool:
    """Return whether tags without texts are those of well-formed XML that is not too deep.

    Where they are, no quoted value holds a bracket, since the next tag would open within it; so texts between them,
    which hold neither brackets nor references, change nothing.
    """
    return shape.count("</") <= _SIGNED_DEPTH and parse_shallow(shape.encode()) is not None


def _tight(tags: str) -> str:
    """Return tags without the blanks around them; as they are where there are too many of both."""
    return _tightened(tags) if len(tags) <= _SHORT else tags


@lru_cache(maxsize=1024)
def _tightened(tags: str) -> str:
    return "".join(each.strip(" \t\n") for each in _TAG.split(tags))


def _expected(table: MessageTable, many: int, *, signed: bool) -> list[str] | None:
    """Return the tags between the values of a message with so many lines; None where it may not have them."""
    if not (table.fewest_lines <= many <= table.most_lines if table.line else many == 0):
        return None
    if signed and "Signature" not in table.envelope.names:
        return None
    opens, line, next_line, bare, behind_lines, end = _tags_of(table)
    lines = [line, *[next_line] * (many - 1)] if many else []
    closes = behind_lines if many else bare
    if "BaseTransfer" in table.envelope.names:
        return [opens, *lines, f"{closes}<ceb:BaseTransfer>", f"</ceb:BaseTransfer>{end}"]
    return [opens, *lines, f"{closes}{end}"]


@cache
def _tags_of(table: MessageTable) -> tuple[str, str, str, str, str, str]:
    """Return what opens the head, the first line and each further one; closes head, or lines, and document; the end."""
    node, head, line, end = f"ceb:{table.node}", f"ceb:{table.head}", f"ceb:{table.line}", f"</ceb:{table.code}Message>"
    if not table.head:
        return f"<{node}>", "", "", f"</{node}>", "", end
    lines = f"</{head}><{line}>", f"</{line}><{line}>"
    return f"<{node}><{head}>", *lines, f"</{head}></{node}>", f"</{line}></{node}>", end


_Part = tuple[Field, ...]


def _parts(table: MessageTable, many: int) -> tuple[_Part, ...]:
    """Return the fields of each run of values in a message with so many lines."""
    transfer = (table.envelope.transfer,) if "BaseTransfer" in table.envelope.names else ()
    return (table.fields, *[table.line_fields] * many, *transfer)


def _read_block(fields: _Part, names: list[str], texts: list[str]) -> dict[str, str] | None:
    rows = _laid_out(fields, tuple(names)) if len(names) <= len(fields) else None
    return None if rows is None else _read_values(rows, texts)


@lru_cache(maxsize=1024)
def _laid_out(fields: _Part, names: tuple[str, ...]) -> tuple[Row, ...] | None:
    """Return a row for each name; None where one may not stand there, or one is missing."""
    places, required = rows_of(fields)
    rows = [places.get(f"{{{NAMESPACE}}}{name}") for name in names]
    known = tuple(row for row in rows if row is not None)
    in_order = all(one.place < other.place for one, other in pairwise(known))
    return known if len(known) == len(names) and in_order and sum(row.needed for row in known) == required else None


def _read_values(rows: Sequence[Row], texts: Sequence[str]) -> dict[str, str] | None:
    """Return the values of a run by name, without the empty ones; None where there is something wrong with one."""
    values: dict[str, str] = {}
    for (_, name, _, shortest, longest, usual, field), text in zip(rows, texts, strict=True):
        if value := text if shortest <= len(text) <= longest else canonical(field, text):
            if usual is not None and value not in usual and field.broken_rule(value):
                return None
            values[name] = value
        elif value is None or text:
            return None
    return values


@cache
def _root_rows() -> tuple[Row, ...]:
    places, _ = rows_of((GUID, VERSION))
    return tuple(places.values())
