"""Trace proofs: one file with which a stranger checks a subject's whole story (formats, section 17)."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.judgement.trace import HISTORY_WALKS, WALKS
from verifier.ledgerformat.index import IndexProof, format_index_proof, parse_index_proof
from verifier.ledgerformat.subject import form_of
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    format_file,
    format_seals,
    format_statements,
    header_table,
    parse_file,
    parse_seals,
    parse_statements,
    require_bytes,
    require_labels,
)
from verifier.proof.since import Since, format_since, parse_since

WORD = "suyuan trace"
MEDIA_TYPE = "application/vnd.suyuan.trace+cbor"
_LABELS, _SINCE = set(range(1, 11)), 17


@dataclass(frozen=True, slots=True)
class TraceProof:
    """A trace proof. Parsed, not verified.

    Attributes:
        walk: `public`, `parties` or `registry`; or the one kind of history that is proved.
        subject: the URI asked for.
        checkpoint: the signed note's bytes.
        seals: covering seals and the newest, by leaf.
        registry: statement parts of the registry.
        registry_index: proof of the registry's histories.
        trace: statement parts of the trace.
        trace_index: proof of the trace's histories.
        path: shared path in the log.
        since: the first entries of the one history that are not shown; None where it is shown whole.
    """

    walk: str
    subject: str
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    registry: tuple[StatementPart, ...]
    registry_index: IndexProof
    trace: tuple[StatementPart, ...]
    trace_index: IndexProof
    path: bytes
    since: Since | None = None


def parse_trace_proof(data: bytes) -> TraceProof:
    """Return the proof that a file spells.

    Raises:
        MalformedError: another format.
        UnsupportedError: another version.
    """
    content = parse_file(data, WORD)
    require_labels(content, _LABELS, {_SINCE}, WORD)
    walk, subject = content[1], content[2]
    if not isinstance(walk, str) or walk not in WALKS:
        raise MalformedError("walk", came=walk, expected=f"one of {', '.join(WALKS)}")
    if not isinstance(subject, str):
        raise MalformedError("subject", came="another shape", expected="a URI")
    form_of(subject)
    if _SINCE in content and walk not in HISTORY_WALKS:
        raise MalformedError("since", came=f"the walk {walk}", expected=f"one of {', '.join(HISTORY_WALKS)}")
    headers = Headers(content[4], "headers")
    proof = TraceProof(
        walk=walk,
        subject=subject,
        checkpoint=require_bytes(content[3], "checkpoint"),
        seals=parse_seals(content[5], headers),
        registry=parse_statements(content[6], headers, "registry"),
        registry_index=parse_index_proof(content[7], "registry index proof"),
        trace=parse_statements(content[8], headers, "trace"),
        trace_index=parse_index_proof(content[9], "trace index proof"),
        path=require_bytes(content[10], "log path"),
        since=parse_since(content[_SINCE]) if _SINCE in content else None,
    )
    headers.require_all_used()
    return proof


def format_trace_proof(proof: TraceProof) -> bytes:
    """Return the file's bytes."""
    headers = header_table([*proof.registry, *proof.trace], proof.seals)
    content: dict[int | str, Value] = {
        1: proof.walk,
        2: proof.subject,
        3: proof.checkpoint,
        4: list[Value](headers),
        5: format_seals(proof.seals, headers),
        6: format_statements(proof.registry, headers),
        7: format_index_proof(proof.registry_index),
        8: format_statements(proof.trace, headers),
        9: format_index_proof(proof.trace_index),
        10: proof.path,
    }
    return format_file(WORD, content | ({_SINCE: format_since(proof.since)} if proof.since else {}))
