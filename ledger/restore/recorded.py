"""Keys that say again what they have said: the recorded signature where there is one, for the same bytes alone.

Nothing new is signed about a seal. A checkpoint's line that nobody kept is signed once more, over the same size and
root; a receipt's signature is the same each time (Ed25519).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.signing.key_ring import HeldKeys
from ledger.signing.ledger_keys import LedgerKeys
from ledger.signing.signer import Signer
from verifier.judgement.charter import Charter
from verifier.ledgerformat.seal import SignedSeal
from verifier.primitives.checkpoint import is_cosignature, parse_signed_checkpoint
from verifier.primitives.keys import PublicKey
from verifier.primitives.note import NoteKey

_STAMP = 8  # bytes of time before the signature in a line of type 0x06


class RecordedSigner:
    """Gives out one signature that is known already, if it is over the bytes that are to be signed."""

    def __init__(self, inner: Signer, signature: bytes, what: str) -> None:
        """Stand for a signer whose signature is known; `what` names it in errors."""
        self._inner, self._signature, self._what = inner, signature, what

    @property
    def public(self) -> PublicKey:
        """Return the signer's public key."""
        return self._inner.public

    def sign(self, message: bytes) -> bytes:
        """Return the recorded signature.

        Raises:
            BadSignatureError: it is over other bytes: the rows are not what was sealed.
        """
        self.public.verify(self._signature, message, self._what)
        return self._signature


class RecordedKeys:
    """A ledger's keys, which for one block after another say what was recorded."""

    def __init__(self, held: HeldKeys) -> None:
        """Stand for the keys that are held."""
        self._held = held
        self._seal: SignedSeal | None = None
        self._lines: Mapping[tuple[str, bytes], bytes] = {}

    @property
    def origin(self) -> str:
        """Return the ledger's name."""
        return self._held.origin

    @property
    def note_keys(self) -> tuple[NoteKey, ...]:
        """Return every name under which checkpoints were signed."""
        return self._held.note_keys

    def go_on_to(self, seal: SignedSeal, note: bytes | None) -> None:
        """Say for the next block what its seal and, where it is kept, its checkpoint say."""
        self._seal = seal
        lines = parse_signed_checkpoint(note)[1].signatures if note else ()
        self._lines = {(line.name, line.key_id): line.blob for line in lines}

    def chosen_by(self, charter: Charter) -> LedgerKeys:
        """Return the keys that a charter names, speaking for the block at hand."""
        keys = self._held.chosen_by(charter)
        if self._seal is None:
            return keys
        first, second = keys.note_keys
        return replace(
            keys,
            seal=RecordedSigner(keys.seal, self._seal.signature, "seal"),
            checkpoint=self._line(first, keys.checkpoint),
            checkpoint_pq=self._line(second, keys.checkpoint_pq),
        )

    def _line(self, key: NoteKey, signer: Signer) -> Signer:
        blob = self._lines.get((key.name, key.key_id))
        if blob is None:
            return signer
        return RecordedSigner(signer, blob[_STAMP:] if is_cosignature(key) else blob, "checkpoint line")
