"""One cabinet of proof files for all tests of the command, and a way to run it."""

from __future__ import annotations

import subprocess
from functools import partial

import pytest

from tests.verifier.cli.cabinet import Cabinet, fill, run_verifier
from verifier.cli.main import main


@pytest.fixture(scope="session")
def cabinet(tmp_path_factory) -> Cabinet:
    """Files of every outcome; tests only read them."""
    return fill(tmp_path_factory.mktemp("cabinet"))


@pytest.fixture
def run(tmp_path):
    """Run the command in a home of its own: nothing was seen before."""
    return partial(run_verifier, home=tmp_path)


@pytest.fixture
def ask(run, cabinet):
    """Run the command in English; names of the cabinet's files become their paths, and its policy is trusted."""

    def asked(command: str, *arguments: str, policy: str = "trust.policy", lang: str = "en", **more):
        words = [str(cabinet.folder / each) if (cabinet.folder / each).is_file() else each for each in arguments]
        return run("--lang", lang, command, *words, "--policy", str(cabinet.folder / policy), **more)

    return asked


@pytest.fixture
def call(cabinet, capsysbinary, monkeypatch, tmp_path):
    """Ask the same as `ask` within this process: for what is the same without a process of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)

    def called(command: str, *arguments: str, policy: str = "trust.policy", lang: str = "en"):
        words = [str(cabinet.folder / each) if (cabinet.folder / each).is_file() else each for each in arguments]
        code = main(["--lang", lang, command, *words, "--policy", str(cabinet.folder / policy)])
        return subprocess.CompletedProcess([command, *words], code, *capsysbinary.readouterr())

    return called
