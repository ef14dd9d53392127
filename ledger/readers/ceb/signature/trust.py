"""Whom an operator trusts to sign messages: certificates, and which of them a sender uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.readers.ceb.signature.certificates import Certificate
from ledger.readers.ceb.signature.result import NotAuthenticError, Reason


@dataclass(frozen=True, slots=True)
class Trust:
    """What signatures are judged by.

    Attributes:
        at: when the message came, in milliseconds since 1970: certificates count that were valid then. What a message
            says of its own time is the signer's word, and no yardstick for the signer's certificate.
        certificates: those of signers, each trusted as itself, and of authorities, trusted for what they issued
            themselves. Chains are not built: an authority in between is given as well.
        pins: fingerprints (SHA-256, 64 hexadecimal digits) by the sender's code (BaseTransfer/copCode). A sender that
            is named here is believed with these certificates alone; they need no authority.
    """

    at: int
    certificates: tuple[Certificate, ...] = ()
    pins: Mapping[str, frozenset[str]] = field(default_factory=dict)


def require_known(signer: Certificate, trust: Trust, sender: str) -> None:
    """Return if a signer is one that is trusted to speak for a sender.

    Raises:
        NotAuthenticError: not known, not this sender's, or not valid at that time; `NEEDS_SM2` where only an SM2
            signature of an authority could say so, and nothing here can check it.
    """
    if not signer.is_valid_at(trust.at):
        raise NotAuthenticError(Reason.NOT_VALID_THEN)
    if sender in trust.pins:
        if signer.fingerprint not in trust.pins[sender]:
            raise NotAuthenticError(Reason.NOT_THE_SENDER)
        return
    if any(each.fingerprint == signer.fingerprint for each in trust.certificates):
        return
    _require_issuer(signer, trust)


def _require_issuer(signer: Certificate, trust: Trust) -> None:
    judged = [(each, signer.is_issued_by(each)) for each in trust.certificates]
    issuers = [each for each, issued in judged if issued]
    if any(each.is_valid_at(trust.at) for each in issuers):
        return
    if issuers:
        raise NotAuthenticError(Reason.NOT_VALID_THEN)
    unclear = any(issued is None for _, issued in judged)
    raise NotAuthenticError(Reason.NEEDS_SM2 if unclear else Reason.SIGNER_NOT_KNOWN)
