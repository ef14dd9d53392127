"""The ledger's receipt keys as a COSE key set (RFC 9052 §7; SCRAPI, /.well-known/scitt-keys)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import UnknownError
from verifier.judgement.charter import Charter
from verifier.primitives.cbor import Value, format_cbor
from verifier.primitives.keys import PublicKey

_KID, _ALG = 2, 3


def format_key_set(charters: Sequence[Charter]) -> bytes:
    """Return the receipt keys of all charters that came into force, each once: old receipts stay checkable."""
    return format_cbor([_cose_key(key) for key in _keys(charters)])


def format_one_key(charters: Sequence[Charter], kid: bytes) -> bytes:
    """Return one of these keys.

    Raises:
        UnknownError: none of them has this kid.
    """
    for key in _keys(charters):
        if key.kid == kid:
            return format_cbor(_cose_key(key))
    raise UnknownError("kid", came=kid, expected="a receipt key of a charter")


def _keys(charters: Sequence[Charter]) -> list[PublicKey]:
    return list(dict.fromkeys(charter.receipt for charter in charters))


def _cose_key(key: PublicKey) -> Value:
    return {**key.cose_key(), _KID: key.kid, _ALG: key.alg}
