"""Keys in smart keys and hardware modules, by PKCS#11. The private part never leaves the token.

ES256: the digest is signed (CKM_ECDSA), r || s comes back. EdDSA: CKM_EDDSA over the message. Source: PKCS#11 v3.0,
2.3 (EC_PARAMS, EC_POINT); older tokens write an Edwards key's parameters as a name and its point without a frame.
"""

from __future__ import annotations

from hashlib import sha256

import pkcs11
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as fault
from pkcs11.types import SignMixin

from ledger.errors import SignerError
from ledger.signing.cryptoki import Module, PinRefusedError, module_of
from ledger.signing.external import require_message, require_signature
from ledger.signing.token_uri import TokenUri, format_token_uri
from verifier.errors import MalformedError
from verifier.primitives.keys import EDDSA, ES256, PUBLIC_SIZES, PublicKey, require_key

P256 = bytes.fromhex("06082a8648ce3d030107")  # OID 1.2.840.10045.3.1.7
ED25519 = bytes.fromhex("06032b6570")  # OID 1.3.101.112
_CURVES = {P256: ES256, ED25519: EDDSA, b"\x13\x0cedwards25519": EDDSA, bytes.fromhex("06092b06010401da470f01"): EDDSA}


class SigningKey(pkcs11.PrivateKey, SignMixin):
    """A private key that signs."""


class TokenSigner:
    """A signer whose private key is in a token. Any thread may use it."""

    def __init__(self, uri: TokenUri, pin: bytes) -> None:
        """Find the key; `pin` is kept to open the token again when it was pulled.

        Raises:
            MalformedError: the reference names no key.
            PinRefusedError: the PIN is wrong.
            SignerError: no such token or key, or not of ES256 or EdDSA.
            SetupError: no such library.
        """
        if uri.label is None and uri.id is None:
            raise MalformedError("key.object", came="nothing", expected="object=LABEL or id=%…, to name a key")
        self._uri = uri
        self._pin = pin
        self._where = format_token_uri(uri).partition("?")[0]
        self._module = module_of(uri.module)
        self._refused: PinRefusedError | None = None
        self._key: tuple[int, SigningKey] | None = None
        self._public = self._attempt_public()

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature over at most 4,096 bytes, verified.

        Raises:
            SignerError: the token does not answer, or the signature is not this key's.
        """
        require_message(message)
        if self._refused:
            raise self._refused
        try:
            signature = self._module.attempt(lambda: self._sign(message), self._where)
        except PinRefusedError as error:
            self._refused = error
            raise
        return require_signature(self._public, signature, message, self._where)

    def _sign(self, message: bytes) -> bytes:
        if self._key is None or self._key[0] != self._module.generation:
            self._key = (self._module.generation, find_private_key(self._module, self._uri, self._pin))
        key = self._key[1]
        pin = self._pin.decode() if _asks_every_time(key) else None
        if self._public.alg == ES256:
            return key.sign(sha256(message).digest(), mechanism=Mechanism.ECDSA, pin=pin)
        return key.sign(message, mechanism=Mechanism.EDDSA, pin=pin)

    def _attempt_public(self) -> PublicKey:
        def find() -> PublicKey:
            return public_key_of(find_private_key(self._module, self._uri, self._pin), self._where)

        return self._module.attempt(find, self._where)


def find_private_key(module: Module, uri: TokenUri, pin: bytes) -> SigningKey:
    """Return the one private key that a reference names. Within `Module.attempt` only."""
    named = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: uri.label, Attribute.ID: uri.id}
    asked = {name: value for name, value in named.items() if value is not None}
    found = list(module.session(uri, pin).get_objects(asked))
    if len(found) != 1:
        raise fault.MultipleObjectsReturned if found else fault.NoSuchKey
    return found[0]  # type: ignore[return-value] # a private key that signs, as the class that was asked for says


def public_key_of(private: SigningKey, where: str) -> PublicKey:
    """Return the public part of a private key: the public object of the same id or label, else its certificate's.

    Nobody believes the certificate: what is signed is verified with the key, and the registry says whose it is.

    Raises:
        SignerError: a curve that is not ours, or neither object nor certificate in the token.
    """
    alg = _CURVES.get(bytes(private[Attribute.EC_PARAMS])) if private.key_type in _EC else None
    if alg is None:
        raise SignerError(where, came=f"a key of type {private.key_type!r}", expected="P-256 or Ed25519")
    points = {bytes(each[Attribute.EC_POINT]) for each in _beside(private, ObjectClass.PUBLIC_KEY)}
    points = points or {_certified(bytes(each[Attribute.VALUE])) for each in _beside(private, ObjectClass.CERTIFICATE)}
    if len(points) != 1:
        todo = "Put the key's public object or certificate into the token, with the id of the private one."
        raise SignerError(where, came=f"{len(points)} public keys", expected="one beside the private key", todo=todo)
    return require_key(alg, parse_point(points.pop(), alg), where)


def _beside(private: SigningKey, kind: ObjectClass) -> list[pkcs11.Object]:
    """Return the objects that belong to a private key: of the same id, or of the same label where it has none."""
    asked = {Attribute.ID: private.id} if private.id else {Attribute.LABEL: private.label}
    return list(private.session.get_objects({Attribute.CLASS: kind, **asked}))


def _certified(certificate: bytes) -> bytes:
    """Return the raw public key of a DER certificate; empty bytes where it cannot be read or is of another kind."""
    try:
        key = load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key.public_bytes_raw() if isinstance(key, ed25519.Ed25519PublicKey) else b""


def parse_point(point: bytes, alg: int) -> bytes:
    """Return the raw public key of CKA_EC_POINT: a DER octet string, or the point itself as some tokens have it."""
    size = PUBLIC_SIZES[alg]
    return point[2:] if point[:2] == bytes((4, size)) and len(point) == size + 2 else point


def _asks_every_time(key: SigningKey) -> bool:
    """Return whether a key wants the PIN for each signature, as keys of qualified signatures do."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except fault.AttributeTypeInvalid:  # older tokens do not know it
        return False


_EC = (KeyType.EC, KeyType.EC_EDWARDS)
