"""The log of the audit's tests, as a ledger's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.fsck.check import Checked, check_ledger
from tests.verifier.proof.audit.rich import Rich, build_rich


@pytest.fixture(scope="session")
def rich(tmp_path_factory) -> Rich:
    """A stopped ledger; copy it before you damage it."""
    return build_rich(tmp_path_factory.mktemp("rich"))


@pytest.fixture
def folder(rich, tmp_path) -> Path:
    """A copy of its folder: ledger.db, tiles/, guard."""
    return rich.copy(tmp_path / "ledger")


def check(folder: Path, *, guard: bool = True) -> Checked:
    """Check a folder; without `guard`, with the one that the database names."""
    return check_ledger(folder / "ledger.db", folder / "tiles", folder / "guard" if guard else None)
