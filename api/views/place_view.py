"""Where an event stands, out of its proof: batch, statement, signature, key, log, checkpoint; and its bytes."""

from __future__ import annotations

from typing import Any

from api.views.bytes_view import diagnose, hex_dump
from api.views.signer_view import HeadOf, signer_json
from verifier.judgement.registry import Registry
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import statement_identity
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import ALGORITHM_NAMES
from verifier.proof.eventproof import EventProof

_HASH = 32


def place_json(proof: EventProof, registry: Registry, head_of: HeadOf, lang: str) -> dict[str, Any]:
    """Return the way from an event's head to the checkpoint, as its proof shows it.

    `batchPath` and `logPath` are shared paths (formats, section 7), hashes in hex.
    """
    part = proof.statement
    statement = part.assemble()
    checkpoint, note = parse_signed_checkpoint(proof.checkpoint)
    identity, header = statement_identity(statement).hex(), statement.header
    return {
        "bodyHash": parse_head(part.events[0].head).body.hex(),
        "statement": {
            "identity": identity,
            "receipt": f"/entries/{identity}",
            "root": statement.root.hex(),
            "count": part.count,
            "first": part.first,
            "batchPath": _hashes(part.path),
            "alg": ALGORITHM_NAMES[header.alg],
            "signature": part.signature.hex(),
            "signer": signer_json(header.kid, part.leaf, registry, head_of, lang),
        },
        "seal": {"leaf": proof.seal.leaf, "time": proof.seal.signed.seal.time} if proof.seal else None,
        "logPath": _hashes(proof.path),
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex(), "lines": len(note.signatures)},
    }


def event_rows(proof: EventProof) -> tuple[dict[str, str], ...]:
    """Return the bytes of an event as a page shows them: its head, and its body where that is shown."""
    shown = proof.statement.events[0]
    rows = [{"part": "head", "dump": hex_dump(shown.head), "says": diagnose(shown.head)}]
    if isinstance(shown.body, bytes):
        rows.append({"part": "body", "dump": hex_dump(shown.body), "says": shown.body.decode()})
    return tuple(rows)


def _hashes(path: bytes) -> list[str]:
    return [path[at : at + _HASH].hex() for at in range(0, len(path), _HASH)]
