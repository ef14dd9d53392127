"""Evidence of an inadmissible act: the registry as far as it decides about it, or all of it where nothing less does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.prove.log import Subtrees, shared_path
from ledger.witness.replay.lies import Conviction, Where
from ledger.witness.replay.past import Past
from ledger.witness.replay.standing import Sealed, Standing
from verifier.errors import IncompleteError, SuyuanError
from verifier.judgement.answers import check_answers
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.mapping import check_links, check_targets
from verifier.proof.bundle import StatementPart
from verifier.proof.evidence_inadmissible_act import ActEvidence, format_act_evidence, joined_names, signing_subjects
from verifier.vocabulary import registry_types

_BUILTIN, _REGISTRY = "registry.", "registry"


def convict_act(
    past: Past, blocks: Sequence[Sealed], where: Where, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of a registry event that is refused where it stands.

    Args:
        past: the state that the database holds; it is used up.
        blocks: all behind that, the event's last.
        where: the event.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: what stands there is no registry event, or its body is not known here.
        InconsistentError: the seal is over another index: that is what the ledger is convicted of.
    """
    standing = Standing(past, blocks, where.leaf)
    act = _act(standing, where)
    before = _Before(standing, act, _answered(standing, act))
    before.go_on_to_it()
    shown = before.evidence(note, ())
    if not before.refuses_by(shown.further):
        shown = before.evidence(note, _every_name(past, blocks))
    leaves = {part.leaf for part in shown.parts} | {part.leaf for part in shown.seals}
    evidence = replace(shown, path=shared_path(tree, size, leaves))
    return lambda charter: format_act_evidence(replace(evidence, charter=tuple(charter)))


def _act(standing: Standing, where: Where) -> Event:
    batch, position = standing.batch(where.leaf), where.position or 0
    head, body = batch.heads[position], batch.bodies[position]
    act = Event(event_name(head), where.leaf, position, parse_head(head), None, batch.statement.header.kid)
    if body is None or not act.head.type.startswith(_BUILTIN):
        raise IncompleteError("evidence", came=act.head.type, expected="a registry event with its body")
    return replace(act, body=parse_body(body))


def _found(standing: Standing, name: bytes) -> Event | None:
    """Return an event of the log, with the key that signed it, by its head."""
    event = standing.past.find(name)
    return event and replace(event, kid=standing.batch(event.leaf).statement.header.kid)


def _answered(standing: Standing, act: Event) -> list[Event]:
    """Return what an act answers, and what those acts answer that stand in no registry history."""
    found = {name: each for name in act.head.about if (each := _found(standing, name))}
    waiting = [each for each in found.values() if _is_apart(each)]
    while waiting:
        event = waiting.pop()
        names = event.head.about if event.head.type.startswith(_BUILTIN) else ()
        more = {name: each for name in names if name not in found and (each := _found(standing, name))}
        found |= more
        waiting += [each for each in more.values() if _is_apart(each)]
    return list(found.values())


def _is_apart(event: Event) -> bool:
    """Return whether an event stands in no registry history: the others are shown there."""
    return all(kind != _REGISTRY for kind, _ in event.head.joins)


def _every_name(past: Past, blocks: Sequence[Sealed]) -> tuple[bytes, ...]:
    """Return the names of all subjects that have a registry history."""
    heads = [parse_head(row.head) for row, _, _ in past.rows.registry()]
    heads += [head for block in blocks for taken in block.taken for head in taken.heads]
    return tuple(sorted({name for head in heads for kind, name in head.joins if kind == _REGISTRY}))


@dataclass(frozen=True, slots=True)
class _Before:
    """An act, what it answers, and the log behind it."""

    standing: Standing
    act: Event
    answered: Sequence[Event]

    def go_on_to_it(self) -> None:
        """Let the registry events before the act in its own statement take effect, as a reader of the file does."""
        batch, past = self.standing.batch(self.act.leaf), self.standing.past
        for position in range(self.act.position):
            head, body = parse_head(batch.heads[position]), batch.bodies[position]
            if head.type.startswith(_BUILTIN) and body is not None:
                place = event_name(batch.heads[position]), self.act.leaf, position
                event = Event(*place, head, parse_body(body), self.act.kid)
                past.replay.apply(event, time=self.standing.signed.seal.time)

    def needs(self, further: Collection[bytes]) -> Mapping[Pair, Sequence[Event]]:
        """Return the registry histories that the file shows."""
        names = (*joined_names(self.act), *further)
        return self.standing.needs(
            replace(self.act, body=None), signing_subjects(self.act), answered=self._apart(), names=names
        )

    def refuses_by(self, further: Collection[bytes]) -> bool:
        """Return whether the histories that a file shows say by themselves that the act is refused."""
        shown = {each.place: each for history in self.needs(further).values() for each in history}
        earlier = [shown[place] for place in sorted(shown) if place < self.act.place]
        seals = self.standing.seals([each.leaf for each in (*earlier, self.act)])
        replay = Replay(registry_types())
        try:
            for each in (*earlier, self.act):
                time = next(part.signed.seal.time for part in seals if part.signed.seal.covers(each.leaf))
                replay.apply(each, time=time)
            self._check_answers(replay.registry)
        except SuyuanError:
            return True
        return False

    def _check_answers(self, registry: Registry) -> None:
        head, body = self.act.head, self.act.body
        kind, targets = registry.type_at(head.type, self.act.leaf), [self._head(name) for name in head.about]
        check_targets(kind, targets)
        check_answers(self.act, registry=registry, targets=targets)
        if body:
            check_links(kind, head, body, targets)

    def _head(self, name: bytes) -> Head:
        return next(each.head for each in self.answered if each.name == name)

    def evidence(self, note: bytes, further: tuple[bytes, ...]) -> ActEvidence:
        """Return what the file shows, without charters and path in the log."""
        needs = self.needs(further)
        rests = {each.place for history in needs.values() for each in history} - {self.act.place}
        registry = self.standing.parts(rests)
        statement = self.standing.part(self.act.leaf, [self.act.position])
        answered = tuple(self._shown(leaf) for leaf in sorted({each.leaf for each in self._apart()}))
        seals = self.standing.seals([part.leaf for part in (*registry, *answered, statement)])
        return ActEvidence((), note, seals, statement, registry, self.standing.prove(needs), b"", answered, further)

    def _apart(self) -> list[Event]:
        """Return what is answered and stands in no registry history."""
        return [each for each in self.answered if _is_apart(each)]

    def _shown(self, leaf: int) -> StatementPart:
        """Return a statement with what the act answers in it: of registry events whole, of others the heads."""
        positions = sorted(each.position for each in self._apart() if each.leaf == leaf)
        whole, bare = self.standing.part(leaf, positions), self.standing.part(leaf, positions, bare=True)
        pairs = zip(whole.events, bare.events, strict=True)
        return replace(whole, events=tuple(one if _is_act(one.head) else other for one, other in pairs))


def _is_act(head: bytes) -> bool:
    return parse_head(head).type.startswith(_BUILTIN)
