"""Key files: encrypted, their owner's alone, opened by one passphrase, never written over."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.errors import KeyFileError, SetupError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.ledger_keys import FILES, LedgerKeys, generate_ledger_keys, load_ledger_keys, save_ledger_keys
from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44

SECRET = "一个口令 with spaces".encode()
ALGORITHMS = [ES256, EDDSA, ML_DSA_44]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys" / "key.pem"
    save_key(path, generate(EDDSA), SECRET)
    return path


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_key_that_was_saved_is_the_same_key_again(tmp_path, alg):
    signer = generate(alg)
    save_key(tmp_path / "key.pem", signer, SECRET)
    again = load_key(tmp_path / "key.pem", SECRET)
    assert again.public == signer.public
    signer.public.verify(again.sign(b"message"), b"message")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_file_is_encrypted_and_its_owner_s_alone_whatever_the_umask(tmp_path, alg):
    before = os.umask(0)
    try:
        save_key(tmp_path / "key.pem", generate(alg), SECRET)
    finally:
        os.umask(before)
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    content = (tmp_path / "key.pem").read_bytes()
    assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(TypeError):
        load_pem_private_key(content, None)


@pytest.mark.parametrize("other", [b"", b"in vain", SECRET + b" ", SECRET[:-1], SECRET.upper()])
def test_another_passphrase_does_not_open_it_and_is_not_repeated(file, other):
    with pytest.raises(KeyFileError, match="does not open") as refused:
        load_key(file, other)
    assert not other or other.decode() not in str(refused.value)


def test_file_that_was_cut_short_anywhere_is_refused(file):
    whole = file.read_bytes().rstrip()
    for cut in range(0, len(whole), 7):
        file.write_bytes(whole[:cut])
        with pytest.raises(KeyFileError):
            load_key(file, SECRET)
    file.write_bytes(whole)
    load_key(file, SECRET)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o602, 0o611, 0o777])
def test_file_that_others_may_open_is_refused_with_the_cure(file, mode):
    file.chmod(mode)
    with pytest.raises(KeyFileError, match="for others") as refused:
        load_key(file, SECRET)
    assert refused.value.todo == f"chmod 600 {file}"
    file.chmod(0o600)
    load_key(file, SECRET)


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_file_that_only_its_owner_may_open_is_opened(file, mode):
    file.chmod(mode)
    assert load_key(file, SECRET)


def test_file_is_never_written_over_and_never_in_clear(file):
    before = file.read_bytes()
    with pytest.raises(KeyFileError, match="there already"):
        save_key(file, generate(EDDSA), SECRET)
    assert file.read_bytes() == before
    with pytest.raises(KeyFileError, match="never stored in clear"):
        save_key(file.with_name("other.pem"), generate(EDDSA), b"")
    assert [each.name for each in file.parent.iterdir()] == ["key.pem"]


def test_what_is_not_there_or_no_file_is_said(tmp_path):
    for path in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(KeyFileError, match="a readable key file"):
            load_key(path, SECRET)


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ed448.Ed448PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "Ed448", "RSA"],
)
def test_key_of_another_kind_is_refused(tmp_path, private):
    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET)))
    with pytest.raises(KeyFileError, match="P-256, Ed25519 or ML-DSA-44"):
        load_key(path, SECRET)


def test_key_in_clear_is_refused_with_a_passphrase_and_without(tmp_path):
    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(generate(EDDSA).private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for passphrase in (SECRET, b""):
        with pytest.raises(KeyFileError):
            load_key(path, passphrase)


def test_ledger_s_keys_come_back_each_in_its_place(tmp_path):
    keys = generate_ledger_keys("ledger.test/zone")
    save_ledger_keys(tmp_path, keys, SECRET)
    again = load_ledger_keys(tmp_path, "ledger.test/zone", SECRET)
    for name in ("checkpoint", "checkpoint_pq", "seal", "receipt"):
        assert getattr(again, name).public == getattr(keys, name).public
    assert len({getattr(keys, name.replace("-", "_")).public.raw for name in FILES}) == 4, "one key, one use"


def test_ledger_s_key_of_another_algorithm_is_refused(tmp_path):
    save_ledger_keys(tmp_path, generate_ledger_keys("ledger.test/zone"), SECRET)
    (tmp_path / "seal.pem").unlink()
    save_key(tmp_path / "seal.pem", generate(ES256), SECRET)
    with pytest.raises(SetupError, match=r"seal\.pem"):
        load_ledger_keys(tmp_path, "ledger.test/zone", SECRET)


def test_key_that_lives_elsewhere_is_not_saved(tmp_path):
    keys = generate_ledger_keys("ledger.test/zone")

    class Elsewhere:
        public = keys.seal.public

        def sign(self, message):
            return keys.seal.sign(message)

    other = LedgerKeys(keys.origin, keys.checkpoint, keys.checkpoint_pq, Elsewhere(), keys.receipt)
    with pytest.raises(SetupError, match="seal"):
        save_ledger_keys(tmp_path, other, SECRET)
