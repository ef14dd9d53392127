"""A lenient reader does without elements; whoever needs one that is not there names it, and stumbles over none."""

from __future__ import annotations

import re

from fixtures.messages import export_messages, import_messages, parcel_messages
from ledger.gateway.documents import ceb_document, format_said
from ledger.readers.ceb import DrawnHandles, Facts, Mode, read_message
from tests.ledger.readers.ceb.edit import ITEM
from verifier.errors import SuyuanError

MESSAGES = {**export_messages(7), **import_messages(7), **parcel_messages(7)}
FACTS = Facts(
    item=ITEM, about=["ab" * 32], covers=(3, "cd" * 32), consignment="urn:suyuan:consignment:" + "ee" * 16,
    platform="3301960001", to="urn:suyuan:enterprise:91000000EXAMPLE02T",
)  # fmt: skip
_ELEMENT = re.compile(rb"<((?:\w+:)?\w+)>[^<>]*</\1>\s*")


def shortened(message: bytes):
    """Yield the message without each of its elements, and with each of them empty or blank, one at a time."""
    for found in _ELEMENT.finditer(message):
        name = found.group(1)
        for instead in (b"", b"<%b></%b>" % (name, name), b"<%b> </%b>" % (name, name)):
            yield name.decode(), message[: found.start()] + instead + message[found.end() :]


def test_each_element_that_is_left_out_is_named_or_not_needed():
    told, named = set(), set()
    for code, whole in MESSAGES.items():
        for left_out, message in shortened(whole):
            reading = read_message(message, Mode.LENIENT)
            said = format_said(Mode.LENIENT, FACTS, reading.signature)
            for each in reading.usable:
                try:
                    document = ceb_document(each, FACTS, reading.signature, said)
                    for draw in document.drafts(None, ()):
                        draw(DrawnHandles(bytes))
                    told.add((code, left_out))
                except SuyuanError as error:
                    named.add((code, error.field.rpartition("/")[2]))
    assert len(told) > 100
    assert ("CEB303", "ebpCode") in named
