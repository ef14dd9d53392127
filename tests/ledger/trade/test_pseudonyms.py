"""Keyed names: the same number gives one subject, and nothing but the key leads back."""

import hashlib
import hmac
import json
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import all_types
from ledger.compose.event import Draft, compose_event
from ledger.errors import KeyFileError
from ledger.trade.pseudonym_file import load_pseudonym_key, save_pseudonym_key
from ledger.trade.pseudonyms import PseudonymKey, canonical_number
from tests.ledger.trade.numbers import ID_NUMBER, INVOICE
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of

AGENCY = "urn:suyuan:agency:customs"
SECRET = bytes(range(32))
CLAIMS = PseudonymKey(AGENCY, "claim", None, SECRET)
QUOTAS = PseudonymKey(AGENCY, "quota", 2026, SECRET)


def test_a_claim_is_the_hmac_of_class_and_number_as_the_format_says():
    mac = hmac.new(SECRET, f"suyuan/claim/v1|invoice|{INVOICE}".encode(), hashlib.sha256).hexdigest()
    subject = CLAIMS.name_claim(class_="invoice", number=INVOICE)
    assert subject == f"urn:suyuan:claim:customs:{mac}"
    assert form_of(subject) == "claim"


def test_a_quota_is_the_hmac_of_year_type_and_number_as_the_format_says():
    mac = hmac.new(SECRET, f"suyuan/quota/v1|2026|1|{ID_NUMBER}".encode(), hashlib.sha256).hexdigest()
    subject = QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER)
    assert subject == f"urn:suyuan:quota:customs:2026:{mac}"
    assert form_of(subject) == "quota"


@pytest.mark.parametrize(
    "spelling",
    [
        ID_NUMBER.lower(),
        f" {ID_NUMBER}\t",
        f"{ID_NUMBER[:6]} {ID_NUMBER[6:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in ID_NUMBER),
    ],
)
def test_nobody_has_a_second_quota_by_writing_the_number_otherwise(spelling):
    assert QUOTAS.name_quota(id_type="1", id_number=spelling) == QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER)


def test_another_number_type_class_year_key_or_agency_is_another_subject():
    others = [
        QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER),
        QUOTAS.name_quota(id_type="2", id_number=ID_NUMBER),
        QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER[:-1]),
        replace(QUOTAS, year=2027).name_quota(id_type="1", id_number=ID_NUMBER),
        replace(QUOTAS, secret=SECRET[::-1]).name_quota(id_type="1", id_number=ID_NUMBER),
        replace(QUOTAS, agency="urn:suyuan:agency:tax").name_quota(id_type="1", id_number=ID_NUMBER),
        CLAIMS.name_claim(class_="invoice", number=INVOICE),
        CLAIMS.name_claim(class_="list", number=INVOICE),
    ]
    assert len(set(others)) == len(others)


@given(st.text(max_size=200))
def test_a_canonical_number_is_canonical_and_no_error_tells_it(text):
    try:
        plain = canonical_number(text)
    except MalformedError as error:
        told = str(error)
    else:
        told = ""
        assert canonical_number(plain) == plain
    assert len(text) < 8 or text not in told


def test_a_space_before_an_accent_makes_no_second_number():
    assert canonical_number("A \u0301 7") == canonical_number("\u00e1 7") == "\u00c17"


def test_a_key_has_one_use():
    with pytest.raises(MalformedError, match="expected a key for a claim"):
        QUOTAS.name_claim(class_="invoice", number=INVOICE)
    with pytest.raises(MalformedError, match="expected a key for a quota"):
        CLAIMS.name_quota(id_type="1", id_number=ID_NUMBER)


@pytest.mark.parametrize(
    ("agency", "use", "year", "secret"),
    [
        ("urn:suyuan:enterprise:1", "claim", None, SECRET),
        (AGENCY, "other", None, SECRET),
        (AGENCY, "claim", 2026, SECRET),
        (AGENCY, "quota", None, SECRET),
        (AGENCY, "quota", 26, SECRET),
        (AGENCY, "claim", None, SECRET[1:]),
    ],
)
def test_a_key_that_does_not_fit_its_use_is_none(agency, use, year, secret):
    with pytest.raises(MalformedError):
        PseudonymKey(agency, use, year, secret)


@pytest.mark.parametrize(
    "call",
    [
        lambda n: CLAIMS.name_claim(class_="Invoice", number=n),
        lambda n: CLAIMS.name_claim(class_="invoice", number=n * 9),
        lambda n: QUOTAS.name_quota(id_type="1|2", id_number=n),
        lambda n: QUOTAS.name_quota(id_type="", id_number=n),
    ],
)
def test_no_error_tells_a_number(call):
    with pytest.raises(MalformedError) as refused:
        call(ID_NUMBER)
    assert ID_NUMBER not in str(refused.value)


def test_a_key_does_not_show_its_secret():
    assert SECRET.hex() not in repr(QUOTAS)
    assert repr(SECRET) not in repr(QUOTAS)


def saved(tmp_path, key=QUOTAS):
    path = tmp_path / "quota.key"
    save_pseudonym_key(path, key, b"secret", random=lambda size: bytes(range(size)))
    return path


@pytest.mark.parametrize("key", [QUOTAS, CLAIMS])
def test_a_key_file_is_private_sealed_and_gives_the_key_back(tmp_path, key):
    path = saved(tmp_path, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_pseudonym_key(path, b"secret") == key
    assert SECRET not in path.read_bytes()
    with pytest.raises(KeyFileError, match="came a file that does not open"):
        load_pseudonym_key(path, b"other")


@pytest.mark.parametrize(
    "changes",
    [{"year": 2027}, {"agency": "urn:suyuan:agency:tax"}, {"use": "claim", "year": None}, {"nonce": ""}, {"sealed": 1}],
)
def test_what_a_key_file_says_of_its_key_cannot_be_changed(tmp_path, changes):
    path = saved(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(KeyFileError):
        load_pseudonym_key(path, b"secret")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_another_file_is_no_key(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="came another file"):
        load_pseudonym_key(path, b"secret")


def test_a_key_file_that_others_can_read_is_refused_and_none_is_written_over(tmp_path):
    path = saved(tmp_path)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_pseudonym_key(path, b"secret")
    with pytest.raises(KeyFileError, match="there already"):
        saved(tmp_path)


def test_no_number_is_in_an_event_about_its_quota():
    draft = Draft(
        "clearance.quota-use",
        1_790_000_000_000,
        {
            "quota": QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER),
            "declaration": f"urn:suyuan:declaration:{'a' * 32}",
        },
        {
            "year": "2026",
            "rule": "yearly/1",
            "basis": {"zh": "示例依据", "en": "an example"},
        },
        {"/amount": "120"},
    )
    event = compose_event(draft, all_types()["clearance.quota-use"], issuer=AGENCY, random=bytes)
    parts = [event.head, event.body, *(each.encode() for each in event.disclosures)]
    assert not any(ID_NUMBER.encode() in each or ID_NUMBER[:-1].encode() in each for each in parts)
    assert any(QUOTAS.name_quota(id_type="1", id_number=ID_NUMBER).encode() in each for each in parts)
