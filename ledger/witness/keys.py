"""A witness's own keys and name: Ed25519 (type 0x04), and ML-DSA-44 (type 0x06) where it has one.

Each is a key file (`cosigner.pem`), or a reference to a key that is elsewhere (`cosigner.reference`, one line).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import KeyFileError, SetupError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.notes import sign_line
from ledger.signing.reference import absolute, open_signer
from ledger.signing.signer import Signer, generate
from ledger.tiles.files import write_new
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.keys import EDDSA, ML_DSA_44
from verifier.primitives.note import (
    ED25519_COSIGNATURE,
    ML_DSA_COSIGNATURE,
    NoteKey,
    format_signature_line,
    require_name,
)

COSIGNER, REPLAY = "cosigner", "replay"  # what keys are for; one key, one use
_FILES = {".pem": (ED25519_COSIGNATURE, EDDSA), "-pq.pem": (ML_DSA_COSIGNATURE, ML_DSA_44)}


@dataclass(frozen=True, slots=True)
class CosignerKeys:
    """What a witness signs with: each named key and its signer."""

    signers: tuple[tuple[NoteKey, Signer], ...]

    def __add__(self, other: CosignerKeys) -> CosignerKeys:
        """Return the keys of both."""
        return CosignerKeys(self.signers + other.signers)

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


def create_cosigner_keys(
    folder: Path,
    name: str,
    passphrase: bytes,
    *,
    post_quantum: bool,
    references: Sequence[str] = (),
    purpose: str = COSIGNER,
) -> CosignerKeys:
    """Make new keys and write them, encrypted; for keys that are elsewhere, write where.

    Args:
        folder: of the keys.
        name: the witness's.
        passphrase: of the key files that are made.
        post_quantum: whether a key of ML-DSA-44 is made.
        references: keys that exist, in tokens or behind programs; each takes the place of the one of its algorithm.
        purpose: COSIGNER, or REPLAY for those that only sign what was replayed.

    Raises:
        SuyuanError: a reference that does not open. Nothing is written then.
    """
    require_name(name, "witness")
    elsewhere = {_open_elsewhere(each).public.alg: absolute(each) for each in references}
    if len(elsewhere) < len(references) or not elsewhere.keys() <= {alg for _, alg in _FILES.values()}:
        raise SetupError("--key", came="another choice of algorithms", expected="at most one EdDSA and one ML-DSA-44")
    for file, (kind, alg) in _files(purpose).items():
        if alg in elsewhere:
            write_new(_reference_file(folder / file), f"{elsewhere[alg]}\n".encode())
        elif kind == ED25519_COSIGNATURE or post_quantum:
            save_key(folder / file, generate(alg), passphrase)
    return load_cosigner_keys(folder, name, passphrase, purpose=purpose)


def load_cosigner_keys(folder: Path, name: str, passphrase: bytes, *, purpose: str = COSIGNER) -> CosignerKeys:
    """Return the keys of a folder that are for one purpose; the ML-DSA key may be missing.

    Raises:
        KeyFileError: a file that this passphrase does not open.
        SignerError: a token or program that does not answer.
        SetupError: a key of another algorithm, or a token whose reference says no source of its PIN.
    """
    signers: list[tuple[NoteKey, Signer]] = []
    for file, (kind, alg) in _files(purpose).items():
        path = folder / file
        elsewhere = _reference_file(path)
        if kind == ED25519_COSIGNATURE or path.exists() or elsewhere.exists():
            signer = _open_elsewhere(_read_line(elsewhere)) if elsewhere.exists() else load_key(path, passphrase)
            if signer.public.alg != alg:
                raise SetupError(str(path), came="a key of another algorithm", expected="the one `witness init` made")
            signers.append((NoteKey(name, kind, signer.public), signer))
    return CosignerKeys(tuple(signers))


def has_key_files(folder: Path) -> bool:
    """Return whether any key of a folder is a file, for which a passphrase is needed."""
    return any((folder / file).exists() for purpose in (COSIGNER, REPLAY) for file in _files(purpose))


def _files(purpose: str) -> dict[str, tuple[int, int]]:
    return {purpose + suffix: what for suffix, what in _FILES.items()}


def _reference_file(path: Path) -> Path:
    return path.with_suffix(".reference")


def _open_elsewhere(reference: str) -> Signer:
    return open_signer(reference, _no_pin)


def _no_pin() -> bytes:
    """Nobody sits beside a witness; and a file key is what the folder is for."""
    expected = "a pkcs11: reference with pin-source or pin-env, or exec:"
    raise SetupError("--key", came="no source of the PIN", expected=expected)


def _read_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(str(path), came=str(error), expected="a reference to a key") from error
