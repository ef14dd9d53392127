"""Hidden codes: read as they are printed and typed, committed to one item, and not guessed by halves."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import MalformedError, MismatchError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.hidden_code import (
    check_activation,
    check_hidden_code,
    hidden_digest,
    make_hidden_code,
    parse_hidden_code,
)
from verifier.primitives.base64strict import format_base64url

ITEM, OTHER = "https://id.gs1.org/01/06901234567892/21/A0001", "https://id.gs1.org/01/06901234567892/21/A0002"
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
codes = st.builds(make_hidden_code, st.binary(min_size=16, max_size=16), st.integers(0, (1 << 20) - 1))


def committed(hidden, item=ITEM):
    return Body({"item": item}, {"hidden": format_base64url(hidden_digest(item, hidden))}, {})


def spelt_by_hand(salt, code):
    """Return the signs as the page says: another way than ours, over a string of bits."""
    check = sha256(b"suyuan/hidden/v1|" + salt + code.to_bytes(3, "big")).digest()
    bits = "".join(f"{each:08b}" for each in salt) + f"{code:020b}" + f"{int.from_bytes(check, 'big'):0256b}"[:12]
    return "".join(SIGNS[int(bits[at : at + 5], 2)] for at in range(0, 160, 5))


@given(st.binary(min_size=16, max_size=16), st.integers(0, (1 << 20) - 1))
def test_it_is_spelt_as_the_page_says(salt, code):
    assert make_hidden_code(salt, code).text == spelt_by_hand(salt, code)


@given(codes)
def test_what_is_typed_carelessly_is_read(hidden):
    careless = hidden.readable.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert parse_hidden_code(careless) == parse_hidden_code(f" {hidden.text}\n") == hidden


@given(codes, st.data())
def test_two_neighbours_that_change_places_make_no_code_or_another(hidden, data):
    at = data.draw(st.integers(0, 30))
    changed = hidden.text[:at] + hidden.text[at + 1] + hidden.text[at] + hidden.text[at + 2 :]
    if changed == hidden.text:
        return
    with suppress(MalformedError):
        assert parse_hidden_code(changed) != hidden  # one in 4,096 is read: then the digest tells


def test_a_code_that_is_nearly_right_is_not_repeated():
    hidden = make_hidden_code(bytes(range(16)), 77)
    with pytest.raises(MalformedError) as caught:
        parse_hidden_code(hidden.text[:-1] + ("0" if hidden.text[-1] != "0" else "1"))
    assert hidden.text[:8] not in str(caught.value)


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "U" * 32, "0" * 31 + "é", "\uff10" * 32, "0" * 31 + "\x00"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(MalformedError):
        parse_hidden_code(text)


@given(codes)
def test_its_digest_is_that_of_a_disclosure(hidden):
    text = json.dumps([format_base64url(hidden.salt), "/hidden", [ITEM, hidden.code]], separators=(",", ":"))
    disclosure = parse_disclosure(base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode())
    assert (disclosure.digest, disclosure.value) == (hidden_digest(ITEM, hidden), [ITEM, hidden.code])


@given(codes, codes)
def test_a_code_opens_the_item_that_it_was_drawn_for_and_no_other(hidden, another):
    assert check_hidden_code(hidden, committed(hidden)) == ITEM
    moved = Body({"item": OTHER}, committed(hidden).data, {})
    for code, body in ((hidden, moved), *([(another, committed(hidden))] if another != hidden else [])):
        with pytest.raises(MismatchError):
            check_hidden_code(code, body)


@pytest.mark.parametrize("data", [{}, {"hidden": 7}, {"hidden": "AAAA="}, {"hidden": None}], ids=str)
def test_a_body_that_commits_to_nothing_is_said_so(data):
    with pytest.raises(MalformedError):
        check_hidden_code(make_hidden_code(bytes(16), 0), Body({"item": ITEM}, data, {}))


@given(codes)
def test_an_activation_shows_the_signs_themselves(hidden):
    assert check_activation(Body({}, {"reveal": hidden.text}, {}), committed(hidden)) == ITEM
    for other in (hidden.readable, hidden.text.lower() if hidden.text.lower() != hidden.text else "", None, 7, ""):
        with pytest.raises(MalformedError):
            check_activation(Body({}, {"reveal": other}, {}), committed(hidden))
