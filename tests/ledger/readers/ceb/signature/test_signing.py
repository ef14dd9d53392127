"""Signatures by keys made here, against other programs that know the same algorithms."""

import base64
import subprocess
import sys
from datetime import timedelta
from functools import cache
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fixtures.messages import parcel_messages
from fixtures.messages.signing import rsa_signer, sign_message, sm2_signer
from ledger.readers.ceb import read_message
from ledger.readers.ceb.signature import Reason, Signature, State, Trust, check_signature, parse_certificate, sm2
from ledger.readers.ceb.signature.check import canonical_message
from ledger.readers.ceb.xmltree import parse_whole
from tests.ledger.readers.ceb.signature.place import NOW, VECTORS
from verifier.errors import MalformedError, SuyuanError

AT = int(NOW.timestamp() * 1000)
LIST = parcel_messages(7)["CEB621"]
METHODS = ("rsa-sha1", "rsa-sha256", "sm2-sm3", "sm2-sha1")


@cache
def signer(kind: str):
    make = rsa_signer if kind == "rsa" else sm2_signer
    return make("示例企业", now=NOW)


@cache
def signed(method: str) -> bytes:
    return sign_message(LIST, signer(method[:3]), method)


def trusting(method: str, at: int = AT) -> Trust:
    return Trust(at, (parse_certificate(signer(method[:3]).certificate),))


@pytest.mark.parametrize("method", METHODS)
def test_a_message_signed_by_a_trusted_certificate_is_authentic(method):
    found = check_signature(signed(method), trusting(method), sender="")
    assert found == Signature(State.AUTHENTIC, None, signer(method[:3]).fingerprint, "CN=示例企业")


@pytest.mark.parametrize("method", METHODS)
def test_without_anybody_to_trust_the_signature_holds_and_the_signer_is_not_known(method):
    found = check_signature(signed(method), Trust(AT), sender="")
    assert (found.state, found.reason, found.holds) == (State.NOT_AUTHENTIC, Reason.SIGNER_NOT_KNOWN, True)


@pytest.mark.parametrize("days", [-366, 366])
def test_a_certificate_counts_when_the_message_came_and_not_when_it_says(days):
    at = int((NOW + timedelta(days=days)).timestamp() * 1000)
    assert check_signature(signed("rsa-sha256"), trusting("rsa-sha256", at), sender="").reason is Reason.NOT_VALID_THEN


def test_what_signxml_signs_is_authentic_here():
    private = rsa.generate_private_key(65537, 2048)
    certificate = _self_signed(private)
    writer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    root = etree.fromstring(LIST)
    root.remove(root[-1])
    signed = writer.sign(root, key=private, cert=[certificate])
    for transform in signed.findall(".//{*}Transform")[1:]:  # it says how it wrote, which the profile does not
        transform.getparent().remove(transform)
    info = signed.find(".//{*}SignedInfo")
    value = private.sign(etree.tostring(info, method="c14n"), PKCS1v15(), hashes.SHA256())
    signed.find(".//{*}SignatureValue").text = base64.b64encode(value).decode()
    trust = Trust(AT, (parse_certificate(certificate.public_bytes(Encoding.DER)),))
    assert check_signature(etree.tostring(signed), trust, sender="").state is State.AUTHENTIC


def test_what_is_digested_for_sm2_is_what_signxml_digests_for_rsa():
    data = signed("rsa-sha256")
    certificate = x509.load_der_x509_certificate(signer("rsa").certificate)
    rules = SignatureConfiguration(location="./", verification_time=NOW)
    theirs = XMLVerifier().verify(data, x509_cert=certificate, expect_config=rules).signed_data
    root = parse_whole(data)
    assert canonical_message(root, root[-1]) == theirs


def _self_signed(private):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signxml")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(9)).not_valid_after(NOW + timedelta(9))
    return builder.sign(private, hashes.SHA256())


# GB/T 32918.5 Annex A: the example over "message digest", identity 1234567812345678.
STANDARD_POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
STANDARD_SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


