"""Evidence of what was said twice, out of what was replayed: the entry that is refused, and the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ledger.prove.log import Subtrees, shared_path
from ledger.witness.replay.judge import Taken
from ledger.witness.replay.lies import Conviction
from ledger.witness.replay.past import Past
from ledger.witness.replay.standing import Batch, part_of
from verifier.errors import IncompleteError
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.proof.bundle import StatementPart
from verifier.proof.evidence_twice import TwiceEvidence, format_twice_evidence

FIELDS = frozenset({"statement.first", "head.id", "statement"})  # what the rules refuse by that ask for each once


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement of the log, with its heads."""

    leaf: int
    statement: Statement
    heads: Sequence[bytes]

    def ids(self) -> Iterator[tuple[bytes, int]]:
        """Yield id and position of the events."""
        for position, spelt in enumerate(self.heads):
            yield parse_head(spelt).id, position

    def part(self, *positions: int) -> StatementPart:
        """Return the statement with these of its events, without bodies."""
        return part_of(self.leaf, Batch(self.statement, self.heads, ()), positions, bare=True)


def convict_twice(
    past: Past, taken: Sequence[Taken], leaf: int, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of a number or an id that was used before.

    Args:
        past: the state that the database holds.
        taken: the entries behind that, those of the block last.
        leaf: of the statement that uses it again, or the hash envelope that stands there again.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: nothing of the kind is there.
    """
    if envelopes := [each for each in taken if each.leaf == leaf and isinstance(each.parsed, Envelope)]:
        return _convict_envelope(past, taken, envelopes[0], note=note, tree=tree, size=size)
    batches = [_batch(each) for each in taken if isinstance(each.parsed, Statement) and each.leaf <= leaf]
    if not batches or batches[-1].leaf != leaf:
        raise IncompleteError("evidence", came=f"nothing at leaf {leaf}", expected="a statement over a batch")
    parts = _numbered(past, batches) or _named(past, batches)
    if not parts:
        raise IncompleteError("evidence", came="neither number nor id", expected="one that was used before")
    path = shared_path(tree, size, {part.leaf for part in parts})

    def convict(charter: Sequence[StatementPart]) -> bytes:
        return format_twice_evidence(TwiceEvidence(tuple(charter), note, parts, path))

    return convict


def _convict_envelope(
    past: Past, taken: Sequence[Taken], last: Taken, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of a hash envelope that stands twice."""
    identity, digest = statement_identity(last.parsed), getattr(last.parsed, "digest", b"")
    waiting = ((each.leaf, each.entry) for each in taken if each.leaf < last.leaf)
    kept = ((row.leaf, row.entry) for row in past.rows.statements_with(digest))
    same = (each for each in chain(waiting, kept) if statement_identity(parse_entry(each[1])) == identity)
    first = next(same, None)
    if first is None:
        raise IncompleteError("evidence", came="one hash envelope", expected="one that was recorded before")
    shown = first, (last.leaf, last.entry)
    path = shared_path(tree, size, [leaf for leaf, _ in shown])

    def convict(charter: Sequence[StatementPart]) -> bytes:
        return format_twice_evidence(TwiceEvidence(tuple(charter), note, (), path, shown))

    return convict


def _numbered(past: Past, batches: Sequence[_Said]) -> tuple[StatementPart, ...]:
    """Return the last statement and one before it that has one of its numbers."""
    *before, last = batches
    overlaps = partial(_overlap, last.statement)
    rows = past.rows.statements_with(last.statement.header.kid)
    waiting = (each for each in before if overlaps(each.statement))
    found = next(chain(waiting, _kept(past, (row.leaf for row in rows), overlaps)), None)
    return (found.part(0), last.part(0)) if found else ()


def _overlap(one: Statement, two: Statement) -> bool:
    """Return whether one key numbered both statements, and some number twice."""
    end = min(one.first + one.count, two.first + two.count)
    return one.header.kid == two.header.kid and max(one.first, two.first) < end


def _named(past: Past, batches: Sequence[_Said]) -> tuple[StatementPart, ...]:
    """Return the last statement with an event whose id its issuer used before, and the event that did."""
    last = batches[-1]
    issuer = last.statement.header.issuer
    seen = {id_: (each, place) for each in batches[:-1] if each.statement.header.issuer == issuer
            for id_, place in each.ids()}  # fmt: skip
    for id_, position in last.ids():
        if id_ in seen:
            each, place = seen[id_]
            return (last.part(place, position),) if each is last else (each.part(place), last.part(position))
        used_before = past.rows.used([(id_, past.words.number(issuer))])
        rows = past.rows.events_with(id_) if used_before else ()
        for each in _kept(past, (row.leaf for row in rows), lambda said: said.header.issuer == issuer):
            if used := [place for other, place in each.ids() if other == id_]:
                return each.part(used[0]), last.part(position)
        seen[id_] = last, position
    return ()


def _batch(taken: Taken) -> _Said:
    if not isinstance(taken.parsed, Statement):
        raise IncompleteError("evidence", came="a hash envelope", expected="a statement over a batch")
    return _Said(taken.leaf, taken.parsed, [each.head for each in taken.answered])


def _kept(past: Past, leaves: Iterable[int], wanted: Callable[[Statement], bool]) -> Iterator[_Said]:
    """Yield the wanted ones of the statements over batches that the database holds at these leaves."""
    for leaf in leaves:
        row = past.rows.entry(leaf)
        parsed = parse_entry(row.entry) if row else None
        if row and row.event is not None and isinstance(parsed, Statement) and wanted(parsed):
            yield _Said(leaf, parsed, [each.head for each in past.rows.events(row.event, parsed.count)])
