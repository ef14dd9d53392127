"""Who a submission says it is from, before anything of it is checked: whose turn it waits for, and nothing else.

Whoever says so falsely waits among its own network's, and takes no turn of anybody else's (`api.workers`).
"""

from __future__ import annotations

from verifier.errors import SuyuanError
from verifier.ledgerformat.statement import parse_entry
from verifier.primitives.cbor import format_cbor

_START = b"\x83" + format_cbor("suyuan submission") + b"\x01"  # an array of three: word, version, and then the content
_CONTENT = len(_START)
_NOBODY = ""


def claimed_issuer(data: bytes) -> str:
    """Return the issuer that a submission, or a plain statement, names; "" where it names none."""
    try:
        return parse_entry(_statement_of(data)).header.issuer
    except SuyuanError:
        return _NOBODY


def _statement_of(data: bytes) -> bytes:
    """Return the statement's bytes: the first member of a submission's content, spelt deterministically."""
    if not data.startswith(_START):
        return data[: 1 << 16]
    at = _CONTENT + 2  # the content's head, label 1
    size = {0x58: 1, 0x59: 2}.get(data[at] if len(data) > at else 0, 0)
    length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    return data[at + 1 + size : at + 1 + size + length]
