"""Normalisation version 1, by examples and against a slow model."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.results.normalisation import normalise

EXAMPLES = [
    ("\uff21\uff22\uff23\uff11\uff12\uff13", "ABC123"),
    (" a  b\u3000c\u00a0d\t\n", "a b c d"),
    ("\u0041\u030a", "\u00c5"),
    ("\u2460\u5f20", "1\u5f20"),
    ("示例市示例区", "示例市示例区"),
    ("Aa", "Aa"),
    ("a\u200bb", "a\u200bb"),
    ("", ""),
    ("\u3000", ""),
]


@pytest.mark.parametrize(("stated", "compared"), EXAMPLES)
def test_version_1_by_example(stated, compared):
    assert normalise(stated) == compared


def model(text: str) -> str:
    """Return the same, sign by sign."""
    words, word = [], ""
    for sign in unicodedata.normalize("NFKC", text) + " ":
        if sign.isspace():
            words += [word] if word else []
            word = ""
        else:
            word += sign
    return " ".join(words)


@given(st.text() | st.text(alphabet="a \u3000\u00b4\uff21\u0301\t\u2028"))
def test_it_is_what_the_slow_model_makes_and_stays_so(text):
    once = normalise(text)
    assert once == model(text)
    assert normalise(once) == once
