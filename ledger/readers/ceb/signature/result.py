"""What can be said of a message's own signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Whether a message is authenticated by its customs signature. Only `AUTHENTIC` means that it is."""

    ABSENT = "absent"
    AUTHENTIC = "authentic"
    NOT_AUTHENTIC = "not authentic"
    NOT_CHECKED = "not checked"


class Reason(Enum):
    """Why a signature that is there does not authenticate its message. The values are stable, for programs."""

    NOBODY_ASKED = "nobody-asked"  # not checked: no trust was given
    NEEDS_SM2 = "needs-sm2"  # not checked: the extra `sm2` is not installed
    SEVERAL_SIGNATURES = "several-signatures"
    PLACE = "place"  # elsewhere than directly below the root
    FORM = "form"  # an element, attribute, comment or text that the profile does not have
    CANONICALIZATION = "canonicalization"
    ALGORITHM = "algorithm"
    SEVERAL_REFERENCES = "several-references"
    REFERENCE = "reference"  # signs something else than the whole message
    TRANSFORM = "transform"
    COMMENT = "comment"  # a comment within a value
    PROCESSING_INSTRUCTION = "processing-instruction"
    KEY_INFO = "key-info"  # not exactly one certificate
    TOO_LARGE = "too-large"  # certificate or signature value
    CERTIFICATE = "certificate"  # no X.509 certificate that may sign messages
    KEY = "key"  # neither RSA of 1,024 to 8,192 bits nor SM2, or not the one that the algorithm needs
    DIGEST = "digest"  # the message is not the one that was signed
    SIGNATURE = "signature"  # not signed by the certificate's key
    NOT_VALID_THEN = "not-valid-then"  # the certificate, or its issuer's, had expired or was not valid yet
    SIGNER_NOT_KNOWN = "signer-not-known"  # the signature holds, but nobody said who this is
    NOT_THE_SENDER = "not-the-sender"  # the signature holds, but the sender is pinned to other certificates


@dataclass(frozen=True, slots=True)
class Signature:
    """What became of a message's ds:Signature.

    Attributes:
        state: what it is worth.
        reason: why it is not `AUTHENTIC`; None where it is, and where there is none.
        fingerprint: SHA-256 of the signer's certificate (DER) as 64 hexadecimal digits, once its signature held.
        subject: the certificate's subject (RFC 4514), likewise. It may name a person: it belongs in no log.
    """

    state: State
    reason: Reason | None = None
    fingerprint: str = ""
    subject: str = ""

    def __str__(self) -> str:
        """Return state and reason, without the signer: `not authentic: digest`."""
        return f"{self.state.value}: {self.reason.value}" if self.reason else self.state.value

    @property
    def holds(self) -> bool:
        """Return whether the signature itself is right, whoever made it."""
        return bool(self.fingerprint)


ABSENT = Signature(State.ABSENT)
NOBODY_ASKED = Signature(State.NOT_CHECKED, Reason.NOBODY_ASKED)


class NotAuthenticError(Exception):
    """Ends a check; never leaves `check_signature`."""

    def __init__(self, reason: Reason) -> None:
        """Say why."""
        self.reason = reason
        super().__init__(reason.value)
