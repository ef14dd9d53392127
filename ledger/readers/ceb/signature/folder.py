"""A trust kept in a folder: certificates, and `pins.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.errors import SetupError
from ledger.readers.ceb.signature.certificates import Certificate, parse_certificate
from ledger.readers.ceb.signature.result import NotAuthenticError
from ledger.readers.ceb.signature.trust import Trust

PINS = "pins.json"
_ENDINGS = {".pem", ".crt", ".cer", ".der"}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def load_trust(folder: Path, *, at: int) -> Trust:
    """Return the trust that a folder holds: `*.pem`, `*.crt`, `*.cer`, `*.der`, and `pins.json` where there is one.

    Args:
        folder: PEM files may hold several certificates. `pins.json` is an object of lists: the sender's code to the
            SHA-256 fingerprints of its certificates, as 64 hexadecimal digits, with or without colons.
        at: as `Trust.at`.

    Raises:
        SetupError: a file that cannot be read or is not what it must be; neither certificates nor pins.
    """
    try:
        files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS)
        certificates = tuple(found for each in files for found in _parse_file(each, each.read_bytes()))
        pins = _parse_pins(folder / PINS)
    except OSError as error:
        raise SetupError(str(folder), came=error.strerror, expected="a folder of certificates") from error
    if not certificates and not pins:
        raise SetupError(
            str(folder), came="no certificate and no pins", expected="*.pem, *.crt, *.cer, *.der, pins.json"
        )
    return Trust(at, certificates, pins)


def _parse_file(file: Path, content: bytes) -> list[Certificate]:
    try:
        if b"-----BEGIN" in content:
            ders = [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(content)]
        else:
            ders = [content]
        return [parse_certificate(der) for der in ders]
    except (ValueError, NotAuthenticError) as error:
        expected = "X.509 certificates (PEM or DER) with RSA or SM2 keys"
        raise SetupError(str(file), came="another file", expected=expected) from error


def _parse_pins(file: Path) -> Mapping[str, frozenset[str]]:
    if not file.exists():
        return {}
    try:
        said = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise SetupError(str(file), came="no JSON", expected="an object of lists of fingerprints") from error
    if not isinstance(said, dict):
        raise SetupError(str(file), came=type(said).__name__, expected="an object of lists of fingerprints")
    return {sender: _fingerprints(file, sender, listed) for sender, listed in said.items()}


def _fingerprints(file: Path, sender: str, listed: object) -> frozenset[str]:
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise SetupError(f"{file}: {sender}", came="another value", expected="a list of SHA-256 fingerprints")
    plain = [each.replace(":", "").lower() for each in listed]
    for each in plain:
        if not _FINGERPRINT.fullmatch(each):
            raise SetupError(f"{file}: {sender}", came=each, expected="64 hexadecimal digits")
    return frozenset(plain)
