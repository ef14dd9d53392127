"""The one form of ds:Signature that customs messages have; everything else is refused, not interpreted.

Source: specification 202205: enveloped XML-DSig (W3C XMLDSIG-CORE), Canonical XML 1.0 without comments, one reference
to the whole message (URI="") with the enveloped-signature transform, KeyInfo of a KeyName and one X509Certificate.
What is not in that form cannot wrap, hide or fetch anything, because nothing looks for it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from ledger.readers.ceb.signature.result import NotAuthenticError, Reason
from ledger.readers.ceb.tables.common import SIGNATURE_NAMESPACE
from ledger.readers.ceb.xmltree import Element

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
MAX_CERTIFICATE = 8 << 10
MAX_SIGNATURE = 1 << 10
_DS = f"{{{SIGNATURE_NAMESPACE}}}"
_BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Parts:
    """A signature taken apart.

    Attributes:
        element: the ds:Signature.
        signed_info: its ds:SignedInfo.
        method: URI of the signature's algorithm.
        digest_method: URI of the digest's.
        digest: the digest that was signed.
        value: the signature.
        certificate: the signer's certificate, DER; nothing in it is checked yet.
    """

    element: Element
    signed_info: Element
    method: str
    digest_method: str
    digest: bytes
    value: bytes
    certificate: bytes


def parse_parts(root: Element) -> Parts | None:
    """Return the signature of a message; None if it has none.

    Args:
        root: the message with its comments and processing instructions.

    Raises:
        NotAuthenticError: more than one, or in another form or place.
    """
    found = list(root.iter(f"{_DS}Signature"))
    if not found:
        return None
    if len(found) > 1:
        raise NotAuthenticError(Reason.SEVERAL_SIGNATURES)
    if found[0].getparent() is not root:
        raise NotAuthenticError(Reason.PLACE)
    _refuse_what_is_not_seen(root)
    return _parse_signature(found[0])


def _refuse_what_is_not_seen(root: Element) -> None:
    """Refuse processing instructions, which are signed but not read, and comments that cut a value in two."""
    tree = root.getroottree()
    if any(True for _ in tree.xpath("//processing-instruction()")):  # type: ignore[union-attr] # a list of nodes
        raise NotAuthenticError(Reason.PROCESSING_INSTRUCTION)
    for comment in root.iter(etree.Comment):
        parent = comment.getparent()
        if parent is not None and _says_something(parent):
            raise NotAuthenticError(Reason.COMMENT)


def _says_something(element: Element) -> bool:
    return any((text or "").strip(_BLANKS) for text in (element.text, *(child.tail for child in element)))


def _parse_signature(element: Element) -> Parts:
    signed_info, value, key_info = _children(element, "SignedInfo", "SignatureValue", "KeyInfo")
    if len(signed_info.findall(f"{_DS}Reference")) > 1:
        raise NotAuthenticError(Reason.SEVERAL_REFERENCES)
    canonicalization, method, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    if _algorithm(canonicalization) != C14N:
        raise NotAuthenticError(Reason.CANONICALIZATION)
    if reference.get("URI") != "":
        raise NotAuthenticError(Reason.REFERENCE)
    transforms, digest_method, digest = _children(reference, "Transforms", "DigestMethod", "DigestValue", said="URI")
    if [each.get("Algorithm") for each in transforms] != [ENVELOPED] or len(transforms[0]):
        raise NotAuthenticError(Reason.TRANSFORM)
    _algorithm(*_children(transforms, "Transform"))
    return Parts(
        element=element,
        signed_info=signed_info,
        method=_algorithm(method),
        digest_method=_algorithm(digest_method),
        digest=_binary(digest, 64),
        value=_binary(value, MAX_SIGNATURE),
        certificate=_certificate(key_info),
    )


def _certificate(key_info: Element) -> bytes:
    names = [each.tag for each in key_info]
    if names[:1] == [f"{_DS}KeyName"]:
        _text(key_info[0])
        names = names[1:]
    if names != [f"{_DS}X509Data"] or [each.tag for each in key_info[-1]] != [f"{_DS}X509Certificate"]:
        raise NotAuthenticError(Reason.KEY_INFO)
    return _binary(key_info[-1][0], MAX_CERTIFICATE)


def _children(element: Element, *names: str, said: str = "") -> list[Element]:
    """Return the children of an element, which are exactly these and have no text between them."""
    children = list(element)
    exactly = [each.tag for each in children] == [f"{_DS}{name}" for name in names]
    if not exactly or _says_something(element) or set(element.attrib) - {said}:
        raise NotAuthenticError(Reason.FORM)
    return children


def _algorithm(element: Element) -> str:
    """Return the algorithm of an element that says nothing else; parameters of algorithms are none of the profile's."""
    if len(element) or set(element.attrib) != {"Algorithm"} or (element.text or "").strip(_BLANKS):
        raise NotAuthenticError(Reason.FORM)
    return element.get("Algorithm", "")


def _text(element: Element) -> str:
    if len(element) or element.attrib:
        raise NotAuthenticError(Reason.FORM)
    return element.text or ""


def _binary(element: Element, most: int) -> bytes:
    text = "".join(_text(element).split())
    if len(text) > most * 4 // 3 + 4:
        raise NotAuthenticError(Reason.TOO_LARGE)
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotAuthenticError(Reason.FORM) from None
    if not value:
        raise NotAuthenticError(Reason.FORM)
    return value
