"""The keys that a token holds: list them, and make new ones in it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import cast

from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from ledger.errors import SignerError
from ledger.signing.cryptoki import Module, module_of
from ledger.signing.pkcs11 import ED25519, P256, SigningKey, public_key_of
from ledger.signing.token_uri import TokenUri, format_token_uri
from verifier.errors import SuyuanError, UnsupportedError
from verifier.primitives.keys import ALGORITHM_NAMES, EDDSA, ES256, PublicKey

_KINDS = {
    ES256: (KeyType.EC, P256, Mechanism.EC_KEY_PAIR_GEN),
    EDDSA: (KeyType.EC_EDWARDS, ED25519, Mechanism.EC_EDWARDS_KEY_PAIR_GEN),
}
_PRIVATE = {  # never readable, not even by who knows the PIN
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.PRIVATE: True,
    Attribute.SIGN: True,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key that a token holds.

    Attributes:
        reference: that names it, as far as the one that was asked with did.
        label: of the key.
        public: its public part; None where it is of no algorithm of ours.
    """

    reference: str
    label: str
    public: PublicKey | None


def list_keys(uri: TokenUri, pin: bytes) -> list[TokenKey]:
    """Return the private keys of a token, by label.

    Raises:
        SignerError: no such token, or it does not answer.
    """
    where, module = format_token_uri(uri).partition("?")[0], module_of(uri.module)
    return module.attempt(lambda: _list(module, uri, pin), where)


def generate_key(uri: TokenUri, pin: bytes, *, label: str, alg: int, dry_run: bool) -> TokenKey | None:
    """Make a key pair in a token; None where it is a dry run.

    Raises:
        UnsupportedError: neither ES256 nor EdDSA.
        SignerError: there is a key of this label, or the token refuses.
    """
    if alg not in _KINDS:
        raise UnsupportedError("--alg", came=ALGORITHM_NAMES[alg], expected="ES256 or EdDSA in a token")
    if any(each.label == label for each in list_keys(uri, pin)):
        raise SignerError(label, came="a label that is in the token already", expected="a new one")
    if dry_run:
        return None
    key_id, module = os.urandom(16), module_of(uri.module)
    where = format_token_uri(uri).partition("?")[0]
    module.once(lambda: _generate(module, uri, pin, label=label, key_id=key_id, alg=alg), where)
    (made,) = (each for each in list_keys(uri, pin) if each.label == label)
    return made


def _list(module: Module, uri: TokenUri, pin: bytes) -> list[TokenKey]:
    found = module.session(uri, pin).get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
    keys = []
    for private in cast("list[SigningKey]", list(found)):
        named = replace(uri, label=private[Attribute.LABEL] or None, id=bytes(private[Attribute.ID]) or None)
        try:
            public = public_key_of(private, "token")
        except SuyuanError:  # a key for something else: it is listed, and cannot be used here
            public = None
        keys.append(TokenKey(format_token_uri(named), named.label or "", public))
    return sorted(keys, key=lambda each: each.reference)


def _generate(module: Module, uri: TokenUri, pin: bytes, *, label: str, key_id: bytes, alg: int) -> None:
    kind, curve, mechanism = _KINDS[alg]
    session = module.session(uri, pin, writes=True)
    parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
    parameters.generate_keypair(mechanism=mechanism, store=True, label=label, id=key_id, private_template=_PRIVATE)
