"""The missing blocks, read whole and checked against one signed checkpoint before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.restore.sources import BlockSource
from ledger.sequencer.guard import Committed
from ledger.signing.key_ring import HeldKeys
from ledger.tiles.tree import LogTree
from verifier.errors import IncompleteError, MismatchError, UntrustedError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import SignedSeal, is_seal, parse_seal
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_line
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile


@dataclass(slots=True)
class MissingBlock:
    """A block that the database lacks.

    Attributes:
        entries: its statements and envelopes with their leaves.
        seal: its seal.
        size: of the log after it.
        root: of the log after it.
    """

    entries: list[tuple[int, bytes, Statement | Envelope]] = field(default_factory=list)
    seal: SignedSeal | None = None
    size: int = 0
    root: bytes = b""


def read_target(source: BlockSource, keys: HeldKeys, guard: Committed | None, size: int) -> tuple[Checkpoint, bytes]:
    """Return up to where a source goes, and its note, once this ledger's own keys have signed it.

    Raises:
        UntrustedError: a note without a line of ours.
        BadSignatureError: a line of ours that we did not sign.
        IncompleteError: it has less than the guard remembers.
    """
    note = source.note()
    checkpoint, parsed = parse_signed_checkpoint(note, "source's checkpoint")
    own = {(key.name, key.key_id): key for key in keys.note_keys}
    signed = [
        verify_line(own[name], checkpoint, line)
        for line in parsed.signatures
        if (name := (line.name, line.key_id)) in own
    ]
    if not signed or checkpoint.origin != keys.origin:
        raise UntrustedError("source's checkpoint", came=checkpoint.origin, expected=f"one that {keys.origin} signed")
    least = max(size, guard[0] if guard else 0)
    if checkpoint.size < least:
        todo = "Name a source that has everything that was promised."
        raise IncompleteError("source", came=f"size {checkpoint.size}", expected=f"at least {least}", todo=todo)
    return checkpoint, note


def read_blocks(source: BlockSource, tree: LogTree, target: Checkpoint, guard: Committed | None) -> list[MissingBlock]:
    """Return every block from a tree's size up to a checkpoint; together they give its root, and pass the guard's.

    Raises:
        MismatchError: other entries than were signed.
    """
    tree, blocks, block = tree.copy(), list[MissingBlock](), MissingBlock()
    for leaf, entry in _entries(source, tree.size, target.size):
        tree.append([leaf_hash(entry)])
        if not is_seal(entry):
            block.entries.append((leaf, entry, parse_entry(entry)))
            continue
        block.seal, block.size, block.root = parse_seal(entry), tree.size, tree.root()
        if guard and guard[0] == tree.size and guard[1] != block.root:
            raise MismatchError("log root", came=block.root, expected=f"{guard[1].hex()}, which the guard remembers")
        blocks.append(block)
        block = MissingBlock()
    if block.entries or tree.root() != target.root:
        raise MismatchError("log root", came=tree.root(), expected=f"{target.root.hex()}, signed at {target.size}")
    return blocks


def _entries(source: BlockSource, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    for number in range(first // WIDTH, (end + WIDTH - 1) // WIDTH):
        tile = Tile(None, number, min(WIDTH, end - number * WIDTH))
        entries = source.bundle(tile)
        if len(entries) != tile.width:
            raise MismatchError("entry bundle", came=f"{len(entries)} entries", expected=f"{tile.width}")
        yield from ((leaf, entry) for leaf, entry in enumerate(entries, number * WIDTH) if leaf >= first)


def read_batch(source: BlockSource, leaf: int, statement: Statement) -> list[AnsweredEvent]:
    """Return the events of a statement, each with its body.

    Raises:
        MismatchError: other heads than were signed, or another body than a head names.
        IncompleteError: a body that the source does not have, or does not show.
    """
    events = list(parse_batch_answer(source.batch(leaf), f"batches/{leaf}"))
    names = [event_name(each.head) for each in events]
    if len(names) != statement.count or tree_root(names) != statement.root:
        raise MismatchError(f"batches/{leaf}", came="other heads", expected=f"the {statement.count} that were signed")
    for place, each in enumerate(events):
        what = f"batches/{leaf}[{place}]"
        if each.state != SHOWN or each.body is None:
            todo = "Name another source, or the folder of kept submissions that has this statement."
            raise IncompleteError(what, came="a body that is not shown", expected="every body", todo=todo)
        if body_hash(each.body) != parse_head(each.head).body:
            raise MismatchError(what, came="another body", expected="the one that the head names")
    return events
