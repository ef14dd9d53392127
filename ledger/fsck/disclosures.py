"""Disclosures and attachments against the digests that bodies commit to."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ledger.fsck.damage import Damages
from ledger.fsck.derive import Derived
from ledger.fsck.entries import Log
from ledger.fsck.erasures import TakenOut
from ledger.fsck.rows import Rows, text_of
from verifier.errors import SuyuanError
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.disclosure import Disclosure, parse_attachment, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.vocabulary import DisclosureRule


def check_disclosures(rows: Rows, log: Log, derived: Derived, taken_out: TakenOut, damages: Damages) -> None:
    """Check that every digest of a body has its disclosure, every attachment its bytes, and that there is no more."""
    waiting = rows.all("disclosure")
    row = next(waiting, None)
    named: dict[bytes, int] = {}
    for seq, _, _, _, _, head, body in rows.all("event"):
        held = []
        while row is not None and (not isinstance(row[0], int) or row[0] < seq):
            damages.add("disclosure", _key(*row[:2]), came="of no event", expected="none")
            row = next(waiting, None)
        gone = taken_out.pointers.get(seq, frozenset())
        while row is not None and row[0] == seq:
            if row[2] != b"" or text_of(row[1]) not in gone:
                held.append(row)
            row = next(waiting, None)
        if isinstance(body, bytes):
            kind = derived.replay.registry.type_at(parse_head(head).type, log.leaf_of(seq))
            named.update(_check_event(seq, held, parse_body(body), kind.disclosures, damages, gone=gone))
        else:
            for _, pointer, _ in held:
                expected = "none: its body was erased by order"
                damages.add("disclosure", _key(seq, pointer), came="of an event without a body", expected=expected)
    while row is not None:
        damages.add("disclosure", _key(*row[:2]), came="of no event", expected="none")
        row = next(waiting, None)
    _check_attachments(rows, named, taken_out.attachments, damages)


def _check_event(
    seq: int,
    held: list[tuple[Any, ...]],
    body: Body,
    rules: Mapping[str, DisclosureRule],
    damages: Damages,
    *,
    gone: frozenset[str],
) -> dict[bytes, int]:
    """Check one event's disclosures; return size by SHA-256 of the attachments that they name."""
    named: dict[bytes, int] = {}
    missing = set(body.digests) - gone
    for _, pointer, text in held:
        spelt = text_of(pointer)
        key = _key(seq, pointer)
        if spelt is None or spelt not in body.digests:
            damages.add("disclosure", key, came="a pointer that the body does not have", expected="none")
            continue
        missing.discard(spelt)
        disclosure = _read(text, damages, key)
        if disclosure is None:
            continue
        if (disclosure.pointer, disclosure.digest) != (spelt, body.digests[spelt]):
            expected = f"the disclosure with digest {body.digests[spelt].hex()}"
            damages.add("disclosure", key, "text", came="another disclosure", expected=expected)
        elif rules[spelt].attachment and (attachment := parse_attachment(disclosure.value)):
            named[attachment.sha256] = attachment.size
    for pointer in sorted(missing):
        damages.add("disclosure", _key(seq, pointer.encode()), came="no row", expected="the body's disclosure")
    return named


def _key(seq: Any, pointer: Any) -> str:
    """Return a row's key; a pointer that is no text is shown as it lies there."""
    spelt = text_of(pointer)
    return f"seq={seq}, pointer={pointer!r}" if spelt is None else f"seq={seq}, pointer={spelt}"


def _read(text: Any, damages: Damages, key: str) -> Disclosure | None:
    spelt = text_of(text)
    try:
        if spelt is not None and spelt.isascii():
            return parse_disclosure(spelt)
        damages.add("disclosure", key, "text", came="no ASCII text", expected="base64url")
    except SuyuanError as error:
        damages.refuse("disclosure", key, "text", error)
    return None


def _check_attachments(rows: Rows, named: dict[bytes, int], gone: frozenset[bytes], damages: Damages) -> None:
    for digest, content in rows.all("attachment"):
        key = f"sha256={digest.hex() if isinstance(digest, bytes) else digest}"
        if content == b"" and digest in gone and digest not in named:
            continue
        if digest not in named:
            damages.add("attachment", key, came="an attachment that no disclosure names", expected="none")
            continue
        size = named.pop(digest)
        if not isinstance(content, bytes) or sha256(content).digest() != digest or len(content) != size:
            damages.add("attachment", key, "content", came="other bytes", expected=f"{size} bytes of this hash")
    for digest, size in named.items():
        damages.add("attachment", f"sha256={digest.hex()}", came="no row", expected=f"{size} bytes")
