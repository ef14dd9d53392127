"""The file in which a witness keeps statements that wait to be logged."""

from __future__ import annotations

import os

from ledger.witness.statements.store import StatementStore


def test_what_waits_is_nobody_elses_on_this_machine(tmp_path):
    before = os.umask(0o022)
    try:
        store = StatementStore(tmp_path / "statements.db")
        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
        store.close()
    finally:
        os.umask(before)
