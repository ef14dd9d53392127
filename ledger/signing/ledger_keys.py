"""The ledger's own keys: checkpoint (Ed25519 and ML-DSA-44), seal, receipt. One key, one use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.errors import SetupError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.notes import sign_line
from ledger.signing.signer import MemorySigner, Signer, generate
from verifier.judgement.charter import Charter
from verifier.ledgerformat.receipt import format_receipt_header
from verifier.ledgerformat.seal import Seal, SignedSeal, format_seal_header, format_seal_payload
from verifier.primitives.checkpoint import Checkpoint, format_checkpoint
from verifier.primitives.cose import signed_bytes
from verifier.primitives.keys import EDDSA, ML_DSA_44
from verifier.primitives.note import ED25519_NOTE, ML_DSA_COSIGNATURE, Note, NoteKey, format_note

FILES = {"checkpoint": EDDSA, "checkpoint-pq": ML_DSA_44, "seal": EDDSA, "receipt": EDDSA}


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The keys with which a ledger speaks.

    Attributes:
        origin: the ledger's name, and that of its checkpoint keys.
        checkpoint: signs checkpoints, type 0x01.
        checkpoint_pq: signs checkpoints, type 0x06.
        seal: signs seals.
        receipt: signs receipts.
    """

    origin: str
    checkpoint: Signer
    checkpoint_pq: Signer
    seal: Signer
    receipt: Signer

    @property
    def note_keys(self) -> tuple[NoteKey, NoteKey]:
        """Return the names under which checkpoints are signed."""
        return (
            NoteKey(self.origin, ED25519_NOTE, self.checkpoint.public),
            NoteKey(self.origin, ML_DSA_COSIGNATURE, self.checkpoint_pq.public),
        )

    def chosen_by(self, charter: Charter) -> LedgerKeys:
        """Return these keys if a charter names exactly them; raise SetupError if not."""
        named = {key.key.raw for key in charter.policy.logs}
        own = {key.key.raw for key in self.note_keys}
        if charter.origin != self.origin or named != own:
            raise SetupError("charter.policy", came="other log keys", expected="the keys of this ledger")
        if (charter.seal, charter.receipt) != (self.seal.public, self.receipt.public):
            raise SetupError("charter", came="another seal or receipt key", expected="the keys of this ledger")
        return self

    def sign_seal(self, seal: Seal) -> SignedSeal:
        """Return the seal, signed."""
        protected = format_seal_header(alg=self.seal.public.alg, kid=self.seal.public.kid, origin=self.origin)
        signature = self.seal.sign(signed_bytes(protected=protected, payload=format_seal_payload(seal)))
        return SignedSeal(seal, protected, signature)

    def sign_checkpoint(self, checkpoint: Checkpoint, time: int) -> bytes:
        """Return the note with both lines of the ledger; `time` in POSIX seconds."""
        signers = (self.checkpoint, self.checkpoint_pq)
        lines = [sign_line(key, signer, checkpoint, time) for key, signer in zip(self.note_keys, signers, strict=True)]
        return format_note(Note(format_checkpoint(checkpoint), tuple(lines)))

    def sign_receipts(self, checkpoint: Checkpoint, time: int) -> tuple[bytes, bytes]:
        """Return header and signature that all receipts of a checkpoint share; `time` in POSIX seconds."""
        public = self.receipt.public
        protected = format_receipt_header(
            alg=public.alg, kid=public.kid, origin=self.origin, time=time, size=checkpoint.size
        )
        return protected, self.receipt.sign(signed_bytes(protected=protected, payload=checkpoint.root))


def generate_ledger_keys(origin: str) -> LedgerKeys:
    """Return new keys for a ledger."""
    return _ledger_keys(origin, {name: generate(alg) for name, alg in FILES.items()})


def save_ledger_keys(folder: Path, keys: LedgerKeys, passphrase: bytes) -> None:
    """Write the keys as encrypted files of a folder."""
    signers = {
        "checkpoint": keys.checkpoint,
        "checkpoint-pq": keys.checkpoint_pq,
        "seal": keys.seal,
        "receipt": keys.receipt,
    }
    for name, signer in signers.items():
        if not isinstance(signer, MemorySigner):
            raise SetupError(name, came="a key that is not in this process", expected="one that can be saved")
        save_key(folder / f"{name}.pem", signer, passphrase)


def load_ledger_keys(folder: Path, origin: str, passphrase: bytes) -> LedgerKeys:
    """Return the keys of a folder."""
    return _ledger_keys(origin, {name: load_key(folder / f"{name}.pem", passphrase) for name in FILES})


def _ledger_keys(origin: str, signers: dict[str, MemorySigner]) -> LedgerKeys:
    for name, alg in FILES.items():
        if signers[name].public.alg != alg:
            raise SetupError(f"{name}.pem", came="a key of another algorithm", expected="the one `suyuan init` made")
    return LedgerKeys(origin, signers["checkpoint"], signers["checkpoint-pq"], signers["seal"], signers["receipt"])
