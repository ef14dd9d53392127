"""The file that a witness would make of any event of an honest ledger, if that were a lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ledger.client.logtree import VerifiedTree
from ledger.witness.replay import blocks
from ledger.witness.replay import replayer as replaying_module
from ledger.witness.replay.blocks import replay_block
from ledger.witness.replay.convict_act import convict_act
from ledger.witness.replay.convict_statement import convict_statement
from ledger.witness.replay.judge import judge
from ledger.witness.replay.lies import LieFoundError, Where
from ledger.witness.replay.past import open_past
from ledger.witness.replay.standing import Sealed
from tests.attacks.watching import publish
from tests.ledger.witness.replay.conftest import Replaying
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.statement import Statement
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.charterfile import parse_charter_file
from verifier.vocabulary import registry_types


@dataclass
class Accused:
    """An honest event, and the file against it."""

    type: str
    where: Where
    data: bytes


def accuse(
    replaying: Replaying,
    monkeypatch: pytest.MonkeyPatch,
    wanted: Callable[[str, int], bool] = lambda *_: True,
    acts: Callable[[int], bool] = lambda _: False,
) -> list[Accused]:
    """Replay a ledger block by block, believing what it says, and accuse every event of it.

    `wanted` is asked with type and leaf; `acts` with the leaf of a registry event, whether it is accused once more, by
    all that the registry holds.

    The tree above the histories is shared with the replay: it comes to the same when the block is replayed.
    """
    publish(replaying.world)
    note = replaying.client.checkpoint()
    checkpoint = parse_signed_checkpoint(note)[0]
    charter = parse_charter_file(replaying.client.charter())
    tree = VerifiedTree(checkpoint, replaying.client.tile)
    replayer = replaying.open(chunk=0)
    accused: list[Accused] = []

    def accusing(past, chain, block, signed, hashes):
        for where, kind in _events(block) if past.replay.registry.charters else ():
            if wanted(kind, where.leaf):
                before = open_past(replayer._rows, Replay(registry_types()), past.index.heap)
                at = [Sealed(block, signed)]
                convict = convict_statement(before, at, where, note=note, tree=tree, size=checkpoint.size)
                accused.append(Accused(kind, where, convict(charter)))
                if kind.startswith("registry.") and acts(where.leaf):
                    before = open_past(replayer._rows, Replay(registry_types()), past.index.heap)
                    convict = convict_act(before, at, where, note=note, tree=tree, size=checkpoint.size)
                    accused.append(Accused(kind, where, convict(charter)))
        replay_block(past, chain, block, signed, hashes)

    with monkeypatch.context() as patched:
        patched.setattr(replaying_module, "replay_block", accusing)
        patched.setattr(blocks, "judge", _believe)
        replayer.advance_to(checkpoint, note)
    replayer.close()
    return accused


def _believe(taken, time, past) -> None:
    """Judge an entry; what it is refused for is not believed, and it is recorded all the same."""
    try:
        judge(taken, time, past)
    except LieFoundError:
        kind = past.replay.registry.type_at("registry.charter", 0)
        kid = taken.parsed.header.kid
        for place, (name, head, keys) in enumerate(zip(taken.names, taken.heads, taken.keys, strict=True)):
            event = Event(name, taken.leaf, place, head, None, kid)
            past.record(event, taken.answered[place].head, keys, kind)


def _events(block) -> Iterator[tuple[Where, str]]:
    for taken in block:
        if isinstance(taken.parsed, Statement):
            for position, head in enumerate(taken.heads):
                yield Where(taken.leaf, position), head.type
