"""How vectors are read that need several parts at once: links, disclosures of an event, histories."""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.errors import MismatchError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.disclosure import check_disclosure, parse_attachment, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.index import (
    HistoryEntry,
    check_index,
    history_root,
    index_key,
    parse_index_proof,
    value_of,
)
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.base64strict import format_base64, format_base64url, parse_base64, parse_base64url
from verifier.primitives.cbor import parse_cbor
from verifier.primitives.tiles import parse_hashes

Vector = Mapping[str, Any]
Facts = dict[str, Any]


def read_base64(vector: Vector) -> Facts:
    raw = parse_base64(vector["text"], "base64")
    assert format_base64(raw) == vector["text"]
    return {"raw": raw.hex()}


def read_base64url(vector: Vector) -> Facts:
    raw = parse_base64url(vector["text"], "base64url")
    assert format_base64url(raw) == vector["text"]
    return {"raw": raw.hex()}


def read_tile(vector: Vector) -> Facts:
    return {"hashes": [each.hex() for each in parse_hashes(bytes.fromhex(vector["hex"]), vector["width"])]}


def read_mapping(vector: Vector) -> Facts:
    kind, body = parse_type(vector["type"].encode()), parse_body(vector["body"].encode())
    head = parse_head(bytes.fromhex(vector["head"]))
    targets = [parse_head(bytes.fromhex(each)) for each in vector["targets"]]
    check_head(kind, head)
    check_targets(kind, targets)
    check_links(kind, head, body, targets)
    spelt = {"joins": head.joins, "follows": head.follows}
    return {word: [[each, name.hex()] for each, name in pairs] for word, pairs in spelt.items()}


def read_disclosed(vector: Vector) -> Facts:
    kind, body = parse_type(vector["type"].encode()), parse_body(vector["body"].encode())
    check_body(kind, body)
    values: dict[str, Any] = {}
    for text in vector["disclosures"]:
        disclosure = parse_disclosure(text)
        check_disclosure(disclosure, body.digests)
        if disclosure.pointer in values:
            raise MismatchError("disclosures", came=disclosure.pointer, expected="each field once")
        values[disclosure.pointer] = disclosure.value
        if kind.disclosures[disclosure.pointer].attachment:
            parse_attachment(disclosure.value)
    return {"values": values}


def read_history(vector: Vector) -> Facts:
    entries = [HistoryEntry(bytes.fromhex(name), leaf, position) for name, leaf, position in vector["events"]]
    key, value = index_key(vector["kind"], subject_name(vector["subject"])), value_of(entries)
    check_index(
        bytes.fromhex(vector["root"]), {key: value}, parse_index_proof(parse_cbor(bytes.fromhex(vector["hex"])))
    )
    root = history_root(entries).hex() if entries else None
    return {"key": key.hex(), "history_root": root, "value": value and value.hex()}


DERIVED_READERS: dict[str, Callable[[Vector], Facts]] = {
    "base64": read_base64,
    "base64url": read_base64url,
    "disclosed": read_disclosed,
    "history": read_history,
    "mapping": read_mapping,
    "tile": read_tile,
}
