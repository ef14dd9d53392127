"""Evidence of an inadmissible statement, out of what was replayed.

The statement and the registry that it rests on; where these say nothing against it, the traces that it touches as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.prove.index import prove_index
from ledger.prove.log import Leaves, Subtrees, shared_path
from ledger.witness.replay.convict import ReplayView
from ledger.witness.replay.judge import Taken, judge
from ledger.witness.replay.lies import Conviction, Where
from ledger.witness.replay.past import Past, key_of
from ledger.witness.replay.rows import EventRow
from verifier.errors import IncompleteError, InconsistentError
from verifier.judgement.needs import registry_needs
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair, event_name, parse_head
from verifier.ledgerformat.index import IndexProof
from verifier.ledgerformat.seal import SignedSeal, parse_seal
from verifier.ledgerformat.statement import Statement, parse_statement
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import RESTRICTED, BodyState, EventPart, SealPart, StatementPart
from verifier.proof.evidence_inadmissible import StatementEvidence, format_statement_evidence
from verifier.proof.evidence_places import TracePart, trace_pairs, types_behind
from verifier.proof.evidence_reasons import reason_against


@dataclass(frozen=True, slots=True)
class _Batch:
    """A statement of the log with head and body (None where it is not known here) of each of its events."""

    statement: Statement
    heads: Sequence[bytes]
    bodies: Sequence[bytes | None]


def convict_statement(
    past: Past, block: Sequence[Taken], signed: SignedSeal, where: Where, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of an inadmissible statement over a batch.

    Args:
        past: the state before the block; it is used up.
        block: all of its entries.
        signed: its seal.
        where: the statement, and the event that is judged.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: what stands there is no statement over a batch.
        InconsistentError: the seal is over another index: that is what the ledger is convicted of.
    """
    return _Prosecution(past, block, signed, where).convict(note=note, tree=tree, size=size)


