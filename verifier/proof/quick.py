"""Trace proofs, read and written part by part: a part that was met before is told by its bytes.

What is read here is what `parse_trace_proof` reads, and what is written is what `format_trace_proof` writes. Whatever
is out of the ordinary is left to these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from verifier.errors import SuyuanError
from verifier.judgement.trace import WALKS
from verifier.ledgerformat.index import format_index_proof, parse_index_proof
from verifier.ledgerformat.subject import form_of
from verifier.primitives.cbor import Value, format_cbor, head_bytes, parse_item
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    build_part,
    build_seal_part,
    format_part,
    format_seal_part,
    header_table,
    require_bytes,
    require_rising,
)
from verifier.proof.known import Known, Spelt
from verifier.proof.traceproof import WORD, TraceProof, format_trace_proof, parse_trace_proof

_Part = TypeVar("_Part", StatementPart, SealPart)
_BEGIN = format_cbor([WORD, 1, 0])[:-1] + b"\xaa"  # a map of the ten labels that every proof has
_MOST = 1 << 20  # bytes: a file of so many has no more items than a reader counts
_PROBE = 96  # bytes by which a part is looked up; then all are compared
_WITHIN = 3  # a part stands in a list, in the map, in the file


def read_trace_proof(data: bytes, known: Known) -> TraceProof:
    """Return the proof that a file spells. Raises what `parse_trace_proof` does."""
    proof = None
    if known.keeps and data.startswith(_BEGIN) and len(data) <= _MOST:
        try:
            proof = _Reader(data, known).proof()
        except (SuyuanError, IndexError, TypeError):
            proof = None  # the reader of whole files says what is wrong
    return proof or parse_trace_proof(data)


class _Reader:
    """Reads the ten values of one file, in the order of their labels."""

    def __init__(self, data: bytes, known: Known) -> None:
        self._data = data
        self._known = known
        self._at = len(_BEGIN)
        self._label = 0

    def proof(self) -> TraceProof | None:
        walk, subject, checkpoint, table = self._value(), self._value(), self._value(), self._value()
        if not isinstance(walk, str) or walk not in WALKS or not isinstance(subject, str):
            return None
        form_of(subject)
        headers = Headers(table, "headers")
        seals = self._parts(headers, build_seal_part)
        registry = self._parts(headers, build_part)
        registry_index = parse_index_proof(self._value())
        trace = self._parts(headers, build_part)
        proof = TraceProof(
            walk=walk, subject=subject, checkpoint=require_bytes(checkpoint, "checkpoint"), seals=seals,
            registry=registry, registry_index=registry_index, trace=trace,
            trace_index=parse_index_proof(self._value()), path=require_bytes(self._value(), "log path"),
        )  # fmt: skip
        headers.require_all_used()
        return proof if self._at == len(self._data) else None

    def _value(self) -> Value:
        self._take_label()
        value, self._at = parse_item(self._data, self._at, within=2)
        return value

    def _take_label(self) -> None:
        self._label += 1
        if self._data[self._at] != self._label:
            raise IndexError
        self._at += 1

    def _parts(self, headers: Headers, build: Callable[[Value, Headers, str], _Part]) -> tuple[_Part, ...]:
        self._take_label()
        count = self._count()
        parts = tuple(self._part(headers, build) for _ in range(count))
        require_rising([part.leaf for part in parts], "leaf")
        return parts

    def _count(self) -> int:
        """Return how many items the array at this place has."""
        for count in range(256):
            spelt = head_bytes(4, count)
            if self._data.startswith(spelt, self._at):
                self._at += len(spelt)
                return count
        raise IndexError

    def _part(self, headers: Headers, build: Callable[[Value, Headers, str], _Part]) -> _Part:
        probe = (build, self._data[self._at : self._at + _PROBE])
        spelt: Spelt[_Part] | None = self._known.spelt(probe)
        if spelt and self._data.startswith(spelt.data, self._at) and headers.take(spelt.index) == spelt.header:
            self._at += len(spelt.data)
            return spelt.part
        value, end = parse_item(self._data, self._at, within=_WITHIN)
        part = build(value, headers, "part")
        header = _header_of(part)
        index = value[1] if isinstance(value, list) else None
        if isinstance(index, int):
            self._known.keep_spelt(probe, Spelt(self._data[self._at : end], index, header, part))
        self._at = end
        return part


def _header_of(part: StatementPart | SealPart) -> bytes:
    return part.protected if isinstance(part, StatementPart) else part.signed.protected


def write_trace_proof(proof: TraceProof, known: Known) -> bytes:
    """Return the file's bytes, as `format_trace_proof` does."""
    if proof.since or not known.keeps:
        return format_trace_proof(proof)
    table = header_table([*proof.registry, *proof.trace], proof.seals)
    places = {header: place for place, header in enumerate(table)}
    seals = [known.ask(_spell_seal, part, places[part.signed.protected]) for part in proof.seals]
    registry, trace = (
        [known.ask(_spell_part, part, places[part.protected]) for part in parts]
        for parts in (proof.registry, proof.trace)
    )
    values = [
        format_cbor(proof.walk), format_cbor(proof.subject), format_cbor(proof.checkpoint),
        format_cbor(list[Value](table)), _array(seals), _array(registry),
        format_cbor(format_index_proof(proof.registry_index)), _array(trace),
        format_cbor(format_index_proof(proof.trace_index)), format_cbor(proof.path),
    ]  # fmt: skip
    return _BEGIN + b"".join(bytes([label]) + value for label, value in enumerate(values, 1))


def _array(items: list[bytes]) -> bytes:
    return head_bytes(4, len(items)) + b"".join(items)


def _spell_part(part: StatementPart, header: int) -> bytes:
    return format_cbor(format_part(part, header))


def _spell_seal(part: SealPart, header: int) -> bytes:
    return format_cbor(format_seal_part(part, header))
