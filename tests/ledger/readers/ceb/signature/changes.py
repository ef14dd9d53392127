"""Single changes to a signed message, each a defect; `make.py` puts them together."""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
Change = Callable[[etree._Element], object]


def part(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{DS}{name}"))


def said(name: str, attribute: str, value: str) -> Change:
    return lambda root: part(root, name).set(attribute, value)


def der_value(root: etree._Element) -> None:
    raw = base64.b64decode(part(root, "SignatureValue").text)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    part(root, "SignatureValue").text = base64.b64encode(encode_dss_signature(*numbers)).decode()


def flipped(name: str) -> Change:
    def change(root: etree._Element) -> None:
        value = bytearray(base64.b64decode(part(root, name).text))
        value[-1] ^= 1
        part(root, name).text = base64.b64encode(bytes(value)).decode()

    return change


def emptied(name: str) -> Change:
    return lambda root: setattr(part(root, name), "text", None)


def zeros(root: etree._Element) -> None:
    part(root, "SignatureValue").text = base64.b64encode(bytes(64)).decode()


def ones(root: etree._Element) -> None:
    part(root, "SignatureValue").text = base64.b64encode(b"\xff" * 64).decode()


def nested(root: etree._Element) -> None:
    signature = part(root, "Signature")
    signature.append(etree.fromstring(etree.tostring(signature)))


def twice(name: str) -> Change:
    def change(root: etree._Element) -> None:
        element = part(root, name)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def manifest(root: etree._Element) -> None:
    part(root, "Reference").tag = f"{DS}Manifest"


def stylesheet(root: etree._Element) -> None:
    part(root, "Transform").set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
    part(root, "Transform").append(
        etree.fromstring(
            '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/">'
            "<xsl:value-of select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet>"
        )
    )


def xpath(root: etree._Element) -> None:
    part(root, "Transform").addnext(
        etree.fromstring(
            f'<ds:Transform xmlns:ds="{DS[1:-1]}" Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
            "<ds:XPath>false()</ds:XPath></ds:Transform>"
        )
    )


def prefixes(root: etree._Element) -> None:
    part(root, "CanonicalizationMethod").append(
        etree.fromstring('<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList=""/>')
    )


def hmac_length(root: etree._Element) -> None:
    etree.SubElement(part(root, "SignatureMethod"), f"{DS}HMACOutputLength").text = "1"


def commented(name: str) -> Change:
    def change(root: etree._Element) -> None:
        element = part(root, name)
        text, element.text = element.text, element.text[:8]
        comment = etree.Comment("x")
        comment.tail = text[8:]
        element.append(comment)

    return change


def foreign(root: etree._Element) -> None:
    etree.SubElement(part(root, "KeyInfo"), "{urn:example}Hint")


def key_value(root: etree._Element) -> None:
    part(root, "KeyInfo").insert(
        0, etree.fromstring(f'<ds:KeyValue xmlns:ds="{DS[1:-1]}"><ds:RSAKeyValue/></ds:KeyValue>')
    )


def retrieval(root: etree._Element) -> None:
    method = etree.SubElement(part(root, "KeyInfo"), f"{DS}RetrievalMethod")
    method.set("URI", "http://attacker.invalid/key")


def holding(name: str, value: bytes) -> Change:
    return lambda root: setattr(part(root, name), "text", base64.b64encode(value).decode())
