"""Signed requests (RFC 9421, tag `suyuan`): whose key signed this one, of this moment, for the first time.

The rules (docs/access.md): one signature with the tag; it covers `@method`, `@target-uri` and, where there is a
body, `content-digest`; `created` and `expires` lie at most 300 s apart and around now, give or take 60 s; `nonce`
was never used with this key; `keyid` is the hexadecimal thumbprint of a key that the registry has for requests.
The clock, the registry and the nonces are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519, HTTPSignatureAlgorithm

from api.signature_input import DIGEST, REQUIRED, SKEW, TAG, Signature, SignedRequest, accepted, digest_of, refusal
from verifier.primitives.keys import EDDSA, ES256, PublicKey

WINDOW = 300  # seconds
_ALGORITHMS: Mapping[int, type[HTTPSignatureAlgorithm]] = {ES256: ECDSA_P256_SHA256, EDDSA: ED25519}
FindKey = Callable[[bytes], PublicKey]
UseNonce = Callable[[bytes, str, int], bool]


def check_signature(
    signature: Signature, request: SignedRequest, *, now: int, find_key: FindKey, use_nonce: UseNonce
) -> None:
    """Return if a signature is of this request and this moment, by a key that may sign requests, for the first time.

    Args:
        signature: as parsed.
        request: that it came with.
        now: POSIX seconds.
        find_key: returns the valid request key with this thumbprint, or raises UnauthenticatedError.
        use_nonce: kid, nonce and until when it counts; returns whether this is its first use. Asked last.

    Raises:
        UnauthenticatedError: which rule it breaks, and what would satisfy it.
    """
    _check_coverage(signature, request)
    _check_time(signature, now)
    key = find_key(signature.kid)
    _verify(signature, request, key)
    if not use_nonce(signature.kid, signature.nonce, signature.until):
        todo = "Sign the request again with a fresh nonce."
        raise refusal("signature.nonce", came="one that this key has used", expected="one it has not", todo=todo)


def _check_coverage(signature: Signature, request: SignedRequest) -> None:
    needed = (*REQUIRED, DIGEST) if request.has_body else REQUIRED
    if missing := [each for each in needed if each not in signature.covered]:
        came = f"no {', '.join(missing)}"
        raise refusal("signature.components", came=came, expected=accepted(has_body=request.has_body))
    if DIGEST in signature.covered:
        digest_of(request)


def _check_time(signature: Signature, now: int) -> None:
    if not 0 <= signature.expires - signature.created <= WINDOW:
        came = f"{signature.expires - signature.created} s after created"
        raise refusal("signature.expires", came=came, expected=f"0 to {WINDOW} s after created")
    if signature.created > now + SKEW:
        came = f"{signature.created - now} s ahead of this server"
        raise refusal("signature.created", came=came, expected=f"at most {SKEW} s", todo="Set the clock.")
    if signature.expires + SKEW < now:
        came = f"{now - signature.expires} s ago"
        raise refusal("signature.expires", came=came, expected=f"at most {SKEW} s ago", todo="Sign it again.")


def _verify(signature: Signature, request: SignedRequest, key: PublicKey) -> None:
    algorithm = _ALGORITHMS.get(key.alg)
    if algorithm is None:
        raise refusal("signature.keyid", came="a key of another algorithm", expected="a key of ES256 or Ed25519")
    verifier = _Verifier(signature_algorithm=algorithm, key_resolver=_TheKey(key))
    try:
        verifier.verify(_Message(request), max_age=None, expect_tag=TAG, expect_label=signature.label)
    except Exception:  # noqa: BLE001 - whatever a hostile header makes of the library: it did not verify
        came = f"bytes that {signature.kid.hex()[:16]}… did not sign over {request.method} {request.url}"
        todo = "Sign the method, the whole address and the headers as they are sent."
        raise refusal("signature", came=came, expected="a signature by this key", todo=todo) from None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its clock: times are judged above, by the clock that was passed in."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Return: they are judged above."""


class _TheKey(HTTPSignatureKeyResolver):
    """Knows one key."""

    def __init__(self, key: PublicKey) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | None:
        """Return the key in the library's form."""
        if key_id != self._key.kid.hex():
            return None
        if self._key.alg == ES256:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self._key.raw)
        return ed25519.Ed25519PublicKey.from_public_bytes(self._key.raw)


class _Message:
    """A request as the library reads it."""

    def __init__(self, request: SignedRequest) -> None:
        self.method = request.method
        self.url = request.url
        self.headers = _Fields(request.fields)


class _Fields:
    """Header lines, in their order."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = tuple(fields)

    def items(self) -> Iterable[tuple[str, str]]:
        """Return every line."""
        return self._fields
