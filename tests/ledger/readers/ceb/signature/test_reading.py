"""A reading says what the message's own signature is worth; it never makes a document unusable."""

import pytest

from fixtures.messages import parcel_messages
from ledger.readers.ceb import Trust, load_trust, read_message
from ledger.readers.ceb.signature import Reason, State
from tests.ledger.readers.ceb.signature.place import NOW, VECTORS

AT = int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("rsa-sha1", State.AUTHENTIC, None),
        ("sm2-sm3", State.AUTHENTIC, None),
        ("signer-pinned-by-sender", State.AUTHENTIC, None),
        ("sender-is-pinned-to-others", State.NOT_AUTHENTIC, Reason.NOT_THE_SENDER),
        ("value-changed-rsa-sha1", State.NOT_AUTHENTIC, Reason.DIGEST),
        ("unsigned", State.ABSENT, None),
    ],
)
def test_a_reading_with_trust_says_what_the_signature_is_worth(name, state, reason):
    reading = read_message((VECTORS / f"{name}.xml").read_bytes(), trust=load_trust(VECTORS / "trust", at=AT))
    assert (reading.signature.state, reason) == (state, reading.signature.reason)


def test_a_reading_without_trust_checks_nothing_and_says_so():
    found = read_message((VECTORS / "rsa-sha1.xml").read_bytes()).signature
    assert (found.state, found.reason) == (State.NOT_CHECKED, Reason.NOBODY_ASKED)


def test_a_bad_signature_takes_no_document_away():
    data = (VECTORS / "signature-value-changed-rsa-sha256.xml").read_bytes()
    assert read_message(data, trust=Trust(AT)).usable


def test_a_signature_without_meaning_is_not_authentic():
    found = read_message(parcel_messages(1)["CEB621"], trust=Trust(AT)).signature
    assert (found.state, found.reason) == (State.NOT_AUTHENTIC, Reason.KEY_INFO)
