"""Blocks: what stands between two seals, judged once the seal that gives it its time is there (formats, section 9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.errors import MismatchError, SuyuanError, UntrustedError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.seal import Seal, SignedSeal, is_seal, parse_seal
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.findings import Place
from verifier.proof.audit.hidden import find_hidden
from verifier.proof.audit.known import Known
from verifier.proof.audit.statements import may_have_ruled, take_entry


@dataclass(slots=True)
class Chain:
    """Where the blocks stand.

    Attributes:
        first: leaf at which the block at hand begins.
        previous: leaf hash of the seal before, None before the first one or where it is not to be had.
        time: of the seal before, milliseconds since 1970; -1 before the first one.
        block: leaves and entries of the block at hand, None for an entry that is not to be had.
        waiting: seals whose signature waits for a charter in force, with their leaves.
    """

    first: int = 0
    previous: bytes | None = None
    time: int = -1
    block: list[tuple[int, bytes | None]] = field(default_factory=list)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def torn(self) -> bool:
        """Return whether an entry of the block at hand is not to be had."""
        return any(entry is None for _, entry in self.block)


def take_leaf(known: Known, chain: Chain, leaf: int, entry: bytes | None) -> None:
    """Take the next leaf; where it is a seal, judge the block that it ends."""
    known.counts["leaves"] += 1
    if entry is None:
        known.tear(leaf)
        if may_have_ruled(known, leaf):
            known.unrule(leaf)
        chain.block.append((leaf, None))
        return
    try:
        sealed = is_seal(entry)
    except SuyuanError as error:
        known.findings.add(error, "entry", Place(leaf=leaf))
        known.tear(leaf)
        return
    if sealed:
        _take_seal(known, chain, leaf, entry)
    else:
        chain.block.append((leaf, entry))


def finish(known: Known, chain: Chain, charters: Replay | None) -> None:
    """Judge what the log ends with: a seal must be its last leaf, and every seal have a charter behind it."""
    if chain.block:
        leaf = chain.block[-1][0]
        if chain.block[-1][1] is not None:
            unsealed = MismatchError("seal", came="a log that goes on behind it", expected="a seal as last leaf")
            known.findings.add(unsealed, "seal", Place(leaf=leaf))
        _judge_block(known, chain, chain.time + 1)
    if charters is None:
        return
    for leaf, entry in chain.waiting:
        if charters.registry.charter_in_force(leaf) is None:
            error = UntrustedError("charter", came="not approved", expected="approvals by its own threshold")
            known.findings.add(error, "seal", Place(leaf=leaf))
            break
        _verify(known, parse_seal(entry), leaf, charters)
    chain.waiting.clear()


def _take_seal(known: Known, chain: Chain, leaf: int, entry: bytes) -> None:
    place = Place(leaf=leaf)
    signed: SignedSeal | None = None
    with known.findings.catch("seal", place):
        signed = parse_seal(entry)
    time = signed.seal.time if signed else chain.time + 1
    if signed:
        with known.findings.catch("seal", place):
            _require_joined(chain, signed.seal, leaf)
    known.counts["seals"] += 1
    _judge_block(known, chain, time)
    if signed:
        _compare_index(known, signed.seal, leaf)
        chain.waiting.append((leaf, entry))
        _verify_waiting(known, chain)
    known.block.clear()
    known.index.mark()
    chain.first, chain.previous, chain.time = leaf + 1, leaf_hash(entry), max(time, chain.time)


def _judge_block(known: Known, chain: Chain, time: int) -> None:
    for leaf, entry in chain.block:
        if entry is not None:
            take_entry(known, leaf, entry, time)
    chain.block.clear()


def _require_joined(chain: Chain, seal: Seal, leaf: int) -> None:
    """Refuse a seal that does not follow the one before, or covers other leaves than those before it."""
    if seal.covered != leaf:
        raise MismatchError("seal.covered", came=seal.covered, expected=f"{leaf}, its own leaf")
    if seal.time <= chain.time:
        raise MismatchError("seal.time", came=seal.time, expected=f"later than {chain.time}, the seal before")
    if chain.torn and seal.first != chain.first:
        return  # the seal before may be the entry that is not to be had
    if seal.first != chain.first:
        raise MismatchError("seal.first", came=seal.first, expected=f"{chain.first}, the leaf after the seal before")
    if seal.previous != chain.previous:
        expected = chain.previous.hex() if chain.previous else "none: there is no seal before"
        raise MismatchError("seal.previous", came=seal.previous or "none", expected=expected)


def _compare_index(known: Known, seal: Seal, leaf: int) -> None:
    """Compare root and number of keys with the histories as they stand."""
    if known.torn is not None or known.astray is not None:
        return
    root = known.index.root()
    known.counts["indexes"] += 1
    if root != seal.root:
        error = MismatchError("index root", came=seal.root, expected=f"{root.hex()}, of the events before it")
        known.findings.add(error, "index", Place(leaf=leaf))
        _name_hidden(known, seal, leaf)
    elif known.index.keys != seal.keys:
        error = MismatchError("index keys", came=seal.keys, expected=f"{known.index.keys}")
        known.findings.add(error, "index", Place(leaf=leaf))


def _name_hidden(known: Known, seal: Seal, leaf: int) -> None:
    """Name the event that a seal's index leaves out and go on as the ledger did; if none is found, compare no more."""
    hidden = find_hidden(known, seal)
    if hidden is None:
        known.astray = leaf
        return
    histories = ", ".join(sorted({f"{kind} {name.hex()[:16]}…" for kind, name in hidden.pairs}))
    error = MismatchError("index", came=f"a history without this event, sealed at leaf {leaf}", expected=histories)
    known.findings.add(error, "index", Place(leaf=hidden.leaf, position=hidden.position))


def _verify_waiting(known: Known, chain: Chain) -> None:
    """Verify the seals up to here, if the charter in force at each is known."""
    if known.unruled is not None or known.replay.registry.charter_in_force(chain.waiting[-1][0]) is None:
        return
    for leaf, entry in chain.waiting:
        _verify(known, parse_seal(entry), leaf, known.replay)
    chain.waiting.clear()


def _verify(known: Known, signed: SignedSeal, leaf: int, charters: Replay) -> None:
    with known.findings.catch("seal", Place(leaf=leaf)):
        charter = charters.registry.charter_at(leaf)
        signed.verify(charter.seal, charter.origin)
        known.counts["signatures"] += 1
