"""Programs that sign: started once, asked by lines, and never believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.errors import SetupError, SignerError
from ledger.signing.command import CommandSigner
from ledger.signing.reference import open_signer
from ledger.signing.signer import MAX_MESSAGE, generate
from tests.ledger.signing.programs import starts_of, write_honest, write_program
from verifier.errors import MalformedError
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44, P256_ORDER

KEY = generate(EDDSA)
MESSAGE = b"message"
GOOD = b64encode(KEY.sign(MESSAGE)).decode()


@pytest.fixture
def signer_of(tmp_path):
    """Open a program that answers a request to sign by these lines of Python."""
    opened = []

    def open_(sign: str, patience: float = 30.0, key=KEY) -> CommandSigner:
        opened.append(CommandSigner(write_program(tmp_path, key, sign), patience=patience))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.mark.parametrize("alg", [ES256, EDDSA, ML_DSA_44], ids=["ES256", "EdDSA", "ML-DSA-44"])
def test_program_signs_as_every_other_key_and_is_started_once(tmp_path, alg):
    key = generate(alg)
    signer = open_signer(f"exec:{write_honest(tmp_path, key)}", _nobody)
    assert signer.public == key.public
    for message in (b"", b"message", bytes(MAX_MESSAGE)):
        key.public.verify(signer.sign(message), message)
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(signer.sign, [b"%d" % each for each in range(20)]))
    for each, signature in enumerate(signatures):
        key.public.verify(signature, b"%d" % each)
    assert starts_of(tmp_path) == 1


def _nobody() -> bytes:
    raise AssertionError("a program is asked for no passphrase")


def test_message_that_a_smart_key_would_not_take_never_reaches_the_program(signer_of):
    with pytest.raises(MalformedError, match="4096"):
        signer_of("os._exit(1)").sign(bytes(MAX_MESSAGE + 1))


def test_either_s_of_es256_is_handed_on_as_the_lower_one(signer_of):
    key = generate(ES256)
    low = key.sign(MESSAGE)
    high = low[:32] + (P256_ORDER - int.from_bytes(low[32:], "big")).to_bytes(32, "big")
    for each in (low, high):
        assert signer_of(f"answer({each!r})", key=key).sign(MESSAGE) == low


LIES = {
    "another message": b64encode(KEY.sign(b"another")).decode(),
    "another key": b64encode(generate(EDDSA).sign(MESSAGE)).decode(),
    "too short": GOOD[:40],
    "nothing": "",
}


@pytest.mark.parametrize("lie", LIES)
def test_liar_is_found_out_and_hands_on_nothing(signer_of, lie):
    signer = signer_of(f"say({json.dumps({'version': 1, 'signature': LIES[lie]})!r})")
    with pytest.raises(SignerError, match="does not verify"):
        signer.sign(MESSAGE)


GARBAGE = {
    "no JSON": "hello",
    "empty": "",
    "another shape": "[1]",
    "another version": json.dumps({"version": 2, "signature": GOOD}),
    "no version": json.dumps({"signature": GOOD}),
    "one member more": json.dumps({"version": 1, "signature": GOOD, "note": "x"}),
    "a member twice": '{"version": 1, "signature": "AA==", "signature": "' + GOOD + '"}',
    "no base64": json.dumps({"version": 1, "signature": "*"}),
    "no text": json.dumps({"version": 1, "signature": 7}),
    "another encoding": json.dumps({"version": 1, "signature": KEY.sign(MESSAGE).hex()}),
    "a key for a signature": json.dumps({"version": 1, "key": {}}),
    "two lines": json.dumps({"version": 1, "signature": GOOD}) + "\n{}",
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_refused(signer_of, what):
    with pytest.raises(SignerError) as refused:
        signer_of(f"say({GARBAGE[what]!r})").sign(MESSAGE)
    assert refused.value.expected


@pytest.mark.parametrize("line", ["'x' * 20_000", "'x' * 2_000_000", "chr(10).join('ab')"])
def test_long_line_is_cut_off(signer_of, line):
    with pytest.raises(SignerError, match="more than one line"):
        signer_of(f"say({line})").sign(MESSAGE)


def test_program_s_own_refusal_is_handed_on(signer_of):
    refusal = json.dumps({"version": 1, "error": "the officer pressed 取消"})
    with pytest.raises(SignerError, match="pressed 取消"):
        signer_of(f"say({refusal!r})").sign(MESSAGE)


def test_what_it_says_on_standard_error_is_shown(signer_of):
    signer = signer_of("print('card', 'reader', 'is', 'gone', file=sys.stderr, flush=True); os._exit(3)")
    with pytest.raises(SignerError, match="exit code 3") as refused:
        signer.sign(MESSAGE)
    assert "card reader is gone" in refused.value.todo


def test_flood_on_standard_error_does_not_block(signer_of):
    signer = signer_of(f"print('x' * 500_000, file=sys.stderr, flush=True); say({_answer()!r})")
    KEY.public.verify(signer.sign(MESSAGE), MESSAGE)


def _answer() -> str:
    return json.dumps({"version": 1, "signature": GOOD})


def test_program_that_died_is_started_once_more(signer_of, tmp_path):
    signer = signer_of(f"os._exit(1) if STARTS == 1 else say({_answer()!r})")
    KEY.public.verify(signer.sign(MESSAGE), MESSAGE)
    assert starts_of(tmp_path) == 2


def test_program_that_always_dies_is_given_up(signer_of, tmp_path):
    signer = signer_of("os._exit(1)")
    with pytest.raises(SignerError, match="exit code 1"):
        signer.sign(MESSAGE)
    assert starts_of(tmp_path) == 2


def test_program_that_hangs_is_given_up_and_its_late_answer_is_no_answer_to_another_request(signer_of, tmp_path):
    late = f"say({_answer()!r}) if STARTS > 1 else (time.sleep(600), say({_answer()!r}))"
    signer = signer_of(late, patience=2.0)
    with pytest.raises(SignerError, match="nothing within"):
        signer.sign(b"another message")
    KEY.public.verify(signer.sign(MESSAGE), MESSAGE)
    assert starts_of(tmp_path) == 2


def test_program_that_reads_nothing_is_given_up(tmp_path):
    path = tmp_path / "signer"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o700)
    with pytest.raises(SignerError, match="nothing within"):
        CommandSigner(path, patience=0.2)


def test_key_that_changes_with_a_restart_signs_nothing(signer_of, tmp_path):
    other = generate(EDDSA)
    signer = signer_of("os._exit(0)")
    write_program(tmp_path, other, f"answer({other.sign(MESSAGE)!r})")
    with pytest.raises(SignerError, match="does not verify"):
        signer.sign(MESSAGE)


@pytest.mark.parametrize(
    "answer",
    [
        '{"version": 1, "key": {"alg": "RSA", "public": "AA"}}',
        '{"version": 1, "key": {"alg": "EdDSA", "public": "AA"}}',
        '{"version": 1, "key": "AA"}',
        '{"version": 1}',
        "x",
    ],
)
def test_key_that_is_none_is_refused(tmp_path, answer):
    path = tmp_path / "signer"
    path.write_text(f"#!/bin/sh\nread line\necho '{answer}'\nread line\n")
    path.chmod(0o700)
    with pytest.raises(SignerError):
        CommandSigner(path)


def test_what_cannot_be_run_is_told(tmp_path):
    (tmp_path / "text").write_text("no program")
    (tmp_path / "wrong").write_text("#!/nowhere/interpreter\n")
    (tmp_path / "wrong").chmod(0o700)
    for name in ("none", "text", "wrong"):
        with pytest.raises(SetupError, match="exec:"):
            open_signer(f"exec:{tmp_path / name}", _nobody)


def test_program_ends_with_its_signer(signer_of, tmp_path):
    signer = signer_of(f"open(HERE + '/pid', 'w').write(str(os.getpid())); say({_answer()!r})")
    signer.sign(MESSAGE)
    pid = int((tmp_path / "pid").read_text())
    os.kill(pid, 0)
    signer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_program_ends_with_us(tmp_path):
    path = write_program(tmp_path, KEY, "pass")
    code = (
        f"from ledger.signing.command import CommandSigner as C; from pathlib import Path; s = C(Path({str(path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
