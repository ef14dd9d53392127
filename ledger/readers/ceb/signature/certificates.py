"""Signers' certificates (X.509, RFC 5280): what is in them, and whether one issued another. Nothing is fetched.

No revocation is looked up: that needs a network. An operator who learns of one takes the certificate out of the trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from ledger.readers.ceb.signature import sm2
from ledger.readers.ceb.signature.der import sm2_point_of
from ledger.readers.ceb.signature.result import NotAuthenticError, Reason

MIN_RSA, MAX_RSA = 1024, 8192  # bits; the e-port's older smart keys hold 1,024
_SM2_WITH_SM3 = "1.2.156.10197.1.501"
# SHA-1: the e-port's RSA authorities sign with it. Nobody signs with MD5 any more.
_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)
_E = TypeVar("_E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate whose key is RSA or SM2.

    Attributes:
        parsed: the certificate.
        key: its RSA key, or its SM2 key as 65 bytes (04 ‖ x ‖ y).
        fingerprint: SHA-256 of its DER as 64 hexadecimal digits.
    """

    parsed: x509.Certificate
    key: rsa.RSAPublicKey | bytes
    fingerprint: str

    @property
    def subject(self) -> str:
        """Return the subject as text (RFC 4514)."""
        return self.parsed.subject.rfc4514_string()

    def is_valid_at(self, milliseconds: int) -> bool:
        """Return whether a time (since 1970) lies in its validity."""
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        return self.parsed.not_valid_before_utc <= moment <= self.parsed.not_valid_after_utc

    def may_sign_messages(self) -> bool:
        """Return whether its key usage, where it says one, allows signatures."""
        usage = _extension(self.parsed, x509.KeyUsage)
        return usage is None or usage.digital_signature or usage.content_commitment

    def may_issue(self) -> bool:
        """Return whether it is an authority's."""
        constraints, usage = _extension(self.parsed, x509.BasicConstraints), _extension(self.parsed, x509.KeyUsage)
        return constraints is not None and constraints.ca and (usage is None or usage.key_cert_sign)

    def is_issued_by(self, issuer: Certificate) -> bool | None:
        """Return whether an authority signed it; None if that is an SM2 signature and the extra is not there."""
        if not issuer.may_issue() or self.parsed.issuer != issuer.parsed.subject:
            return False
        if isinstance(issuer.key, bytes):
            if self.parsed.signature_algorithm_oid.dotted_string != _SM2_WITH_SM3:
                return False
            return sm2.verifies(issuer.key, self.parsed.tbs_certificate_bytes, self.parsed.signature)
        if not isinstance(self.parsed.signature_hash_algorithm, _HASHES):
            return False
        try:
            self.parsed.verify_directly_issued_by(issuer.parsed)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True


def parse_certificate(der: bytes) -> Certificate:
    """Return a certificate.

    Raises:
        NotAuthenticError: it is none, or its key is neither RSA of 1,024 to 8,192 bits nor SM2.
    """
    try:
        parsed = x509.load_der_x509_certificate(der)
        _ = parsed.extensions, parsed.subject.rfc4514_string(), parsed.not_valid_after_utc
        point = sm2_point_of(parsed.tbs_certificate_bytes)
        key = parsed.public_key() if point is None else point
    except UnsupportedAlgorithm:
        raise NotAuthenticError(Reason.KEY) from None
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, OverflowError):
        raise NotAuthenticError(Reason.CERTIFICATE) from None
    if isinstance(key, rsa.RSAPublicKey) and not MIN_RSA <= key.key_size <= MAX_RSA:
        raise NotAuthenticError(Reason.KEY)
    if not isinstance(key, rsa.RSAPublicKey | bytes):
        raise NotAuthenticError(Reason.KEY)
    return Certificate(parsed, key, parsed.fingerprint(hashes.SHA256()).hex())


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
