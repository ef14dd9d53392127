"""Commands sign with keys that are not files: in a token (SoftHSM2), and behind a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ledger.client.sequence import next_number
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.signer import generate
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World
from tests.ledger.signing.programs import starts_of, write_honest, write_program
from tests.ledger.signing.tokens import PIN
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.cose import parse_sign1
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44, parse_key
from verifier.primitives.note import parse_vkey

ENV = ("--passphrase-env", "PASS")


@pytest.fixture
def pin(monkeypatch) -> tuple[str, ...]:
    monkeypatch.setenv("PIN", PIN)
    return ("--passphrase-env", "PIN")


@pytest.fixture
def described(tmp_path):
    """Describe an event of a world's registrar; return how to submit it with another key than its usual one."""

    def write(world: World) -> str:
        draft = world.role_draft()
        event = {"type": draft.type, "subjects": dict(draft.subjects), "data": dict(draft.data)}
        (tmp_path / "events.json").write_text(json.dumps(event))
        return "events.json"

    return write


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Found a ledger whose registrar signs with this signer; return it and its service."""
    made = []

    def build(signer) -> tuple[World, Service]:
        world = World(tmp_path / "world")
        world.customs.signer = signer
        world.found()
        made.extend([world, Service(world.ledger)])
        return made[0], made[1]

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield build
    if made:
        made[1].close()
        made[0].ledger.close()


# A key in a token.


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_a_key_made_in_a_token_is_listed_and_shown_by_the_reference_it_got(run, token, pin, alg):
    made = run("key", "new", "statement", "--token", token.uri, "--alg", alg, "--json", *pin)
    assert made.code == 0, made.err
    assert made.answer["key"]["alg"] == alg
    listed = run("key", "list", token.uri, "--json", *pin)
    assert listed.answer == {"keys": [{**made.answer, "label": "statement"}]}
    shown = run("key", "show", made.answer["reference"], "--json", *pin)
    assert shown.answer == made.answer
    assert made.answer["reference"] in run("key", "list", token.uri, *pin).out


def test_a_name_gives_the_vkey_of_a_witness_whose_key_is_in_a_token(run, token, pin):
    made = run("key", "new", "w", "--token", token.uri, "--alg", "EdDSA", "--name", "w.example", "--json", *pin)
    key = parse_vkey(made.answer["vkey"])
    assert (key.name, key.kind, key.key) == ("w.example", 4, parse_key(made.answer["key"]))


def test_a_dry_run_makes_nothing_but_finds_what_is_wrong(run, token, pin, tmp_path):
    dry = ("--dry-run", *pin)
    assert run("key", "new", "a", "--token", token.uri, *dry, "--json").answer == {"made": False}
    assert run("key", "list", token.uri, "--json", *pin).answer == {"keys": []}
    assert run("key", "new", "a", "--token", token.uri.replace("agency", "other"), *dry).code == 4
    assert run("key", "new", "a.pem", "--dry-run").code == 0
    (tmp_path / "there.pem").touch()
    assert run("key", "new", "there.pem", "--dry-run").code == 4
    assert not (tmp_path / "a.pem").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("key", "new", "a", "--token", "{uri}", "--alg", "ML-DSA-44"), 5),
        (("key", "new", "a", "--token", "agency"), 2),
        (("key", "new", "pkcs11:token=agency;object=a?module-path=/x.so"), 2),
        (("key", "show", "{uri}"), 2),
        (("key", "show", "pkcs11:object=a?module-path=/nowhere.so"), 4),
        (("key", "list", "{uri}&pin-value=1"), 2),
        (("key", "list", "{uri}&library-version=1"), 5),
        (("key", "passwd", "{uri}"), 2),
        (("key", "show", "exec:/nowhere"), 4),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(run, token, pin, arguments, code):
    ran = run(*(each.replace("{uri}", token.uri) for each in arguments), *pin)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err


def test_a_wrong_pin_is_4_and_told_in_both_languages(run, token, monkeypatch):
    monkeypatch.setenv("PIN", "314159")
    for lang, word in (("zh", "错误"), ("en", "Error")):
        ran = run("key", "list", token.uri, "--passphrase-env", "PIN", "--lang", lang)
        assert ran.code == 4
        assert word in ran.err
        assert "PinIncorrect" in ran.err
        assert "314159" not in ran.err


@pytest.mark.parametrize("alg", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_a_submission_under_a_key_in_a_token_is_recorded(run, token, found, *, described, tmp_path, alg):
    signer = token.generate("statement", alg)
    world, service = found(signer)
    (tmp_path / "pin").write_text(f"{PIN}\n")
    (tmp_path / "zone.policy").write_bytes(world.policy_file)
    size = world.ledger.head.edge.size
    reference = token.reference("statement", pin_source=str(tmp_path / "pin"))
    arguments = ("--to", service.url, "--key", reference, "--issuer", world.customs.uri)
    ran = run(
        "submit", described(world), *arguments, "--first", 1000, "--policy", "zone.policy", "--wait", 10, "--json"
    )
    assert ran.code == 0, ran.err
    assert (ran.answer["standing"], ran.answer["checked"]) == ("recorded", True)
    assert world.ledger.head.edge.size > size
    again = run("submit", described(world), *arguments, "--json")
    assert again.code == 0, again.err
    numbers = tmp_path / "state" / "suyuan" / "keys" / signer.public.kid.hex()
    assert next_number(numbers, signer.public.kid) == 1002
    for path in (tmp_path / "receipts").glob("*.submission"):
        assert parse_sign1(parse_submission(path.read_bytes()).statement)


def test_a_token_that_is_pulled_signs_and_sends_nothing(run, token, found, *, described, tmp_path, pin):
    world, service = found(token.generate("statement", ES256))
    arguments = ("--to", service.url, "--key", token.reference("statement"), "--issuer", world.customs.uri, *pin)
    token.pull()
    ran = run("submit", described(world), *arguments)
    assert ran.code == 4
    assert "no such token" in ran.err
    assert not (tmp_path / "receipts").exists()


# A key behind a program.


def test_a_submission_under_a_key_behind_a_program_is_recorded(run, found, described, tmp_path):
    signer = generate(ES256)
    world, service = found(signer)
    reference = f"exec:{write_honest(tmp_path, signer)}"
    assert run("key", "show", reference, "--json").answer["kid"] == signer.public.kid.hex()
    arguments = ("--to", service.url, "--key", reference, "--issuer", world.customs.uri, "--first", 1000)
    ran = run("submit", described(world), *arguments, "--json")
    assert ran.code == 0, ran.err
    assert starts_of(tmp_path) == 2, "one program a command"


def test_a_program_that_lies_sends_nothing(run, found, described, tmp_path):
    signer = generate(EDDSA)
    world, service = found(signer)
    program = write_program(tmp_path, signer, f"answer({signer.sign(b'another')!r})")
    ran = run(
        "submit", described(world), "--to", service.url, "--key", f"exec:{program}", "--issuer", world.customs.uri
    )
    assert ran.code == 4
    assert "does not verify" in ran.err
    assert "POST /entries" not in service.asked


# A witness.


def test_a_witness_cosigns_with_keys_that_are_elsewhere_and_needs_no_passphrase(run, token, tmp_path):
    (tmp_path / "pin").write_text(PIN)
    token.generate("cosigner", EDDSA)
    post_quantum = generate(ML_DSA_44)
    program = write_honest(tmp_path, post_quantum)
    reference = token.reference("cosigner", pin_source="pin")
    made = run("witness", "init", "w1", "--name", "w1.example", "--key", reference, "--key", "exec:signer", "--json")
    assert made.code == 0, made.err
    keys = [parse_vkey(each) for each in made.answer["vkeys"]]
    assert [each.kind for each in keys] == [4, 6]
    assert keys[1].key == post_quantum.public
    assert list((tmp_path / "w1" / "keys").glob("*.pem")) == []
    world = World(tmp_path / "ledger", keys, quorum=1)
    world.found()
    service = Service(world.ledger)
    try:
        (tmp_path / "zone.policy").write_bytes(world.policy_file)
        assert run("witness", "follow", "w1", service.url, "--policy", "zone.policy").code == 0
        os.chdir(program.parent.parent)  # references mean the same from another folder
        ran = run("witness", "run", tmp_path / "w1", "--once", "--json")
        assert ran.code == 0, ran.err
        assert (ran.answer["outcome"], ran.answer["quorum"]) == ("cosigned", True)
    finally:
        service.close()
        world.ledger.close()


@pytest.mark.parametrize("keys", [("exec:signer", "exec:signer"), ("exec:other/signer",), ("exec:none",)])
def test_a_witness_with_keys_that_cannot_be_is_not_made(run, tmp_path, keys):
    write_honest(tmp_path, generate(EDDSA))
    (tmp_path / "other").mkdir()
    write_honest(tmp_path / "other", generate(ES256))
    options = [each for key in keys for each in ("--key", key)]
    ran = run("witness", "init", "w1", "--name", "w1.example", *options, *ENV)
    assert ran.code == 4
    assert not (tmp_path / "w1").exists()


def test_a_token_whose_reference_says_no_source_of_its_pin_is_no_witness_s(run, token, tmp_path):
    token.generate("cosigner", EDDSA)
    ran = run("witness", "init", "w1", "--name", "w1.example", "--key", token.reference("cosigner"), *ENV)
    assert ran.code == 4
    assert "pin-source" in ran.err
    assert not (tmp_path / "w1").exists()


# Passphrases and possession.


def test_a_passphrase_is_changed_and_the_file_stays_private_and_the_same_key(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FRESH", "another passphrase")
    made = run("key", "new", "dock.pem", "--json", *ENV).answer
    before = (tmp_path / "dock.pem").read_bytes()
    change = ("key", "passwd", "dock.pem", "--new-passphrase-env", "FRESH", "--json", *ENV)
    assert run(*change, "--dry-run").answer["changed"] is False
    assert (tmp_path / "dock.pem").read_bytes() == before
    old = os.umask(0)
    try:
        changed = run(*change)
    finally:
        os.umask(old)
    assert (changed.code, changed.answer["changed"], changed.answer["kid"]) == (0, True, made["kid"])
    assert (tmp_path / "dock.pem").stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path / "dock.pem", b"another passphrase").public.kid.hex() == made["kid"]
    assert run("key", "show", "dock.pem", *ENV).code == 4
    assert [each.name for each in tmp_path.iterdir()] == ["dock.pem"]


@pytest.mark.parametrize(("passphrase", "fresh"), [("wrong", "fresh"), (SECRET, "")])
def test_a_passphrase_that_is_not_changed_leaves_the_file_alone(run, tmp_path, monkeypatch, passphrase, fresh):
    save_key(tmp_path / "dock.pem", generate(ES256), SECRET.encode())
    before = (tmp_path / "dock.pem").read_bytes()
    monkeypatch.setenv("PASS", passphrase)
    monkeypatch.setenv("FRESH", fresh)
    assert run("key", "passwd", "dock.pem", "--new-passphrase-env", "FRESH", *ENV).code in (2, 4)
    assert (tmp_path / "dock.pem").read_bytes() == before


def test_possession_is_proved_and_checked(run, tmp_path):
    kid = run("key", "new", "dock.pem", "--json", *ENV).answer["kid"]
    dry = run("key", "prove", "dock.pem", "--challenge", "customs 7Q2F", "--dry-run", "--json", *ENV)
    assert (dry.code, dry.answer["holds"], "signature" in dry.answer) == (0, None, False), dry.err
    proved = run("key", "prove", "dock.pem", "--challenge", "customs 7Q2F", *ENV)
    assert proved.code == 0
    (tmp_path / "dock.proof").write_text(proved.out)
    checked = run("key", "prove", "--check", "dock.proof", "--challenge", "customs 7Q2F", "--json")
    assert (checked.code, checked.answer["kid"], checked.answer["holds"]) == (0, kid, True)
    assert run("key", "prove", "--check", "dock.proof", "--challenge", "customs 7Q2G").code == 1
    (tmp_path / "dock.proof").write_text(json.dumps({**json.loads(proved.out), "signature": "A" * 86}))
    assert run("key", "prove", "--check", "dock.proof", "--challenge", "customs 7Q2F").code == 1
    for wrong in (("dock.pem",), ("--check", "dock.pem", "--challenge", "x"), ("--check", "dock.proof")):
        assert run("key", "prove", *wrong, *ENV).code == 2
    assert run("key", "prove", "--check", "none", "--challenge", "x").code == 4


def test_without_the_library_s_package_a_command_says_which_to_install():
    code = "import sys; sys.modules['pkcs11'] = None; from ledger.cli.commands import app; app()"
    uri = "pkcs11:object=a?module-path=/x.so&pin-env=HOME"
    command = [sys.executable, "-c", code, "key", "show", uri, "--lang", "en"]
    assert "suyuan[pkcs11]" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
