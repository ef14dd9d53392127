"""From one seal to the next: entries judged at the seal's time, then the seal against what they came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledger.index import frontier as mini
from ledger.witness.replay.judge import Taken, judge
from ledger.witness.replay.lies import BROKEN_SEAL, WRONG_INDEX, LieFoundError, Where
from ledger.witness.replay.past import Past
from ledger.witness.replay.rows import EntryRow, Reached
from verifier.errors import MismatchError, SuyuanError
from verifier.ledgerformat.seal import Seal, SignedSeal, parse_seal


@dataclass(slots=True)
class Chain:
    """Where the blocks stand.

    Attributes:
        size: leaves behind.
        first: leaf at which the newest block began.
        seal: leaf hash of the newest seal, None before the first.
        time: of the newest seal, -1 before the first.
        edge: complete subtrees of the log's tree.
        waiting: seals from before a charter was in force, with their leaves.
    """

    size: int
    first: int
    seal: bytes | None
    time: int
    edge: bytes
    waiting: list[tuple[int, SignedSeal]] = field(default_factory=list)


def parse_joined_seal(chain: Chain, leaf: int, entry: bytes, first: int) -> SignedSeal:
    """Return the seal of a block that begins at `first`, once it joins up with the one before.

    Raises:
        LieFoundError: it covers other leaves, names another seal before it, or is not later.
    """
    try:
        signed = parse_seal(entry)
        _require_joined(chain, signed.seal, leaf, first)
    except SuyuanError as error:
        raise LieFoundError(BROKEN_SEAL, Where(leaf), error) from error
    return signed


def replay_block(
    past: Past, chain: Chain, block: Iterable[Taken], signed: SignedSeal, leaf_hashes: Sequence[bytes]
) -> None:
    """Judge and record the entries of a block, then its seal; afterwards the chain stands behind it.

    Args:
        past: the state before the block.
        chain: where the blocks stand.
        block: its entries, in log order, without the seal; each is judged before the next is read.
        signed: its seal, known to join up.
        leaf_hashes: of the entries and, last, of the seal.

    Raises:
        LieFoundError: an entry that could not stand there, or a seal over another index.
        UnservedError: something that cannot be judged by what is served.
    """
    seal = signed.seal
    for taken in block:
        past.index.load(taken.touched())
        past.chunk.entries.append(EntryRow(taken.leaf, taken.entry, past.events, None))
        judge(taken, seal.time, past)
    _compare_index(past, seal)
    chain.waiting.append((seal.covered, signed))
    _verify_waiting(past, chain)
    past.chunk.entries.append(EntryRow(seal.covered, signed.entry, None, seal.first))
    for count, hashed in enumerate(leaf_hashes, chain.size):
        chain.edge = mini.push(chain.edge, count, hashed)
    chain.size, chain.first, chain.seal, chain.time = seal.covered + 1, seal.first, leaf_hashes[-1], seal.time


def reached(past: Past, chain: Chain, note: bytes) -> Reached:
    """Return how far a replay has come, as it is written."""
    return Reached(chain.size, past.events, past.index.keys, chain.first, chain.seal, chain.time, chain.edge, note)


def _require_joined(chain: Chain, seal: Seal, leaf: int, first: int) -> None:
    if seal.covered != leaf:
        raise MismatchError("seal.covered", came=seal.covered, expected=f"{leaf}, its own leaf")
    if seal.first != first:
        raise MismatchError("seal.first", came=seal.first, expected=f"{first}, the leaf after the seal before")
    if seal.time <= chain.time:
        raise MismatchError("seal.time", came=seal.time, expected=f"later than {chain.time}, the seal before")
    if seal.previous != chain.seal:
        expected = chain.seal.hex() if chain.seal else "none: there is no seal before"
        raise MismatchError("seal.previous", came=seal.previous or "none", expected=expected)


def _compare_index(past: Past, seal: Seal) -> None:
    root = past.index.root()
    if root != seal.root:
        error = MismatchError("index root", came=seal.root, expected=f"{root.hex()}, of the events before it")
        raise LieFoundError(WRONG_INDEX, Where(seal.covered), error)
    if past.index.keys != seal.keys:
        error = MismatchError("index keys", came=seal.keys, expected=str(past.index.keys))
        raise LieFoundError(WRONG_INDEX, Where(seal.covered), error)


def _verify_waiting(past: Past, chain: Chain) -> None:
    """Verify the seals up to here, if a charter is in force."""
    registry = past.replay.registry
    if registry.charter_in_force(chain.waiting[-1][0]) is None:
        return
    for leaf, signed in chain.waiting:
        try:
            charter = registry.charter_at(leaf)
            signed.verify(charter.seal, charter.origin)
        except SuyuanError as error:
            raise LieFoundError(BROKEN_SEAL, Where(leaf), error) from error
    chain.waiting.clear()
