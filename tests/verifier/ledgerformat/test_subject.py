import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.subjects import BY_FORM, HEX, LABELS, SET_82, SUBJECTS, TAKEN, with_check_digit
from tests.verifier.primitives.properties import bent_text, parse_or_refuse
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import (
    FORMS,
    claim_message,
    claim_subject,
    form_of,
    gs1_digits,
    is_uscc,
    lot_set,
    product_of,
    quota_message,
    quota_subject,
    subject_name,
)

GTIN = "https://id.gs1.org/01/06901234567892"
ENTERPRISE = "urn:suyuan:enterprise:91350100M000100Y43"


class TestForms:
    """A **subject** is a URI of at most 256 ASCII characters in its one canonical spelling."""

    @pytest.mark.parametrize("form", BY_FORM)
    @given(data=st.data())
    def test_every_subject_has_its_form(self, form, data):
        assert form_of(data.draw(BY_FORM[form])) == form

    @given(st.one_of(st.text(max_size=60), bent_text(SUBJECTS)))
    def test_any_other_text_has_a_form_or_is_refused(self, text):
        form = parse_or_refuse(form_of, text)
        assert form is None or form in FORMS or form.startswith("handle:")

    @given(LABELS.filter(lambda label: label not in TAKEN), HEX)
    def test_every_other_label_makes_a_handle(self, label, drawn):
        assert form_of(f"urn:suyuan:{label}:{drawn}") == f"handle:{label}"

    @pytest.mark.parametrize("word", sorted(TAKEN))
    def test_words_of_the_table_make_no_handle(self, word):
        drawn = "0123456789abcdef" * 2
        if word not in ("agency", "policy", "kind", "book", "ledger"):
            with pytest.raises(MalformedError):
                form_of(f"urn:suyuan:{word}:{drawn}")

    @pytest.mark.parametrize("drawn", ["0" * 31, "0" * 33, "0123456789ABCDEF" * 2, "g" * 32, ""])
    def test_a_handle_has_128_bits_in_lower_case(self, drawn):
        with pytest.raises(MalformedError):
            form_of(f"urn:suyuan:parcel:{drawn}")

    def test_256_characters_are_the_most(self):
        longest = "urn:suyuan:set:" + "a" * 63 + ":" + "b" * 64 + ":" + "c" * 64
        assert form_of(longest) == "set"
        with pytest.raises(MalformedError):
            form_of("urn:suyuan:ledger:" + "a" * 239)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "urn:suyuan:",
            "urn:suyuan:agency:",
            "URN:suyuan:agency:a",
            "urn:Suyuan:agency:a",
            " urn:suyuan:agency:a",
            "urn:suyuan:agency:a\n",
            "urn:suyuan:agency:A",
            "urn:suyuan:agency:-a",
            "urn:suyuan:agency:é",
            "urn:other:agency:a",
            "urn:suyuan:agency:" + "a" * 64,
            "urn:suyuan:type:a",
            "urn:suyuan:type:a.b.",
            "urn:suyuan:kind:Trace",
            "urn:suyuan:kind:" + "a" * 17,
            "urn:suyuan:list:a",
            "urn:suyuan:list:a:",
            "urn:suyuan:list:a:b:c",
            "urn:suyuan:set:a:b",
            "urn:suyuan:set:a:b:c:d",
            "urn:suyuan:book:a/b",
            "urn:suyuan:book:" + "a" * 65,
            "urn:suyuan:type:" + "a" * 60 + ".bcde",
            "urn:suyuan:ledger:a b",
            "urn:suyuan:ledger:a+b",
            "urn:suyuan:key:" + "A" * 64,
            "urn:suyuan:book-line:H1",
            "urn:suyuan:book-line:H1:1:2",
            "urn:suyuan:book-line:H1:a/b",
            "urn:suyuan:claim:tax",
            "urn:suyuan:claim:tax:" + "a" * 63,
            "urn:suyuan:claim:Tax:" + "a" * 64,
            "urn:suyuan:claim:tax:" + "A" * 64,
            "urn:suyuan:quota:customs:" + "a" * 64,
            "urn:suyuan:quota:customs:26:" + "a" * 64,
            "urn:suyuan:quota:customs:2026:" + "a" * 65,
        ],
    )
    def test_another_spelling_is_refused(self, text):
        with pytest.raises(MalformedError):
            form_of(text)


