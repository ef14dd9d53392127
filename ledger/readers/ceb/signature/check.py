"""Checking a message's ds:Signature: the form, then the arithmetic, then who it was.

RSA is left to signxml, which knows these algorithms. SM2 is done here: signxml's list of algorithms is closed (ADR 25).
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from ledger.readers.ceb.signature import sm2
from ledger.readers.ceb.signature.certificates import Certificate, parse_certificate
from ledger.readers.ceb.signature.profile import Parts, parse_parts
from ledger.readers.ceb.signature.result import ABSENT, NotAuthenticError, Reason, Signature, State
from ledger.readers.ceb.signature.trust import Trust, require_known
from ledger.readers.ceb.xmltree import Element, parse_whole

_W3C, _EPORT = "http://www.w3.org/2000/09/xmldsig#", "http://www.chinaport.gov.cn/2022/04/xmldsig#"
# A method goes with one digest. The third row is specification 202205; the last is what clients of the e-port wrote in
# 2023: SM2 with SM3, under a name that the W3C never gave, over a SHA-1 digest of the message.
RSA_METHODS = {
    f"{_W3C}rsa-sha1": f"{_W3C}sha1",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
}
SM2_METHODS = {f"{_EPORT}sm2-sm3": f"{_EPORT}sm3", f"{_W3C}sm2-sm3": f"{_W3C}sha1"}
_DIGESTS: dict[str, type[hashes.SM3 | hashes.SHA1]] = {f"{_EPORT}sm3": hashes.SM3, f"{_W3C}sha1": hashes.SHA1}


def check_signature(data: bytes, trust: Trust, *, sender: str) -> Signature:
    """Return what a message's own signature is worth. Nothing is fetched.

    Args:
        data: the message as received.
        trust: whom to believe. Without certificates and pins a signature that holds is of a *signer not known*.
        sender: the message's BaseTransfer/copCode.

    Raises:
        MalformedError: as `parse_whole`: no XML at all.
    """
    root = parse_whole(data)
    signer: Certificate | None = None
    try:
        parts = parse_parts(root)
        if parts is None:
            return ABSENT
        certificate = parse_certificate(parts.certificate)
        _require_signed(data, root, parts, certificate)
        signer = certificate
        require_known(signer, trust, sender)
    except NotAuthenticError as refused:
        state = State.NOT_CHECKED if refused.reason is Reason.NEEDS_SM2 else State.NOT_AUTHENTIC
        return _said(state, refused.reason, signer)
    return _said(State.AUTHENTIC, None, signer)


def _said(state: State, reason: Reason | None, signer: Certificate | None) -> Signature:
    return Signature(state, reason, signer.fingerprint, signer.subject) if signer else Signature(state, reason)


def _require_signed(data: bytes, root: Element, parts: Parts, signer: Certificate) -> None:
    """Return if the certificate's key signed exactly this message."""
    if not signer.may_sign_messages():
        raise NotAuthenticError(Reason.CERTIFICATE)
    if parts.digest_method != (RSA_METHODS | SM2_METHODS).get(parts.method):
        raise NotAuthenticError(Reason.ALGORITHM)
    if parts.method not in (SM2_METHODS if isinstance(signer.key, bytes) else RSA_METHODS):
        raise NotAuthenticError(Reason.KEY)
    if isinstance(signer.key, bytes):
        _require_sm2(root, parts, signer.key)
    else:
        _require_rsa(data, signer)


def _require_rsa(data: bytes, signer: Certificate) -> None:
    # Its own validity is the time at which signxml looks; whether it was valid when it had to be is for the trust.
    rules = SignatureConfiguration(
        location="./",
        signature_methods=frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA1, DigestAlgorithm.SHA256}),
        verification_time=signer.parsed.not_valid_before_utc,
    )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        XMLVerifier().verify(data, x509_cert=signer.parsed, expect_config=rules, parser=parser)
    except InvalidDigest:
        raise NotAuthenticError(Reason.DIGEST) from None
    except (SignXMLException, UnsupportedAlgorithm, ValueError, etree.LxmlError):
        raise NotAuthenticError(Reason.SIGNATURE) from None


def _require_sm2(root: Element, parts: Parts, key: bytes) -> None:
    try:
        signed_info = etree.tostring(parts.signed_info, method="c14n", with_comments=False)
        message = canonical_message(root, parts.element)
    except etree.LxmlError:
        raise NotAuthenticError(Reason.CANONICALIZATION) from None
    digest = hashes.Hash(_DIGESTS[parts.digest_method]())
    digest.update(message)
    if not hmac.compare_digest(digest.finalize(), parts.digest):
        raise NotAuthenticError(Reason.DIGEST)
    held = sm2.verifies(key, signed_info, parts.value)
    if held is None:
        raise NotAuthenticError(Reason.NEEDS_SM2)
    if not held:
        raise NotAuthenticError(Reason.SIGNATURE)


def canonical_message(root: Element, signature: Element) -> bytes:
    """Return what is signed: the whole message without its signature, as Canonical XML 1.0 without comments.

    The signature is taken out of the tree; the text behind it stays (XMLDSIG-CORE §6.6.4).

    Raises:
        lxml.etree.LxmlError: there is no such form, because of a relative namespace.
    """
    before, tail = signature.getprevious(), signature.tail or ""
    if before is None:
        root.text = (root.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    root.remove(signature)
    return etree.tostring(root.getroottree(), method="c14n", with_comments=False)
