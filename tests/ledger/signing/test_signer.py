"""The signer interface: a public key and `sign`, over at most 4,096 bytes; nothing else is asked of a key's holder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fixtures.zone.actors import Actor
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys
from ledger.signing.signer import MAX_MESSAGE, MemorySigner, generate, public_of
from tests.ledger.sequencer.zone import ORIGIN, Small, found
from verifier.errors import BadSignatureError, MalformedError
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44, P256_ORDER

ALGORITHMS = {"ES256": ES256, "EdDSA": EDDSA, "ML-DSA-44": ML_DSA_44}


@pytest.mark.parametrize("alg", ALGORITHMS.values(), ids=ALGORITHMS)
@pytest.mark.parametrize("length", [0, 1, 4_095, MAX_MESSAGE])
def test_signature_is_the_key_s_and_over_this_message_alone(alg, length):
    signer = generate(alg)
    signature = signer.sign(bytes(length))
    signer.public.verify(signature, bytes(length))
    for other in (bytes(length) + b"x", b"x" + bytes(length)):
        with pytest.raises(BadSignatureError):
            signer.public.verify(signature, other)
    with pytest.raises(BadSignatureError):
        generate(alg).public.verify(signature, bytes(length))


@pytest.mark.parametrize("alg", ALGORITHMS.values(), ids=ALGORITHMS)
def test_message_that_a_smart_key_would_not_take_is_refused(alg):
    with pytest.raises(MalformedError, match="4096"):
        generate(alg).sign(bytes(MAX_MESSAGE + 1))


def test_every_signature_of_es256_has_its_s_in_the_lower_half():
    signer = generate(ES256)
    lows = [int.from_bytes(signer.sign(b"%d" % each)[32:], "big") for each in range(40)]
    assert all(0 < low <= P256_ORDER // 2 for low in lows)


def test_algorithm_that_is_not_signed_with_is_refused():
    with pytest.raises(MalformedError, match="alg"):
        generate(-65537)


class Watched:
    """A signer that has nothing but what the interface asks for, and remembers how much it was asked to sign."""

    def __init__(self, signer: MemorySigner) -> None:
        self.public = signer.public
        self.lengths: list[int] = []
        self.sign = lambda message: self.lengths.append(len(message)) or signer.sign(message)


class OpenSsl:
    """A signer in another process: the key is a file that only OpenSSL reads."""

    def __init__(self, folder: Path, name: str, *options: str) -> None:
        self._key = folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", *options, "-out", self._key], check=True, capture_output=True)
        self.public = public_of(load_pem_private_key(self._key.read_bytes(), None))

    def sign(self, message: bytes) -> bytes:
        whole = self._key.with_suffix(".message")
        whole.write_bytes(message)
        command = ["openssl", "pkeyutl", "-sign", "-inkey", self._key, "-rawin", "-in", whole]
        made = subprocess.run([*command, *self._digest], check=True, capture_output=True).stdout
        if self.public.alg == EDDSA:
            return made
        r, s = decode_dss_signature(made)
        return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")

    @property
    def _digest(self) -> list[str]:
        return [] if self.public.alg == EDDSA else ["-digest", "sha256"]


def zone_with(folder: Path, monkeypatch, keys: LedgerKeys, signer) -> Small:
    """Return a founded zone under these keys of the ledger, whose carrier signs with `signer`."""
    monkeypatch.setattr("tests.ledger.sequencer.zone.generate_ledger_keys", lambda _origin: keys)
    monkeypatch.setattr(
        "tests.ledger.sequencer.zone.enterprise",
        lambda uscc, *_, prefixes: Actor(
            f"urn:suyuan:enterprise:{uscc}", {"zh": "承运", "en": "Carrier"}, ("carrier",), signer, prefixes=prefixes
        ),
    )
    return found(folder)


def tell(zone: Small) -> None:
    zone.open()
    try:
        leaf = zone.move(*range(200))
        assert zone.ledger.prover.promise(leaf).receipt
        assert zone.ledger.prover.trace("https://id.gs1.org/00/069012345000000011").verdict.steps[4].passed
    finally:
        zone.close()


def test_nothing_but_the_interface_is_asked_of_any_key_and_never_more_than_a_smart_key_takes(tmp_path, monkeypatch):
    plain = generate_ledger_keys(ORIGIN)
    watched = [Watched(each) for each in (plain.checkpoint, plain.checkpoint_pq, plain.seal, plain.receipt)]
    carrier = Watched(generate(ES256))
    tell(zone_with(tmp_path / "zone", monkeypatch, LedgerKeys(ORIGIN, *watched), carrier))
    for each in (*watched, carrier):
        assert each.lengths
        assert max(each.lengths) <= MAX_MESSAGE


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the Debian package openssl")
def test_keys_in_another_process_sign_for_ledger_and_participant(tmp_path, monkeypatch):
    plain = generate_ledger_keys(ORIGIN)
    outside = [OpenSsl(tmp_path, name, "-algorithm", "ed25519") for name in ("checkpoint", "seal", "receipt")]
    keys = LedgerKeys(ORIGIN, outside[0], plain.checkpoint_pq, outside[1], outside[2])
    carrier = OpenSsl(tmp_path, "carrier", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    tell(zone_with(tmp_path / "zone", monkeypatch, keys, carrier))