def test_the_standards_own_example_of_sm2_verifies():
    assert sm2.verifies(STANDARD_POINT, b"message digest", STANDARD_SIGNATURE) is True
    assert sm2.verifies(STANDARD_POINT, b"message digesT", STANDARD_SIGNATURE) is False


@pytest.mark.parametrize("point", [STANDARD_POINT[:-1], b"\x02" + STANDARD_POINT[1:], STANDARD_POINT[:-1] + b"\x14"])
def test_a_point_off_the_curve_verifies_nothing(point):
    assert sm2.verifies(point, b"message digest", STANDARD_SIGNATURE) is False


def test_openssl_takes_the_same_sm2_signature(tmp_path):
    if not which("openssl"):
        pytest.skip(reason="needs the Debian package openssl")
    root = parse_whole(signed("sm2-sm3"))
    raw = base64.b64decode(root[-1][1].text)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    (tmp_path / "signature").write_bytes(der)
    (tmp_path / "signed").write_bytes(etree.tostring(root[-1][0], method="c14n"))
    (tmp_path / "certificate.der").write_bytes(signer("sm2").certificate)
    key = _openssl(tmp_path, "x509", "-in", "certificate.der", "-inform", "DER", "-pubkey", "-noout")
    (tmp_path / "key.pem").write_bytes(key)
    identity = ("-sigopt", "distid:1234567812345678")
    said = _openssl(tmp_path, "dgst", "-sm3", *identity, "-verify", "key.pem", "-signature", "signature", "signed")
    assert said == b"Verified OK\n"


def _openssl(folder, *arguments):
    return subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True).stdout


def test_without_the_extra_a_right_sm2_signature_is_not_checked_and_a_changed_message_still_refused(monkeypatch):
    data = signed("sm2-sm3")
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    sm2._library.cache_clear()
    try:
        found = check_signature(data, trusting("sm2-sm3"), sender="")
        assert found == Signature(State.NOT_CHECKED, Reason.NEEDS_SM2)
        changed = data.replace(b"<ceb:currency>142", b"<ceb:currency>840", 1)
        assert check_signature(changed, trusting("sm2-sm3"), sender="").reason is Reason.DIGEST
        assert check_signature(signed("rsa-sha256"), trusting("rsa-sha256"), sender="").state is State.AUTHENTIC
    finally:
        sm2._library.cache_clear()


@pytest.mark.parametrize("method", ["rsa-sha256", "sm2-sm3"])
@given(choice=st.data())
@settings(max_examples=150)
def test_whatever_is_changed_what_is_authentic_is_read_as_it_was_signed(method, choice):
    data = bytearray(signed(method))
    place = choice.draw(st.integers(0, len(data) - 1))
    piece = choice.draw(
        st.sampled_from([b"", b"<!-- -->", b"<?x?>", b" ", b"<![CDATA[]]>", b"&#48;", b"0", b"<a/>", b'"'])
    )
    data[place : place + choice.draw(st.integers(0, 2))] = piece
    try:
        found = check_signature(bytes(data), trusting(method), sender="")
    except MalformedError:
        return
    if found.state is not State.AUTHENTIC:
        return
    try:
        read = read_message(bytes(data))
    except SuyuanError:
        return
    was = read_message(signed(method))
    assert [(each.head, each.lines) for each in read.usable] in ([], [(each.head, each.lines) for each in was.usable])


@pytest.mark.parametrize("data", [b"", b"<a", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', LIST[:-30]])
def test_what_is_no_xml_or_has_a_document_type_is_refused_before_any_signature_is_looked_for(data):
    with pytest.raises(MalformedError):
        check_signature(data, Trust(AT), sender="")


def test_a_message_of_another_encoding_is_refused():
    text = (VECTORS / "rsa-sha256.xml").read_bytes().decode().replace("UTF-8", "UTF-16").replace("utf-8", "utf-16")
    with pytest.raises(MalformedError, match="expected UTF-8"):
        check_signature(text.encode("utf-16"), Trust(AT), sender="")
