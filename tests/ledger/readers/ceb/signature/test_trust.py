"""The operator's folder of certificates and pins."""

import json
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from fixtures.messages import parcel_messages
from fixtures.messages.signing import rsa_signer, sign_message
from ledger.errors import SetupError
from ledger.readers.ceb.signature import Reason, State, check_signature, load_trust
from tests.ledger.readers.ceb.signature.place import NOW

AT = int(NOW.timestamp() * 1000)


@cache
def signer(name):
    return rsa_signer(name, now=NOW)


@cache
def message():
    return sign_message(parcel_messages(3)["CEB621"], signer("甲"), "rsa-sha256")


def pem(*names):
    return b"".join(
        x509.load_der_x509_certificate(signer(name).certificate).public_bytes(Encoding.PEM) for name in names
    )


@pytest.mark.parametrize("ending", ["pem", "crt", "CER", "der"])
def test_a_certificate_is_found_in_either_form(tmp_path, ending):
    (tmp_path / f"a.{ending}").write_bytes(signer("甲").certificate if ending == "der" else pem("乙", "甲"))
    assert check_signature(message(), load_trust(tmp_path, at=AT), sender="").state is State.AUTHENTIC


@pytest.mark.parametrize("form", [str, str.upper, lambda text: ":".join(text[at : at + 2] for at in range(0, 64, 2))])
def test_a_pinned_fingerprint_needs_no_certificate_and_binds_its_sender_alone(tmp_path, form):
    (tmp_path / "pins.json").write_text(json.dumps({"A": [form(signer("甲").fingerprint)]}))
    trust = load_trust(tmp_path, at=AT)
    assert check_signature(message(), trust, sender="A").state is State.AUTHENTIC
    assert check_signature(message(), trust, sender="B").reason is Reason.SIGNER_NOT_KNOWN


def test_a_sender_that_is_pinned_is_not_believed_with_another_trusted_certificate(tmp_path):
    (tmp_path / "a.pem").write_bytes(pem("甲"))
    (tmp_path / "pins.json").write_text(json.dumps({"A": [signer("乙").fingerprint]}))
    assert check_signature(message(), load_trust(tmp_path, at=AT), sender="A").reason is Reason.NOT_THE_SENDER


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("a.der", b"no certificate"),
        ("pins.json", b"["),
        ("pins.json", b"[]"),
        ("pins.json", b'{"A": "0"}'),
        ("pins.json", b'{"A": []}'),
        ("pins.json", b'{"A": ["00"]}'),
        ("readme.txt", b"a folder without certificates"),
    ],
)
def test_a_folder_that_is_not_what_it_must_be_is_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SetupError, match=str(tmp_path)):
        load_trust(tmp_path, at=AT)


def test_no_folder_is_refused(tmp_path):
    with pytest.raises(SetupError, match="expected a folder of certificates"):
        load_trust(tmp_path / "none", at=AT)