class _Prosecution:
    """One statement of a block, and the registry as it stands before it."""

    def __init__(self, past: Past, block: Sequence[Taken], signed: SignedSeal, where: Where) -> None:
        self._past, self._signed = past, signed
        self._block = {taken.leaf: taken for taken in block}
        taken = self._block[where.leaf]
        if not isinstance(taken.parsed, Statement):
            raise IncompleteError("evidence", came="a hash envelope", expected="a statement over a batch")
        self._place = where.leaf, where.position or 0
        self._kind = past.replay.registry.type_at("registry.charter", 0)
        for each in block:
            past.index.load(each.touched())
            if each.leaf < where.leaf:
                judge(each, signed.seal.time, past)
            else:
                self._record(each)
        if past.index.root() != signed.seal.root:
            raise InconsistentError("seal", came="another index", expected="the root that the block makes")

    def convict(self, *, note: bytes, tree: Subtrees, size: int) -> Conviction:
        """Return what makes the file, once the charters are known."""
        statement = self._part(self._place[0], [self._place[1]])
        head = parse_head(statement.events[0].head)
        kid = self._batch(self._place[0]).statement.header.kid
        judged = Event(event_name(statement.events[0].head), *self._place, head, None, kid)
        touched = self._touched(judged) if self._may_be_said(judged, statement) else None
        needs = self._needs(judged, types_behind(judged, touched or ()))
        rests = {event.place for history in needs.values() for event in history} - {judged.place}
        registry = self._parts(rests)
        proof = self._prove(needs)
        traces = None
        if touched is not None:
            apart = {event.place for event in touched} - rests - {judged.place}
            traces = TracePart(self._parts(apart, bare=True), self._prove(trace_pairs(head)))
        seals = self._seals([*(part.leaf for part in registry), statement.leaf])
        shown = StatementEvidence((), note, seals, statement, registry, proof, b"", traces)
        leaves = {part.leaf for part in shown.parts} | {part.leaf for part in seals}
        evidence = replace(shown, path=shared_path(tree, size, leaves))
        return lambda charter: format_statement_evidence(replace(evidence, charter=tuple(charter)))

    def _may_be_said(self, judged: Event, statement: StatementPart) -> bool:
        """Return whether nothing speaks against an event but, perhaps, its place and what it answers."""
        if judged.head.type.startswith("registry."):
            return False
        said, time = self._batch(statement.leaf).statement, self._signed.seal.time
        return reason_against(judged, said, statement.events[0], replay=self._past.replay, time=time) is None

    def _touched(self, judged: Event) -> list[Event]:
        """Return the events of every trace that an event touches, and what it answers, as far as that stands before."""
        pairs = trace_pairs(judged.head)
        touched = [self._event(row, judged) for pair in pairs for row in self._past.history_rows(key_of(*pair))]
        answered = [each for name in judged.head.about if (each := self._past.find(name))]
        return touched + [each for each in answered if each.place < judged.place]

    def _parts(self, places: Collection[tuple[int, int]], *, bare: bool = False) -> tuple[StatementPart, ...]:
        """Return the statements of these events, by leaf; `bare`: heads only."""
        leaves: dict[int, list[int]] = {}
        for leaf, position in sorted(places):
            leaves.setdefault(leaf, []).append(position)
        return tuple(self._part(leaf, positions, bare=bare) for leaf, positions in leaves.items())

    def _prove(self, pairs: Collection[Pair]) -> IndexProof:
        keys = sorted(key_of(*pair) for pair in pairs)
        self._past.index.load(keys)
        return prove_index(ReplayView(self._past.index), keys)

    def _record(self, taken: Taken) -> None:
        """Enter what nobody judges: the index has it all the same. Traces that open here are asked by nobody."""
        if not isinstance(taken.parsed, Statement):
            self._past.record_envelope(leaf_hash(taken.entry), taken.leaf, taken.entry, taken.keys[0][0])
            return
        kid = taken.parsed.header.kid
        for position, (name, head, keys) in enumerate(zip(taken.names, taken.heads, taken.keys, strict=True)):
            event = Event(name, taken.leaf, position, head, None, kid)
            self._past.record(event, taken.answered[position].head, keys, self._kind)

    def _needs(self, judged: Event, also: Collection[str]) -> Mapping[Pair, Sequence[Event]]:
        replay = self._past.replay
        origin = replay.registry.charters[0].origin
        return registry_needs(
            [judged],
            origin=origin,
            is_root=lambda event: replay.is_root(event.kid, event.leaf),
            history_of=lambda pair: [self._event(row, judged) for row in self._past.history_rows(key_of(*pair))],
            also=also,
        )

    def _event(self, row: EventRow, judged: Event) -> Event:
        if (row.leaf, row.position) == judged.place:
            return judged
        batch = self._batch(row.leaf)
        body = batch.bodies[row.position]
        read = None if body is None else parse_body(body)
        kid = batch.statement.header.kid
        return Event(event_name(row.head), row.leaf, row.position, parse_head(row.head), read, kid)

    def _batch(self, leaf: int) -> _Batch:
        """Return a statement of the block or of the database."""
        taken = self._block.get(leaf)
        if taken and isinstance(taken.parsed, Statement):
            return _Batch(taken.parsed, [each.head for each in taken.answered], [each.body for each in taken.answered])
        entry = self._past.rows.entry(leaf)
        if entry is None or entry.event is None:
            raise IncompleteError("evidence", came=f"nothing at leaf {leaf}", expected="a statement over a batch")
        statement = parse_statement(entry.entry)
        rows = self._past.rows.events(entry.event, statement.count)
        return _Batch(statement, [row.head for row in rows], [self._past.rows.body(row.number) for row in rows])

    def _part(self, leaf: int, positions: Sequence[int], *, bare: bool = False) -> StatementPart:
        batch = self._batch(leaf)
        statement = batch.statement
        events = tuple(
            EventPart(place, batch.heads[place], RESTRICTED if bare else _state(batch.bodies[place]))
            for place in positions
        )
        names = Leaves([event_name(head) for head in batch.heads])
        path = shared_path(names, statement.count, positions)
        return StatementPart(
            leaf, statement.protected, statement.first, statement.count, statement.signature, path, events
        )

    def _seals(self, leaves: Sequence[int]) -> tuple[SealPart, ...]:
        """Return the seals that cover these leaves, the block's last."""
        found = {self._signed.seal.covered: self._signed}
        for leaf in leaves:
            row = None if leaf in self._block else self._past.rows.seal_from(leaf)
            if row:
                found[row.leaf] = parse_seal(row.entry)
        return tuple(SealPart(leaf, found[leaf]) for leaf in sorted(found))


def _state(body: bytes | None) -> BodyState:
    return RESTRICTED if body is None else body
