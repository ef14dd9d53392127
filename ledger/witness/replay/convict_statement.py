"""Evidence of an inadmissible statement, out of what was replayed.

The statement and the registry that it rests on; where these say nothing against it, the traces that it touches as well,
and where these do not either, the histories that rules of order and a stated root look at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ledger.prove.log import Subtrees, shared_path
from ledger.witness.replay.judge import Taken
from ledger.witness.replay.lies import Conviction, Where
from ledger.witness.replay.past import Past
from ledger.witness.replay.standing import Sealed, Standing
from verifier.errors import IncompleteError, NotPermittedError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.judgement.phase import require_founding
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.statement import Statement
from verifier.proof.bundle import StatementPart
from verifier.proof.evidence_acts import subjects_of_act
from verifier.proof.evidence_inadmissible import StatementEvidence, format_statement_evidence
from verifier.proof.evidence_places import TracePart, shown_pairs, stand_before, types_behind
from verifier.proof.evidence_reasons import reason_against
from verifier.proof.evidence_registry import subjects_behind_key


@dataclass(frozen=True, slots=True)
class _Reach:
    """Histories that a file shows besides the registry's, with their events and what is answered.

    `ordered`: those that rules of order and a stated root look at are among them.
    """

    events: Sequence[Event]
    pairs: Sequence[Pair]
    ordered: bool


def convict_statement(
    past: Past, blocks: Sequence[Sealed], where: Where, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of an inadmissible statement over a batch.

    Args:
        past: the state that the database holds; it is used up.
        blocks: all behind that, the statement's last.
        where: the statement, and the event that is judged, where it is one.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: what stands there is no statement over a batch.
        InconsistentError: the seal is over another index: that is what the ledger is convicted of.
    """
    return _Prosecution(past, blocks, where).convict(note=note, tree=tree, size=size)


def speaks_against(past: Past, blocks: Sequence[Sealed], where: Where) -> bool:
    """Return whether what a file of `convict_statement` shows speaks against a registry event; arguments as there.

    Of other events it is all that can be shown.
    """
    return _Prosecution(past, blocks, where).speaks_against()


def accused_position(taken: Taken, replay: Replay) -> int:
    """Return which event of a statement to judge that is refused as a whole: one that speaks for itself, if any does.

    That is one in another's name, which no history need be shown of; else one that no charter that waits, or has
    expired, lets be said.

    Args:
        taken: the statement.
        replay: the registry before it.
    """
    issuer = taken.parsed.header.issuer
    anothers = (place for place, head in enumerate(taken.heads) if head.issuer != issuer)
    waits = replay.registry.charter_in_force(taken.leaf) is None
    early = (place for place, head in enumerate(taken.heads) if waits and not _founds(head, replay))
    plain = (place for place, head in enumerate(taken.heads) if head.type not in (CHARTER, APPROVAL))
    return next(anothers, next(early, next(plain, 0)))


def _founds(head: Head, replay: Replay) -> bool:
    try:
        require_founding([head], replay.founding)
    except NotPermittedError:
        return False
    return True


class _Prosecution:
    """One statement of a block, and the registry as it stands before it."""

    def __init__(self, past: Past, blocks: Sequence[Sealed], where: Where) -> None:
        taken = next((each for each in blocks[-1].taken if each.leaf == where.leaf), None)
        if taken is None or not isinstance(taken.parsed, Statement):
            raise IncompleteError("evidence", came="no statement", expected="a statement over a batch in this block")
        self._standing = Standing(past, blocks, where.leaf)
        self._past = past
        position = accused_position(taken, past.replay) if where.position is None else where.position
        self._place = where.leaf, position

    def convict(self, *, note: bytes, tree: Subtrees, size: int) -> Conviction:
        """Return what makes the file, once the charters are known."""
        standing = self._standing
        statement = standing.part(self._place[0], [self._place[1]])
        head = parse_head(statement.events[0].head)
        kid = standing.batch(self._place[0]).statement.header.kid
        judged = Event(event_name(statement.events[0].head), *self._place, head, None, kid)
        reach = self._reach(judged, statement)
        also = types_behind(judged, reach.events) if reach else subjects_of_act(_whole(judged, statement))
        needs = standing.needs(judged, [*also, *subjects_behind_key(judged, self._past.replay)])
        rests = {event.place for history in needs.values() for event in history} - {judged.place}
        registry = standing.parts(rests)
        proof = standing.prove(needs)
        traces = None
        if reach:
            apart = {event.place for event in reach.events} - rests - {judged.place}
            traces = TracePart(standing.parts(apart, bare=True), standing.prove(reach.pairs), reach.ordered)
        seals = standing.seals([*(part.leaf for part in registry), statement.leaf])
        shown = StatementEvidence((), note, seals, statement, registry, proof, b"", traces)
        leaves = {part.leaf for part in shown.parts} | {part.leaf for part in seals}
        evidence = replace(shown, path=shared_path(tree, size, leaves))
        return lambda charter: format_statement_evidence(replace(evidence, charter=tuple(charter)))

    def speaks_against(self) -> bool:
        """Return whether there is a reason against it, or it is no registry event."""
        shown = self._standing.part(self._place[0], [self._place[1]])
        (event,), said = shown.events, self._standing.batch(self._place[0]).statement
        head = parse_head(event.head)
        judged = Event(event_name(event.head), *self._place, head, None, said.header.kid)
        replay, time = self._past.replay, self._standing.signed.seal.time
        narrow = reason_against(judged, said, event, replay=replay, time=time)
        return narrow is not None or not head.type.startswith("registry.")

    def _reach(self, judged: Event, statement: StatementPart) -> _Reach | None:
        """Return which histories a file shows besides the registry's: no more than are needed to convict."""
        said, shown = self._standing.batch(statement.leaf).statement, statement.events[0]
        replay, time = self._past.replay, self._standing.signed.seal.time
        if judged.head.type.startswith("registry.") or reason_against(judged, said, shown, replay=replay, time=time):
            return None
        traces = self._reached(judged, ordered=False)
        before = stand_before(judged, self._standing.history, traces.events, replay.registry, ordered=False)
        if reason_against(judged, said, shown, replay=replay, time=time, before=before):
            return traces
        return self._reached(judged, ordered=True)

    def _reached(self, judged: Event, *, ordered: bool) -> _Reach:
        pairs = shown_pairs(judged, self._standing.history, self._past.replay.registry, ordered=ordered)
        return _Reach(self._touched(judged, pairs), pairs, ordered)

    def _touched(self, judged: Event, pairs: Collection[Pair]) -> list[Event]:
        """Return the events of these histories, and what an event answers before it."""
        touched = [event for pair in pairs for event in self._standing.history(pair)]
        answered = [each for name in judged.head.about if (each := self._past.find(name))]
        return touched + [each for each in answered if each.place < judged.place]


def _whole(judged: Event, statement: StatementPart) -> Event:
    """Return the event that is judged with its body, where that is known here."""
    body = statement.events[0].body
    return replace(judged, body=parse_body(body)) if isinstance(body, bytes) else judged
