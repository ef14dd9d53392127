import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ledger.cli.commands import app
from ledger.signing.keyfile import save_key
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World
from tests.ledger.signing.tokens import token  # noqa: F401 - a fixture

SECRET = "a passphrase of the test"  # in the environment variable PASS


@dataclass
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        return json.loads(self.out)


_built = cache(get_command)


@pytest.fixture
def run(tmp_path, monkeypatch) -> Callable[..., Ran]:
    """Run a command in this process, in English, in the test's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASS", SECRET)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setattr("typer.testing._get_command", _built)  # else every run builds all commands anew

    def run_(*arguments: object) -> Ran:
        result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run_


@pytest.fixture
def secret(tmp_path) -> str:
    """A passphrase file's path."""
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """A founded ledger without witnesses; the registrar's key stands in customs.pem."""
    world = World(tmp_path / "world")
    world.found()
    save_key(tmp_path / "customs.pem", world.customs.signer, SECRET.encode())
    (tmp_path / "zone.policy").write_bytes(world.policy_file)
    yield world
    world.ledger.close()


@pytest.fixture
def service(world) -> Iterator[Service]:
    service = Service(world.ledger)
    yield service
    service.close()
