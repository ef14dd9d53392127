"""A witness's own keys and name: Ed25519 (type 0x04), and ML-DSA-44 (type 0x06) where it has one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import SetupError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.notes import sign_line
from ledger.signing.signer import Signer, generate
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.keys import EDDSA, ML_DSA_44
from verifier.primitives.note import (
    ED25519_COSIGNATURE,
    ML_DSA_COSIGNATURE,
    NoteKey,
    format_signature_line,
    require_name,
)

_FILES = {"cosigner.pem": (ED25519_COSIGNATURE, EDDSA), "cosigner-pq.pem": (ML_DSA_COSIGNATURE, ML_DSA_44)}


@dataclass(frozen=True, slots=True)
class CosignerKeys:
    """What a witness signs with: each named key and its signer."""

    signers: tuple[tuple[NoteKey, Signer], ...]

    @property
    def note_keys(self) -> tuple[NoteKey, ...]:
        """Return the keys as a charter's policy names them."""
        return tuple(key for key, _ in self.signers)

    def cosign(self, checkpoint: Checkpoint, named: Collection[NoteKey], time: int) -> bytes:
        """Return a line for each own key that is among `named`; `time` in POSIX seconds."""
        lines = [
            format_signature_line(sign_line(key, signer, checkpoint, time))
            for key, signer in self.signers
            if key in named
        ]
        return "".join(lines).encode()


def create_cosigner_keys(folder: Path, name: str, passphrase: bytes, *, post_quantum: bool) -> CosignerKeys:
    """Make new keys and write them, encrypted."""
    require_name(name, "witness")
    for file, (kind, alg) in _FILES.items():
        if kind == ED25519_COSIGNATURE or post_quantum:
            save_key(folder / file, generate(alg), passphrase)
    return load_cosigner_keys(folder, name, passphrase)


def load_cosigner_keys(folder: Path, name: str, passphrase: bytes) -> CosignerKeys:
    """Return the keys of a folder; the ML-DSA key may be missing.

    Raises:
        KeyFileError: a file that this passphrase does not open.
        SetupError: a key of another algorithm.
    """
    signers: list[tuple[NoteKey, Signer]] = []
    for file, (kind, alg) in _FILES.items():
        path = folder / file
        if kind == ED25519_COSIGNATURE or path.exists():
            signer = load_key(path, passphrase)
            if signer.public.alg != alg:
                raise SetupError(str(path), came="a key of another algorithm", expected="the one `witness init` made")
            signers.append((NoteKey(name, kind, signer.public), signer))
    return CosignerKeys(tuple(signers))
