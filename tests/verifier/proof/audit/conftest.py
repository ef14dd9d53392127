"""One log for all tests of the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.proof.audit.forge import MemorySource, source_of
from tests.verifier.proof.audit.rich import Rich, build_rich
from tests.verifier.proof.audit.serving import serving
from verifier.cli.main import main
from verifier.ledgerformat.trust_policy import format_trust_policy


@pytest.fixture(scope="session")
def rich(tmp_path_factory) -> Rich:
    """A stopped ledger and its export; copy what you change."""
    folder: Path = tmp_path_factory.mktemp("rich")
    return build_rich(folder)


@pytest.fixture
def source(rich) -> MemorySource:
    """Its export, in memory."""
    return source_of(rich)


@pytest.fixture
def policy(rich, tmp_path) -> str:
    path = tmp_path / "trust.policy"
    path.write_bytes(format_trust_policy(rich.standpoint.policy))
    return str(path)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Where this user's programs remember."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "suyuan"


@pytest.fixture
def run(policy, home):
    """Run the command; return its exit code."""
    return lambda where, *more: main(["--lang", "en", "audit", str(where), "--policy", policy, *map(str, more)])


@pytest.fixture
def export(rich, tmp_path) -> Path:
    return rich.copy_export(tmp_path / "export")


@pytest.fixture
def served(export):
    """Serve a folder over HTTP as a ledger would; return its address and what may be changed."""
    with serving(export) as made:
        yield made
