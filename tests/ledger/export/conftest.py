"""One ledger for the tests of export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.export.operated import operate
from tests.verifier.proof.audit.rich import Rich, build_rich
from verifier.ledgerformat.trust_policy import format_trust_policy


@pytest.fixture(scope="session")
def rich(tmp_path_factory) -> Rich:
    """A stopped ledger and its export; copy what you change."""
    return build_rich(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="session")
def operated(rich, tmp_path_factory) -> Path:
    """The same as an operator's folder; it is read only."""
    return operate(rich, tmp_path_factory.mktemp("operated") / "ledger")


@pytest.fixture
def policy(rich, tmp_path) -> Path:
    path = tmp_path / "trust.policy"
    path.write_bytes(format_trust_policy(rich.standpoint.policy))
    return path
