"""Keys whose private halves are known to everybody: for tests only."""

from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

from ledger.signing.signer import MemorySigner
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44


@cache
def signer(alg: int, name: str = "") -> MemorySigner:
    """Return the signer that this name always gives."""
    seed = sha256(f"a key of the tests {alg} {name}".encode()).digest()
    if alg == ES256:
        return MemorySigner(ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1()))
    if alg == ML_DSA_44:
        return MemorySigner(mldsa.MLDSA44PrivateKey.from_seed_bytes(seed))
    assert alg == EDDSA
    return MemorySigner(ed25519.Ed25519PrivateKey.from_private_bytes(seed))
