import stat

import pytest

from ledger.signing.keyfile import load_key
from tests.ledger.cli.conftest import SECRET
from verifier.primitives.keys import ALGORITHMS, parse_key
from verifier.primitives.note import parse_vkey

ENV = ("--passphrase-env", "PASS")


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "ML-DSA-44"])
def test_a_new_key_is_private_encrypted_and_shown_alike(run, tmp_path, alg):
    made = run("key", "new", "dock.pem", "--alg", alg, "--json", *ENV)
    assert made.code == 0
    file = tmp_path / "dock.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    public = load_key(file, SECRET.encode()).public
    assert public == parse_key(made.answer["key"])
    assert (public.alg, public.kid.hex()) == (ALGORITHMS[alg], made.answer["kid"])
    assert run("key", "show", "dock.pem", "--json", *ENV).answer == made.answer


@pytest.mark.parametrize(("alg", "kind"), [("EdDSA", 4), ("ML-DSA-44", 6)])
def test_a_name_gives_the_vkey_of_a_witness(run, alg, kind):
    made = run("key", "new", "w.pem", "--alg", alg, "--name", "w.example", "--json", *ENV)
    key = parse_vkey(made.answer["vkey"])
    assert (key.name, key.kind, key.key) == ("w.example", kind, parse_key(made.answer["key"]))


def test_for_people_it_is_lines(run):
    made = run("key", "new", "dock.pem", *ENV)
    assert made.out.startswith("kid: ")
    assert "ES256" in made.out


def test_another_passphrase_does_not_open_it(run, monkeypatch):
    run("key", "new", "dock.pem", *ENV)
    monkeypatch.setenv("PASS", "another")
    shown = run("key", "show", "dock.pem", *ENV)
    assert shown.code == 4
    assert shown.out == ""
    assert "dock.pem" in shown.err


def test_a_key_that_others_can_read_is_refused_with_the_cure(run, tmp_path):
    run("key", "new", "dock.pem", *ENV)
    (tmp_path / "dock.pem").chmod(0o640)
    shown = run("key", "show", "dock.pem", *ENV)
    assert shown.code == 4
    assert "chmod 600" in shown.err


def test_a_key_is_never_written_over(run, tmp_path):
    run("key", "new", "dock.pem", *ENV)
    before = (tmp_path / "dock.pem").read_bytes()
    assert run("key", "new", "dock.pem", *ENV).code == 4
    assert (tmp_path / "dock.pem").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("key", "new", "dock.pem", "--alg", "RSA", *ENV),
        ("key", "new", "dock.pem", "--name", "w.example", *ENV),
        ("key", "new", "dock.pem", "--alg", "EdDSA", "--name", "two words", *ENV),
        ("key", "new", "dock.pem"),
        ("key", "new", "dock.pem", "--passphrase-env", "UNSET"),
        ("key", "new", "dock.pem", "--passphrase-file", "secret", *ENV),
        ("key", "new", "dock.pem", "--lang", "fr", *ENV),
        ("key", "new"),
        ("key",),
    ],
)
def test_wrong_usage_is_2_and_leaves_nothing(run, secret, tmp_path, arguments):
    ran = run(*arguments)
    assert ran.code == 2
    assert not (tmp_path / "dock.pem").exists()


def test_a_passphrase_file_gives_its_first_line(run, secret, tmp_path):
    assert run("key", "new", "dock.pem", "--passphrase-file", secret).code == 0
    load_key(tmp_path / "dock.pem", SECRET.encode())
    assert run("key", "show", "dock.pem", "--passphrase-file", "none").code == 4


def test_errors_are_told_in_both_languages_and_to_programs(run):
    zh = run("key", "show", "none.pem", "--lang", "zh", *ENV)
    en = run("key", "show", "none.pem", "--lang", "en", "--json", *ENV)
    assert "错误" in zh.err
    assert "Error" in en.err
    assert en.answer["exitCode"] == en.code == zh.code == 4
    assert en.answer["error"]["field"] == "none.pem"
