"""Files against a ledger, made from its log by somebody who wants it convicted: of anything, by any means."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import cbor2

from ledger.prove.log import Leaves, shared_path
from tests.verifier.proof.audit.forge import MemorySource, entries_of
from verifier.errors import SuyuanError
from verifier.ledgerformat.batch_answer import parse_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.statement import Statement, parse_entry, parse_statement
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import RESTRICTED, EventPart, StatementPart
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.proof.evidence_seal import SealEvidence, format_seal_evidence
from verifier.proof.evidence_twice import TwiceEvidence, format_twice_evidence
from verifier.proof.examination import Standpoint


class Accuser:
    """Makes files from a log that it has read whole."""

    def __init__(self, log: MemorySource, charter: Sequence[StatementPart]) -> None:
        self.log, self.charter = log, tuple(charter)
        self.entries = entries_of(log)
        self.tree = Leaves([leaf_hash(entry) for entry in self.entries])

    @cached_property
    def statements(self) -> list[int]:
        """Return the leaves of statements over batches."""
        return [leaf for leaf in range(len(self.entries)) if f"batches/{leaf}" in self.log.files]

    def statement(self, leaf: int) -> Statement:
        return parse_statement(self.entries[leaf])

    def count(self, leaf: int) -> int:
        return self.statement(leaf).count

    def kid(self, leaf: int) -> bytes:
        return self.statement(leaf).header.kid

    def alike(self, one: int, other: int) -> bool:
        """Return whether one key or one issuer said both."""
        first, second = self.statement(one).header, self.statement(other).header
        return first.kid == second.kid or first.issuer == second.issuer

    def path(self, *leaves: int) -> bytes:
        return shared_path(self.tree, len(self.entries), leaves)

    def twice(self, one: int, other: int) -> bytes:
        """Return the file that says that two things were said twice: the first event of each, or the first two."""
        shown = {one: [0, 1]} if one == other else {one: [0], other: [0]}
        parts = tuple(self._part(leaf, positions) for leaf, positions in shown.items())
        return format_twice_evidence(TwiceEvidence(self.charter, self.log.checkpoint(), parts, self.path(*shown)))

    def seal(self, *leaves: int) -> bytes:
        """Return the file that says that the last of one or two entries is a broken seal."""
        entries = {leaf: self.entries[leaf] for leaf in leaves}
        return format_seal_evidence(SealEvidence(self.charter, self.log.checkpoint(), entries, self.path(*leaves)))

    def _part(self, leaf: int, positions: list[int]) -> StatementPart:
        said = self.statement(leaf)
        assert isinstance(parse_entry(self.entries[leaf]), Statement)
        heads = [each.head for each in parse_batch_answer(self.log.batch(leaf))]
        path = shared_path(Leaves([event_name(head) for head in heads]), said.count, positions)
        events = tuple(EventPart(position, heads[position], RESTRICTED) for position in positions)
        return StatementPart(leaf, said.protected, said.first, said.count, said.signature, path, events)


def require_refused_or_true(file: bytes, data: bytes, standpoint: Standpoint, what: str) -> None:
    """Require that what was made of a convicting file convicts of nothing else."""
    try:
        found = confirm_evidence(data, standpoint)
    except SuyuanError:
        return
    assert found == confirm_evidence(file, standpoint), what


def flipped(data: bytes, picked: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield a file with one bit of one byte changed, for so many bytes."""
    for place in picked.sample(range(len(data)), count):
        bytes_ = bytearray(data)
        bytes_[place] ^= 1 << picked.randrange(8)
        yield f"byte {place}", bytes(bytes_)


def bent(data: bytes, picked: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield a file with one place of its content bent, for every place; only the charter is sampled."""
    places = list(_places(cbor2.loads(data)[2]))
    charter = [place for place in places if place[0] in (4, 6)]
    for place in [each for each in places if each not in charter] + picked.sample(charter, min(20, len(charter))):
        for what, bend in _BENDS.items():
            file = cbor2.loads(data)
            inside = file[2]
            for step in place[:-1]:
                inside = inside[step]
            before = inside[place[-1]]
            try:
                inside[place[-1]] = bend(before)
            except (TypeError, IndexError, AttributeError):
                continue
            if inside[place[-1]] != before:
                yield f"{what} at {place}", cbor2.dumps(file, canonical=True)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inside:
        yield from _places(each, (*path, step))


_BENDS: dict[str, Any] = {
    "one more": lambda value: value + 1,
    "one less": lambda value: max(value - 1, 0),
    "nothing": lambda _: 0,
    "the last again": lambda value: [*value, value[-1]] if isinstance(value, list) else value + value[-32:],
    "without the last": lambda value: value[:-1] if isinstance(value, list) else value[:-32],
    "without the first": lambda value: value[1:] if isinstance(value, list) else value[32:],
    "turned round": lambda value: value[::-1],
    "the first for all": lambda value: [value[0]] * len(value) if isinstance(value, list) else value[:32] * 2,
}
