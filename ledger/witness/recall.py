"""What a witness remembers of a ledger, asked by the ledger itself before it signs again."""

from __future__ import annotations

from hashlib import sha256

from ledger.client.transport import Patience, Transport
from ledger.errors import BehindError, StoppedError, UnreachableError
from ledger.ledger import Ledger
from ledger.prove.log import root_at
from ledger.signing.key_ring import HeldKeys
from verifier.errors import BadSignatureError, MalformedError
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_line


def require_extends_witness(ledger: Ledger, keys: HeldKeys, url: str) -> None:
    """Return if a ledger extends what the witness at `url` cosigned of it.

    What our own keys did not sign says nothing. A witness that does not answer says nothing either: it
    will refuse to cosign a fork, and the guard stands before it.

    Raises:
        StoppedError: the ledger's database is older than, or other than, what was cosigned.
    """
    checkpoint = _remembered(ledger, keys, url)
    if checkpoint is None:
        return
    with ledger.sources() as sources:
        size = sources.log.size
        known = checkpoint.size <= size and root_at(sources.log, checkpoint.size) == checkpoint.root
    if not known:
        todo = "This database is an older state. `suyuan restore` imports what it lacks, see docs/operations.md."
        refusal = BehindError if checkpoint.size > size else StoppedError
        raise refusal(url, came=f"size {checkpoint.size}, cosigned", expected=f"a part of our {size}", todo=todo)


def _remembered(ledger: Ledger, keys: HeldKeys, url: str) -> Checkpoint | None:
    """Return the checkpoint of ours that a witness shows, None where it shows none that we signed."""
    path = f"/{sha256(ledger.origin.encode()).hexdigest()}/checkpoint"
    own = {(key.name, key.key_id): key for key in keys.note_keys}
    signed = 0
    try:
        answer = Transport(url, timeout=5.0, patience=Patience(attempts=1)).get(path)
        checkpoint, note = parse_signed_checkpoint(answer.body, url)
        for line in note.signatures:
            if key := own.get((line.name, line.key_id)):
                verify_line(key, checkpoint, line)
                signed += 1
    except (UnreachableError, MalformedError, BadSignatureError):
        return None
    return checkpoint if signed and checkpoint.origin == ledger.origin else None
