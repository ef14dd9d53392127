"""Makes the signed messages in `vectors/`, each named for its one defect, and `expected.json`, by hand:

    python -m tests.ledger.readers.ceb.signature.make

The keys are made here and thrown away: nobody can sign another vector with them. Whatever an attacker could sign with a
key of its own is signed rightly, so that only the defect stands between the message and `authentic`.
"""

from __future__ import annotations

import base64
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from fixtures.messages import parcel_messages
from fixtures.messages.signing import METHODS, MessageSigner, rsa_signer, sign_message, sm2_signer
from tests.ledger.readers.ceb.signature.changes import (
    DS,
    Change,
    commented,
    der_value,
    emptied,
    flipped,
    foreign,
    hmac_length,
    holding,
    key_value,
    manifest,
    nested,
    ones,
    part,
    prefixes,
    retrieval,
    said,
    stylesheet,
    twice,
    xpath,
    zeros,
)
from tests.ledger.readers.ceb.signature.place import NOW, VECTORS

CEB = "{http://www.chinaport.gov.cn/ceb}"
MESSAGE = parcel_messages(4)["CEB621"]

AUTHORITY = rsa_signer("示例认证中心", now=NOW, authority=True)
FIRM = rsa_signer("示例报关企业", now=NOW, issuer=AUTHORITY)
KNOWN = rsa_signer("示例直接信任企业", now=NOW)
SM2_AUTHORITY = sm2_signer("示例国密认证中心", now=NOW, authority=True)
SM2_FIRM = sm2_signer("示例国密报关企业", now=NOW, issuer=SM2_AUTHORITY)
PINNED = rsa_signer("示例自签企业", now=NOW)
STRANGER = rsa_signer("示例报关企业", now=NOW, issuer=rsa_signer("示例认证中心", now=NOW, authority=True))
MADE: dict[str, tuple[bytes, str, str]] = {}


def made(name: str, data: bytes, reason: str = "", state: str = "") -> None:
    MADE[name] = (data, state or ("not authentic" if reason else "authentic"), reason)


def signed(method: str = "rsa-sha256", signer: MessageSigner = FIRM, data: bytes = MESSAGE) -> bytes:
    return sign_message(data, signer, method)


