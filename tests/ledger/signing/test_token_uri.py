"""PKCS#11 references (RFC 7512): what they name, and what is never in them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.signing.reference import absolute, key_file_of
from ledger.signing.token_uri import TokenUri, format_token_uri, parse_token_uri
from verifier.errors import MalformedError, UnsupportedError

LIBRARY = "module-path=/usr/lib/softhsm/libsofthsm2.so"
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=20)


def test_parts_are_read():
    text = f"pkcs11:token=The%20Token;object=a%3Bb;id=%01%ffz;type=private?{LIBRARY}&pin-source=file:/run/pin"
    module = "/usr/lib/softhsm/libsofthsm2.so"
    assert parse_token_uri(text) == TokenUri(
        module, token="The Token", label="a;b", id=b"\x01\xffz", pin_source="/run/pin"
    )


@given(
    st.builds(
        TokenUri, module=TEXT, token=st.none() | TEXT, serial=st.none() | TEXT, manufacturer=st.none() | TEXT,
        model=st.none() | TEXT, slot=st.none() | st.integers(0, 2**63), label=st.none() | TEXT,
        id=st.none() | st.binary(min_size=1, max_size=20), pin_source=st.none() | TEXT.map(lambda each: f"/{each}"),
    )
)  # fmt: skip
def test_what_is_formatted_is_parsed_as_the_same_and_is_one_word(uri):
    text = format_token_uri(uri)
    assert parse_token_uri(text) == uri
    assert text.isascii()
    assert not set(text) & set(' \t\n"\\')


@given(st.text(max_size=60))
def test_any_other_text_is_refused_in_words_or_read(text):
    with suppress(MalformedError, UnsupportedError):
        uri = parse_token_uri(f"pkcs11:{text}")
        assert parse_token_uri(format_token_uri(uri)) == uri


def test_pin_never_stands_in_a_reference_and_is_not_repeated():
    with pytest.raises(MalformedError, match="pin-source") as refused:
        parse_token_uri(f"pkcs11:object=a?pin-value=271828&{LIBRARY}")
    assert "271828" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("pkcs11:object=a", MalformedError),
        (f"pkcs11:object=a;object=b?{LIBRARY}", MalformedError),
        (f"pkcs11:object?{LIBRARY}", MalformedError),
        (f"pkcs11:object=?{LIBRARY}", MalformedError),
        (f"pkcs11:object=%4?{LIBRARY}", MalformedError),
        (f"pkcs11:object=%ff?{LIBRARY}", MalformedError),
        (f"pkcs11:object=a%00?{LIBRARY}", MalformedError),
        (f"pkcs11:object=a;type=public?{LIBRARY}", MalformedError),
        (f"pkcs11:slot-id=x?{LIBRARY}", MalformedError),
        (f"pkcs11:object=a?{LIBRARY}&pin-source=/a&pin-env=B", MalformedError),
        (f"pkcs11:library-version=3?{LIBRARY}", UnsupportedError),
        (f"pkcs11:x-vendor=3?{LIBRARY}", UnsupportedError),
        (f"pkcs11:object=a?{LIBRARY}&module-name=softhsm2", UnsupportedError),
        (f"pkcs11:object=a?{LIBRARY}&pin-source=|/bin/pin", UnsupportedError),
        ("file:a.pem", MalformedError),
    ],
)
def test_what_might_choose_another_key_is_refused(text, error):
    with pytest.raises(error):
        parse_token_uri(text)


def test_reference_is_made_to_mean_the_same_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute("a.pem") == absolute("file:a.pem") == f"file:{tmp_path}/a.pem"
    assert absolute("exec:bin/sign") == f"exec:{tmp_path}/bin/sign"
    uri = parse_token_uri(absolute("pkcs11:object=a?module-path=lib.so&pin-source=pin"))
    assert (uri.module, uri.pin_source) == (f"{tmp_path}/lib.so", f"{tmp_path}/pin")
    assert [key_file_of(each) is None for each in ("a.pem", "file:a.pem", "exec:a", "pkcs11:a")] == [
        False, False, True, True,
    ]  # fmt: skip
