"""From bytes to an XML tree, with nothing of XML that a message does not need.

UTF-8 only; no document type, so no entities, no external subset, nothing to expand and nothing to fetch; limits on
bytes, depth and elements. lxml is used without `huge_tree`, so libxml2's own limits hold as well.
"""

from __future__ import annotations

import re
from io import BytesIO

from lxml import etree

from verifier.errors import MalformedError, TooLargeError

Element = etree._Element  # noqa: SLF001 - lxml has no other name for what it parses to
MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_ELEMENTS = 65_536
_MARK = b"\xef\xbb\xbf"
_PARSER = etree.XMLParser(  # made once, which is half of the work; lxml lets one thread at a time use it
    load_dtd=False,
    no_network=True,
    resolve_entities=False,
    remove_comments=True,
    remove_pis=True,
    huge_tree=False,
    encoding="utf-8",
)
_TOO_DEEP = etree.XPath("/*" * (MAX_DEPTH + 1))
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


def parse_xml(data: bytes, what: str = "message", *, most: int = MAX_BYTES) -> Element:
    """Return the root element of a UTF-8 XML document.

    Args:
        data: the document as received, with or without byte-order mark.
        what: its name in errors.
        most: how many bytes it may have.

    Raises:
        TooLargeError: over so many bytes (1 MiB), 32 levels or 65,536 elements.
        MalformedError: not UTF-8, not well-formed, or with a document type.
    """
    _require_plain(data, what, most)
    if (root := parse_shallow(data)) is not None:
        return root
    try:
        return _parse(data, what)
    except etree.XMLSyntaxError as error:
        raise MalformedError(what, came=_where(error), expected="well-formed XML") from None


def parse_whole(data: bytes, what: str = "message") -> Element:
    """Return the root element of a UTF-8 XML document with its comments and processing instructions in place.

    For checking signatures; `parse_xml` is for reading, and holds the limits on depth and elements.

    Raises:
        TooLargeError: over 1 MiB.
        MalformedError: as `parse_xml`.
    """
    _require_plain(data, what, MAX_BYTES)
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False, huge_tree=False, encoding="utf-8")
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedError(what, came=_where(error), expected="well-formed XML") from None


def _require_plain(data: bytes, what: str, most: int) -> None:
    if len(data) > most:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {most}")
    _require_utf8(data, what)
    for sign in (b"<!DOCTYPE", b"<!ENTITY"):
        if sign in data:
            raise MalformedError(what, came=sign.decode(), expected="XML without document type or entities")


def _require_utf8(data: bytes, what: str) -> None:
    """Return if the bytes are UTF-8 and say nothing else of themselves.

    So a search for `<!DOCTYPE` in the bytes finds every one: another encoding could spell it otherwise.
    """
    declared = _DECLARED.match(data.removeprefix(_MARK))
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8"):
        raise MalformedError(f"{what} encoding", came=declared.group(1).decode("latin-1"), expected="UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"{what} encoding", came=f"byte {error.start}", expected="UTF-8") from None


def parse_shallow(data: bytes) -> Element | None:
    """Return the root element if the document is well-formed and within the limits, without looking at each element.

    `_parse` looks, stops at the first element too many, and says what is wrong; both read the same tree.
    """
    if data.count(b"<") > MAX_ELEMENTS:
        return None
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return None
    return None if _TOO_DEEP(root) else root


def _parse(data: bytes, what: str) -> Element:
    depth = count = 0
    root: Element | None = None
    events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        encoding="utf-8",
    )
    for event, element in events:
        root = element if root is None else root
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise TooLargeError(f"{what} depth", came=f"over {MAX_DEPTH}", expected=f"at most {MAX_DEPTH} levels")
        if count > MAX_ELEMENTS:
            raise TooLargeError(f"{what} elements", came=f"over {MAX_ELEMENTS}", expected=f"at most {MAX_ELEMENTS}")
    if root is None:
        raise MalformedError(what, came="nothing", expected="an XML document")
    return root


def _where(error: etree.XMLSyntaxError) -> str:
    """Return the line of a syntax error: its text may quote the document."""
    return f"a fault in line {error.lineno or 1}"
