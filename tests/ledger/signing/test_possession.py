"""Proof of possession: the key's holder answers this challenge, and the answer is nothing else than that."""

from __future__ import annotations

import json

import pytest

from ledger.signing.possession import check_possession, format_possession, parse_possession, prove_possession
from ledger.signing.signer import generate
from verifier.errors import BadSignatureError, MalformedError, MismatchError
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44

CHALLENGE = "customs.example 2026-11-23 7Q2F 海关"


def proof_of(alg=ES256, challenge=CHALLENGE) -> dict[str, object]:
    return format_possession(prove_possession(generate(alg), challenge))


@pytest.mark.parametrize("alg", [ES256, EDDSA, ML_DSA_44], ids=["ES256", "EdDSA", "ML-DSA-44"])
def test_proof_shows_the_key_that_made_it(alg):
    signer = generate(alg)
    data = json.dumps(format_possession(prove_possession(signer, CHALLENGE))).encode()
    assert check_possession(parse_possession(data), challenge=CHALLENGE) == signer.public


def test_answer_to_another_challenge_is_none():
    possession = parse_possession(json.dumps(proof_of()).encode())
    with pytest.raises(MismatchError):
        check_possession(possession, challenge=f"{CHALLENGE} ")


@pytest.mark.parametrize("member", ["challenge", "key", "signature"])
def test_proof_with_a_part_of_another_does_not_hold(member):
    mixed = {**proof_of(), member: proof_of(challenge="another")[member]}
    with pytest.raises(BadSignatureError):
        check_possession(parse_possession(json.dumps(mixed).encode()))


def test_signature_is_over_the_challenge_within_its_frame():
    signer = generate(EDDSA)
    signature = prove_possession(signer, "a").signature
    signer.public.verify(signature, b"suyuan/possession/v1|a")
    with pytest.raises(BadSignatureError):
        signer.public.verify(signature, b"a")


@pytest.mark.parametrize("challenge", ["", "x" * 257, "two\nlines", "a\0b", "\u202e", "tab\t"])
def test_challenge_that_could_be_something_else_is_not_signed(challenge):
    with pytest.raises(MalformedError, match="challenge"):
        prove_possession(generate(EDDSA), challenge)
    with pytest.raises(MalformedError, match="challenge"):
        parse_possession(json.dumps({**proof_of(), "challenge": challenge}).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"more": 1}, {"challenge": 1}, {"signature": 1}, {"signature": "*"}, {"key": {}},
        {"key": {"alg": "RSA", "public": "AA"}},
    ],
)  # fmt: skip
def test_another_shape_is_refused(change):
    with pytest.raises(MalformedError):
        parse_possession(json.dumps({**proof_of(), **change}).encode())
    with pytest.raises(MalformedError):
        parse_possession(b"[]")
