"""A leaf of the block that was read last, and what stands before it: the registry, and histories with their proofs.

The state of the database is gone on with, block by block: what stands before the leaf is judged and takes effect, what
stands there or behind it is only recorded, since the index has it all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ledger.prove.index import prove_index
from ledger.prove.log import Leaves, shared_path
from ledger.witness.replay.convict import ReplayView
from ledger.witness.replay.judge import Taken, judge
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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A block: its entries, and its seal, known to join up."""

    taken: Sequence[Taken]
    signed: SignedSeal


@dataclass(frozen=True, slots=True)
class Batch:
    """A statement of the log with head and body (None where it is not known here) of each of its events."""

    statement: Statement
    heads: Sequence[bytes]
    bodies: Sequence[bytes | None]


class Standing:
    """What stands before a leaf, and the index as the last block leaves it."""

    def __init__(self, past: Past, blocks: Sequence[Sealed], leaf: int) -> None:
        """Go on with the blocks that the database does not hold.

        Args:
            past: the state that the database holds; it is used up.
            blocks: all behind that, at least one.
            leaf: a leaf of the last of them, its seal's too.

        Raises:
            InconsistentError: the last seal is over another index: that is what the ledger is convicted of.
        """
        self.past, self._blocks = past, blocks
        self.signed = blocks[-1].signed
        self.taken = {taken.leaf: taken for block in blocks for taken in block.taken}
        self._histories: dict[Pair, Sequence[Event]] = {}
        self._kind = past.replay.registry.type_at("registry.charter", 0)
        for block in blocks:
            for each in block.taken:
                past.index.load(each.touched())
                if each.leaf < leaf:
                    judge(each, block.signed.seal.time, past)
                else:
                    self._record(each)
        if past.index.root() != self.signed.seal.root:
            raise InconsistentError("seal", came="another index", expected="the root that the block makes")

    def history(self, pair: Pair) -> Sequence[Event]:
        """Return a history as the block leaves it."""
        if pair not in self._histories:
            self._histories[pair] = self.past.history(pair)
        return self._histories[pair]

    def needs(
        self,
        judged: Event | None = None,
        also: Collection[str] = (),
        *,
        answered: Sequence[Event] = (),
        names: Collection[bytes] = (),
    ) -> Mapping[Pair, Sequence[Event]]:
        """Return the registry histories that an event, what it answers, and further subjects rest on.

        Args:
            judged: the event, if there is one.
            also: further subjects.
            answered: what the event answers and what stands in no registry history, by heads.
            names: further subjects by their names.
        """
        replay = self.past.replay
        if replay.founding is None:
            raise IncompleteError("evidence", came="no charter", expected="one in leaf 0")
        return registry_needs(
            [*([judged] if judged else []), *answered],
            origin=replay.founding.origin,
            is_root=lambda event: replay.is_root(event.kid, event.leaf),
            history_of=lambda pair: [self._event(row, judged) for row in self.past.history_rows(key_of(*pair))],
            also=also,
            names=names,
        )

    def prove(self, pairs: Collection[Pair]) -> IndexProof:
        """Return the proof of exactly these histories under the last seal's root."""
        keys = sorted(key_of(*pair) for pair in pairs)
        self.past.index.load(keys)
        return prove_index(ReplayView(self.past.index), keys)

    def parts(self, places: Collection[tuple[int, int]], *, bare: bool = False) -> tuple[StatementPart, ...]:
        """Return the statements of these events, by leaf; `bare`: heads only."""
        leaves: dict[int, list[int]] = {}
        for leaf, position in sorted(places):
            leaves.setdefault(leaf, []).append(position)
        return tuple(self.part(leaf, positions, bare=bare) for leaf, positions in leaves.items())

    def part(self, leaf: int, positions: Sequence[int], *, bare: bool = False) -> StatementPart:
        """Return a statement with these of its events; `bare`: heads only."""
        return part_of(leaf, self.batch(leaf), positions, bare=bare)

    def batch(self, leaf: int) -> Batch:
        """Return a statement of these blocks or of the database."""
        taken = self.taken.get(leaf)
        if taken and isinstance(taken.parsed, Statement):
            return batch_of(taken, taken.parsed)
        entry = self.past.rows.entry(leaf)
        if entry is None or entry.event is None:
            raise IncompleteError("evidence", came=f"nothing at leaf {leaf}", expected="a statement over a batch")
        statement = parse_statement(entry.entry)
        rows = self.past.rows.events(entry.event, statement.count)
        return Batch(statement, [row.head for row in rows], [self.past.rows.body(row.number) for row in rows])

    def seals(self, leaves: Collection[int]) -> tuple[SealPart, ...]:
        """Return the seals that cover these leaves, and the last one."""
        found = {self.signed.seal.covered: self.signed}
        for leaf in leaves:
            own = next((block.signed for block in self._blocks if block.signed.seal.covers(leaf)), None)
            row = None if own else self.past.rows.seal_from(leaf)
            if own:
                found[own.seal.covered] = own
            elif row:
                found[row.leaf] = parse_seal(row.entry)
        return tuple(SealPart(leaf, found[leaf]) for leaf in sorted(found))

    def _record(self, taken: Taken) -> None:
        """Enter what nobody judges: the index has it all the same. Traces that open here are asked by nobody."""
        if not isinstance(taken.parsed, Statement):
            self.past.record_envelope(leaf_hash(taken.entry), taken.leaf, taken.entry, taken.keys[0][0])
            return
        kid = taken.parsed.header.kid
        for position, (name, head, keys) in enumerate(zip(taken.names, taken.heads, taken.keys, strict=True)):
            event = Event(name, taken.leaf, position, head, None, kid)
            self.past.record(event, taken.answered[position].head, keys, self._kind)

    def _event(self, row: EventRow, judged: Event | None) -> Event:
        if judged and (row.leaf, row.position) == judged.place:
            return judged
        batch = self.batch(row.leaf)
        body = batch.bodies[row.position]
        read = None if body is None else parse_body(body)
        kid = batch.statement.header.kid
        return Event(event_name(row.head), row.leaf, row.position, parse_head(row.head), read, kid)


def batch_of(taken: Taken, statement: Statement) -> Batch:
    """Return an entry that was read as a statement, with its events."""
    return Batch(statement, [each.head for each in taken.answered], [each.body for each in taken.answered])


def part_of(leaf: int, batch: Batch, positions: Sequence[int], *, bare: bool = False) -> StatementPart:
    """Return a statement at its leaf with these of its events; `bare`: heads only."""
    said = batch.statement
    events = tuple(
        EventPart(place, batch.heads[place], RESTRICTED if bare else _state(batch.bodies[place]))
        for place in sorted(positions)
    )
    path = shared_path(Leaves([event_name(head) for head in batch.heads]), said.count, positions)
    return StatementPart(leaf, said.protected, said.first, said.count, said.signature, path, events)


def _state(body: bytes | None) -> BodyState:
    return RESTRICTED if body is None else body
