from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from ledger.readers.epcis import canonical_subject, epc_urn_of, lot_subject
from ledger.readers.epcis.gs1 import CHARACTER_SET_82
from verifier.errors import MalformedError, UnsupportedError
from verifier.ledgerformat.subject import form_of

GS1 = "https://id.gs1.org"
# One thing in two notations; the pairs of SGTIN, SSCC, SGLN, LGTIN and PGLN are worked out by hand from their digits.
SAME = {
    "item": ("urn:epc:id:sgtin:0614141.112345.400", f"{GS1}/01/10614141123459/21/400"),
    "item-with-leading-zero": ("urn:epc:id:sgtin:0614141.012345.A-1", f"{GS1}/01/00614141123452/21/A-1"),
    "item-with-escapes": ("urn:epc:id:sgtin:0614141.112345.32a%2Fb%25'", f"{GS1}/01/10614141123459/21/32a%2Fb%25%27"),
    "item-with-points": ("urn:epc:id:sgtin:0614141.112345.1.2.3", f"{GS1}/01/10614141123459/21/1.2.3"),
    "item-of-short-prefix": ("urn:epc:id:sgtin:061414.1112345.400", f"{GS1}/01/10614141123459/21/400"),
    "item-of-long-prefix": ("urn:epc:id:sgtin:061414112345.1.400", f"{GS1}/01/10614141123459/21/400"),
    "unit": ("urn:epc:id:sscc:0614141.1234567890", f"{GS1}/00/106141412345678908"),
    "place": ("urn:epc:id:sgln:0614141.12345.0", f"{GS1}/414/0614141123452"),
    "place-of-long-prefix": ("urn:epc:id:sgln:061414112345..0", f"{GS1}/414/0614141123452"),
    "party": ("urn:epc:id:pgln:0614141.12345", f"{GS1}/417/0614141123452"),
    "lot": ("urn:epc:class:lgtin:4012345.012345.998877", f"{GS1}/01/04012345123456/10/998877"),
    "product": ("urn:epc:idpat:sgtin:4012345.098765.*", f"{GS1}/01/04012345987652"),
}
# Digital Links in other spellings than the canonical one.
LINKS = {
    "other-host": ("https://brand.example/01/10614141123459/21/400", f"{GS1}/01/10614141123459/21/400"),
    "host-with-port": ("http://localhost:8080/01/10614141123459", f"{GS1}/01/10614141123459"),
    "path-in-front": ("https://brand.example/cn/id/01/10614141123459/10/L7", f"{GS1}/01/10614141123459/10/L7"),
    "key-in-front": ("https://brand.example/01/01/10614141123459", f"{GS1}/01/10614141123459"),
    "capital-letters": ("HTTPS://ID.GS1.ORG/00/106141412345678908", f"{GS1}/00/106141412345678908"),
    "gtin-13": ("https://brand.example/01/0614141123452/21/7", f"{GS1}/01/00614141123452/21/7"),
    "gtin-12": ("https://brand.example/01/614141123452", f"{GS1}/01/00614141123452"),
    "gtin-8": ("https://brand.example/01/95050003", f"{GS1}/01/00000095050003"),
    "lot-and-serial": (f"{GS1}/01/10614141123459/10/L7/21/400", f"{GS1}/01/10614141123459/21/400"),
    "variant-and-serial": (f"{GS1}/01/10614141123459/22/2A/21/400", f"{GS1}/01/10614141123459/21/400"),
    "needless-escapes": (f"{GS1}/01/10614141123459/21/%41%2d%2f", f"{GS1}/01/10614141123459/21/A-%2F"),
    "missing-escapes": (f"{GS1}/01/10614141123459/21/(1,2)", f"{GS1}/01/10614141123459/21/%281%2C2%29"),
    "party": ("https://brand.example/417/0614141123452", f"{GS1}/417/0614141123452"),
}
MISSPELT = {
    "check-digit-of-gtin": f"{GS1}/01/10614141123458/21/400",
    "check-digit-of-sscc": f"{GS1}/00/106141412345678900",
    "check-digit-of-gln": f"{GS1}/414/0614141123450",
    "gtin-of-10-digits": f"{GS1}/01/1061414112/21/400",
    "sscc-of-17-digits": f"{GS1}/00/10614141234567890",
    "letters-in-gtin": f"{GS1}/01/1061414112345X",
    "arabic-digits": f"{GS1}/01/%D9%A1",
    "serial-of-21-signs": f"{GS1}/01/10614141123459/21/{'1' * 21}",
    "empty-serial": f"{GS1}/01/10614141123459/21/",
    "sign-outside-set-82": f"{GS1}/01/10614141123459/21/a~b",
    "hash-sign": f"{GS1}/01/10614141123459/21/a%23b",
    "escaped-unicode": f"{GS1}/01/10614141123459/21/%E4%B8%AD",
    "half-an-escape": f"{GS1}/01/10614141123459/21/a%2",
    "qualifiers-out-of-order": f"{GS1}/01/10614141123459/21/400/10/L7",
    "qualifier-twice": f"{GS1}/01/10614141123459/21/400/21/400",
    "foreign-qualifier": f"{GS1}/00/106141412345678908/21/1",
    "serial-in-query": f"{GS1}/01/10614141123459?21=400",
    "fragment": f"{GS1}/01/10614141123459#21",
    "slash-at-the-end": f"{GS1}/01/10614141123459/",
    "user-in-host": "https://a@b.example/01/10614141123459",
    "no-key": "https://brand.example/products/1",
    "no-path": "https://brand.example",
    "urn-of-12-digits": "urn:epc:id:sgtin:0614141.12345.400",
    "urn-prefix-of-5-digits": "urn:epc:id:sgtin:06141.11123456.400",
    "urn-serial-of-21-signs": f"urn:epc:id:sgtin:0614141.112345.{'1' * 21}",
    "urn-without-serial": "urn:epc:id:sgtin:0614141.112345",
    "urn-with-bare-slash": "urn:epc:id:sgtin:0614141.112345.a/b",
    "urn-with-needless-escape": "urn:epc:id:sgtin:0614141.112345.%41",
    "urn-pattern-of-one": "urn:epc:idpat:sgtin:0614141.112345.400",
    "urn-unknown-scheme": "urn:epc:id:sgtim:0614141.112345.400",
    "urn-unknown-space": "urn:epc:tag:sgtin-96:1.0614141.112345.400",
    "urn-in-capitals": "URN:EPC:ID:SGTIN:0614141.112345.400",
    "urn-lot-as-instance": "urn:epc:id:lgtin:4012345.012345.998877",
    "urn-with-line-feed": "urn:epc:id:sscc:0614141.1234567890\n",
}
WITHOUT_SUBJECT = {
    "place-within-a-place": ("urn:epc:id:sgln:0614141.12345.400", "a place within a place"),
    "link-to-a-place-within-a-place": (f"{GS1}/414/0614141123452/254/400", "key 414 254"),
    "returnable-asset": ("urn:epc:id:grai:4012345.55555.987", "a returnable asset"),
    "asset": ("urn:epc:id:giai:4000001.111", "an individual asset"),
    "document": ("urn:epc:id:gdti:0614141.00001.1618034", "a document"),
    "recipient": ("urn:epc:id:gsrn:0614141.0000010253", "a service recipient"),
    "pattern-of-assets": ("urn:epc:idpat:grai:4012345.55555.*", "a returnable asset"),
    "general-identifier": ("urn:epc:id:gid:95100000.12345.400", "scheme gid"),
    "variant": (f"{GS1}/01/10614141123459/22/2A", "a consumer product variant"),
    "tobacco-pack": (f"{GS1}/01/10614141123459/235/2A", "key 01 235"),
    "asset-link": (f"{GS1}/8004/4000001111", "key 8004"),
    "private-urn": ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid"),
    "subject-of-ours": ("urn:suyuan:agency:customs", "urn:suyuan"),
    "text": ("a pallet", "a pallet"),
}


