"""One log for all tests of the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.proof.audit.forge import MemorySource, source_of
from tests.verifier.proof.audit.rich import Rich, build_rich


@pytest.fixture(scope="session")
def rich(tmp_path_factory) -> Rich:
    """A stopped ledger and its export; copy what you change."""
    folder: Path = tmp_path_factory.mktemp("rich")
    return build_rich(folder)


@pytest.fixture
def source(rich) -> MemorySource:
    """Its export, in memory."""
    return source_of(rich)
