"""Whether the ledger itself signed what its database shows: asked before anything is gone on from, or followed."""

from __future__ import annotations

from ledger.errors import StoppedError
from ledger.store.interface import Reader
from verifier.errors import SuyuanError
from verifier.judgement.replay import Replay
from verifier.primitives.checkpoint import parse_signed_checkpoint, verify_lines
from verifier.proof.steps.step1_ledger import require_log_lines


def require_signed(reader: Reader, replay: Replay, *, size: int, root: bytes) -> None:
    """Return if the newest checkpoint is of this size and root, and signed by the keys of the charter in force there.

    One signature covers every leaf, and by the seals among them the index: whoever can write rows, but has not the
    ledger's keys, cannot add a block.

    Args:
        reader: a snapshot at this size.
        replay: the registry after its last block.
        size: leaves, at least one.
        root: of the log, as it was computed from those leaves.

    Raises:
        StoppedError: it is not.
    """
    stored = reader.newest_checkpoint()
    todo = "Rows were changed from outside, or the disk failed. Run `suyuan fsck`."
    charter = replay.registry.charter_in_force(size - 1) or replay.founding
    if stored is None or stored.size != size or charter is None:
        came = "none" if stored is None else f"size {stored.size}"
        raise StoppedError("checkpoint", came=came, expected=f"the one of size {size}", todo=todo)
    try:
        checkpoint, note = parse_signed_checkpoint(stored.note)
        require_log_lines(verify_lines(checkpoint, note, charter.policy.keys), charter, None)
    except SuyuanError as error:
        raise StoppedError("checkpoint", came=str(error), expected="the ledger's own signatures", todo=todo) from error
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (charter.origin, size, root):
        raise StoppedError("checkpoint", came=checkpoint.root, expected=f"{root.hex()}, as computed", todo=todo)