@pytest.mark.parametrize(("urn", "subject"), SAME.values(), ids=SAME)
def test_an_epc_urn_and_its_link_are_one_subject(urn, subject):
    assert canonical_subject(urn) == subject
    assert canonical_subject(subject) == subject
    prefix = len(urn.split(":")[-1].split(".")[0])
    assert epc_urn_of(subject, prefix_length=prefix) == urn


@pytest.mark.parametrize(("uri", "subject"), LINKS.values(), ids=LINKS)
def test_a_link_of_any_host_has_one_subject(uri, subject):
    assert canonical_subject(uri) == subject
    assert form_of(subject)


@pytest.mark.parametrize("uri", MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_identifier_is_refused(uri):
    with pytest.raises(MalformedError) as refused:
        canonical_subject(uri, "epcList[0]")
    assert refused.value.field == "epcList[0]"
    assert refused.value.expected


@pytest.mark.parametrize(("uri", "reason"), WITHOUT_SUBJECT.values(), ids=WITHOUT_SUBJECT)
def test_what_has_no_canonical_subject_is_refused_with_the_reason(uri, reason):
    with pytest.raises(UnsupportedError, match=reason):
        canonical_subject(uri)


def test_a_wrong_check_digit_is_answered_with_the_right_one():
    with pytest.raises(MalformedError, match="10614141123459"):
        canonical_subject(f"{GS1}/01/10614141123458")


def test_only_gs1_subjects_have_an_epc_urn():
    with pytest.raises(UnsupportedError):
        epc_urn_of("urn:suyuan:agency:customs", prefix_length=7)
    with pytest.raises(MalformedError, match="6 to 12"):
        epc_urn_of(f"{GS1}/00/106141412345678908", prefix_length=13)


@pytest.mark.parametrize("lot", ["", "x" * 21, "a b", "批号", "a~b"])
def test_a_lot_number_outside_the_rules_makes_no_subject(lot):
    with pytest.raises(MalformedError, match="lot"):
        lot_subject(f"{GS1}/01/10614141123459", lot)


def _digits(size):
    return st.text("0123456789", min_size=size, max_size=size)


_serials = st.text(sorted(CHARACTER_SET_82), min_size=1, max_size=20)


@given(_digits(13), _serials, st.integers(6, 12), st.sampled_from(["10", "21"]))
def test_items_and_lots_go_round_by_urn_and_by_link(digits, serial, prefix, qualifier):
    gtin = digits + ean.calc_check_digit(digits)
    ean.validate(gtin)
    subject = f"{GS1}/01/{gtin}/{qualifier}/{quote(serial, safe='')}"
    assert form_of(subject) == {"10": "lot", "21": "item"}[qualifier]
    assert canonical_subject(epc_urn_of(subject, prefix_length=prefix)) == subject
    assert canonical_subject(subject.replace(GS1, "https://brand.example/a/b")) == subject
    escaped = "".join(f"%{ord(each):02x}" for each in serial)
    assert canonical_subject(f"{GS1}/01/{gtin}/{qualifier}/{escaped}") == subject
    assert lot_subject(f"{GS1}/01/{gtin}", serial) == f"{GS1}/01/{gtin}/10/{quote(serial, safe='')}"


@given(st.sampled_from([("00", 17), ("01", 13), ("414", 12), ("417", 12)]), st.integers(6, 12), st.data())
def test_keys_without_serial_go_round(key, prefix, data):
    digits = data.draw(_digits(key[1]))
    subject = f"{GS1}/{key[0]}/{digits}{ean.calc_check_digit(digits)}"
    assert form_of(subject)
    assert canonical_subject(epc_urn_of(subject, prefix_length=prefix)) == subject


@given(
    st.text()
    | st.from_regex(r"urn:epc:(id|class|idpat):[a-z]{3,5}:[0-9]{5,13}\.[0-9A-Z.*%]{0,12}", fullmatch=True)
    | st.from_regex(r"https://id\.gs1\.org(/(00|01|10|21|414|8004|[0-9a-f%~]{1,18})){0,6}", fullmatch=True)
)
def test_any_text_has_a_subject_in_canonical_spelling_or_is_refused(text):
    try:
        subject = canonical_subject(text)
    except (MalformedError, UnsupportedError):
        return
    assert form_of(subject) in {"item", "lot", "product", "unit", "place", "party"}
    assert canonical_subject(subject) == subject
