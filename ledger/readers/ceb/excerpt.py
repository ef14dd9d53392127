"""The part of a message that goes along with one document.

A message may carry a hundred documents of a hundred buyers. If all of it went along with each event, erasing one
buyer's event would leave copies of the same data with the other ninety-nine. So only a message with one document goes
along as received; of any other, each document gets an excerpt: itself, and who transferred it. Signature and
ExtendMessage are left out: one is over the whole message, the other may hold anybody's data.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from hashlib import sha256

from lxml import etree

from ledger.readers.ceb.xmltree import MAX_BYTES, Element
from verifier.errors import TooLargeError
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT

MAX_EXCERPTS = 4 * MAX_BYTES  # of all documents of a message together


def excerpts(root: Element, nodes: Sequence[Element], envelope: Sequence[Element], data: bytes) -> list[bytes]:
    """Return what goes along with each document of a message, as UTF-8 XML.

    An excerpt says in a comment which document of how many it is, and the SHA-256 of the message as received.

    Args:
        root: the message.
        nodes: its business documents.
        envelope: what stands behind each of them in its excerpt.
        data: the message as received.

    Raises:
        TooLargeError: an excerpt is larger than an attachment may be, or all are together over 4 MiB.
    """
    if len(nodes) == 1:
        return [data]
    digest = sha256(data).hexdigest()
    written: list[bytes] = []
    total = 0
    for place, node in enumerate(nodes, 1):
        comment = f" document {place} of {len(nodes)} in the message with SHA-256 {digest} "
        written.append(_excerpt(root, [node, *envelope], comment))
        total += len(written[-1])
        if len(written[-1]) > MAX_ATTACHMENT or total > MAX_EXCERPTS:
            todo = "Send the documents in several messages."
            raise TooLargeError("message", came=f"excerpts of {total} bytes", expected="less", todo=todo)
    return written


def _excerpt(root: Element, children: Sequence[Element], comment: str) -> bytes:
    attributes = {str(name): str(value) for name, value in root.attrib.items()}
    copy = etree.Element(root.tag, attributes, nsmap=root.nsmap)  # type: ignore[arg-type] # a default namespace is None
    copy.append(etree.Comment(comment))
    copy.extend(deepcopy(child) for child in children)
    copy.text = "\n"
    for child in copy:
        child.tail = "\n"
    return etree.tostring(copy, encoding="UTF-8", xml_declaration=True)
