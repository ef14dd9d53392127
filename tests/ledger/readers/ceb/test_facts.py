"""Identifiers in messages: what names a product or an enterprise everywhere, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean
from stdnum.cn import uscc

from ledger.readers.ceb import enterprise_of, month_set, product_of_bar_code
from verifier.ledgerformat.subject import form_of


@pytest.mark.parametrize(
    ("bar_code", "gtin"),
    [
        ("9520000000110", "09520000000110"),
        ("19520000000117", "19520000000117"),
        ("614141000036", "00614141000036"),
        ("96385074", "00000096385074"),
    ],
)
def test_a_bar_code_that_is_a_gtin_names_a_product(bar_code, gtin):
    product = product_of_bar_code(bar_code)
    assert product == f"https://id.gs1.org/01/{gtin}"
    assert form_of(product) == "product"


@pytest.mark.parametrize(
    "bar_code",
    [
        "",
        "无",
        "2345123",
        "9520000000111",
        "952000000011",
        " 9520000000110",
        "952-0000000110",
        "\uff19\uff15\uff12\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11\uff11\uff10",
        "0000000000000",
        "00000000",
    ],
)
def test_a_bar_code_that_is_no_gtin_names_none(bar_code):
    assert product_of_bar_code(bar_code) is None


@pytest.mark.parametrize("first12", ["200000000001", "299999999999", "020000000001", "040000000001"])
def test_a_number_that_a_shop_gives_itself_names_no_product(first12):
    number = first12 + ean.calc_check_digit(first12)
    assert ean.is_valid(number)
    assert product_of_bar_code(number) is None


@given(st.integers(0, 10**12 - 1))
def test_every_product_that_is_named_is_one(number):
    digits = f"{number:012}"
    product = product_of_bar_code(digits + ean.calc_check_digit(digits))
    assert product is None or form_of(product) == "product"


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 10**6 - 1))
def test_a_unified_social_credit_code_names_an_enterprise(body, region):
    first17 = f"91{region:06}{body}"
    code = first17 + uscc.calc_check_digit(first17)
    enterprise = enterprise_of(code)
    assert enterprise is not None
    assert form_of(enterprise) == "enterprise"


@pytest.mark.parametrize("code", ["", "1105910159", "91000000EXAMPLE01Q", "91000000example01p", "91000000EXAMPLE01P "])
def test_any_other_code_is_legal_and_names_none(code):
    assert enterprise_of(code) is None


def test_the_lists_of_a_month_are_a_set():
    month = month_set("urn:suyuan:enterprise:91000000EXAMPLE02T", "20261130")
    assert month == "urn:suyuan:set:lists:91000000EXAMPLE02T:2026-11"
    assert form_of(month) == "set"
