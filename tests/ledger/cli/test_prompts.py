"""At a terminal, commands ask for what they need, by its name, and do not show it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.signing.keyfile import load_key, save_key
from ledger.signing.signer import generate
from tests.ledger.signing.tokens import PIN
from verifier.primitives.keys import ES256

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0


@pytest.fixture
def converse(tmp_path):
    """Run a command at a terminal, typing each answer once its prompt is there; return exit code and all it showed."""

    def run(arguments: Sequence[object], talk: Sequence[tuple[str, str]], lang: str = "C.UTF-8") -> tuple[int, str]:
        ours, theirs = pty.openpty()
        opened = 'exec "$@" <"$0" >"$0" 2>&1'  # the first in a session to open a terminal has it for its own
        child = subprocess.Popen(
            ["sh", "-c", opened, os.ttyname(theirs), sys.executable, "-m", "ledger.cli", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "LANG": lang, "LC_ALL": ""},
            cwd=tmp_path, start_new_session=True,
        )  # fmt: skip
        try:
            shown = ""
            for prompt, answer in talk:
                shown += read_until(ours, prompt, child)
                os.write(ours, f"{answer}\n".encode())
            os.close(theirs)
            shown += read_until(ours, None, child)
            return child.wait(PATIENCE), shown
        finally:
            child.kill()
            child.wait()
            os.close(ours)

    return run


def read_until(terminal: int, prompt: str | None, child: subprocess.Popen[bytes]) -> str:
    """Return what is shown, up to a prompt, or until the command has ended."""
    shown, end = b"", time.monotonic() + PATIENCE
    while prompt is None or prompt.encode() not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # nobody has the terminal open any more
                break
        elif child.poll() is not None:
            break
    return shown.decode("utf-8", "replace")


def test_a_new_passphrase_is_asked_twice_and_never_shown(converse, tmp_path):
    code, shown = converse(["key", "new", "dock.pem"], [("New passphrase: ", "绿 tea"), ("Once more: ", "绿 tea")])
    assert code == 0, shown
    assert "tea" not in shown
    load_key(tmp_path / "dock.pem", "绿 tea".encode())


def test_two_different_ones_make_nothing(converse, tmp_path):
    code, shown = converse(["key", "new", "dock.pem"], [("New passphrase: ", "one"), ("Once more: ", "two")])
    assert code == 2, shown
    assert not (tmp_path / "dock.pem").exists()


def test_a_change_asks_for_the_old_one_first(converse, tmp_path):
    save_key(tmp_path / "dock.pem", generate(ES256), b"old")
    talk = [("Passphrase: ", "old"), ("New passphrase: ", "new"), ("Once more: ", "new")]
    code, shown = converse(["key", "passwd", "dock.pem"], talk)
    assert code == 0, shown
    load_key(tmp_path / "dock.pem", b"new")


@pytest.mark.parametrize(("lang", "prompt"), [("C.UTF-8", "PIN of the token: "), ("zh_CN.UTF-8", "介质 PIN 码: ")])
def test_a_token_s_pin_is_asked_for_by_its_name(converse, token, lang, prompt):
    token.generate("statement", ES256)
    code, shown = converse(["key", "list", token.uri], [(prompt, PIN)], lang)
    assert code == 0, shown
    assert "object=statement" in shown
    assert PIN not in shown
