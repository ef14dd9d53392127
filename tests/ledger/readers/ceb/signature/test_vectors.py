"""Signed messages that are not what they seem, each a file named for its defect (`make.py` made them)."""

import json
import re
from pathlib import Path

import pytest

from ledger.readers.ceb.signature import Reason, State, check_signature, load_trust
from tests.ledger.readers.ceb.signature.place import NOW, VECTORS

EXPECTED = json.loads((VECTORS / "expected.json").read_text("utf-8"))
TRUST = load_trust(VECTORS / "trust", at=int(NOW.timestamp() * 1000))


def check(path: Path):
    data = path.read_bytes()
    sender = re.search(rb"<ceb:copCode>([^<]*)", data)
    return check_signature(data, TRUST, sender=sender[1].decode() if sender else "")


@pytest.mark.parametrize("name", EXPECTED)
def test_each_defect_is_found_and_named(name):
    found = check(VECTORS / f"{name}.xml")
    assert [found.state.value, found.reason.value if found.reason else ""] == EXPECTED[name]


def test_every_file_is_expected_to_be_something_and_the_other_way_round():
    assert {path.stem for path in VECTORS.glob("*.xml")} == EXPECTED.keys()


def test_every_reason_has_a_file_but_those_that_no_file_can_give():
    given = {reason for _, reason in EXPECTED.values() if reason}
    assert {each.value for each in Reason} - given == {"nobody-asked", "needs-sm2"}


@pytest.mark.parametrize("name", [name for name, (state, _) in EXPECTED.items() if state == "authentic"])
def test_what_is_authentic_names_its_certificate(name):
    found = check(VECTORS / f"{name}.xml")
    assert found.state is State.AUTHENTIC
    assert re.fullmatch("[0-9a-f]{64}", found.fingerprint)
    assert found.subject.startswith("CN=示例")


def test_a_certificate_is_named_only_once_its_signature_held():
    held = {"not-valid-then", "signer-not-known", "not-the-sender"}
    for name, (state, reason) in EXPECTED.items():
        assert check(VECTORS / f"{name}.xml").holds == (state == "authentic" or reason in held), name


def test_told_in_words_a_signature_names_nobody():
    assert str(check(VECTORS / "rsa-sha1.xml")) == "authentic"
    assert str(check(VECTORS / "signer-not-known.xml")) == "not authentic: signer-not-known"
    assert str(check(VECTORS / "unsigned.xml")) == "absent"
