"""As much of DER (X.690) as an SM2 key inside a certificate needs: `cryptography` reads everything but that key."""

from __future__ import annotations

from ledger.readers.ceb.signature.result import NotAuthenticError, Reason

SM2_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")  # id-ecPublicKey, sm2p256v1
_SEQUENCE, _VERSION = 0x30, 0xA0


def sm2_point_of(tbs: bytes) -> bytes | None:
    """Return the public key of a certificate as 65 bytes (04 ‖ x ‖ y); None if it is of another kind.

    Args:
        tbs: the certificate's TBSCertificate (RFC 5280 §4.1): version, serialNumber, signature, issuer, validity,
            subject, subjectPublicKeyInfo.
    """
    inside = _content(tbs, 0)
    fields = [tbs[start:end] for start, end in _elements(tbs, inside, 7)]
    key = fields[6] if fields[0][0] == _VERSION else fields[5]
    return key[len(SM2_SPKI) :] if key.startswith(SM2_SPKI) and len(key) == len(SM2_SPKI) + 65 else None


def _elements(data: bytes, start: int, count: int) -> list[tuple[int, int]]:
    found = []
    for _ in range(count):
        end = _end(data, start)
        found.append((start, end))
        start = end
    return found


def _content(data: bytes, start: int) -> int:
    """Return where the content of a sequence begins."""
    if data[start : start + 1] != bytes([_SEQUENCE]):
        raise NotAuthenticError(Reason.CERTIFICATE)
    return start + 2 + (data[start + 1] & 0x7F if data[start + 1] & 0x80 else 0)


def _end(data: bytes, start: int) -> int:
    """Return where an element with a tag of one byte ends."""
    if start + 2 > len(data):
        raise NotAuthenticError(Reason.CERTIFICATE)
    length = data[start + 1]
    if length < 0x80:
        return start + 2 + length
    octets = length & 0x7F
    return start + 2 + octets + int.from_bytes(data[start + 2 : start + 2 + octets], "big")