def changed(data: bytes, change: Change) -> bytes:
    """Return the message changed, its signature left as it was."""
    root = etree.fromstring(data)
    change(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def resigned(change: Change, *, method: str = "rsa-sha256", signer: MessageSigner = FIRM) -> bytes:
    """Return the message with its SignedInfo changed, and signed after that."""
    root = etree.fromstring(changed(signed(method, signer), change))
    info = part(root, "SignedInfo")
    value = signer.sign(etree.tostring(info, method="c14n"), METHODS[method])
    part(root, "SignatureValue").text = base64.b64encode(value).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def good() -> None:
    made("rsa-sha1", signed("rsa-sha1"))
    made("rsa-sha256", signed())
    made("sm2-sm3", signed("sm2-sm3", SM2_FIRM))
    made("sm2-sha1-as-clients-of-2023-wrote-it", signed("sm2-sha1", SM2_FIRM))
    made("signer-trusted-itself", signed(signer=KNOWN))
    made("signer-pinned-by-sender", signed(signer=PINNED, data=MESSAGE.replace(b"<ceb:copCode>", b"<ceb:copCode>P")))

    def comment(root: etree._Element) -> None:
        root.insert(1, etree.Comment(" between elements nothing is cut in two "))

    made("comment-between-elements", changed(signed(), comment))
    made("sm2-signature-in-der", changed(signed("sm2-sm3", SM2_FIRM), der_value))
    made("unsigned", parcel_messages(4)["CEB311"], state="absent")


def altered() -> None:
    for method, signer in (("rsa-sha1", FIRM), ("rsa-sha256", FIRM), ("sm2-sm3", SM2_FIRM)):
        data = signed(method, signer)
        made(f"value-changed-{method}", data.replace(b"<ceb:currency>142", b"<ceb:currency>840", 1), "digest")
        made(f"line-gone-{method}", changed(data, lambda root: root[0].remove(root[0][-1])), "digest")
        made(f"digest-set-anew-{method}", changed(data, digest_anew(method)), "signature")
        made(f"signature-value-changed-{method}", changed(data, flipped("SignatureValue")), "signature")
        made(f"signature-value-empty-{method}", changed(data, emptied("SignatureValue")), "form")
    made("sm2-signature-of-zeros", changed(signed("sm2-sm3", SM2_FIRM), zeros), "signature")
    made("sm2-signature-not-below-the-order", changed(signed("sm2-sm3", SM2_FIRM), ones), "signature")
    made(
        "another-certificate-put-in",
        changed(signed(), certificate_of(rsa_signer("别家", now=NOW, issuer=AUTHORITY))),
        "signature",
    )
    made("attribute-added", changed(signed(), lambda root: root.set("guid", root.get("guid")[::-1])), "digest")


def digest_anew(method: str) -> Change:
    def change(root: etree._Element) -> None:
        next(root.iter(f"{CEB}currency")).text = "840"
        fresh = etree.fromstring(sign_message(etree.tostring(root), SM2_FIRM if "sm2" in method else FIRM, method))
        part(root, "DigestValue").text = part(fresh, "DigestValue").text

    return change


def certificate_of(signer: MessageSigner) -> Change:
    text = base64.b64encode(signer.certificate).decode()
    return lambda root: setattr(part(root, "X509Certificate"), "text", text)


def wrapped() -> None:
    """The signed message is kept somewhere, and another one stands where readers look."""
    made("wrapped-original-in-extension", wrapping("extension"), "several-signatures")
    made("wrapped-original-in-object", wrapping("object"), "form")
    made("wrapped-reference-to-an-id", wrapping("id"), "reference")
    made("signature-inside-a-document", moved(), "place")
    made("signature-is-the-root", etree.tostring(part(etree.fromstring(signed()), "Signature")), "place")
    made(
        "two-signatures",
        changed(signed(), lambda root: root.append(etree.fromstring(etree.tostring(root[-1])))),
        "several-signatures",
    )
    made("second-signature-inside-the-first", changed(signed(), nested), "several-signatures")


def wrapping(where: str) -> bytes:
    root = etree.fromstring(signed())
    original = etree.fromstring(etree.tostring(root))
    next(root.iter(f"{CEB}currency")).text = "840"
    if where == "extension":
        extension = etree.SubElement(root, f"{CEB}ExtendMessage")
        etree.SubElement(extension, f"{CEB}Message").append(original)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    original.remove(part(original, "Signature"))
    if where == "object":
        etree.SubElement(part(root, "Signature"), f"{DS}Object").append(original)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    original.set("Id", "original")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(etree.tostring(original, method="c14n"))
    part(root, "Reference").set("URI", "#original")
    part(root, "DigestValue").text = base64.b64encode(digest.finalize()).decode()
    value = FIRM.sign(etree.tostring(part(root, "SignedInfo"), method="c14n"), METHODS["rsa-sha256"])
    part(root, "SignatureValue").text = base64.b64encode(value).decode()
    extension = etree.SubElement(root, f"{CEB}ExtendMessage")
    etree.SubElement(extension, f"{CEB}Message").append(original)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def moved() -> bytes:
    root = etree.fromstring(signed())
    root[0].append(part(root, "Signature"))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def references() -> None:
    for name, uri in {
        "reference-over-http": "http://attacker.invalid/message.xml",
        "reference-to-a-file": "file:///etc/passwd",
        "reference-to-a-relative-file": "message.xml",
        "reference-xpointer-root": "#xpointer(/)",
        "reference-to-nothing": "#absent",
        "reference-of-a-blank": " ",
    }.items():
        made(name, resigned(said("Reference", "URI", uri)), "reference")
    made("reference-without-uri", resigned(lambda root: part(root, "Reference").attrib.pop("URI")), "reference")
    made("reference-with-id-and-type", resigned(said("Reference", "Type", f"{DS[1:-1]}Object")), "form")
    made("two-references", resigned(twice("Reference")), "several-references")
    made("no-reference", resigned(lambda root: part(root, "SignedInfo").remove(part(root, "Reference"))), "form")
    made("manifest-instead-of-a-reference", resigned(manifest), "form")


def transforms() -> None:
    for name, uri in {
        "transform-xslt": "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "transform-xpath": "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "transform-xpath-filter": "http://www.w3.org/2002/06/xmldsig-filter2",
        "transform-base64": f"{DS[1:-1]}base64",
        "transform-exclusive-c14n-alone": "http://www.w3.org/2001/10/xml-exc-c14n#",
        "transform-unknown": "urn:example:transform",
    }.items():
        made(name, resigned(said("Transform", "Algorithm", uri)), "transform")
    made("transform-xslt-with-a-stylesheet", resigned(stylesheet), "transform")
    made("transform-xpath-that-takes-all-out", resigned(xpath), "transform")
    made("transform-twice", resigned(twice("Transform")), "transform")
    made("no-transform", resigned(lambda root: part(root, "Transforms").remove(part(root, "Transform"))), "transform")
    made("no-transforms", resigned(lambda root: part(root, "Reference").remove(part(root, "Transforms"))), "form")
    for name, uri in {
        "c14n-exclusive": "http://www.w3.org/2001/10/xml-exc-c14n#",
        "c14n-with-comments": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "c14n-1.1": "http://www.w3.org/2006/12/xml-c14n11",
    }.items():
        made(name, resigned(said("CanonicalizationMethod", "Algorithm", uri)), "canonicalization")
    made("c14n-with-prefixes", resigned(prefixes), "form")
    relative = signed("sm2-sm3", SM2_FIRM).replace(b"<ceb:Inventory>", b'<ceb:Inventory xmlns:r="relative">', 1)
    made("relative-namespace-sm2", relative, "canonicalization")
    relative = signed().replace(b"<ceb:Inventory>", b'<ceb:Inventory xmlns:r="relative">', 1)
    made("relative-namespace-rsa", relative, "signature")


def algorithms() -> None:
    for name, uri in {
        "algorithm-rsa-md5": "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "algorithm-rsa-sha512": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "algorithm-ecdsa": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "algorithm-hmac-of-a-public-certificate": f"{DS[1:-1]}hmac-sha1",
        "algorithm-none": "",
    }.items():
        made(name, resigned(said("SignatureMethod", "Algorithm", uri)), "algorithm")
    made("algorithm-rsa-sha256-over-sha1", resigned(said("DigestMethod", "Algorithm", f"{DS[1:-1]}sha1")), "algorithm")
    made("algorithm-hmac-length", resigned(hmac_length), "form")
    made("sm2-method-with-an-rsa-key", resigned(as_sm2), "key")
    made("rsa-method-with-an-sm2-key", changed(signed(), certificate_of(SM2_FIRM)), "key")


def as_sm2(root: etree._Element) -> None:
    """As in the published samples, whose certificates are RSA."""
    part(root, "SignatureMethod").set("Algorithm", METHODS["sm2-sm3"].signature)
    part(root, "DigestMethod").set("Algorithm", METHODS["sm2-sm3"].digest)


def unseen() -> None:
    cut = signed().replace(b"<ceb:currency>142", b"<ceb:currency>14<!-- 0 -->2", 1)
    made("comment-in-a-value", cut, "comment")
    number = b"<ceb:orderNo>"
    made("comment-that-begins-a-value", signed().replace(number, number + b"<!---->", 1), "comment")
    instructed = signed(data=MESSAGE.replace(b"<ceb:currency>142", b"<ceb:currency>14<?x y?>2", 1))
    made("processing-instruction-in-a-value", instructed, "processing-instruction")
    styled = signed().replace(b"?>\n", b'?>\n<?xml-stylesheet href="http://attacker.invalid/"?>\n', 1)
    made("processing-instruction-before-the-message", styled, "processing-instruction")
    made("comment-in-the-signature-value", changed(signed(), commented("SignatureValue")), "comment")
    made("comment-in-the-certificate", changed(signed(), commented("X509Certificate")), "comment")
    made(
        "comment-between-parts-of-the-signature",
        changed(signed(), lambda r: r[-1].insert(1, etree.Comment("x"))),
        "form",
    )
    made("text-between-parts-of-the-signature", changed(signed(), lambda r: setattr(r[-1][0], "tail", "x")), "form")
    made("attribute-of-the-signature", changed(signed(), lambda r: r[-1].set("Id", "s")), "form")
    made("element-between-certificate-and-key-info", changed(signed(), foreign), "key-info")


def key_infos() -> None:
    made(
        "no-certificate",
        changed(signed(), lambda root: part(root, "KeyInfo").remove(part(root, "X509Data"))),
        "key-info",
    )
    made("no-key-info", changed(signed(), lambda root: root[-1].remove(part(root, "KeyInfo"))), "form")
    made("two-certificates", changed(signed(), twice("X509Certificate")), "key-info")
    made("two-x509-data", changed(signed(), twice("X509Data")), "key-info")
    made("key-value-beside-the-certificate", changed(signed(), key_value), "key-info")
    made("retrieval-method", changed(signed(), retrieval), "key-info")
    made("certificate-of-100-kilobytes", changed(signed(), holding("X509Certificate", bytes(100_000))), "too-large")
    made("signature-value-of-100-kilobytes", changed(signed(), holding("SignatureValue", bytes(100_000))), "too-large")


def certificates() -> None:
    made(
        "certificate-is-no-certificate",
        changed(signed(), holding("X509Certificate", b"0\x03\x02\x01\x01")),
        "certificate",
    )
    made(
        "certificate-with-bytes-behind-it",
        changed(signed(), holding("X509Certificate", FIRM.certificate + b"\0")),
        "certificate",
    )
    made(
        "certificate-not-base64", changed(signed(), lambda r: setattr(part(r, "X509Certificate"), "text", "*")), "form"
    )
    made("certificate-of-an-authority", signed(signer=AUTHORITY), "certificate")
    made("certificate-with-a-p256-key", changed(signed(), holding("X509Certificate", p256())), "key")
    made(
        "certificate-expired",
        signed(signer=rsa_signer("旧", now=NOW.replace(year=2024), issuer=AUTHORITY)),
        "not-valid-then",
    )
    made(
        "certificate-not-valid-yet",
        signed(signer=rsa_signer("新", now=NOW.replace(year=2029), issuer=AUTHORITY)),
        "not-valid-then",
    )


def signers() -> None:
    made("signer-not-known", signed(signer=rsa_signer("陌生企业", now=NOW)), "signer-not-known")
    made("signer-of-an-authority-with-a-trusted-name", signed(signer=STRANGER), "signer-not-known")
    made("signer-certified-by-a-firm", signed(signer=rsa_signer("示例下级", now=NOW, issuer=KNOWN)), "signer-not-known")
    false = sm2_signer("示例国密报关企业", now=NOW, issuer=sm2_signer("示例国密认证中心", now=NOW, authority=True))
    made("sm2-signer-of-an-authority-with-a-trusted-name", signed("sm2-sm3", false), "signer-not-known")
    made(
        "sender-is-pinned-to-others",
        signed(data=MESSAGE.replace(b"<ceb:copCode>", b"<ceb:copCode>P")),
        "not-the-sender",
    )


def p256() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "P-256")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW.replace(year=2025)).not_valid_after(NOW.replace(year=2027))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def main() -> None:
    for family in (
        good,
        altered,
        wrapped,
        references,
        transforms,
        algorithms,
        unseen,
        key_infos,
        certificates,
        signers,
    ):
        family()
    for old in VECTORS.glob("*.xml"):
        old.unlink()
    for name, (data, _, _) in MADE.items():
        (VECTORS / f"{name}.xml").write_bytes(data)
    table = {name: [state, reason] for name, (_, state, reason) in sorted(MADE.items())}
    (VECTORS / "expected.json").write_text(json.dumps(table, indent=2) + "\n", "utf-8")
    for name, signer in {"authority": AUTHORITY, "authority-sm2": SM2_AUTHORITY, "firm-trusted-itself": KNOWN}.items():
        pem = x509.load_der_x509_certificate(signer.certificate).public_bytes(Encoding.PEM)
        (VECTORS / "trust" / f"{name}.pem").write_bytes(pem)
    sender = "P" + next(etree.fromstring(MESSAGE).iter(f"{CEB}copCode")).text
    pins = {sender: [PINNED.fingerprint]}
    (VECTORS / "trust" / "pins.json").write_text(json.dumps(pins, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
