"""A checkpoint against what was cosigned before: does the one log extend the other?

Only what the ledger signed can convict it. An old checkpoint proves nothing: whoever stands between can
serve one, and must not be able to stop a witness with it. A smaller log that was signed *later* does.
"""

from __future__ import annotations

from ledger.client.logtree import FetchTile, VerifiedTree
from ledger.prove.log import consistency_path, root_at
from ledger.witness.outcome import ContradictionFoundError
from ledger.witness.store import Cosigned
from verifier.errors import SuyuanError
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.note import Note, format_note
from verifier.proof.alone import VerifiedCheckpoint


def require_extension(tree: VerifiedTree, before: Cosigned, note: bytes) -> None:
    """Return if a larger tree extends what was cosigned; both roots come out of the same tiles.

    Raises:
        ContradictionFoundError: a fork, with the path that shows it.
    """
    if root_at(tree, before.size) != before.root:
        path = consistency_path(tree, before.size, tree.size, whole=True)
        raise ContradictionFoundError("a fork", first=before.note, second=note, path=path)


def require_same_root(checkpoint: Checkpoint, before: Cosigned, note: bytes) -> None:
    """Return if a checkpoint of the size that was cosigned has its root.

    Raises:
        ContradictionFoundError: a fork, two roots for one size.
    """
    if checkpoint.root != before.root:
        raise ContradictionFoundError("another root for the same size", first=before.note, second=note, path=[])


def require_no_rollback(verified: VerifiedCheckpoint, before: Cosigned, note: bytes, tile: FetchTile) -> None:
    """Return if a smaller checkpoint may be an honest one that was merely served late.

    Raises:
        ContradictionFoundError: a fork, where the larger log's tiles are still served; or a rollback: it
            was signed after the larger one.
    """
    path = _path_from(verified.checkpoint, before, tile)
    if path:
        raise ContradictionFoundError("a fork", first=note, second=before.note, path=path)
    signed = signed_at(verified)
    if path is None and signed and before.signed and signed > before.signed:
        reason = "a rollback: a smaller log, signed later"
        raise ContradictionFoundError(reason, first=note, second=before.note, path=None)


def signed_at(verified: VerifiedCheckpoint) -> int | None:
    """Return when the ledger signed a checkpoint, POSIX seconds, by its own timed line; None where it has none."""
    own = verified.checkpoint.origin
    return next((each.time for each in verified.cosignatures if each.key.name == own and each.time), None)


def ledger_lines(note: bytes) -> bytes:
    """Return a checkpoint with the ledger's own lines only."""
    checkpoint, parsed = parse_signed_checkpoint(note)
    own = tuple(line for line in parsed.signatures if line.name == checkpoint.origin)
    return format_note(Note(parsed.text, own))


def _path_from(older: Checkpoint, before: Cosigned, tile: FetchTile) -> list[bytes] | None:
    """Return the path that convicts a smaller checkpoint; [] where both are one log, None where none is served."""
    if not older.size:
        return []
    newer = Checkpoint(older.origin, before.size, before.root)
    try:
        tree = VerifiedTree(newer, tile)
        if root_at(tree, older.size) == older.root:
            return []
        return consistency_path(tree, older.size, newer.size, whole=True)
    except SuyuanError:
        return None
