"""One cabinet of proof files for all tests of the command, and a way to run it."""

from __future__ import annotations

from functools import partial

import pytest

from tests.verifier.cli.cabinet import Cabinet, fill, run_verifier


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