class TestGs1:
    """GTIN-14, SSCC-18 and GLN-13 have valid GS1 check digits. Lot and serial are 1 to 20 characters of GS1 character
    set 82; those outside A-Z a-z 0-9 - . _ ~ are percent-encoded with upper-case hex, and no others are."""

    @given(st.sampled_from(["product", "unit", "place", "party"]), st.data())
    def test_any_other_last_digit_is_refused(self, form, data):
        subject = data.draw(BY_FORM[form])
        for digit in "0123456789":
            if digit != subject[-1]:
                with pytest.raises(MalformedError):
                    form_of(subject[:-1] + digit)

    @pytest.mark.parametrize("identifier", ["00", "01", "414", "417"])
    @pytest.mark.parametrize("count", [8, 12, 13, 14, 17, 18, 19])
    def test_numbers_of_another_length_are_refused(self, identifier, count):
        if {"00": 18, "01": 14, "414": 13, "417": 13}[identifier] != count:
            with pytest.raises(MalformedError):
                form_of(f"https://id.gs1.org/{identifier}/{with_check_digit('0' * (count - 1))}")

    @pytest.mark.parametrize("code", range(256))
    def test_a_character_stands_as_itself_or_escaped_never_both(self, code):
        sign, spelt = chr(code), f"%{code:02X}"
        kept = sign.isascii() and (sign.isalnum() or sign in "-._~")
        itself = accepted(f"{GTIN}/21/{sign}")
        assert itself == (sign in SET_82 and kept)
        assert accepted(f"{GTIN}/21/{spelt}") == (sign in SET_82 and not kept)
        assert not accepted(f"{GTIN}/21/{spelt.lower()}") or spelt == spelt.lower()

    @pytest.mark.parametrize("qualifier", ["10", "21"])
    def test_a_serial_has_1_to_20_characters_escaped_or_not(self, qualifier):
        assert accepted(f"{GTIN}/{qualifier}/{'%2F' * 20}")
        assert accepted(f"{GTIN}/{qualifier}/{'a' * 20}")
        for serial in ("", "a" * 21, "%2F" * 21, "%2", "%", "%2G"):
            assert not accepted(f"{GTIN}/{qualifier}/{serial}")

    @pytest.mark.parametrize(
        "rest", ["/", "/21", "/21/", "/22/a", "/10/a/21/b", "/21/a/10/b", "/21/a/", "?17=270101", "#a", "/021/a"]
    )
    def test_other_paths_behind_a_gtin_are_refused(self, rest):
        assert not accepted(GTIN + rest)

    @pytest.mark.parametrize(
        "host",
        ["http://id.gs1.org", "https://ID.gs1.org", "https://id.gs1.org:443", "https://example.com", "//id.gs1.org"],
    )
    def test_other_hosts_are_refused(self, host):
        assert not accepted(GTIN.replace("https://id.gs1.org", host))

    @pytest.mark.parametrize("identifier", ["00", "414", "417"])
    def test_only_products_have_lots_and_serials(self, identifier):
        number = with_check_digit("0" * {"00": 17}.get(identifier, 12))
        assert accepted(f"https://id.gs1.org/{identifier}/{number}")
        assert not accepted(f"https://id.gs1.org/{identifier}/{number}/21/a")

    @given(st.sampled_from(["lot", "item"]), st.data())
    def test_the_product_of_an_item_is_its_uri_cut_after_the_gtin(self, form, data):
        subject = data.draw(BY_FORM[form])
        assert form_of(product_of(subject)) == "product"
        assert subject.startswith(product_of(subject) + "/")

    def test_the_company_prefix_stands_behind_indicator_and_extension_digits(self):
        assert gs1_digits(GTIN) == "6901234567892"
        assert gs1_digits(f"{GTIN}/21/1") == "6901234567892"
        assert gs1_digits("https://id.gs1.org/00/369012345678901239") == "69012345678901239"
        assert gs1_digits("https://id.gs1.org/414/6901234567892") == "6901234567892"
        assert gs1_digits("https://id.gs1.org/417/6901234567892") == "6901234567892"
        assert gs1_digits("urn:suyuan:agency:a") is None


