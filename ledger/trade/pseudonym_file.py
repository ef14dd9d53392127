"""Files of pseudonym keys: readable by their owner only, and sealed under a passphrase.

JSON: what is public of the key, and its secret under AES-256-GCM (NIST SP 800-38D), the public part being the
additional data. The sealing key is scrypt (RFC 7914: N 2^15, r 8, p 1) of the passphrase.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ledger.errors import KeyFileError
from ledger.signing.keyfile import read_private, write_private
from ledger.trade.pseudonyms import PseudonymKey
from verifier.errors import MalformedError

FORMAT = "suyuan/pseudonym-key/v1"
_MEMBERS = {"format", "agency", "use", "year", "salt", "nonce", "sealed"}


def save_pseudonym_key(path: Path, key: PseudonymKey, passphrase: bytes, *, random: Callable[[int], bytes]) -> None:
    """Write a new key file, mode 0600. It is never written over.

    Raises:
        KeyFileError: there is a file already, or no passphrase.
    """
    if not passphrase:
        raise KeyFileError("passphrase", came="nothing", expected="a passphrase: keys are never stored in clear")
    salt, nonce = random(16), random(12)
    public = {"format": FORMAT, "agency": key.agency, "use": key.use, "year": key.year}
    sealed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, key.secret, _bound(public))
    members = {**public, "salt": _text(salt), "nonce": _text(nonce), "sealed": _text(sealed)}
    write_private(path, json.dumps(members, indent=2).encode() + b"\n")


def load_pseudonym_key(path: Path, passphrase: bytes) -> PseudonymKey:
    """Return the key of a file.

    Raises:
        KeyFileError: not there, open to others, of another format, or not opened by this passphrase.
    """
    members = _parse(path, read_private(path))
    public = {name: members[name] for name in ("format", "agency", "use", "year")}
    try:
        salt, nonce, sealed = (base64.b64decode(members[name], validate=True) for name in ("salt", "nonce", "sealed"))
        secret = AESGCM(_derive(passphrase, salt)).decrypt(nonce, sealed, _bound(public))
        return PseudonymKey(members["agency"], members["use"], members["year"], secret)
    except (InvalidTag, ValueError, TypeError, MalformedError) as error:
        expected = "a pseudonym key under this passphrase"
        raise KeyFileError(str(path), came="a file that does not open", expected=expected) from error


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        members = json.loads(content)
    except ValueError:
        members = None
    if not isinstance(members, dict) or members.keys() != _MEMBERS or members["format"] != FORMAT:
        raise KeyFileError(str(path), came="another file", expected=f"a pseudonym key ({FORMAT})")
    return members


def _derive(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase)


def _bound(public: dict[str, Any]) -> bytes:
    return json.dumps(public, sort_keys=True, separators=(",", ":")).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
