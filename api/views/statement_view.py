"""A leaf of the log as people and programs read it: bytes, signature, key, path, seal, checkpoint."""

from __future__ import annotations

from typing import Any

from api.statements import LeafRead
from api.views.bytes_view import diagnose, hex_dump
from api.views.signer_view import HeadOf, name_at, signer_json
from api.views.words import beijing_time, iso_time
from ledger.store.interface import StoredEvent, StoredStatement
from verifier.judgement.registry import Registry
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry
from verifier.primitives.base64strict import format_base64
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.cose import parse_sign1
from verifier.primitives.keys import ALGORITHM_NAMES

BATCH, ENVELOPE, SEAL = "batch", "envelope", "seal"
_NONE: dict[str, Any] = dict.fromkeys(("identity", "issuer", "signer", "batch", "subject", "digest"))


def statement_json(read: LeafRead, registry: Registry, head_of: HeadOf, lang: str) -> dict[str, Any]:
    """Return what stands at a leaf, as this server reads it; `kind` is null for what whoever asks may not read."""
    checkpoint, _ = parse_signed_checkpoint(read.checkpoint.note)
    entry = read.seal.entry if read.seal.leaf == read.leaf else read.statement.entry if read.statement else None
    return {
        "computedBy": "server",
        "leaf": read.leaf,
        "leafHash": read.leaf_hash.hex(),
        "restricted": read.restricted,
        "kind": SEAL if read.seal.leaf == read.leaf else None,
        "entry": format_base64(entry) if entry else None,
        "path": [each.hex() for each in read.path],
        "seal": {"leaf": read.seal.leaf, "first": read.seal.first, "time": read.seal.time},
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex(), "quorum": read.checkpoint.quorum},
        **_NONE,
        **(_statement(read.statement, registry, head_of, lang) if read.statement else {}),
        "events": [_event(each) for each in read.events] if read.events is not None else None,
    }


def statement_page(statement: dict[str, Any], read: LeafRead) -> dict[str, Any]:
    """Return what the page needs beside the JSON."""
    entry = read.seal.entry if read.seal.leaf == read.leaf else read.statement.entry if read.statement else None
    return {"statement": statement, "bytes": entry_rows(entry) if entry else (), "at": beijing_time, "iso": iso_time}


def entry_rows(entry: bytes) -> tuple[dict[str, str], ...]:
    """Return the parts of an entry (COSE_Sign1) as a page shows them: what each is called, its bytes, what it says."""
    signed = parse_sign1(entry, "entry")
    parts = {"entry": entry, "protected": signed.protected, "payload": signed.payload or b""}
    rows = [{"part": name, "dump": hex_dump(data), "says": diagnose(data)} for name, data in parts.items()]
    rows[0]["says"] = ""  # a tagged item, whose parts follow
    return (*rows, {"part": "signature", "dump": hex_dump(signed.signature), "says": ""})


def _statement(stored: StoredStatement, registry: Registry, head_of: HeadOf, lang: str) -> dict[str, Any]:
    parsed, identity = parse_entry(stored.entry), stored.identity.hex()
    header = parsed.header
    told: dict[str, Any] = {
        "kind": BATCH if isinstance(parsed, Statement) else ENVELOPE,
        "identity": identity,
        "receipt": f"/entries/{identity}",
        "download": f"/entries/{identity}/statement",
        "issuer": {"uri": header.issuer, "name": name_at(header.issuer, stored.leaf, registry, lang)},
        "audience": list(header.audience),
        "alg": ALGORITHM_NAMES[header.alg],
        "signature": parsed.signature.hex(),
        "signer": signer_json(header.kid, stored.leaf, registry, head_of, lang),
    }
    if isinstance(parsed, Envelope):
        return told | {"subject": header.subject, "digest": parsed.digest.hex()}
    return told | {"batch": {"root": parsed.root.hex(), "count": parsed.count, "first": parsed.first}}


def _event(stored: StoredEvent) -> dict[str, Any]:
    return {"position": stored.position, "name": event_name(stored.head).hex(), "type": parse_head(stored.head).type}