class TestSets:
    """Of the lot as its URI spells it each `.` is written `.2E` and then each `%` as `.`."""

    def test_a_lot_has_one_set_for_its_items(self):
        assert lot_set(f"{GTIN}/10/A-1_b") == "urn:suyuan:set:lot-items:06901234567892:A-1_b"
        assert lot_set(f"{GTIN}/10/a.b%2Fc") == "urn:suyuan:set:lot-items:06901234567892:a.2Eb.2Fc"

    @given(BY_FORM["lot"], BY_FORM["lot"])
    def test_no_two_lots_share_a_set(self, one, other):
        assert form_of(lot_set(one)) == "set"
        assert (lot_set(one) == lot_set(other)) == (one == other)

    @given(st.sampled_from(["a.b", "a%2Fb", "a.2Fb", "a%2F", ".2F", "%2F", ".", "2E"]), st.data())
    def test_dots_and_escapes_are_told_apart(self, one, data):
        other = data.draw(st.sampled_from(["a.b", "a%2Fb", "a.2Fb", "a%2F", ".2F", "%2F", ".", "2E"]))
        assert (lot_set(f"{GTIN}/10/{one}") == lot_set(f"{GTIN}/10/{other}")) == (one == other)

    @pytest.mark.parametrize("subject", [GTIN, f"{GTIN}/21/1", f"{GTIN}/10/", ENTERPRISE, "", f"{GTIN}/10/a/b"])
    def test_only_lots_have_one(self, subject):
        with pytest.raises(MalformedError):
            lot_set(subject)


class TestKeyedPseudonyms:
    """HMAC-SHA-256 under an agency's key of a text that says what it is of."""

    TAX = "urn:suyuan:agency:tax"

    def test_a_claim_is_the_mac_of_class_and_number(self):
        message = claim_message(class_="invoice", number="发票|1")
        assert message == "suyuan/claim/v1|invoice|发票|1".encode()
        mac = hmac.digest(b"k" * 32, message, "sha256")
        assert claim_subject(self.TAX, mac) == f"urn:suyuan:claim:tax:{mac.hex()}"
        assert form_of(claim_subject(self.TAX, mac)) == "claim"

    def test_a_quota_is_of_one_buyer_and_year(self):
        message = quota_message(year=2026, id_type="1", id_number="X")
        assert message == b"suyuan/quota/v1|2026|1|X"
        subject = quota_subject(self.TAX, year=2026, mac=sha256(message).digest())
        assert subject == f"urn:suyuan:quota:tax:2026:{sha256(message).hexdigest()}"
        assert form_of(subject) == "quota"

    @pytest.mark.parametrize(
        "make",
        [
            lambda: claim_message(class_="Invoice", number="1"),
            lambda: claim_message(class_="in|voice", number="1"),
            lambda: claim_message(class_="invoice", number=""),
            lambda: claim_subject(ENTERPRISE, bytes(32)),
            lambda: claim_subject("urn:suyuan:agency:tax", bytes(31)),
            lambda: quota_message(year=999, id_type="1", id_number="X"),
            lambda: quota_message(year=2026, id_type="1|2", id_number="X"),
            lambda: quota_message(year=2026, id_type="", id_number="X"),
            lambda: quota_message(year=2026, id_type="1", id_number=""),
            lambda: quota_subject("urn:suyuan:agency:tax", year=10000, mac=bytes(32)),
            lambda: quota_subject("customs", year=2026, mac=bytes(32)),
        ],
    )
    def test_other_parts_make_none(self, make):
        with pytest.raises(MalformedError):
            make()


class TestSocialCreditCode:
    """`{uscc}` is a valid 18-character unified social credit code (GB 32100-2015, upper case)."""

    @given(BY_FORM["enterprise"], st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
    def test_any_one_other_sign_is_refused(self, subject, at, sign):
        code = subject.rsplit(":", 1)[1]
        assert is_uscc(code)
        assert is_uscc(code[:at] + sign + code[at + 1 :]) == (code[at] == sign)

    @pytest.mark.parametrize("sign", "IOSVZaz-. ")
    def test_signs_that_look_like_others_are_refused(self, sign):
        assert not any(is_uscc("91350100M000100Y" + sign + last) for last in "0123456789ABCDEFGHJKLMNPQRTUWXY")

    def test_a_published_example_is_valid(self):
        assert form_of(ENTERPRISE) == "enterprise"
        for other in (ENTERPRISE[:-1], ENTERPRISE + "0", ENTERPRISE.lower(), ENTERPRISE[:-1] + "4"):
            with pytest.raises(MalformedError):
                form_of(other)


def accepted(subject):
    return parse_or_refuse(form_of, subject) is not None


@given(SUBJECTS)
def test_a_subject_name_is_the_hash_of_the_uri_behind_its_prefix(subject):
    """**Subject name** = H("suyuan/name/v1|" ‖ subject)."""
    assert subject_name(subject) == sha256(f"suyuan/name/v1|{subject}".encode()).digest()
