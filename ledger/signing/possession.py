"""Proof of possession: whoever registers a key shows that they can sign with it, now, for this registrar.

The signed bytes are "suyuan/possession/v1|" and the challenge. They are no COSE structure (which begins with 0x84) and
no note (which has lines), so that no challenge can be chosen that is a statement, a seal or a checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.signing.signer import Signer
from verifier.errors import MalformedError, MismatchError
from verifier.primitives.base64strict import format_base64url, parse_base64url
from verifier.primitives.keys import PublicKey, format_key, parse_key
from verifier.primitives.strict_json import parse_json

MAX_CHALLENGE = 256
_CONTEXT = b"suyuan/possession/v1|"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Possession:
    """A proof: the key, the challenge that its holder answered, and the signature."""

    key: PublicKey
    challenge: str
    signature: bytes


def prove_possession(signer: Signer, challenge: str) -> Possession:
    """Return the proof that a key's holder answers a challenge: printable text of at most 256 characters."""
    return Possession(signer.public, challenge, signer.sign(_signed(challenge)))


def check_possession(possession: Possession, *, challenge: str | None = None) -> PublicKey:
    """Return the key, once its holder has shown to have it.

    Args:
        possession: the proof.
        challenge: what was asked; None to take what the proof says was asked.

    Raises:
        MismatchError: another challenge was answered.
        BadSignatureError: by another key.
    """
    if challenge is not None and possession.challenge != challenge:
        raise MismatchError("challenge", came=possession.challenge, expected=challenge)
    possession.key.verify(possession.signature, _signed(possession.challenge), "possession")
    return possession.key


def format_possession(possession: Possession) -> dict[str, Any]:
    """Return a proof as JSON has it."""
    return {
        "version": _VERSION,
        "challenge": possession.challenge,
        "key": format_key(possession.key),
        "signature": format_base64url(possession.signature),
    }


def parse_possession(data: bytes) -> Possession:
    """Read a proof.

    Raises:
        MalformedError: another shape, its field named.
    """
    value = parse_json(data, "possession")
    members = {"version", "challenge", "key", "signature"}
    if not isinstance(value, dict) or value.keys() != members or value["version"] != _VERSION:
        raise MalformedError("possession", came="another shape", expected=f"an object of version {_VERSION}")
    challenge, signature = value["challenge"], value["signature"]
    if not isinstance(challenge, str) or not isinstance(signature, str):
        raise MalformedError("possession", came="another shape", expected="challenge and signature as text")
    _signed(challenge)
    return Possession(parse_key(value["key"]), challenge, parse_base64url(signature, "possession.signature"))


def _signed(challenge: str) -> bytes:
    if not 0 < len(challenge) <= MAX_CHALLENGE or not challenge.isprintable():
        expected = f"1 to {MAX_CHALLENGE} printable characters on one line"
        raise MalformedError("challenge", came=challenge, expected=expected)
    return _CONTEXT + challenge.encode()
