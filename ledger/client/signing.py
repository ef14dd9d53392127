"""Signing requests (RFC 9421, docs/access.md): who asks, for what, at which moment, once.

Every attempt is signed anew: a server lets each nonce in once, and an attempt that got no answer may have arrived.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519, HTTPSignatureAlgorithm

from ledger.signing.signer import Signer
from verifier.errors import UnsupportedError
from verifier.primitives.keys import ALGORITHM_NAMES, EDDSA, ES256

TAG = "suyuan"
LIFETIME = 120  # seconds
_NONCE = 16  # bytes
_COVERED = ("@method", "@target-uri")
_ALGORITHMS: Mapping[int, type[HTTPSignatureAlgorithm]] = {ES256: ECDSA_P256_SHA256, EDDSA: ED25519}


class RequestSigner:
    """Signs requests with one request key. Any thread may use it that its signer allows."""

    def __init__(
        self,
        signer: Signer,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        """Sign with `signer`; `clock` in POSIX seconds, `random` draws a text of so many bytes.

        Raises:
            UnsupportedError: a key that RFC 9421 has no algorithm for.
        """
        algorithm = _ALGORITHMS.get(signer.public.alg)
        if algorithm is None:
            came = ALGORITHM_NAMES.get(signer.public.alg, str(signer.public.alg))
            raise UnsupportedError("request key", came=came, expected="a key of ES256 or Ed25519")
        self._signer = signer
        self._clock, self._random = clock, random
        self._library = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=None)

    def headers(self, method: str, url: str, body: bytes | None) -> dict[str, str]:
        """Return the headers that sign a request for `url`, spelt as it is sent, with or without a body."""
        message = _Message(method, url)
        created = int(self._clock())
        prepared = self._library.prepare(
            message,
            key_id=self._signer.public.kid.hex(),
            created=datetime.fromtimestamp(created, UTC),
            expires=datetime.fromtimestamp(created + LIFETIME, UTC),
            nonce=self._random(_NONCE),
            label=TAG,
            tag=TAG,
            covered_component_ids=_COVERED,
            body=body or None,
        )
        self._library.apply(message, prepared, self._signer.sign(prepared.signature_base))
        return message.headers


class _Message:
    """A request as the library reads and signs it."""

    def __init__(self, method: str, url: str) -> None:
        self.method = method
        self.url = url
        self.headers: dict[str, str] = {}
