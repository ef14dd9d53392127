"""Encrypted key files: PKCS#8 PEM under a passphrase, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.errors import KeyFileError
from ledger.signing.signer import MemorySigner
from ledger.tiles.files import make_folder, sync_folder


def save_key(path: Path, signer: MemorySigner, passphrase: bytes) -> None:
    """Write a new key file, mode 0600. It is never written over.

    Raises:
        KeyFileError: there is a file already, or no passphrase.
    """
    write_private(path, _encrypt(signer, passphrase))


def change_passphrase(path: Path, old: bytes, new: bytes) -> MemorySigner:
    """Encrypt a key file anew; return its signer. The file is the old one or the new one at every moment, mode 0600.

    The old bytes may live on in backups and on the disk: a passphrase that somebody learnt calls for a new key.

    Raises:
        KeyFileError: as `load_key`, or it cannot be written, or no new passphrase.
    """
    signer = load_key(path, old)
    pem = _encrypt(signer, new)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        _write_synced(descriptor, pem)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyFileError(str(path), came=error.strerror, expected="a folder that can be written") from error
    return signer


def load_key(path: Path, passphrase: bytes) -> MemorySigner:
    """Return the signer of a key file.

    Raises:
        KeyFileError: not there, open to others, not opened by this passphrase, or of another kind.
    """
    pem = read_private(path)
    try:
        private = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        expected = "PKCS#8 PEM under this passphrase"
        raise KeyFileError(str(path), came="a file that does not open", expected=expected) from error
    kinds = (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey, mldsa.MLDSA44PrivateKey)
    curve = getattr(private, "curve", None)
    if not isinstance(private, kinds) or not isinstance(curve, ec.SECP256R1 | None):
        raise KeyFileError(str(path), came=type(private).__name__, expected="a P-256, Ed25519 or ML-DSA-44 key")
    return MemorySigner(private)


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone can read, and sync it.

    Raises:
        KeyFileError: there is a file already.
    """
    make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(str(path), came="a file that is there already", expected="a new file") from None
    _write_synced(descriptor, content)
    sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Return a file that nobody but its owner can read.

    Raises:
        KeyFileError: not there, or open to others.
    """
    try:
        mode = path.stat().st_mode & 0o077
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(str(path), came=error.strerror, expected="a readable key file") from error
    if mode:
        raise KeyFileError(str(path), came=f"mode {mode:03o} for others", expected="0600", todo=f"chmod 600 {path}")
    return content


def _encrypt(signer: MemorySigner, passphrase: bytes) -> bytes:
    if not passphrase:
        raise KeyFileError("passphrase", came="nothing", expected="a passphrase: keys are never stored in clear")
    return signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))


def _write_synced(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
